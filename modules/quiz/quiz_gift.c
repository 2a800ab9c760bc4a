/* quiz_gift - questions from Moodle's GIFT language.
 *
 *   // a remark                                  a line of its own
 *   $CATEGORY: a/b                               read over: a set is the lesson's
 *   ::name:: [markdown] Text { answers ####why } text after
 *
 *   {=right #why ~wrong #why ~%50%half #why}     one choice; weights give part of the mark
 *   {~%50%a ~%50%b ~%-100%c}                     several choices: no '=' among them
 *   {T #if wrong #if right}   {F …}              true or false
 *   {#540:0.005}  {#1..5}  {#=540:1 =%50%540:10 #nearly ~#other numbers}      numbers; the text after is the unit
 *   {=FCA =fca #why =%0%*FOB* #why not}          a few words; * stands for anything
 *   {=left -> right =left -> right = -> belongs nowhere}                      pairs
 *   {> first | second | third}                   our addition: put in order
 *   a {=word} and {~this =that}                  our addition: several gaps, typed or from a menu
 *
 * A backslash takes the meaning from ~ = # { } : | and itself; \n is a new line. A blank line ends a question.
 *
 * Rule     never fails and never guesses: a question that could be understood in two ways, or that leaves a wrong answer
 *          unexplained, is a problem with a line and a sentence, and is left out of the bank.
 *
 * Not taken: questions that a machine cannot mark ({}), text without a question, and [html], which could carry anything. */
#include "quiz_own.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>

enum { NAME_BYTES_MAX = 60, QUOTED_CHARS = 40 };

typedef struct Reader {
    Arena      *keep;
    const char *file;
    QuizBank    bank;
} Reader;

/* One question on its way. */
typedef struct Block {
    Reader      *r;
    str          text;      /* remarks are empty lines here, so that lines can be counted */
    int          line;
    QuizMarkup   markup;
    bool         bad;
    QuizQuestion q;
} Block;

/* ---- problems ------------------------------------------------------------------------------------------------- */

static void add_problem(Reader *r, int line, str sentence)
{
    QuizBank *bank = &r->bank;
    if (bank->problem_n == QUIZ_PROBLEMS_MAX) return;
    ptrdiff_t at = bank->problem_n++;
    for (; at > 0 && bank->problem[at - 1].line > line; at--) bank->problem[at] = bank->problem[at - 1];
    bank->problem[at] = (QuizProblem){ line, sentence };
}

/* `at` points into the block: where the sentence belongs. */
__attribute__((format(printf, 3, 4))) static void problem(Block *b, const char *at, const char *format, ...)
{
    char sentence[400];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    int line = b->line;
    for (const char *p = b->text.p; p < at && p < b->text.p + b->text.n; p++) line += *p == '\n';
    b->bad = true;
    if (n >= (int)sizeof sentence) n = (int)sizeof sentence - 1;
    add_problem(b->r, line, str_keep(b->r->keep, (str){ sentence, n }));
}

/* The beginning of what the author wrote, to be named in a sentence. */
static str quoted(Block *b, str s)
{
    str rest = str_trim(s);
    const char *from = rest.p;
    for (int i = 0; i < QUOTED_CHARS && rest.n; i++) utf8_next(&rest);
    str head = { from, rest.p - from };
    return str_fmt(b->r->keep, "“%.*s%s”", STR_ARG(head), rest.n ? "…" : "");
}

/* ---- the small change of the language ------------------------------------------------------------------------- */

/* The first unescaped character that is one of `set`, from `from`; s.n: none. */
static ptrdiff_t special(str s, ptrdiff_t from, const char *set)
{
    for (ptrdiff_t i = from; i < s.n; i++) {
        if (s.p[i] == '\\') i++;
        else if (strchr(set, s.p[i])) return i;
    }
    return s.n;
}

static bool has(str s, const char *set) { return special(s, 0, set) < s.n; }

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/* Escapes resolved, runs of blanks and line ends made one blank, also at the ends: a gap needs the blank beside it. */
static str clean_between(Block *b, str s)
{
    Out out;
    out_init(&out, b->r->keep, s.n + 1);
    for (ptrdiff_t i = 0; i < s.n; i++) {
        char next = i + 1 < s.n ? s.p[i + 1] : 0;
        if (s.p[i] == '\\' && next == 'n') { out_char(&out, '\n'); i++; }
        else if (s.p[i] == '\\' && next && strchr("~=#{}:|\\", next)) { out_char(&out, next); i++; }
        else if (!is_space(s.p[i])) out_char(&out, s.p[i]);
        else if (!is_space(next)) out_char(&out, ' ');
    }
    return out_text(&out);
}

