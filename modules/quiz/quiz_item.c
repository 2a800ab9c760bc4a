/* quiz_item - a question made ready for one person: her order of the choices, what she gave, what is said about it.
 *
 * Rule     nothing here tells which choice is right until she has answered. */
#include "quiz_own.h"
#include "quiz_pages.h"

#include "i18n/i18n.h"

/* ---- order ---------------------------------------------------------------------------------------------------- */

static uint64_t next_random(uint64_t *state)                  /* splitmix64 */
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* Every person has an order of her own, the same at each visit: the right answer is not always the first one, nor can it
 * be passed on as "the second". */
static void shuffle(Scope *s, const QuizItem *item, ptrdiff_t *order, ptrdiff_t n)
{
    uint64_t state = str_hash(item->name, str_hash(item->set, (uint64_t)s->me));
    for (ptrdiff_t i = 0; i < n; i++) order[i] = i;
    for (ptrdiff_t i = n - 1; i > 0; i--) {
        ptrdiff_t k = (ptrdiff_t)(next_random(&state) % (uint64_t)(i + 1)), was = order[i];
        order[i] = order[k];
        order[k] = was;
    }
}

static bool in_order(const ptrdiff_t *order, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) if (order[i] != i) return false;
    return true;
}

/* ---- the form ------------------------------------------------------------------------------------------------- */

static void fill_options(Scope *s, const QuizQuestion *q, const str *given, ptrdiff_t n, QuizItem *item)
{
    ptrdiff_t order[QUIZ_CHOICES_MAX] = { 0, 1 };
    bool chosen[QUIZ_CHOICES_MAX] = { 0 };
    item->options = (QuizOptions){ NEW(s->arena, QuizOption, q->choice_n), q->choice_n };
    for (ptrdiff_t i = 0; i < n; i++) {
        int64_t number = quiz_number(given[i], '\n', 0);
        if (number >= 1 && number <= q->choice_n) chosen[number - 1] = true;
    }
    if (q->kind != QUIZ_TRUE_FALSE) shuffle(s, item, order, q->choice_n);
    for (ptrdiff_t i = 0; i < q->choice_n; i++)
        item->options.row[i] = (QuizOption){ order[i] + 1, q->choice[order[i]].text, chosen[order[i]] };
    if (q->kind != QUIZ_TRUE_FALSE) return;
    item->options.row[0].text = (Html){ T(s, "True") };
    item->options.row[1].text = (Html){ T(s, "False") };
}

typedef bool (*Belongs)(const QuizQuestion *q, ptrdiff_t choice, int64_t field);

static bool is_pair(const QuizQuestion *q, ptrdiff_t choice, int64_t field) { return quiz_pair_of(q, choice) == choice; }
static bool is_of_gap(const QuizQuestion *q, ptrdiff_t choice, int64_t field) { return q->choice[choice].gap == field - 1; }

/* The choices that belong to a field, in the order of this person. */
static QuizOptions menu(Scope *s, const QuizQuestion *q, const QuizItem *item, const QuizField *f, Belongs belongs)
{
    ptrdiff_t order[QUIZ_CHOICES_MAX];
    QuizOptions m = { NEW(s->arena, QuizOption, q->choice_n), 0 };
    int64_t chosen = quiz_number(f->typed, '\n', 0);
    shuffle(s, item, order, q->choice_n);
    for (ptrdiff_t i = 0; i < q->choice_n; i++) {
        ptrdiff_t c = order[i];
        if (!belongs(q, c, f->number)) continue;
        Html text = q->kind == QUIZ_MATCHING ? q->choice[c].pair : q->choice[c].text;
        m.row[m.n++] = (QuizOption){ c + 1, text, c + 1 == chosen };
    }
    return m;
}

/* 1, 2, 3, … in the digits of the language: written once, then copied for each step. */
static QuizOptions places(Scope *s, ptrdiff_t n)
{
    QuizOptions m = { NEW(s->arena, QuizOption, n), n };
    for (ptrdiff_t i = 0; i < n; i++) m.row[i] = (QuizOption){ i + 1, (Html){ num_int(s, i + 1) }, false };
    return m;
}

static QuizOptions places_of(Scope *s, const QuizOptions *all, const QuizField *f)
{
    QuizOptions m = { NEW(s->arena, QuizOption, all->n), all->n };
    int64_t chosen = quiz_number(f->typed, '\n', 0);
    memcpy(m.row, all->row, (size_t)all->n * sizeof *all->row);
    if (chosen >= 1 && chosen <= m.n) m.row[chosen - 1].chosen = true;
    return m;
}

