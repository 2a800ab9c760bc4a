/* os_config - the settings, from the environment and from flags. */
#include "os/os.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SAMPAN_SOURCE
#define SAMPAN_SOURCE "."
#endif

enum { COUNT_MAX = 256 };

typedef enum SettingKind { SETTING_TEXT, SETTING_COUNT, SETTING_SWITCH } SettingKind;

typedef struct Setting {
    const char *variable, *flag;
    SettingKind kind;
    size_t      at;             /* where in Config */
    bool        may_be_empty;
} Setting;

static const Setting settings[] = {
    { "SAMPAN_LISTEN",  "--listen",       SETTING_TEXT,   offsetof(Config, listen),       false },
    { "SAMPAN_DATA",    "--data",         SETTING_TEXT,   offsetof(Config, data),         false },
    { "DATABASE_URL",   "--database-url", SETTING_TEXT,   offsetof(Config, database_url), true  },
    { "SAMPAN_CONTENT", "--content",      SETTING_TEXT,   offsetof(Config, content),      false },
    { "SAMPAN_USER",    "--user",         SETTING_TEXT,   offsetof(Config, user),         true  },
    { "SAMPAN_THREADS", "--threads",      SETTING_COUNT,  offsetof(Config, threads),      false },
    { "SAMPAN_SANDBOX", "--sandbox",      SETTING_SWITCH, offsetof(Config, sandbox),      false },
    { "SAMPAN_BUDGETS", "--budgets",      SETTING_SWITCH, offsetof(Config, budgets),      false },
    { "SAMPAN_SMTP",        "--smtp",        SETTING_TEXT,  offsetof(Config, smtp),        false },
    { "SAMPAN_MAIL_FROM",   "--mail-from",   SETTING_TEXT,  offsetof(Config, mail_from),   true  },
    { "SAMPAN_LMTP",        "--lmtp",        SETTING_TEXT,  offsetof(Config, lmtp),        true  },
    { "SAMPAN_SMS",         "--sms",         SETTING_TEXT,  offsetof(Config, sms),         false },
    { "SAMPAN_HOSTS",       "--hosts",       SETTING_TEXT,  offsetof(Config, hosts),       true  },
    { "SAMPAN_OUT_SECONDS", "--out-seconds", SETTING_COUNT, offsetof(Config, out_seconds), false },
};
enum { SETTINGS = sizeof settings / sizeof settings[0] };

/* `name` is the variable or flag that the value came by, for the sentence. */
static bool set(Config *c, const Setting *setting, str name, const char *value, Arena *keep, str *ret_why)
{
    void *place = (char *)c + setting->at;
    str v = str_from(value);
    int64_t count;
    if (v.n == 0 && !setting->may_be_empty) {
        *ret_why = str_fmt(keep, "%.*s needs a value.", STR_ARG(name));
        return false;
    }
    switch (setting->kind) {
    case SETTING_TEXT:
        *(const char **)place = value;
        return true;
    case SETTING_COUNT:
        if (!str_int(v, &count) || count < 0 || count > COUNT_MAX) {
            *ret_why = str_fmt(keep, "%.*s must be a number from 0 to %d, not \"%s\".", STR_ARG(name), COUNT_MAX, value);
            return false;
        }
        *(int *)place = (int)count;
        return true;
    case SETTING_SWITCH:
        if (!str_eq(v, S("on")) && !str_eq(v, S("off"))) {
            *ret_why = str_fmt(keep, "%.*s must be \"on\" or \"off\", not \"%s\".", STR_ARG(name), value);
            return false;
        }
        *(bool *)place = str_eq(v, S("on"));
        return true;
    }
    return false;
}

/* ---- the environment ------------------------------------------------------------------------------------------- */

static bool is_setting(str variable)
{
    for (int i = 0; i < SETTINGS; i++)
        if (str_eq(variable, str_from(settings[i].variable))) return true;
    return false;
}

/* What the scripts of the tree say to each other. */
static bool is_of_the_scripts(str variable)
{
    return str_starts(variable, S("SAMPAN_TEST_")) || str_starts(variable, S("SAMPAN_PG_"));
}

static bool environment_is_known(Arena *keep, str *ret_why)
{
    for (char **e = environ; *e; e++) {
        str name = str_cut(str_from(*e), '=').head;
        if (!str_starts(name, S("SAMPAN_")) || is_setting(name) || is_of_the_scripts(name)) continue;
        *ret_why = str_fmt(keep, "There is no setting %.*s.", STR_ARG(name));
        return false;
    }
    return true;
}

static bool from_environment(Config *c, Arena *keep, str *ret_why)
{
    for (int i = 0; i < SETTINGS; i++) {
        const char *value = getenv(settings[i].variable);
        if (value && *value && !set(c, &settings[i], str_from(settings[i].variable), value, keep, ret_why)) return false;
    }
    return environment_is_known(keep, ret_why);
}

/* ---- flags ------------------------------------------------------------------------------------------------------- */

static const Setting *setting_of(str flag)
{
    for (int i = 0; i < SETTINGS; i++)
        if (str_eq(flag, str_from(settings[i].flag))) return &settings[i];
    return NULL;
}

static bool from_flag(Config *c, const char *word, Arena *keep, str *ret_why)
{
    str_pair flag = str_cut(str_from(word), '=');
    const Setting *setting = setting_of(flag.head);
    if (!setting) {
        *ret_why = str_fmt(keep, "There is no flag %.*s.", STR_ARG(flag.head));
        return false;
    }
    if (!flag.found) {
        *ret_why = str_fmt(keep, "%.*s needs a value: %.*s=…", STR_ARG(flag.head), STR_ARG(flag.head));
        return false;
    }
    return set(c, setting, flag.head, flag.tail.p, keep, ret_why);
}

static bool is_for_main(str word)
{
    return !str_starts(word, S("--")) || str_eq(word, S("--help"));
}

static bool from_flags(Config *c, int *argc, char **argv, Arena *keep, str *ret_why)
{
    int n = *argc > 0 ? 1 : 0, i = n;
    for (; i < *argc && !str_eq(str_from(argv[i]), S("--")); i++) {
        if (is_for_main(str_from(argv[i]))) argv[n++] = argv[i];
        else if (!from_flag(c, argv[i], keep, ret_why)) return false;
    }
    for (i++; i < *argc; i++) argv[n++] = argv[i];
    argv[n] = NULL;
    *argc = n;
    return true;
}

/* ---- the usual --------------------------------------------------------------------------------------------------- */

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Built from source, the lessons stand beside it; installed, in share beside the program's bin. */
static const char *usual_content(Arena *keep)
{
    if (is_folder(SAMPAN_SOURCE "/content")) return SAMPAN_SOURCE "/content";
    char program[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program);
    str bin = { program, n > 0 ? n : 0 };
    while (bin.n > 0 && bin.p[bin.n - 1] != '/') bin.n--;
    return str_fmt(keep, "%.*s../share/sampan/content", STR_ARG(bin)).p;
}

bool os_config(int *argc, char **argv, Config *ret, Arena *keep, str *ret_why)
{
    Config c = {
        .listen = "127.0.0.1:8080",
        .data = "./var",
        .database_url = "",
        .content = usual_content(keep),
        .user = "",
        .threads = 0,
        .sandbox = true,
        .budgets = true,
        .smtp = "files",
        .mail_from = "",
        .lmtp = "",
        .sms = "files",
        .hosts = "",
        .out_seconds = 60,
    };
    if (!from_environment(&c, keep, ret_why)) return false;
    if (!from_flags(&c, argc, argv, keep, ret_why)) return false;
    *ret = c;
    return true;
}