static str clean(Block *b, str s) { return clean_between(b, str_trim(s)); }

/* "[plain] text": takes the word in brackets off the front when it names a format. */
static QuizMarkup take_format(Block *b, str *s, QuizMarkup otherwise)
{
    static const struct { str word; QuizMarkup markup; } formats[] = {
        { S("[markdown]"), QUIZ_TAGS }, { S("[plain]"), QUIZ_LITERAL }, { S("[moodle]"), QUIZ_LITERAL },
        { S("[html]"), QUIZ_LITERAL },
    };
    *s = str_trim(*s);
    for (int i = 0; i < 4; i++) {
        if (!str_starts(*s, formats[i].word)) continue;
        if (i == 3)
            problem(b, s->p, "HTML is not taken here. Write plain text; **bold**, *stress* and `code` may be used.");
        *s = str_slice(*s, formats[i].word.n, s->n);
        return formats[i].markup;
    }
    return otherwise;
}

static Html shown(Block *b, str s)
{
    QuizMarkup markup = take_format(b, &s, b->markup);
    return quiz_inline(b->r->keep, clean(b, s), markup);
}

static Html shown_bare(Block *b, str s)
{
    QuizMarkup markup = take_format(b, &s, b->markup);
    return quiz_inline(b->r->keep, clean(b, s), markup == QUIZ_LITERAL ? QUIZ_LITERAL : QUIZ_BARE);
}

static bool read_number(Block *b, str s, double *ret)
{
    s = str_trim(s);
    if (!s.n || s.n > 40) return false;
    for (ptrdiff_t i = 0; i < s.n; i++) if (!strchr("0123456789+-.eE", s.p[i])) return false;
    char *end;
    const char *z = str_z(b->r->keep, s);
    double v = strtod(z, &end);
    if (end != z + s.n || !isfinite(v)) return false;
    *ret = v;
    return true;
}

/* "%33.33333%" off the front of an answer. Anything else that begins with % is text. */
static bool take_weight(Block *b, str *s, int32_t *ret)
{
    if (!s->n || s->p[0] != '%') return false;
    str_pair cut = str_cut(str_slice(*s, 1, s->n), '%');
    double percent;
    if (!cut.found || !read_number(b, cut.head, &percent) || fabs(percent) > 100) return false;
    *ret = (int32_t)lround(percent * (QUIZ_FULL_MARK / 100));
    *s = str_trim(cut.tail);
    return true;
}

/* ---- answers -------------------------------------------------------------------------------------------------- */

typedef struct Piece { const char *at; char mark; bool weighted; int32_t weight; str body, feedback; } Piece;

/* The next answer of a braced text: from its '=' or '~' to the next one. `bare_first`: the first may come without. */
static bool next_piece(Block *b, str *rest, bool bare_first, Piece *ret)
{
    *rest = str_trim(*rest);
    if (!rest->n) return false;
    bool marked = rest->p[0] == '=' || rest->p[0] == '~';
    if (!marked && !bare_first) {
        problem(b, rest->p, "An answer begins with = when it is right and ~ when it is wrong; %.*s begins with neither.",
                STR_ARG(quoted(b, *rest)));
        return false;
    }
    ptrdiff_t end = special(*rest, marked, "=~");
    str body = str_trim(str_slice(*rest, marked, end));
    *ret = (Piece){ .at = rest->p, .mark = marked ? rest->p[0] : '=' };
    ret->weight = ret->mark == '=' ? QUIZ_FULL_MARK : 0;
    ret->weighted = take_weight(b, &body, &ret->weight);
    ptrdiff_t hash = special(body, 0, "#");
    ret->body = str_trim(str_slice(body, 0, hash));
    ret->feedback = str_trim(str_slice(body, hash + 1, body.n));
    *rest = str_slice(*rest, end, rest->n);
    return true;
}

