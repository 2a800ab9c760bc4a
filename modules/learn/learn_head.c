/* learn_head - lines, lists, and the head of `key: value` lines at the top of every text of a pack. */
#include "learn_pack.h"

enum { VALUE_CHARS_MAX = 1000 };

bool pack_line(str *rest, str *ret_line)
{
    if (!rest->n) return false;
    str_pair cut = str_cut(*rest, '\n');
    *ret_line = cut.head;
    *rest = cut.found ? cut.tail : (str){ 0 };
    return true;
}

Strs pack_list(Arena *keep, str value, char between)
{
    Strs list = { NEW(keep, str, PACK_LIST_MAX), 0 };
    for (str_pair cut = { .tail = value, .found = true }; cut.found && list.n < PACK_LIST_MAX;) {
        cut = str_cut(cut.tail, between);
        str entry = str_trim(cut.head);
        if (entry.n) list.row[list.n++] = entry;
    }
    return list;
}

static int rule_of(const HeadRule *rules, int rule_n, str key)
{
    for (int i = 0; i < rule_n; i++)
        if (str_eq(key, str_from(rules[i].name))) return i;
    return -1;
}

static str keys_allowed(Arena *keep, const HeadRule *rules, int rule_n)
{
    str names[HEAD_KEYS_MAX];
    for (int i = 0; i < rule_n; i++) names[i] = str_from(rules[i].name);
    return str_join(keep, names, rule_n, S(", "));
}

static void take_pair(PackProblems *problems, str file, int at, str line, const HeadRule *rules, int rule_n, Head *head)
{
    str_pair pair = str_cut(line, ':');
    str key = str_trim(pair.head), value = str_trim(pair.tail);
    int rule = rule_of(rules, rule_n, key);
    if (!pair.found)
        pack_problem(problems, file, at,
                     "A line of the head is `key: value`, and the head ends with a line of three '-'.");
    else if (rule < 0)
        pack_problem(problems, file, at, "The key \"%.*s\" is not known here. Known are: %.*s.", STR_ARG(key),
                     STR_ARG(keys_allowed(problems->keep, rules, rule_n)));
    else if (head->line[rule]) pack_problem(problems, file, at, "\"%s\" is said twice.", rules[rule].name);
    else if (str_chars(value) > VALUE_CHARS_MAX)
        pack_problem(problems, file, at, "This is longer than %d characters.", VALUE_CHARS_MAX);
    else {
        head->value[rule] = value;
        head->line[rule] = at;
    }
}

Head head_read(PackProblems *problems, const PackFile *file, const HeadRule *rules, int rule_n)
{
    CHECK(rule_n <= HEAD_KEYS_MAX);
    Head head = { .body = { file->path, file->bytes, 1 } };
    str rest = file->bytes, line = { 0 };
    int at = 1;
    bool ended = false;
    if (!pack_line(&rest, &line) || !str_eq(str_trim(line), S("---"))) {
        pack_problem(problems, file->path, 1, "The file must begin with a head: a line of three '-', lines of "
                     "`key: value`, a line of three '-'.");
        return head;
    }
    while (!ended && pack_line(&rest, &line)) {
        at++;
        ended = str_eq(str_trim(line), S("---"));
        if (!ended && str_trim(line).n) take_pair(problems, file->path, at, line, rules, rule_n, &head);
    }
    if (!ended) pack_problem(problems, file->path, at, "The head has no end: a line of three '-' is missing.");
    for (int i = 0; i < rule_n; i++)
        if (rules[i].must && !head.value[i].n)
            pack_problem(problems, file->path, head.line[i] ? head.line[i] : 1, "\"%s\" is missing in the head.",
                         rules[i].name);
    head.body = (PackText){ file->path, rest, at + 1 };
    return head;
}

int64_t head_int(PackProblems *problems, const PackFile *file, const Head *head, int key, const char *name, int64_t min,
                 int64_t max)
{
    int64_t v;
    if (!head->value[key].n) return 0;
    if (str_int(head->value[key], &v) && v >= min && v <= max) return v;
    pack_problem(problems, file->path, head->line[key], "\"%s\" is a whole number from %lld to %lld.", name,
                 (long long)min, (long long)max);
    return 0;
}
