/* outbox_settings - what the operator said of mail, SMS and hosts, and whether it makes sense.
 *
 *   SAMPAN_SMTP        files | off | smtp://[user@]host[:587] (STARTTLS, always) | smtps://[user@]host[:465] | smtp-plain://host[:25]
 *   SAMPAN_MAIL_FROM   Name <local@domain>, or the address alone
 *   SAMPAN_SMS         files | off | https://… (http:// only to this machine)
 *
 * What is secret stands in the file `secrets` of the data folder, a line each: "smtp PASSWORD", "sms whsec_…". Nobody but its owner may
 * be able to read it. An empty setting sends nothing. */
#include "outbox/outbox_own.h"

#include <errno.h>
#include <sys/stat.h>

enum { SECRETS_BYTES = 4096, CA_BYTES = 1 << 20, SECONDS_USUAL = 60 };

/* ---- secrets --------------------------------------------------------------------------------------------------------------- */

static const char *secrets_path(const Site *site, Arena *keep) { return str_fmt(keep, "%s/secrets", site->config.data).p; }

/* False: it must not be believed, or cannot be read; true and "": there is none. */
static bool secrets_read(const Site *site, Arena *keep, str *ret)
{
    const char *path = secrets_path(site, keep);
    struct stat st;
    *ret = S("");
    if (stat(path, &st) != 0) return errno == ENOENT;
    return (st.st_mode & 077) == 0 && os_read_file(keep, path, SECRETS_BYTES, ret);
}

static bool line_is_of(str line, str name) { return str_eq(str_cut(line, ' ').head, name); }

bool out_secret(const Site *site, Arena *keep, str name, str *ret)
{
    str lines;
    *ret = S("");
    if (!secrets_read(site, keep, &lines)) return false;
    while (lines.n) {
        str_pair cut = str_cut(lines, '\n');
        if (line_is_of(cut.head, name)) *ret = str_cut(cut.head, ' ').tail;
        lines = cut.tail;
    }
    return true;
}

bool out_secret_keep(const Site *site, Arena *tmp, str name, str secret)
{
    const char *path = secrets_path(site, tmp);
    str lines;
    Out o;
    if (!secrets_read(site, tmp, &lines)) return false;
    out_init(&o, tmp, SECRETS_BYTES);
    for (str_pair cut; lines.n; lines = cut.tail) {
        cut = str_cut(lines, '\n');
        if (cut.head.n && !line_is_of(cut.head, name)) out_fmt(&o, "%.*s\n", STR_ARG(cut.head));
    }
    if (secret.n) out_fmt(&o, "%.*s %.*s\n", STR_ARG(name), STR_ARG(secret));
    if (o.n > SECRETS_BYTES) return errno = EFBIG, false;
    mode_t before = umask(077);
    bool kept = os_write_file(path, out_text(&o)) && chmod(path, 0600) == 0;
    umask(before);
    return kept;
}

/* ---- mail ------------------------------------------------------------------------------------------------------------------ */

static bool fails(Arena *keep, str *ret_why, const char *why)
{
    *ret_why = str_keep(keep, str_from(why));
    return false;
}

static bool is_loopback(str host)
{
    bool figures = str_starts(host, S("127."));
    for (ptrdiff_t i = 0; i < host.n; i++) figures &= host.p[i] == '.' || (host.p[i] >= '0' && host.p[i] <= '9');
    return figures || str_eq(host, S("localhost")) || str_eq(host, S("[::1]"));
}

typedef struct Scheme { const char *word, *curl; bool starttls, tls; int port; } Scheme;
static const Scheme schemes[] = {
    { "smtp://", "smtp", true, true, 587 }, { "smtps://", "smtps", false, true, 465 }, { "smtp-plain://", "smtp", false, false, 25 },
};

/* The host is read by the reader of HTTP's addresses: it is the same grammar. */
static bool server_of(Arena *keep, str where, const Scheme *scheme, OutSettings *o, str *ret_why)
{
    OutUrl url;
    str rest = str_slice(where, (ptrdiff_t)strlen(scheme->word), where.n);
    ptrdiff_t at = rest.n;
    while (at > 0 && rest.p[at - 1] != '@') at--;
    o->user = at ? str_slice(rest, 0, at - 1) : S("");
    str place = str_slice(rest, at, rest.n);
    bool ported = place.n && place.p[place.n - 1] != ']' && str_find(str_slice(place, str_find(place, S("]")) + 1, place.n), S(":")) >= 0;
    str whole = str_fmt(keep, ported ? "http://%.*s" : "http://%.*s:%d", STR_ARG(place), scheme->port);
    if (!out_url(whole, &url) || url.path.n || !str_is_plain(o->user, false))
        return fails(keep, ret_why, "SAMPAN_SMTP is read as smtp://user@mail.example.org:587; this is not.");
    if (!scheme->tls && o->user.n && !is_loopback(url.host))
        return fails(keep, ret_why, "SAMPAN_SMTP would send a password in the clear: take smtp:// or smtps://, or leave the user out.");
    o->smtp = str_fmt(keep, "%s://%.*s:%lld", scheme->curl, STR_ARG(url.host), (long long)url.port);
    o->starttls = scheme->starttls;
    o->mail = OUT_TO_SERVER;
    return true;
}

