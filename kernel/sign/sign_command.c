/* sign_command - sampan sign …: keys of this installation, a copy of them, and a look at something signed.
 *
 *   sampan sign list                                  keys, and until when they count
 *   sampan sign make OWNER PURPOSE [from=MOMENT]      a new key; the one before ends when it begins
 *   sampan sign revoke KEY [at=MOMENT] [stolen]       what it signs from then on does not count; stolen: see sign.h
 *   sampan sign trust [until=MOMENT]                  prints the list of this installation's keys, as JSON
 *   sampan sign backup FILE                           asks for a passphrase and writes a copy
 *   sampan sign restore FILE                          asks for it and takes the copy in
 *   sampan sign check FILE purpose=WORD list=FILE [at=MOMENT] [seen=MOMENT]      needs no installation
 *
 * MOMENT is as 2026-11-22T03:00:00Z. From a terminal the passphrase is not shown; else it is the first line of standard input.
 *
 * Rule     each is one transaction; a secret is never printed, and the memory that held one is wiped before it is given back. */
#include "sign/sign_command.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/os.h"
#include "sign/sign_own.h"

enum { WORK_BYTES = 512 << 20, WORDS_MAX = 6 };

typedef struct Order {
    Site   *site;
    Arena  *keep;
    const char *file;
    str     word[WORDS_MAX]; int word_n;        /* without a '=' */
    int64_t owner, from, at, seen, until;
    str     purpose, list;
    bool    stolen;
    str     plain, out, why;
    SignRestored restored;
} Order;

static bool fails(Order *o, str why)
{
    o->why = str_keep(o->keep, why);
    return false;
}

static int complain(str why)
{
    fprintf(stderr, "%.*s\n", STR_ARG(why));
    return 1;
}

/* ---- words ------------------------------------------------------------------------------------------------------ */

static bool moment_word(str value, int64_t *ret) { return time_iso_parse(value, ret) && *ret > 0; }

static bool word_read(Order *o, str word)
{
    str_pair cut = str_cut(word, '=');
    if (!cut.found) {
        if (o->word_n == WORDS_MAX) return false;
        o->word[o->word_n++] = word;
        return true;
    }
    if (str_eq(cut.head, S("from")))    return moment_word(cut.tail, &o->from);
    if (str_eq(cut.head, S("at")))      return moment_word(cut.tail, &o->at);
    if (str_eq(cut.head, S("seen")))    return moment_word(cut.tail, &o->seen);
    if (str_eq(cut.head, S("until")))   return moment_word(cut.tail, &o->until);
    o->purpose = str_eq(cut.head, S("purpose")) ? cut.tail : o->purpose;
    o->list = str_eq(cut.head, S("list")) ? cut.tail : o->list;
    return str_eq(cut.head, S("purpose")) || str_eq(cut.head, S("list"));
}

/* ---- the passphrase --------------------------------------------------------------------------------------------- */

static bool passphrase_ask(Order *o, bool twice, str *ret)
{
    str again = { 0 };
    if (!os_ask_hidden(o->keep, "Passphrase", SIGN_PASSPHRASE_MAX, ret)) return fails(o, S("The passphrase has at most 1,000 bytes."));
    if (twice && ret->n < SIGN_PASSPHRASE_MIN)
        return fails(o, S("The passphrase has at least 12 characters: several words that you can keep in mind."));
    if (twice && isatty(STDIN_FILENO) && (!os_ask_hidden(o->keep, "The same again", SIGN_PASSPHRASE_MAX, &again) || !str_eq(*ret, again)))
        return fails(o, S("The two were not the same. Nothing was written."));
    return true;
}

/* ---- list, make, revoke, trust ---------------------------------------------------------------------------------- */

static void say_moment(Out *out, Arena *keep, const char *what, int64_t ms)
{
    if (ms) out_fmt(out, "  %s %.*s", what, STR_ARG(time_iso(keep, ms)));
}

