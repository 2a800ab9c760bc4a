/* box_command - sampan box …: this installation and others of its network, over files carried by hand.
 *
 *   sampan box list                          this installation and the nodes it knows
 *   sampan box ask [anew]                    prints what a hub needs to enrol this installation; anew: after an old copy
 *   sampan box enrol FILE [name=TEXT] [economy=ID] [centre=NUMBER]… [hub]     at the hub; prints the certificates. With no word
 *                                            after FILE a box that is known is enrolled as it was
 *   sampan box join FILE                     at the box: takes the certificates
 *   sampan box recover FILE                  the same, after an old copy
 *   sampan box revoke NUMBER                 at the hub: the node gets nothing more, and what it writes counts nowhere
 *   sampan box home ECONOMY on|off           at the hub: personal streams of an economy stay on its own nodes
 *   sampan box have                          prints what this installation holds, for the other
 *   sampan box give FILE [most=BYTES]        prints what the other lacks. FILE: its `have`, or what it gave when that says it wants more
 *   sampan box take FILE                     takes in what the other gave
 *   sampan box files want | files give FILE [most=BYTES] | files take FILE
 *
 * FILE may be "-": standard input. What the other is to get goes to standard output and nothing else does.
 *
 * Rule     each is one transaction: it happens whole or not at all. */
#include "box_command.h"

#include <errno.h>
#include <unistd.h>

#include "box_own.h"
#include "web/site.h"

/* Of what comes by hand. */
enum {
    ASK_MAX = 64 << 10, CERTIFICATES_MAX = 1 << 20, HAVE_MAX = 32 << 20, GIVE_MAX = 64 << 20, WANT_MAX = 1 << 20, PIECES_MAX = 64 << 20,
    MOST_BYTES = 32 << 20, MESSAGE_BYTES = 2 << 20, MOST_FILES = 16 << 20, NAME_MAX = 200, CENTRES = 64,
    WORK_BYTES = 512 << 20, KEEP_BYTES = 512 << 20,
};

typedef enum Kind { ASK = 1 << 0, CERTIFICATES = 1 << 1, HAVE = 1 << 2, GIVE = 1 << 3, WANT = 1 << 4, PIECES = 1 << 5 } Kind;
typedef struct KindRow { Kind kind; const char *begins, *printed_by; int64_t max; } KindRow;
static const KindRow kinds[] = {
    { ASK,          "ask ",    "ask",        ASK_MAX },
    { CERTIFICATES, "{",       "enrol",      CERTIFICATES_MAX },
    { HAVE,         "have ",   "have",       HAVE_MAX },
    { GIVE,         "lack ",   "give",       GIVE_MAX },
    { WANT,         "wanted ", "files want", WANT_MAX },
    { PIECES,       "piece ",  "files give", PIECES_MAX },
};

typedef struct Command Command;

typedef struct Order {
    const Command *command;
    const char *path;
    str         in;              /* what the file holds */
    Kind        kind;            /* of it */
    int64_t     most, number;
    str         economy;
    bool        on, anew, as_said;
    Enrolment   as;
    int64_t     centre[CENTRES];
    Arena      *keep;            /* outlives the transaction, as do these: */
    str         out, why, root;
    int64_t     before, after;   /* the number, when it changed */
    Received    got;
    int64_t     missing;
} Order;

struct Command {
    const char *name;
    unsigned    kinds;                           /* of the file it wants; 0: none */
    bool      (*read)(Order *o, str word);       /* one of the words that follow; false: usage. NULL: none may */
    int         word_n;                          /* so many words must follow; -1: any number */
    bool      (*rule)(Scope *s, void *order);
    int       (*tell)(const Order *o);
};

static bool is_not(Order *o, str why)
{
    o->why = str_keep(o->keep, why);
    return false;
}

/* ---- words --------------------------------------------------------------------------------------------------------------- */

/* "name=Solo"; also "--name=Solo", where it gets through to us. */
static bool is_option(str word, const char *name, str *ret)
{
    if (str_starts(word, S("--"))) word = str_slice(word, 2, word.n);
    str_pair two = str_cut(word, '=');
    *ret = two.tail;
    return two.found && str_eq(two.head, str_from(name));
}