static void fill_rows(Scope *s, const QuizQuestion *q, const str *given, ptrdiff_t n, QuizItem *item)
{
    ptrdiff_t order[QUIZ_CHOICES_MAX], rows = quiz_fields(q);
    item->fields = (QuizFields){ NEW(s->arena, QuizField, rows), rows };
    for (ptrdiff_t i = 0; i < rows; i++) order[i] = i;
    if (q->kind == QUIZ_ORDERING) shuffle(s, item, order, rows);
    bool given_away = q->kind == QUIZ_ORDERING && in_order(order, rows);
    QuizOptions all = q->kind == QUIZ_ORDERING ? places(s, rows) : (QuizOptions){ 0 };
    for (ptrdiff_t i = 0; i < rows; i++) {
        ptrdiff_t c = given_away ? (i + 1) % rows : order[i];
        QuizField *f = &item->fields.row[i];
        *f = (QuizField){ .number = c + 1, .before = q->choice[c].text, .typed = c < n ? given[c] : (str){ 0 } };
        f->menu = q->kind == QUIZ_ORDERING ? places_of(s, &all, f) : menu(s, q, item, f, is_pair);
    }
}

static void fill_gaps(Scope *s, const QuizQuestion *q, const str *given, ptrdiff_t n, QuizItem *item)
{
    int fields = q->gap_n ? q->gap_n : 1;
    item->fields = (QuizFields){ NEW(s->arena, QuizField, fields), fields };
    for (int i = 0; i < fields; i++) {
        QuizField *f = &item->fields.row[i];
        *f = (QuizField){ .number = i + 1, .typed = i < n ? given[i] : (str){ 0 } };
        if (q->gap_n) f->before = q->text[i];
        if (quiz_gap_has_menu(q, i)) f->menu = menu(s, q, item, f, is_of_gap);
    }
    if (q->gap_n) item->after = q->text[q->gap_n];
}

static QuizShape shape_of(const QuizQuestion *q)
{
    if (q->kind <= QUIZ_TRUE_FALSE) return QUIZ_CHOOSE;
    if (q->kind == QUIZ_MATCHING || q->kind == QUIZ_ORDERING) return QUIZ_ROWS;
    return q->gap_n ? QUIZ_FILL : QUIZ_TYPE;
}

void quiz_item(Scope *s, const QuizQuestion *q, str set, str name, const str *given, ptrdiff_t n, QuizItem *ret)
{
    *ret = (QuizItem){ .set = set, .name = name, .version_id = q->version, .kind = q->kind, .shape = shape_of(q) };
    if (ret->shape != QUIZ_FILL) ret->text = q->text[0];
    if (ret->shape == QUIZ_CHOOSE) fill_options(s, q, given, n, ret);
    else if (ret->shape == QUIZ_ROWS) fill_rows(s, q, given, n, ret);
    else fill_gaps(s, q, given, n, ret);
}

/* ---- the answer ----------------------------------------------------------------------------------------------- */

ptrdiff_t quiz_given(Arena *keep, const QuizQuestion *q, str response, str **ret)
{
    if (!response.n) return 0;
    char between = q->kind <= QUIZ_TRUE_FALSE ? ',' : '\n';
    ptrdiff_t n = 1;
    for (ptrdiff_t i = 0; i < response.n; i++) n += response.p[i] == between;
    *ret = NEW(keep, str, n);
    str_pair cut = { .tail = response };
    for (ptrdiff_t i = 0; i < n; i++) {
        cut = str_cut(cut.tail, between);
        (*ret)[i] = cut.head;
    }
    return n;
}

static void say(QuizSaids *said, Html about, Html text)
{
    if (text.s.n) said->row[said->n++] = (QuizSaid){ about, text };
}

static void say_of_choices(const QuizQuestion *q, const QuizItem *item, QuizSaids *said)
{
    for (ptrdiff_t i = 0; i < item->options.n; i++) {
        const QuizOption *o = &item->options.row[i];
        if (o->chosen) say(said, q->kind == QUIZ_MULTIPLE ? o->text : (Html){ { 0 } }, q->choice[o->value - 1].feedback);
    }
}

static void say_of_rows(const QuizQuestion *q, QuizItem *item, QuizSaids *said)
{
    for (ptrdiff_t i = 0; i < item->fields.n; i++) {
        QuizField *f = &item->fields.row[i];
        ptrdiff_t c = (ptrdiff_t)f->number - 1;
        int64_t right = q->kind == QUIZ_ORDERING ? f->number : quiz_pair_of(q, c) + 1;
        f->verdict = quiz_number(f->typed, '\n', 0) == right ? QUIZ_RIGHT : QUIZ_WRONG;
        say(said, f->before, q->choice[c].feedback);
    }
}