static bool list_rule(Scope *s, void *order)
{
    Order *o = order;
    Out out;
    SignKeys keys = sign_keys(s);
    out_init(&out, o->keep, 1024);
    for (ptrdiff_t i = 0; i < keys.n; i++) {
        const SignKey *k = &keys.row[i];
        out_fmt(&out, "%.*s  owner %lld  %.*s", STR_ARG(k->name), (long long)k->owner, STR_ARG(k->purpose));
        say_moment(&out, s->arena, "from", k->from);
        say_moment(&out, s->arena, "until", k->until);
        say_moment(&out, s->arena, k->stolen ? "stolen, revoked from" : "revoked from", k->revoked);
        out_char(&out, '\n');
    }
    if (keys.n == 0) out_lit(&out, "There are no keys here. `sampan sign make` makes one.\n");
    o->out = out_text(&out);
    return true;
}

static bool make_rule(Scope *s, void *order)
{
    Order *o = order;
    SignKey key;
    str why;
    if (!sign_key_make(s, o->owner, o->word[2], o->from, &key, &why)) return fails(o, why);
    o->out = str_fmt(o->keep, "%.*s\n", STR_ARG(key.name));
    return true;
}

static bool revoke_rule(Scope *s, void *order)
{
    Order *o = order;
    str why;
    o->out = S("done\n");
    return sign_key_revoke(s, o->word[1], o->at, o->stolen, &why) || fails(o, why);
}

static bool trust_rule(Scope *s, void *order)
{
    Order *o = order;
    str list = sign_list_json(s->arena, sign_own_list(s), s->now, o->until);
    o->out = str_fmt(o->keep, "%.*s\n", STR_ARG(list));
    return true;
}

/* ---- backup and restore ----------------------------------------------------------------------------------------- */

static bool plain_rule(Scope *s, void *order)
{
    Order *o = order;
    str why;
    str plain = sign_backup_plain(s, &why);
    if (!plain.n) return fails(o, why);
    o->plain = str_keep(o->keep, plain);
    return true;
}

/* Read back, and opened: a copy that was never tried is none. */
static bool copy_is_good(Order *o, str passphrase)
{
    str file, plain;
    const char *why;
    return os_read_file(o->keep, o->file, SIGN_BACKUP_MAX, &file)
        && sign_backup_open(o->keep, file, passphrase, &plain, &why) && str_eq(plain, o->plain);
}

static bool copy_write(Order *o)
{
    str passphrase;
    struct stat st;
    if (stat(o->file, &st) == 0) return fails(o, str_fmt(o->keep, "%s is there already. Nothing was written.", o->file));
    if (!passphrase_ask(o, true, &passphrase)) return false;
    str file = sign_backup_seal(o->keep, o->plain, passphrase);
    if (!file.n) return fails(o, S("The machine has no memory for this now."));
    if (file.n > SIGN_BACKUP_MAX) return fails(o, S("There are too many keys for one copy."));
    if (!os_write_file(o->file, file) || chmod(o->file, 0600) != 0)
        return fails(o, str_fmt(o->keep, "%s cannot be written: %s", o->file, strerror(errno)));
    return copy_is_good(o, passphrase) || fails(o, str_fmt(o->keep, "%s could not be read back. Do not rely on it.", o->file));
}

static bool restore_rule(Scope *s, void *order)
{
    Order *o = order;
    str why;
    return sign_backup_take(s, o->plain, &o->restored, &why) || fails(o, why);
}

static bool copy_read(Order *o)
{
    str file, passphrase;
    const char *why;
    if (!os_read_file(o->keep, o->file, SIGN_BACKUP_MAX, &file)) return fails(o, str_fmt(o->keep, "%s cannot be read: %s", o->file, strerror(errno)));
    if (!passphrase_ask(o, false, &passphrase)) return false;
    return sign_backup_open(o->keep, file, passphrase, &o->plain, &why) || fails(o, str_from(why));
}