static bool is_word(str word, const char *name)
{
    if (str_starts(word, S("--"))) word = str_slice(word, 2, word.n);
    return str_eq(word, str_from(name));
}

static bool read_anew(Order *o, str word) { return o->anew = is_word(word, "anew"); }

static bool read_most(Order *o, str word)
{
    str value;
    return is_option(word, "most", &value) && str_int(value, &o->most) && o->most > 0;
}

static bool read_number(Order *o, str word) { return str_int(word, &o->number) && o->number > 0; }

static bool read_home(Order *o, str word)
{
    if (!o->economy.n) return (o->economy = word).n > 0;
    o->on = str_eq(word, S("on"));
    return o->on || str_eq(word, S("off"));
}

static bool read_centre(Order *o, str value)
{
    int64_t *centre = &o->centre[o->as.centre_n];
    if (o->as.centre_n == CENTRES || !str_int(value, centre) || *centre <= 0) return false;
    o->as.centres = o->centre;
    o->as.centre_n++;
    return true;
}

static bool read_enrolment(Order *o, str word)
{
    str value;
    o->as_said = true;
    if (is_option(word, "name", &value)) return (o->as.name = value).n > 0;
    if (is_option(word, "economy", &value)) return (o->as.economy = value).n > 0;
    if (is_option(word, "centre", &value)) return read_centre(o, value);
    return o->as.hub = is_word(word, "hub");
}

/* ---- files --------------------------------------------------------------------------------------------------------------- */

static const KindRow *kind_of(str text)
{
    for (int i = 0; i < COUNT_OF(kinds); i++)
        if (str_starts(text, str_from(kinds[i].begins))) return &kinds[i];
    return NULL;
}

static int64_t largest(unsigned wanted)
{
    int64_t max = 0;
    for (int i = 0; i < COUNT_OF(kinds); i++)
        if ((kinds[i].kind & wanted) && kinds[i].max > max) max = kinds[i].max;
    return max;
}

/* "what `sampan box have` prints" */
static str printed_by(Arena *keep, unsigned wanted)
{
    Out o;
    out_init(&o, keep, 128);
    for (int i = 0; i < COUNT_OF(kinds); i++)
        if (kinds[i].kind & wanted) out_fmt(&o, "%s`sampan box %s`", o.n ? " or " : "what ", kinds[i].printed_by);
    out_lit(&o, " prints");
    return out_text(&o);
}

static bool read_input(Arena *keep, int64_t max, str *ret)
{
    char *p = NEW(keep, char, max + 1);
    ptrdiff_t n = 0;
    for (ssize_t got = 1; got > 0 && n <= max; n += got) {
        do got = read(STDIN_FILENO, p + n, (size_t)(max + 1 - n)); while (got < 0 && errno == EINTR);
        if (got < 0) return false;
    }
    *ret = (str){ p, n };
    errno = EFBIG;
    return n <= max;
}

static bool read_bytes(const Order *o, int64_t max, str *ret)
{
    return strcmp(o->path, "-") == 0 ? read_input(o->keep, max, ret) : os_read_file(o->keep, o->path, max, ret);
}

/* A mail may have come by way of a system that ends lines with CR LF; no message has a CR in it. */
static str without_cr(str text)
{
    char *to = (char *)(uintptr_t)text.p;
    ptrdiff_t n = 0;
    for (ptrdiff_t i = 0; i < text.n; i++)
        if (text.p[i] != '\r') to[n++] = text.p[i];
    return (str){ text.p, n };
}

static bool cannot_read(Order *o, int64_t max)
{
    const char *path = strcmp(o->path, "-") == 0 ? "standard input" : o->path;
    switch (errno) {
    case ENOENT: return is_not(o, str_fmt(o->keep, "there is no file %s", path));
    case EISDIR: return is_not(o, str_fmt(o->keep, "%s is no file", path));
    case EFBIG:  return is_not(o, str_fmt(o->keep, "%s is larger than %s can be: at most %lld KB", path, printed_by(o->keep, o->command->kinds).p,
                                          (long long)max >> 10));
    default:     return is_not(o, str_fmt(o->keep, "%s cannot be read: %s", path, strerror(errno)));
    }
}