static QuizChoice *add_choice(Block *b, const char *at)
{
    if (b->q.choice_n < QUIZ_CHOICES_MAX) return &b->q.choice[b->q.choice_n++];
    if (!b->bad) problem(b, at, "A question has at most %d answers.", QUIZ_CHOICES_MAX);
    return NULL;
}

static QuizChoice *add_piece(Block *b, const Piece *p, int gap)
{
    QuizChoice *c = add_choice(b, p->at);
    if (!c) return NULL;
    str body = p->body;
    QuizMarkup markup = take_format(b, &body, b->markup);
    *c = (QuizChoice){ .answer = clean(b, body), .feedback = shown(b, p->feedback), .weight = p->weight, .gap = gap };
    c->text = quiz_inline(b->r->keep, c->answer, markup);
    return c;
}

static void need_why(Block *b, const char *at)
{
    bool any = b->q.why.s.n > 0;
    for (ptrdiff_t i = 0; i < b->q.choice_n; i++) any = any || b->q.choice[i].feedback.s.n;
    if (!any) problem(b, at, "Nothing explains the answer. Say after #### why it is right.");
}

/* A wrong choice that can be picked says why it is wrong. */
static void need_feedback(Block *b, const Piece *p, const QuizChoice *c)
{
    if (!p->body.n) problem(b, p->at, "An answer is empty.");
    else if (c->weight < QUIZ_FULL_MARK && c->weight <= 0 && !c->feedback.s.n)
        problem(b, p->at, "%.*s is wrong but has no feedback. Say after # why. "
                          "(An = or ~ inside a text is written \\= or \\~.)", STR_ARG(quoted(b, p->body)));
}

static void need_no_twins(Block *b, const char *at)
{
    const QuizQuestion *q = &b->q;
    for (ptrdiff_t i = 0; i < q->choice_n; i++)
        for (ptrdiff_t k = 0; k < i; k++)
            if (q->choice[i].gap == q->choice[k].gap && str_eq(q->choice[i].answer, q->choice[k].answer)) {
                problem(b, at, "%.*s stands there twice.", STR_ARG(quoted(b, q->choice[i].answer)));
                return;
            }
}

static void check_single(Block *b, const char *at)
{
    int right = 0;
    for (ptrdiff_t i = 0; i < b->q.choice_n; i++) right += b->q.choice[i].weight == QUIZ_FULL_MARK;
    if (right != 1) problem(b, at, "%d answers are right with full marks; it must be one. Where several belong together, "
                                   "give each its share: ~%%50%%first ~%%50%%second.", right);
}

static void check_multiple(Block *b, const char *at)
{
    int64_t right = 0, all = 0;
    bool wrong = false;
    for (ptrdiff_t i = 0; i < b->q.choice_n; i++) {
        int32_t weight = b->q.choice[i].weight;
        right += weight > 0 ? weight : 0;
        all += weight;
        wrong = wrong || weight <= 0;
    }
    if (llabs(right - QUIZ_FULL_MARK) > QUIZ_FULL_MARK / 100)
        problem(b, at, "The shares of the right answers add up to %.4g%%, not to 100%%.",
                (double)right / (QUIZ_FULL_MARK / 100));
    else if (wrong && all > QUIZ_FULL_MARK - QUIZ_FULL_MARK / 100)
        problem(b, at, "Who ticks everything is right. Give the wrong answers a negative share, such as ~%%-50%%.");
}

static void read_choices(Block *b, str inside)
{
    b->q.kind = QUIZ_MULTIPLE;
    Piece p;
    for (str rest = inside; next_piece(b, &rest, false, &p);) {
        if (p.mark == '=') b->q.kind = QUIZ_SINGLE;
        QuizChoice *c = add_piece(b, &p, 0);
        if (!c) return;
        need_feedback(b, &p, c);
    }
    if (b->bad) return;
    if (b->q.choice_n < 2) problem(b, inside.p, "There is only one answer to choose from.");
    need_no_twins(b, inside.p);
    if (b->q.kind == QUIZ_SINGLE) check_single(b, inside.p);
    else check_multiple(b, inside.p);
}

static bool is_true_false(str inside, bool *ret)
{
    str word = str_trim(str_slice(inside, 0, special(inside, 0, "#")));
    *ret = str_eq(word, S("T")) || str_eq(word, S("TRUE"));
    return *ret || str_eq(word, S("F")) || str_eq(word, S("FALSE"));
}