/* ---- the commands ----------------------------------------------------------------------------------------------- */

static int usage(void)
{
    fprintf(stderr, "usage: sampan sign list | make OWNER PURPOSE [from=MOMENT] | revoke KEY [at=MOMENT] [stolen] | trust [until=MOMENT]\n"
                    "       sampan sign backup FILE | restore FILE\n"
                    "       sampan sign check FILE purpose=WORD list=FILE [at=MOMENT] [seen=MOMENT]\n"
                    "A MOMENT is as 2026-11-22T03:00:00Z.\n");
    return 2;
}

static int write_and_print(Order *o, Arena *work, bool (*rule)(Scope *, void *))
{
    Landing l = { 0 };
    if (!site_write(o->site, work, 0, rule, o, &l)) return complain(l.kind ? str_fmt(o->keep, "it could not be saved: %s", l.what) : o->why);
    printf("%.*s", STR_ARG(o->out));
    return 0;
}

static int backup(Order *o, Arena *work)
{
    Landing l = { 0 };
    if (!site_write(o->site, work, 0, plain_rule, o, &l)) return complain(l.kind ? str_from(l.what) : o->why);
    if (!copy_write(o)) return complain(o->why);
    printf("%s holds the keys. It is of use only with the passphrase: keep the two in different places.\n", o->file);
    return 0;
}

static int restore(Order *o, Arena *work)
{
    if (!copy_read(o)) return complain(o->why);
    int status = write_and_print(o, work, restore_rule);
    const SignRestored *r = &o->restored;
    if (status == 0) printf("new %lld, known %lld; of these sealed anew %lld, ended or revoked %lld\n", (long long)r->added, (long long)r->known,
                            (long long)r->resealed, (long long)r->changed);
    return status;
}

static int run(Order *o, Arena *work)
{
    str command = o->word_n ? o->word[0] : S("");
    bool one = o->word_n == 2;
    if (str_eq(command, S("list")) && o->word_n == 1)  return write_and_print(o, work, list_rule);
    if (str_eq(command, S("trust")) && o->word_n == 1) return write_and_print(o, work, trust_rule);
    if (str_eq(command, S("make")) && o->word_n == 3 && str_int(o->word[1], &o->owner)) return write_and_print(o, work, make_rule);
    o->stolen = o->word_n == 3 && str_eq(o->word[2], S("stolen"));
    if (str_eq(command, S("revoke")) && (one || o->stolen)) return write_and_print(o, work, revoke_rule);
    if (one) o->file = str_z(o->keep, o->word[1]);
    if (str_eq(command, S("backup")) && one)  return backup(o, work);
    if (str_eq(command, S("restore")) && one) return restore(o, work);
    return usage();
}

static bool words_read(Order *o, int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (!word_read(o, str_from(argv[i]))) return false;
    return true;
}

static void wipe_and_close(Region *r, const Arena *used)
{
    sodium_memzero(r->base, (size_t)(used->at - r->base));
    region_close(r);
}

int sign_command(Site *site, int argc, char **argv)
{
    Region keeping, working;
    CHECK(region_open(&keeping, WORK_BYTES) && region_open(&working, WORK_BYTES));
    Arena keep = region_arena(&keeping, NULL), work = region_arena(&working, NULL);
    Order o = { .site = site, .keep = &keep };
    int status = words_read(&o, argc, argv) ? run(&o, &work) : usage();
    wipe_and_close(&keeping, &keep);
    wipe_and_close(&working, &work);
    return status;
}

/* ---- check: needs no installation ------------------------------------------------------------------------------- */

static bool list_take(Order *o, SignList *ret)
{
    str json;
    const char *why;
    const char *path = str_z(o->keep, o->list);
    if (!os_read_file(o->keep, path, SIGN_DOCUMENT_MAX, &json)) return fails(o, str_fmt(o->keep, "%s cannot be read: %s", path, strerror(errno)));
    return sign_list_read(o->keep, json, ret, &why) || fails(o, str_fmt(o->keep, "%s: %s", path, why));
}

