/* journal_lines - what letters between nodes are made of: lines of words, and a signature under them. A line without its newline was
 * cut off and is not there. */
#include "journal/journal_own.h"

bool take_line(str *text, str *ret)
{
    str_pair cut = str_cut(*text, '\n');
    *text = cut.tail;
    *ret = cut.head;
    return cut.found;
}

str take_word(str *line)
{
    str_pair cut = str_cut(*line, ' ');
    *line = cut.tail;
    return cut.head;
}

bool take_number(str *line, int64_t *ret) { return str_int(take_word(line), ret); }

bool take_stream(str *line, Audience *ret_audience, int64_t *ret_stream)
{
    int64_t audience;
    if (!take_number(line, &audience) || audience < 1 || audience >= AUDIENCES || !take_number(line, ret_stream)) return false;
    *ret_audience = (Audience)audience;
    return *ret_stream != 0 && (*ret_stream < 0) == (audience == AUDIENCE_CARD);
}

/* ---- the first digits of a hash say whether two mean the same ---------------------------------------------------------- */

void hash_digits(Scope *s, Out *o, str hash)
{
    out_str(o, str_slice(hex_encode(s->arena, hash), 0, HASH_DIGITS));
}

bool same_hash(Scope *s, str hash, str digits)
{
    return hash.n > 0 && str_eq(str_slice(hex_encode(s->arena, hash), 0, HASH_DIGITS), digits);
}

/* ---- a message that says who wrote it ------------------------------------------------------------------------------- */

void signed_end(Scope *s, Out *o)
{
    str signature = base64url_encode(s->arena, sign(s, out_text(o)));
    out_fmt(o, "signed %.*s\n", STR_ARG(signature));
}

bool signed_by(Scope *s, str message, int64_t node, str *ret_lines)
{
    str signature;
    journal_rows_node_row by;
    ptrdiff_t at = message.n - 1;
    while (at > 0 && message.p[at - 1] != '\n') at--;
    str last = str_slice(message, at, message.n - 1);
    if (message.n < 8 || message.p[message.n - 1] != '\n' || !str_starts(last, S("signed ")) || !journal_rows_node(s, node, &by)) return false;
    *ret_lines = str_slice(message, 0, at);
    return base64url_decode(s->arena, str_slice(last, 7, last.n), &signature) && key_signs(s->arena, by.key, *ret_lines, signature);
}

int64_t message_node(str message, const char *word, int64_t *ret_time)
{
    str line;
    int64_t node;
    if (!take_line(&message, &line) || !str_eq(take_word(&line), str_from(word))) return 0;
    return take_number(&line, &node) && is_node(node) && take_number(&line, ret_time) ? node : 0;
}

/* What it holds is not of the future, whatever its clock says now: else a hub whose clock fell behind would have everybody give new ids to what it
 * has long since. */
int64_t time_told(Scope *s)
{
    int64_t last = id_ms(journal_rows_last_id(s)) + JOURNAL_EPOCH;
    return last > s->now ? last : s->now;
}

int64_t hub_time(Scope *s, str message)
{
    int64_t said = 0, node = message_node(message, "lack", &said);
    str lines;
    return node && !number_is_ours(s, node) && node_is_hub(s, node) && signed_by(s, message, node, &lines) ? said : 0;
}