/* {F #for who was wrong #for who was right} */
static void read_true_false(Block *b, str inside, bool truth)
{
    b->q.kind = QUIZ_TRUE_FALSE;
    b->q.choice_n = 2;
    QuizChoice *right = &b->q.choice[truth ? 0 : 1], *wrong = &b->q.choice[truth ? 1 : 0];
    str comments = str_slice(inside, special(inside, 0, "#") + 1, inside.n);
    ptrdiff_t second = special(comments, 0, "#");
    *right = (QuizChoice){ .weight = QUIZ_FULL_MARK, .feedback = shown(b, str_slice(comments, second + 1, comments.n)) };
    *wrong = (QuizChoice){ .feedback = shown(b, str_slice(comments, 0, second)) };
    if (!wrong->feedback.s.n)
        problem(b, inside.p, "The wrong answer has no feedback. Say after %s# why.", truth ? "T" : "F");
}

/* 540, 540:0.005, 1..5, or * for any number */
static bool read_range(Block *b, str body, QuizChoice *c)
{
    double middle, tolerance;
    ptrdiff_t dots = str_find(body, S(".."));
    str_pair colon = str_cut(body, ':');
    if (!body.n || str_eq(body, S("*"))) {
        c->low = -DBL_MAX;
        c->high = DBL_MAX;
        return true;
    }
    if (dots > 0)
        return read_number(b, str_slice(body, 0, dots), &c->low) &&
               read_number(b, str_slice(body, dots + 2, body.n), &c->high) && c->low <= c->high;
    if (!read_number(b, colon.head, &middle)) return false;
    tolerance = 0;
    if (colon.found && (!read_number(b, colon.tail, &tolerance) || tolerance < 0)) return false;
    c->low = middle - tolerance;
    c->high = middle + tolerance;
    return true;
}

static void read_numeric(Block *b, str inside)
{
    b->q.kind = QUIZ_NUMERIC;
    bool right = false;
    Piece p;
    for (str rest = str_slice(inside, 1, inside.n); next_piece(b, &rest, b->q.choice_n == 0, &p);) {
        QuizChoice *c = add_piece(b, &p, 0);
        if (!c) return;
        if ((p.mark == '=' && !p.body.n) || !read_range(b, p.body, c))
            problem(b, p.at, "%.*s is not a number. Write 540, 540:0.5 (half more or less) or 1..5.",
                    STR_ARG(quoted(b, p.body)));
        right = right || c->weight == QUIZ_FULL_MARK;
    }
    if (!b->bad && !right) problem(b, inside.p, "No number is right with full marks.");
    if (!b->bad) need_why(b, inside.p);
}

static void read_short(Block *b, str inside)
{
    b->q.kind = QUIZ_SHORT;
    bool right = false;
    Piece p;
    for (str rest = inside; next_piece(b, &rest, false, &p);) {
        QuizChoice *c = add_piece(b, &p, 0);
        if (!c) return;
        if (!p.body.n) problem(b, p.at, "An answer is empty.");
        right = right || c->weight == QUIZ_FULL_MARK;
    }
    if (!b->bad && !right) problem(b, inside.p, "No answer is right with full marks.");
    if (!b->bad) need_why(b, inside.p);
}

static ptrdiff_t arrow(str s)
{
    for (ptrdiff_t i = special(s, 0, "-"); i < s.n; i = special(s, i + 1, "-"))
        if (i + 1 < s.n && s.p[i + 1] == '>') return i;
    return -1;
}

/* Pairs with a left side stand first: they are the rows; the others only fill the menu. */
static void sort_pairs(QuizQuestion *q)
{
    ptrdiff_t rows = 0;
    for (ptrdiff_t i = 0; i < q->choice_n; i++) {
        if (!q->choice[i].text.s.n) continue;
        QuizChoice row = q->choice[i];
        for (ptrdiff_t k = i; k > rows; k--) q->choice[k] = q->choice[k - 1];
        q->choice[rows++] = row;
    }
}