static bool mail_to(const Site *site, Arena *keep, OutSettings *o, str *ret_why)
{
    str where = str_from(site->config.smtp);
    if (!where.n || str_eq(where, S("off"))) return true;
    if (str_eq(where, S("files"))) {
        o->mail = OUT_TO_FILES;
        return true;
    }
    for (int i = 0; i < COUNT_OF(schemes); i++)
        if (str_starts(where, str_from(schemes[i].word))) return server_of(keep, where, &schemes[i], o, ret_why);
    return fails(keep, ret_why, "SAMPAN_SMTP is files, off, or an address as smtp://user@mail.example.org:587.");
}

static bool mail_from(const Site *site, Arena *keep, OutSettings *o, str *ret_why)
{
    str said = str_from(site->config.mail_from);
    if (!said.n && o->mail != OUT_TO_SERVER) said = S("Sampan <sampan@localhost>");
    ptrdiff_t open = str_find(said, S("<"));
    bool named = open >= 0 && said.n > 0 && said.p[said.n - 1] == '>';
    o->from_name = named ? str_trim(str_slice(said, 0, open)) : S("");
    o->from = named ? str_slice(said, open + 1, said.n - 1) : said;
    if (!mail_address_is_fine(o->from) || !str_is_plain(o->from_name, false) || o->from_name.n > 100 || str_find(o->from, S("+")) >= 0)
        return fails(keep, ret_why, "SAMPAN_MAIL_FROM says who sends: Name <local@domain>, with no \"+\" in it.");
    o->local = str_cut(o->from, '@').head;
    o->domain = str_cut(o->from, '@').tail;
    return true;
}

/* ---- SMS ------------------------------------------------------------------------------------------------------------------- */

static bool sms_to(const Site *site, Arena *keep, OutSettings *o, str *ret_why)
{
    str where = str_from(site->config.sms);
    OutUrl url;
    if (!where.n || str_eq(where, S("off"))) return true;
    if (str_eq(where, S("files"))) {
        o->sms = OUT_TO_FILES;
        return true;
    }
    if (!out_url(where, &url) || (!url.tls && !is_loopback(url.host)))
        return fails(keep, ret_why, "SAMPAN_SMS is files, off, or the address of a gateway: https://…, or http://127.0.0.1:….");
    o->sms_url = where;
    o->local_sms = is_loopback(url.host);
    o->sms = OUT_TO_SERVER;
    return true;
}

/* ---- all of it ------------------------------------------------------------------------------------------------------------- */

static bool secrets_of(const Site *site, Arena *keep, OutSettings *o, str *ret_why)
{
    str sms;
    if (!out_secret(site, keep, S("smtp"), &o->password) || !out_secret(site, keep, S("sms"), &sms))
        return fails(keep, ret_why, "The file secrets in the data folder must be readable, and by nobody but its owner (chmod 600).");
    if (sms.n && !signed_key(keep, sms, &o->sms_key))
        return fails(keep, ret_why, "The secret called sms is no \"whsec_…\": sampan outbox secret sms.");
    return true;
}

static bool ca_of(const Site *site, Arena *keep, OutSettings *o, str *ret_why)
{
    const char *path = str_fmt(keep, "%s/ca.pem", site->config.data).p;
    if (os_read_file(keep, path, CA_BYTES, &o->ca) || errno == ENOENT) return true;
    return fails(keep, ret_why, "The file ca.pem in the data folder cannot be read, or is larger than a megabyte.");
}

bool out_settings(const Site *site, Arena *keep, OutSettings *ret, str *ret_why)
{
    OutSettings o = { .hosts = str_from(site->config.hosts), .seconds = site->config.out_seconds ? site->config.out_seconds : SECONDS_USUAL,
                      .answers = site->config.lmtp && site->config.lmtp[0] };
    str bad;
    if (!out_hosts_fine(o.hosts, &bad)) {
        *ret_why = str_fmt(keep, "SAMPAN_HOSTS cannot be read at \"%.*s\".", STR_ARG(bad));
        return false;
    }
    bool fine = mail_to(site, keep, &o, ret_why) && mail_from(site, keep, &o, ret_why) && sms_to(site, keep, &o, ret_why)
             && secrets_of(site, keep, &o, ret_why) && ca_of(site, keep, &o, ret_why);
    if (fine) *ret = o;
    return fine;
}