static bool file_read(Order *o)
{
    unsigned wanted = o->command->kinds;
    int64_t max = largest(wanted);
    if (!read_bytes(o, max, &o->in)) return cannot_read(o, max);
    o->in = without_cr(o->in);
    const KindRow *is = kind_of(o->in);
    str want = printed_by(o->keep, wanted);
    if (is && (is->kind & wanted)) {
        o->kind = is->kind;
        return true;
    }
    if (!o->in.n) return is_not(o, str_fmt(o->keep, "%s is empty; it should be %.*s", o->path, STR_ARG(want)));
    if (!is) return is_not(o, str_fmt(o->keep, "%s is not %.*s", o->path, STR_ARG(want)));
    return is_not(o, str_fmt(o->keep, "%s is not %.*s, but %.*s", o->path, STR_ARG(want), STR_ARG(printed_by(o->keep, is->kind))));
}

/* Printed whole: a stick that is full is told of. */
static int print(const Order *o)
{
    bool whole = fwrite(o->out.p ? o->out.p : "", 1, (size_t)o->out.n, stdout) == (size_t)o->out.n && fflush(stdout) == 0;
    if (!whole) fprintf(stderr, "what was printed is not whole: %s\n", strerror(errno));
    return whole ? 0 : 1;
}

/* ---- who it comes from -------------------------------------------------------------------------------------------------------- */

/* "have 4711 …": the node; 0: no number stands there. */
static bool sender(Scope *s, str message, NodeRow *ret)
{
    int64_t node;
    NodeRows nodes = journal_nodes(s);
    str_pair word = str_cut(str_cut(message, '\n').head, ' ');
    if (!str_int(str_cut(word.tail, ' ').head, &node)) return false;
    for (ptrdiff_t i = 0; i < nodes.n; i++)
        if (nodes.row[i].node == node) {
            *ret = nodes.row[i];
            return true;
        }
    return false;
}

static bool is_from_another(Scope *s, Order *o)
{
    NodeRow from;
    if (!sender(s, o->in, &from) || !from.own) return true;
    return is_not(o, str_fmt(s->arena, "%s was printed by this installation; it is for the other one", o->path));
}

static bool may_be_given(Scope *s, Order *o)
{
    NodeRow from;
    if (!sender(s, o->in, &from) || !from.revoked) return is_from_another(s, o);
    return is_not(o, str_fmt(s->arena, "%s is of node %lld, which was revoked: it gets nothing", o->path, (long long)from.node));
}

static bool is_copied(Scope *s) { return journal_network(s).copied; }

static bool is_unsigned(Scope *s, Order *o)
{
    return is_not(o, str_fmt(s->arena, "%s is not as a node that is known here signed it: it was changed or cut off on the way, or comes from "
                                       "outside this network", o->path));
}

/* ---- coming into a network ------------------------------------------------------------------------------------------------------ */

static bool list_rule(Scope *s, void *order)
{
    Order *o = order;
    o->out = str_keep(o->keep, list_text(s));
    return true;
}

static bool ask_rule(Scope *s, void *order)
{
    Order *o = order;
    if (o->anew && !is_copied(s)) return is_not(o, S("this installation does not come from an old copy: `sampan box ask` is enough"));
    o->out = str_keep(o->keep, o->anew ? journal_ask_anew(s) : journal_ask(s));
    return true;
}

/* "ask 4711 <key> …": its newest certificate. */
static bool enrolled_before(Scope *s, const Order *o, NodeRow *ret)
{
    NodeRows nodes = journal_nodes(s);
    str key = str_cut(str_cut(str_cut(o->in, ' ').tail, ' ').tail, ' ').head;
    *ret = (NodeRow){ 0 };
    for (ptrdiff_t i = 0; i < nodes.n; i++)
        if (nodes.row[i].enrolled && str_eq(nodes.row[i].key, key) && nodes.row[i].since > ret->since) *ret = nodes.row[i];
    return ret->since > 0;
}

