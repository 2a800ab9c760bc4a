/* home - the front door: what this is for an owner, in ten seconds.
 *
 * URLs     / */
#include "centres/centres.h"
#include "home_pages.h"
#include "learn/learn.h"
#include "web/web.h"

static Reply home_get(Request *rq)
{
    LearnStop stop = learn_stop(&rq->s);
    LearnModules modules = learn_modules_of(&rq->s);
    return home_door(rq, &stop, &modules, centres_any(&rq->s));
}

static const Route routes[] = {
    GET("/", home_get, .who = WHO_ANYONE, .page = "door"),
};

const Module home_module = {
    .name = "home",
    .routes = routes, .route_n = COUNT_OF(routes),
};