static void read_pairs(Block *b, str inside)
{
    b->q.kind = QUIZ_MATCHING;
    Piece p;
    for (str rest = inside; next_piece(b, &rest, false, &p);) {
        ptrdiff_t at = arrow(p.body);
        str right = str_trim(str_slice(p.body, at + 2, p.body.n));
        if (at < 0 || !right.n) {
            problem(b, p.at, "A pair is written =left -> right; %.*s has no right side.", STR_ARG(quoted(b, p.body)));
            continue;
        }
        Piece left = p;
        left.body = str_trim(str_slice(p.body, 0, at));
        QuizChoice *c = add_piece(b, &left, 0);
        if (!c) return;
        c->pair = shown_bare(b, right);
        if (c->text.s.n) continue;
        c->answer = clean(b, right);           /* so that two entries that belong nowhere are not twins */
        c->weight = 0;
    }
    if (b->bad) return;
    sort_pairs(&b->q);
    need_no_twins(b, inside.p);
    if (quiz_pairs_asked(&b->q) < 2) problem(b, inside.p, "There must be two pairs or more.");
    need_why(b, inside.p);
}

static void read_steps(Block *b, str inside)
{
    b->q.kind = QUIZ_ORDERING;
    str rest = str_slice(inside, 1, inside.n);
    for (bool more = true; more;) {
        ptrdiff_t bar = special(rest, 0, "|");
        Piece p = { .at = rest.p, .weight = QUIZ_FULL_MARK, .body = str_trim(str_slice(rest, 0, bar)) };
        ptrdiff_t hash = special(p.body, 0, "#");
        p.feedback = str_slice(p.body, hash + 1, p.body.n);
        p.body = str_trim(str_slice(p.body, 0, hash));
        more = bar < rest.n;
        rest = str_slice(rest, bar + 1, rest.n);
        if (!p.body.n) problem(b, p.at, "A step is empty. Steps are parted by one |.");
        else if (!add_piece(b, &p, 0)) return;
    }
    if (b->bad) return;
    if (b->q.choice_n < 3) problem(b, inside.p, "There must be three steps or more to put in order.");
    need_no_twins(b, inside.p);
    need_why(b, inside.p);
}

static void read_gap(Block *b, str inside, int gap)
{
    bool menu = has(inside, "~"), right = false, explained = b->q.why.s.n > 0;
    if (menu) b->q.menus |= 1u << gap;
    ptrdiff_t before = b->q.choice_n;
    Piece p;
    for (str rest = inside; next_piece(b, &rest, false, &p);) {
        QuizChoice *c = add_piece(b, &p, gap);
        if (!c) return;
        if (menu) c->text = shown_bare(b, p.body);
        right = right || c->weight == QUIZ_FULL_MARK;
        explained = explained || c->feedback.s.n;
        if (menu && !b->q.why.s.n) need_feedback(b, &p, c);
        else if (!p.body.n) problem(b, p.at, "An answer is empty.");
    }
    if (b->bad) return;
    if (b->q.choice_n == before) problem(b, inside.p, "A gap is empty. Write what belongs there: {=word}.");
    else if (!right) problem(b, inside.p, "No answer to this gap is right with full marks.");
    else if (!explained)
        problem(b, inside.p, "Nothing explains this gap. Say after # in the gap, or after #### in the last one.");
}

static void read_one_answer_text(Block *b, str inside)
{
    bool truth;
    if (!inside.n)
        problem(b, inside.p, "{} asks for a free text, which cannot be marked here. Make it a task of the lesson instead.");
    else if (inside.p[0] == '#') read_numeric(b, inside);
    else if (inside.p[0] == '>') read_steps(b, inside);
    else if (is_true_false(inside, &truth)) read_true_false(b, inside, truth);
    else if (has(inside, "~")) read_choices(b, inside);
    else if (has(inside, "=") && arrow(inside) >= 0) read_pairs(b, inside);
    else read_short(b, inside);
}

/* ---- one question --------------------------------------------------------------------------------------------- */

typedef struct Braces { str before[QUIZ_GAPS_MAX + 1]; str inside[QUIZ_GAPS_MAX]; int n; } Braces;

static bool find_braces(Block *b, str s, Braces *ret)
{
    ret->n = 0;
    for (;;) {
        ptrdiff_t open = special(s, 0, "{}");
        ret->before[ret->n] = str_slice(s, 0, open);
        if (open == s.n) return true;
        ptrdiff_t close = special(s, open + 1, "{}");
        if (s.p[open] == '}') problem(b, s.p + open, "A } without its {. A brace inside a text is written \\}.");
        else if (close == s.n) problem(b, s.p + open, "The { is not closed before the blank line.");
        else if (s.p[close] == '{') problem(b, s.p + close, "A { inside braces. A brace inside a text is written \\{.");
        else if (ret->n == QUIZ_GAPS_MAX) problem(b, s.p + open, "A question has at most %d gaps.", QUIZ_GAPS_MAX);
        if (b->bad) return false;
        ret->inside[ret->n++] = str_trim(str_slice(s, open + 1, close));
        s = str_slice(s, close + 1, s.n);
    }
}

