/* explain - the program says where things are: the route that answers a path, its handler, page, queries and test. */
#include "app/app.h"

static const char *const audiences[] = {
    [WHO_NOBODY] = "nobody", [WHO_ANYONE] = "anyone", [WHO_LEARNER] = "learner", [WHO_SIGNED_IN] = "signed in", [WHO_ROLE] = "who holds a role",
};
static const char *const methods[METHODS] = {
    [M_GET] = "GET", [M_POST] = "POST", [M_PUT] = "PUT", [M_PATCH] = "PATCH", [M_DELETE] = "DELETE",
};

/* "modules/x/" and then what: x.sql, x_test.c, pages/show.html. */
static void print_beside(const Route *r, const char *what, const char *before, const char *name, const char *after)
{
    const char *file = r->file, *slash = strrchr(file, '/');
    if (slash) printf("%-9s %.*s/%s%s%s\n", what, (int)(slash - file), file, before, name, after);
}

static const Module *owner(const Site *site, const Route *r)
{
    for (int i = 0; i < site->module_n; i++)
        if (r >= site->modules[i]->routes && r < site->modules[i]->routes + site->modules[i]->route_n) return site->modules[i];
    return NULL;
}

static Method method_called(const char *name)
{
    for (Method m = M_GET; m < METHODS; m++)
        if (strcmp(methods[m], name) == 0) return m;
    return 0;
}

int explain_where(const Site *site, int argc, char **argv)
{
    Method method = argc == 2 ? method_called(argv[0]) : 0;
    unsigned allowed;
    if (!method) {
        fprintf(stderr, "usage: sampan where METHOD /path\n");
        return 2;
    }
    const Route *r = site_route(site, method, str_from(argv[1]), &allowed);
    if (!r) {
        printf("nothing answers %s %s\n", argv[0], argv[1]);
        for (Method m = M_GET; m < METHODS; m++)
            if (allowed & 1u << m) printf("%s is answered there\n", methods[m]);
        return 1;
    }
    const Module *m = owner(site, r);
    printf("%-9s %s:%d  %s  (%s)\n", "route", r->file, r->line, r->path, audiences[r->who]);
    printf("%-9s %s\n", "handler", r->handler);
    if (r->page) print_beside(r, "page", "pages/", r->page, ".html");
    print_beside(r, "queries", "", m->name, ".sql");
    print_beside(r, "test", "", m->name, "_test.c");
    return 0;
}

int explain_routes(const Site *site)
{
    for (int i = 0; i < site->module_n; i++)
        for (int k = 0; k < site->modules[i]->route_n; k++) {
            const Route *r = &site->modules[i]->routes[k];
            printf("%-6s %-44s %-10s %s:%d\n", methods[r->method], r->path, audiences[r->who], r->file, r->line);
        }
    return 0;
}