static void say_of_fields(const QuizQuestion *q, str hit, QuizItem *item, QuizSaids *said)
{
    for (ptrdiff_t i = 0; i < item->fields.n; i++) {
        QuizField *f = &item->fields.row[i];
        int64_t met = quiz_number(hit, '\n', i);
        const QuizChoice *c = met > 0 && met <= q->choice_n ? &q->choice[met - 1] : NULL;
        if (item->fields.n > 1) f->verdict = c && c->weight == QUIZ_FULL_MARK ? QUIZ_RIGHT : QUIZ_WRONG;
        if (c) say(said, (Html){ { 0 } }, c->feedback);
    }
}

QuizSaids quiz_item_say(Scope *s, const QuizQuestion *q, str response, str hit, int64_t score, QuizItem *item)
{
    QuizSaids said = { NEW(s->arena, QuizSaid, q->choice_n + 1), 0 };
    item->verdict = score == 100 ? QUIZ_RIGHT : score > 0 ? QUIZ_PARTLY : QUIZ_WRONG;
    if (item->shape == QUIZ_CHOOSE) say_of_choices(q, item, &said);
    else if (item->shape == QUIZ_ROWS) say_of_rows(q, item, &said);
    else say_of_fields(q, hit, item, &said);
    say(&said, (Html){ { 0 } }, q->why);
    return said;
}

void quiz_item_answered(Scope *s, const QuizQuestion *q, str set, str name, const quiz_my_answers_row *answer,
                        QuizClock *clock, QuizItem *ret)
{
    str *given = NULL;
    bool same = answer && answer->version == q->version;
    ptrdiff_t n = same ? quiz_given(s->arena, q, answer->response, &given) : 0;
    quiz_item(s, q, set, name, given, n, ret);
    if (!answer) return;
    QuizAnswer *a = NEW(s->arena, QuizAnswer, 1);
    *a = (QuizAnswer){ .id = answer->id, .at = answer->at, .tries = answer->tries, .score = answer->score,
                       .right = answer->score == 100, .changed = !same, .saved = quiz_clock(s, clock, answer->at) };
    ret->answer = a;
    ret->seen = a->id;
    if (!same) return;
    a->said = quiz_item_say(s, q, answer->response, answer->hit, answer->score, ret);
    if (!a->right && answer->tries >= QUIZ_TRIES_ALONE)
        a->solution = quiz_response_shown(s, q, quiz_right_response(s->arena, q));
}

/* In UTC, as all dates here are; without the day when it is today. Most answers of a page are of one day, so the day is
 * not worked out for each. */
str quiz_clock(Scope *s, QuizClock *known, int64_t at)
{
    Out out;
    int64_t day = at / DAY, minute = at % DAY / MINUTE;
    out_init(&out, s->arena, 32);
    if (day != s->now / DAY) {
        if (!known->date.n || known->day != day) *known = (QuizClock){ day, str_slice(time_iso(s->arena, at), 0, 10) };
        out_str(&out, known->date);
        out_char(&out, ' ');
    }
    const char clock[] = { (char)('0' + minute / 600), (char)('0' + minute / 60 % 10), ':', (char)('0' + minute % 60 / 10),
                           (char)('0' + minute % 10), ' ', 'U', 'T', 'C' };
    out_bytes(&out, clock, sizeof clock);
    return out_text(&out);
}

Url quiz_review_url(Scope *s, str set) { return (Url){ str_cat(s->arena, S("/quiz/review/"), set) }; }

Url quiz_source_url(Scope *s, str set) { return (Url){ str_cat(s->arena, S("/quiz/source/"), set) }; }

/* ---- JSON ----------------------------------------------------------------------------------------------------- */

static const char *const kind_names[] = {
    [QUIZ_SINGLE] = "single", [QUIZ_MULTIPLE] = "multiple", [QUIZ_TRUE_FALSE] = "true-false", [QUIZ_NUMERIC] = "numeric",
    [QUIZ_SHORT] = "short", [QUIZ_MATCHING] = "matching", [QUIZ_ORDERING] = "ordering", [QUIZ_GAPS] = "gaps",
};

void QuizKind_json(Json *j, str key, QuizKind kind) { json_str(j, key, str_from(kind_names[kind])); }
void QuizVerdict_json(Json *j, str key, QuizVerdict verdict) { json_bool(j, key, verdict == QUIZ_RIGHT); }
void QuizSaid_json(Json *j, str key, const QuizSaid *said) { json_str(j, key, said->text.s); }