static void take_why(Block *b, str *inside)
{
    for (ptrdiff_t i = special(*inside, 0, "#"); i < inside->n; i = special(*inside, i + 1, "#")) {
        str rest = str_slice(*inside, i, inside->n);
        if (!str_starts(rest, S("####"))) continue;
        b->q.why = shown(b, str_slice(rest, 4, rest.n));
        *inside = str_trim(str_slice(*inside, 0, i));
        return;
    }
}

static bool name_fits(str name)
{
    for (ptrdiff_t i = 0; i < name.n; i++)
        if (!memchr("abcdefghijklmnopqrstuvwxyz0123456789-", name.p[i], 37)) return false;
    return name.n > 0 && name.n <= NAME_BYTES_MAX;
}

static void take_name(Block *b, str *s)
{
    ptrdiff_t end = str_starts(*s, S("::")) ? str_find(str_slice(*s, 2, s->n), S("::")) : -1;
    if (end < 0) {
        problem(b, s->p, "The question has no name. "
                         "Begin it with ::a-short-name:: so that answers stay with it when it moves.");
        return;
    }
    str name = str_trim(str_slice(*s, 2, 2 + end));
    if (!name_fits(name))
        problem(b, s->p, "The name %.*s must be small letters a to z, digits and -, at most %d.",
                STR_ARG(quoted(b, name)), NAME_BYTES_MAX);
    for (ptrdiff_t i = 0; i < b->r->bank.question_n; i++) {
        const QuizQuestion *other = &b->r->bank.question[i];
        if (str_eq(other->name, name))
            problem(b, s->p, "The question at line %d has the name %.*s too.", other->line, STR_ARG(quoted(b, name)));
    }
    b->q.name = str_keep(b->r->keep, name);
    *s = str_trim(str_slice(*s, 4 + end, s->n));
}

/* Text around the braces. A unit, or the rest of a sentence, follows an answer that is typed; elsewhere a line stands
 * for it. */
static void place_text(Block *b, const Braces *braces)
{
    QuizQuestion *q = &b->q;
    Arena *keep = b->r->keep;
    str after = braces->before[1];
    if (braces->n > 1 || ((q->kind == QUIZ_NUMERIC || q->kind == QUIZ_SHORT) && str_trim(after).n)) {
        q->gap_n = braces->n;
        for (int i = 0; i <= braces->n; i++) q->text[i] = quiz_inline(keep, clean_between(b, braces->before[i]), b->markup);
    } else if (str_trim(after).n) {
        str joined = str_fmt(keep, "%.*s _____ %.*s", STR_ARG(braces->before[0]), STR_ARG(after));
        q->text[0] = quiz_inline(keep, clean(b, joined), b->markup);
    } else {
        q->text[0] = quiz_inline(keep, clean(b, braces->before[0]), b->markup);
    }
    if (q->kind == QUIZ_NUMERIC && q->gap_n) {
        q->unit = clean(b, after);
        while (q->unit.n && strchr(".,;:!?", q->unit.p[q->unit.n - 1])) q->unit.n--;
    }
    bool any = false;
    for (int i = 0; i <= q->gap_n; i++) any = any || q->text[i].s.n;
    if (!any) problem(b, b->text.p, "There are answers but no question before them.");
}

/* FNV-1a over the text, blanks at the joints left out: laying a question out anew is no new version. */
static int64_t version_of(str s)
{
    uint64_t h = 14695981039346656037ull;
    char before = '{';
    for (ptrdiff_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (is_space(c)) {
            while (i + 1 < s.n && is_space(s.p[i + 1])) i++;
            if (i + 1 == s.n || strchr("{}=~#|", before) || strchr("{}=~#|", s.p[i + 1])) continue;
            c = ' ';
        }
        h = (h ^ (uint8_t)c) * 1099511628211ull;
        before = c;
    }
    int64_t version = (int64_t)(h >> 1);
    return version ? version : 1;
}