static bool as_before(Scope *s, Order *o, const NodeRow *newest, Enrolment *ret)
{
    if (!newest->since) return is_not(o, str_fmt(s->arena, "%s is of a box that is new here: give it a name, as in name=\"Solo telecentre\"", o->path));
    *ret = (Enrolment){ newest->name, newest->economy, newest->hub, newest->centres, newest->centre_n };
    return true;
}

static bool name_is_right(Order *o)
{
    if (o->as.name.n > 0 && o->as.name.n <= NAME_MAX && str_is_plain(o->as.name, false)) return true;
    return is_not(o, S("a box has a name of 1 to 200 bytes, on one line: name=\"Solo telecentre\""));
}

static bool enrol_rule(Scope *s, void *order)
{
    Order *o = order;
    NodeRow newest;
    Enrolment as = o->as;
    str why = { 0 };
    if (enrolled_before(s, o, &newest) && newest.revoked)
        return is_not(o, str_fmt(s->arena, "%s is of node %lld, which was revoked; a box that is trusted again begins with an empty data folder",
                                 o->path, (long long)newest.node));
    if (o->as_said ? !name_is_right(o) : !as_before(s, o, &newest, &as)) return false;
    o->out = str_keep(o->keep, journal_enrol(s, o->in, &as, &why));
    return o->out.n > 0 || is_not(o, str_fmt(s->arena, "%s: %.*s", o->path, STR_ARG(why)));
}

static bool numbered(Scope *s, Order *o, bool done, str why)
{
    if (!done) return is_not(o, str_fmt(s->arena, "%s: %.*s", o->path, STR_ARG(why)));
    o->after = journal_node(s);
    o->root = key_shown(o->keep, journal_network(s).root);
    return true;
}

static bool join_rule(Scope *s, void *order)
{
    Order *o = order;
    str why = { 0 };
    o->before = journal_node(s);
    return numbered(s, o, journal_enrolled(s, o->in, &why), why);
}

static bool recover_rule(Scope *s, void *order)
{
    Order *o = order;
    str why = { 0 };
    o->before = journal_node(s);
    if (!is_copied(s)) return is_not(o, S("this installation does not come from an old copy: there is nothing to recover"));
    return numbered(s, o, journal_recover(s, o->in, &why), why);
}

static int tell_number(const Order *o)
{
    if (o->after == o->before) printf("This installation is node %lld, as before.\n", (long long)o->after);
    else printf("This installation is node %lld now; it was %lld.\n", (long long)o->after, (long long)o->before);
    printf("It trusts the network of the key %.*s: the same must stand at the root, in `sampan box list`.\n", STR_ARG(o->root));
    return 0;
}

/* ---- what a hub settles ------------------------------------------------------------------------------------------------------------ */

static bool revoke_rule(Scope *s, void *order)
{
    Order *o = order;
    str why = { 0 };
    return journal_revoke(s, o->number, &why) || is_not(o, why);
}

static bool home_rule(Scope *s, void *order)
{
    Order *o = order;
    str why = { 0 };
    return journal_keep_home(s, o->economy, o->on, &why) || is_not(o, why);
}

static int tell_done(const Order *o)
{
    printf("done\n");
    return 0;
}

/* ---- the exchange ------------------------------------------------------------------------------------------------------------------- */

static bool have_rule(Scope *s, void *order)
{
    Order *o = order;
    while (journal_seal(s)) {}
    o->out = str_keep(o->keep, journal_have(s, 0));
    return true;
}

str message_first(str *letter)
{
    str rest = *letter;
    for (str_pair cut = str_cut(rest, '\n'); cut.found; cut = str_cut(rest = cut.tail, '\n'))
        if (str_starts(cut.head, S("signed "))) {
            str message = { letter->p, cut.tail.p - letter->p };
            *letter = cut.tail;
            return message;
        }
    str message = *letter;
    *letter = (str){ 0 };
    return message;
}

static bool says_more(str message) { return str_find(message, S("\nmore\n")) >= 0; }