static int tell_checked(const Signed *g, Arena *keep)
{
    str verdict = sign_verdict_word(g->verdict);
    printf("%.*s: %s\n", STR_ARG(verdict), g->why);
    if (g->place >= 0) printf("at byte %lld\n", (long long)g->place);
    if (g->key.n) printf("key %.*s\n", STR_ARG(g->key));
    if (g->moment) printf("signed %.*s\n", STR_ARG(time_iso(keep, g->moment)));
    if (g->document.n) printf("%.*s\n", STR_ARG(g->document));
    return g->verdict == SIGN_GOOD ? 0 : 1;
}

static int check(Order *o)
{
    str text;
    SignAsk ask = { .purpose = o->purpose, .moment = o->at ? o->at : os_now(), .seen = o->seen };
    o->file = str_z(o->keep, o->word[1]);
    if (!list_take(o, &ask.list)) return complain(o->why);
    if (!os_read_file(o->keep, o->file, SIGN_DOCUMENT_MAX, &text))
        return complain(str_fmt(o->keep, "%s cannot be read: %s", o->file, strerror(errno)));
    str code = str_trim(text);
    Signed g = str_starts(code, S(COMPACT_PREFIX)) ? sign_check_compact(o->keep, code, &ask) : sign_check(o->keep, text, &ask);
    return tell_checked(&g, o->keep);
}

int sign_tool(int argc, char **argv)
{
    Region keeping;
    if (argc == 0 || strcmp(argv[0], "check") != 0) return -1;
    CHECK(region_open(&keeping, WORK_BYTES));
    Arena keep = region_arena(&keeping, NULL);
    Order o = { .keep = &keep };
    bool fine = words_read(&o, argc, argv) && o.word_n == 2 && o.purpose.n && o.list.n;
    int status = fine ? check(&o) : usage();
    region_close(&keeping);
    return status;
}

/* ---- doctor ----------------------------------------------------------------------------------------------------- */

enum { SOON_DAYS = 30 };

static bool is_last(SignKeys keys, const SignKey *k)
{
    for (ptrdiff_t i = 0; i < keys.n; i++) {
        const SignKey *other = &keys.row[i];
        if (other->owner == k->owner && str_eq(other->purpose, k->purpose) && other->from > k->from && !other->revoked) return false;
    }
    return true;
}

static void doctor_key(Scope *s, Doctor *d, SignKeys keys, const SignKey *k)
{
    long long owner = (long long)k->owner;
    if (k->revoked) return;
    if (!sign_key_opens(s, k->name))
        doctor_bad(d, "Take the key file from a copy of the data folder, or run `sampan sign restore`.",
                   "the key %.*s of %lld for %.*s cannot be opened", STR_ARG(k->name), owner, STR_ARG(k->purpose));
    if (k->until && k->until < s->now + SOON_DAYS * DAY && is_last(keys, k))
        doctor_bad(d, "Run `sampan sign make`.", "the key of %lld for %.*s ends at %.*s, and none follows", owner, STR_ARG(k->purpose),
                   STR_ARG(time_iso(s->arena, k->until)));
    if (k->made > s->now + SIGN_CLOCK_SLACK)
        doctor_bad(d, "Look whether the clock is right.", "the key %.*s was made later than now", STR_ARG(k->name));
}

static bool doctor(Scope *s, Doctor *d)
{
    int before = d->bad;
    SignKeys keys = sign_keys(s);
    for (ptrdiff_t i = 0; i < keys.n; i++) doctor_key(s, d, keys, &keys.row[i]);
    if (keys.n && d->bad == before) doctor_fine(d, "all keys for signatures can be opened: %lld", (long long)keys.n);
    return true;
}

const Module sign_module = { .name = "sign", .command = sign_command, .tool = sign_tool, .doctor = doctor };