static void read_braces(Block *b, Braces *braces)
{
    if (!braces->n) {
        problem(b, b->text.p, "There are no answers in braces. A text without a question belongs into the lesson.");
        return;
    }
    int marks = 0;
    for (int i = 0; i < braces->n; i++) {
        take_why(b, &braces->inside[i]);
        for (ptrdiff_t k = 0; k < braces->inside[i].n; k++) marks += strchr("=~|#", braces->inside[i].p[k]) != NULL;
    }
    b->q.choice = NEW(b->r->keep, QuizChoice, marks + 2 < QUIZ_CHOICES_MAX ? marks + 2 : QUIZ_CHOICES_MAX);
    if (braces->n == 1) {
        read_one_answer_text(b, braces->inside[0]);
    } else {
        b->q.kind = QUIZ_GAPS;
        for (int i = 0; i < braces->n && !b->bad; i++) read_gap(b, braces->inside[i], i);
        if (!b->bad) need_no_twins(b, b->text.p);
    }
    if (!b->bad) place_text(b, braces);
}

static str without_remarks(Arena *keep, str raw)
{
    Out out;
    out_init(&out, keep, raw.n + 1);
    for (str_pair line = str_cut(raw, '\n');; line = str_cut(line.tail, '\n')) {
        if (!str_starts(str_trim(line.head), S("//"))) out_str(&out, line.head);
        if (!line.found) return out_text(&out);
        out_char(&out, '\n');
    }
}

static void read_question(Reader *r, str raw, int line)
{
    Block b = { .r = r, .text = without_remarks(r->keep, raw), .line = line, .markup = QUIZ_TAGS };
    str rest = str_trim(b.text);
    if (str_starts(rest, S("$CATEGORY:"))) rest = str_trim(str_cut(rest, '\n').tail);
    if (!rest.n) return;
    if (raw.n > QUIZ_QUESTION_MAX) {
        problem(&b, rest.p, "The question is longer than %d KiB.", QUIZ_QUESTION_MAX / 1024);
        return;
    }
    if (!str_is_plain(rest, true)) {
        problem(&b, rest.p, "The question holds bytes that are no text: it must be UTF-8 without control characters.");
        return;
    }
    for (const char *p = b.text.p; p < rest.p; p++) b.q.line += *p == '\n';
    b.q.line += line;
    take_name(&b, &rest);
    b.q.version = version_of(rest);
    b.q.source = str_trim(raw);
    b.markup = take_format(&b, &rest, QUIZ_TAGS);
    Braces braces;
    bool named = !b.bad;
    b.bad = false;                       /* a bad name hides no other problem */
    if (find_braces(&b, rest, &braces)) read_braces(&b, &braces);
    if (b.bad || !named) return;
    if (r->bank.question_n == QUIZ_QUESTIONS_MAX)
        problem(&b, rest.p, "A set has at most %d questions.", QUIZ_QUESTIONS_MAX);
    else
        r->bank.question[r->bank.question_n++] = b.q;
}

QuizBank quiz_read(Arena *keep, str gift, const char *file)
{
    Reader r = { .keep = keep, .file = file };
    r.bank.question = NEW(keep, QuizQuestion, QUIZ_QUESTIONS_MAX);
    r.bank.problem = NEW(keep, QuizProblem, QUIZ_PROBLEMS_MAX);
    if (gift.n > QUIZ_FILE_MAX) {
        add_problem(&r, 1, str_fmt(keep, "%s is larger than %d KiB.", file, QUIZ_FILE_MAX / 1024));
        return r.bank;
    }
    if (str_starts(gift, S("\xEF\xBB\xBF"))) gift = str_slice(gift, 3, gift.n);
    ptrdiff_t begin = 0, at = 0;
    int line = 1, first = 1;
    while (at < gift.n) {
        str_pair cut = str_cut(str_slice(gift, at, gift.n), '\n');
        bool blank = !str_trim(cut.head).n;
        if (blank && begin < at) read_question(&r, str_slice(gift, begin, at), first);
        at += cut.head.n + cut.found;
        line++;
        if (blank) { begin = at; first = line; }
    }
    if (begin < at) read_question(&r, str_slice(gift, begin, at), first);
    return r.bank;
}