static bool give_rule(Scope *s, void *order)
{
    Order *o = order;
    Out letter;
    str in = o->in, asked = message_first(&in), message;
    int64_t most = o->most ? o->most : MOST_BYTES;
    if (!may_be_given(s, o)) return false;
    while (journal_seal(s)) {}
    out_init(&letter, o->keep, 1 << 20);
    do {
        Arena mark = *s->arena;
        int64_t left = most - letter.n;
        message = journal_lack(s, asked, out_text(&letter), (ptrdiff_t)(left < MESSAGE_BYTES ? left : MESSAGE_BYTES));
        out_str(&letter, message);
        message = str_slice(out_text(&letter), letter.n - message.n, letter.n);
        scope_rewind(s, mark);
    } while (says_more(message) && letter.n < most);
    o->out = out_text(&letter);
    return o->out.n > 0 || is_unsigned(s, o);
}

static void got_add(Order *o, const Received *got)
{
    Received *all = &o->got;
    all->added += got->added;
    all->known += got->known;
    all->gap += got->gap;
    all->refused += got->refused;
    if (!all->why.n) all->why = str_keep(o->keep, got->why);
    all->wants |= got->wants;
    all->copied |= got->copied;
    all->more = got->more;
}

static bool take_rule(Scope *s, void *order)
{
    Order *o = order;
    if (!is_from_another(s, o)) return false;
    for (str rest = o->in; rest.n;) {
        Arena mark = *s->arena;
        Received got = journal_receive(s, message_first(&rest));
        got_add(o, &got);
        scope_rewind(s, mark);
    }
    return true;
}

static bool was_cut_off(str message)
{
    ptrdiff_t at = message.n - 1;
    while (at > 0 && message.p[at - 1] != '\n') at--;
    return !str_starts(str_slice(message, at, message.n), S("signed ")) || message.p[message.n - 1] != '\n';
}

static void tell_what_next(const Order *o)
{
    if (o->got.wants && !o->got.copied)
        printf("The other one lacks something that is here: sampan box give %s\n", o->path);
    if (o->got.more)
        printf("There is more to be said: begin again with `sampan box have`.\n");
    if (o->got.copied)
        printf("This installation comes from an old copy of itself, and has written on: the other one has records of it that are not here.\n"
               "It goes on working; what it wrote since the copy needs a new number before anybody else can have it:\n"
               "  here          sampan box ask anew > ask\n"
               "  at the hub    sampan box enrol ask > certificate\n"
               "  here          sampan box recover certificate\n"
               "Then begin again with `sampan box have`.\n");
}

/* 1: somebody has to look at it. What could be taken is taken. */
static int tell_taken(const Order *o)
{
    const Received *got = &o->got;
    bool cut = was_cut_off(o->in);
    printf("new %lld, known %lld, left for the next time %lld, refused %lld\n", (long long)got->added, (long long)got->known, (long long)got->gap,
           (long long)got->refused);
    if (got->refused) printf("The first reason: %.*s\n", STR_ARG(got->why));
    if (cut) printf("%s was cut off on its way. What came whole is kept; begin again with `sampan box have` for the rest.\n", o->path);
    tell_what_next(o);
    return got->refused || got->copied || cut ? 1 : 0;
}

/* ---- files ---------------------------------------------------------------------------------------------------------------------------- */

static bool files_want_rule(Scope *s, void *order)
{
    Order *o = order;
    o->out = str_keep(o->keep, journal_files_wanted(s));
    return true;
}

static bool files_give_rule(Scope *s, void *order)
{
    Order *o = order;
    if (!may_be_given(s, o)) return false;
    str given = journal_files_given(s, o->in, (ptrdiff_t)(o->most ? o->most : MOST_FILES));
    if (!given.p) return is_unsigned(s, o);
    o->out = str_keep(o->keep, given);
    return o->out.n > 0 || is_not(o, str_fmt(s->arena, "%s asks for nothing that is here and that it may have", o->path));
}

static int64_t count_files(str wanted)
{
    int64_t n = 0;
    for (str_pair cut = str_cut(wanted, '\n'); cut.found; cut = str_cut(cut.tail, '\n')) n += str_starts(cut.head, S("file "));
    return n;
}

static bool files_take_rule(Scope *s, void *order)
{
    Order *o = order;
    o->got = journal_files_take(s, o->in);
    o->got.why = str_keep(o->keep, o->got.why);
    o->missing = count_files(journal_files_wanted(s));
    return true;
}

static int tell_files(const Order *o)
{
    printf("files that are whole now %lld, still missing %lld, refused %lld\n", (long long)o->got.added, (long long)o->missing,
           (long long)o->got.refused);
    if (o->got.refused) printf("The first reason: %.*s\n", STR_ARG(o->got.why));
    if (o->missing) printf("Begin again with `sampan box files want` for the rest.\n");
    return o->got.refused ? 1 : 0;
}

/* ---- the commands ------------------------------------------------------------------------------------------------------------------------ */

static const Command commands[] = {
    { "list",       0,            NULL,           0,  list_rule,       print },
    { "ask",        0,            read_anew,      -1, ask_rule,        print },
    { "enrol",      ASK,          read_enrolment, -1, enrol_rule,      print },
    { "join",       CERTIFICATES, NULL,           0,  join_rule,       tell_number },
    { "recover",    CERTIFICATES, NULL,           0,  recover_rule,    tell_number },
    { "revoke",     0,            read_number,    1,  revoke_rule,     tell_done },
    { "home",       0,            read_home,      2,  home_rule,       tell_done },
    { "have",       0,            NULL,           0,  have_rule,       print },
    { "give",       HAVE | GIVE,  read_most,      -1, give_rule,       print },
    { "take",       GIVE,         NULL,           0,  take_rule,       tell_taken },
    { "files want", 0,            NULL,           0,  files_want_rule, print },
    { "files give", WANT,         read_most,      -1, files_give_rule, print },
    { "files take", PIECES,       NULL,           0,  files_take_rule, tell_files },
};

static int usage(void)
{
    fprintf(stderr, "usage: sampan box list | ask [anew] | enrol FILE [name=TEXT] [economy=ID] [centre=NUMBER]… [hub] | join FILE\n"
                    "       sampan box recover FILE | revoke NUMBER | home ECONOMY on|off\n"
                    "       sampan box have | give FILE [most=BYTES] | take FILE\n"
                    "       sampan box files want | files give FILE [most=BYTES] | files take FILE\n"
                    "FILE may be - for standard input.\n");
    return 2;
}

static bool words_read(Order *o, int argc, char **argv)
{
    const Command *c = o->command;
    if (c->kinds && argc == 0) return false;
    if (c->kinds) o->path = *argv++, argc--;
    if (c->word_n >= 0 && argc != c->word_n) return false;
    for (int i = 0; i < argc; i++)
        if (!c->read(o, str_from(argv[i]))) return false;
    return true;
}

static const Command *command_named(Arena *keep, int *argc, char ***argv)
{
    if (*argc == 0) return NULL;
    int words = strcmp((*argv)[0], "files") == 0 && *argc > 1 ? 2 : 1;
    str name = words == 2 ? str_cat(keep, S("files "), str_from((*argv)[1])) : str_from((*argv)[0]);
    *argc -= words;
    *argv += words;
    for (int i = 0; i < COUNT_OF(commands); i++)
        if (str_eq(name, str_from(commands[i].name))) return &commands[i];
    return NULL;
}

static int carry_out(Site *site, Arena *work, Order *o)
{
    Landing l = { 0 };
    bool read = !o->command->kinds || file_read(o);
    if (read && site_write(site, work, 0, o->command->rule, o, &l)) return o->command->tell(o);
    if (l.kind) fprintf(stderr, "it could not be saved: %s\n", l.what);
    else fprintf(stderr, "%.*s\n", STR_ARG(o->why));
    return 1;
}

int box_command(Site *site, int argc, char **argv)
{
    Region keeping, working;
    CHECK(region_open(&keeping, KEEP_BYTES) && region_open(&working, WORK_BYTES));
    Arena keep = region_arena(&keeping, NULL), work = region_arena(&working, NULL);
    Order o = { .keep = &keep, .command = command_named(&keep, &argc, &argv) };
    int status = o.command && words_read(&o, argc, argv) ? carry_out(site, &work, &o) : usage();
    region_close(&working);
    region_close(&keeping);
    return status;
}

const Module box_module = { .name = "box", .command = box_command };
