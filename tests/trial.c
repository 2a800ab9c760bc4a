/* trial - what the records of the trial become. Written as if all came in order, as every module may be. */
#include "trial.h"

#define TABLES(int) \
    "CREATE TABLE trial_fact (economy " int " NOT NULL, topic TEXT NOT NULL, value TEXT NOT NULL, person " int " NOT NULL, PRIMARY KEY (economy, topic));" \
    "CREATE TABLE trial_voice (id " int " PRIMARY KEY, economy " int " NOT NULL, person " int " NOT NULL, words TEXT NOT NULL);" \
    "CREATE TABLE trial_firm (firm " int " PRIMARY KEY, name TEXT NOT NULL, members " int " NOT NULL);" \
    "CREATE TABLE trial_sale (id " int " PRIMARY KEY, firm " int " NOT NULL, number TEXT NOT NULL, total " int " NOT NULL, note TEXT NOT NULL);" \
    "CREATE INDEX trial_sale_firm ON trial_sale (firm);" \
    "CREATE TABLE trial_offer (matter " int " NOT NULL, place " int " NOT NULL, price " int " NOT NULL, PRIMARY KEY (matter, place));" \
    "CREATE TABLE trial_note (id " int " PRIMARY KEY, person " int " NOT NULL, trainer " int " NOT NULL, words TEXT NOT NULL);" \
    "CREATE INDEX trial_note_person ON trial_note (person);"
const DbMigration trial_migration = { "trial/0001_start", { TABLES("INTEGER"), TABLES("BIGINT") }, 7 };

#define QUERY(name_, types, lite, pg, ...) static const DbQuery name_ = { .name = #name_, .file = __FILE__, .line = __LINE__, \
    .sql = { lite, pg }, .params = types, .id = DB_UNCACHED, .writes = true, .derived = true, __VA_ARGS__ }

QUERY(state, "issi", "INSERT INTO trial_fact VALUES (?1, ?2, ?3, ?4)", "INSERT INTO trial_fact VALUES ($1, $2, $3, $4)");
QUERY(voice, "iiis", "INSERT INTO trial_voice VALUES (?1, ?2, ?3, ?4)", "INSERT INTO trial_voice VALUES ($1, $2, $3, $4)");
QUERY(found, "is", "INSERT INTO trial_firm VALUES (?1, ?2, 1)", "INSERT INTO trial_firm VALUES ($1, $2, 1)");
QUERY(count_member, "ii", "UPDATE trial_firm SET members = members + ?2 WHERE firm = ?1", "UPDATE trial_firm SET members = members + $2 WHERE firm = $1");
QUERY(sell, "iisis", "INSERT INTO trial_sale VALUES (?1, ?2, ?3, ?4, ?5)", "INSERT INTO trial_sale VALUES ($1, $2, $3, $4, $5)");
QUERY(offer, "ii", "INSERT INTO trial_offer SELECT ?1, (SELECT count(*) + 1 FROM trial_offer WHERE matter = ?1), ?2",
      "INSERT INTO trial_offer SELECT $1, (SELECT count(*) + 1 FROM trial_offer WHERE matter = $1), $2");
QUERY(note, "iiis", "INSERT INTO trial_note VALUES (?1, ?2, ?3, ?4)", "INSERT INTO trial_note VALUES ($1, $2, $3, $4)");

#define IN(table, key, where, lim) table " WHERE " key " IN (SELECT " key " FROM " table " WHERE " where " LIMIT " lim ")"
QUERY(trim_fact, "isi", "DELETE FROM trial_fact WHERE economy = ?1 AND topic = ?2 AND ?3 > 0", "DELETE FROM trial_fact WHERE economy = $1 AND topic = $2 AND $3 > 0");
QUERY(trim_voice, "ii", "DELETE FROM " IN("trial_voice", "id", "id = ?1", "?2"), "DELETE FROM " IN("trial_voice", "id", "id = $1", "$2"));
QUERY(trim_firm, "ii", "DELETE FROM " IN("trial_firm", "firm", "firm = ?1", "?2"), "DELETE FROM " IN("trial_firm", "firm", "firm = $1", "$2"));
QUERY(trim_sale, "ii", "DELETE FROM " IN("trial_sale", "id", "firm = ?1", "?2"), "DELETE FROM " IN("trial_sale", "id", "firm = $1", "$2"));
QUERY(trim_offer, "ii", "DELETE FROM " "trial_offer WHERE (matter, place) IN (SELECT matter, place FROM trial_offer WHERE matter = ?1 LIMIT ?2)", "DELETE FROM " "trial_offer WHERE (matter, place) IN (SELECT matter, place FROM trial_offer WHERE matter = $1 LIMIT $2)");
QUERY(trim_note, "ii", "DELETE FROM " IN("trial_note", "id", "person = ?1", "?2"), "DELETE FROM " IN("trial_note", "id", "person = $1", "$2"));

const DbTable trial_tables[] = {
    { "trial_fact",  "trial", DB_DERIVED, "subject", &trim_fact,  1 },
    { "trial_voice", "trial", DB_DERIVED, "record",  &trim_voice, 1 },
    { "trial_firm",  "trial", DB_DERIVED, "firm",    &trim_firm,  1 },
    { "trial_sale",  "trial", DB_DERIVED, "firm",    &trim_sale,  1 },
    { "trial_offer", "trial", DB_DERIVED, "matter",  &trim_offer, 1 },
    { "trial_note",  "trial", DB_DERIVED, "person",  &trim_note,  1 },
};
const int trial_table_n = COUNT_OF(trial_tables);

#define I(v) { .kind = DB_INT, .i = (v) }
#define T_(v) { .kind = DB_TEXT, .s = (v) }
#define RUN(query, ...) db_run(s, &query, (DbValue[]){ __VA_ARGS__ })

void trial_placed_apply(Scope *s, const Record *r, const trial_placed_body *b)
{
    stream_end(s, r, journal_subject_id(r), 0);
    stream_put(s, r, journal_subject_id(r), stream_economy(b->economy));
}

void trial_opened_apply(Scope *s, const Record *r)
{
    stream_put(s, r, r->id, r->stream);
}

void trial_claimed_apply(Scope *s, const Record *r)
{
    stream_end(s, r, journal_subject_id(r), 0);
    stream_put(s, r, journal_subject_id(r), r->stream);
}

void trial_grouped_apply(Scope *s, const Record *r, const trial_grouped_body *b)
{
    stream_put(s, r, stream_economy(r->subject), b->group);
}

void trial_appointed_apply(Scope *s, const Record *r, const trial_appointed_body *b)
{
    standing_put(s, r, r->stream, journal_subject_id(r), ROLE_OFFICER, b->until);
}

void trial_entrusted_apply(Scope *s, const Record *r)
{
    standing_put(s, r, r->stream, journal_subject_id(r), ROLE_OFFICER, 0);
}

void trial_dismissed_apply(Scope *s, const Record *r)
{
    standing_end(s, r, r->stream, journal_subject_id(r), ROLE_OFFICER);
}

void trial_trained_apply(Scope *s, const Record *r)
{
    standing_put(s, r, r->stream, journal_subject_id(r), ROLE_TRAINER, 0);
}

void trial_stated_apply(Scope *s, const Record *r, const trial_stated_body *b)
{
    RUN(state, I(r->stream), T_(r->subject), T_(b->value), I(r->actor));
}

void trial_voiced_apply(Scope *s, const Record *r, const trial_voiced_body *b)
{
    RUN(voice, I(r->id), I(r->stream), I(r->actor), T_(str_slice(b->words, 0, 40)));
}

void trial_founded_apply(Scope *s, const Record *r, const trial_founded_body *b)
{
    RUN(found, I(r->stream), T_(b->name));
    standing_put(s, r, r->stream, r->actor, ROLE_MEMBER, 0);
}

void trial_admitted_apply(Scope *s, const Record *r, const trial_admitted_body *b)
{
    RUN(count_member, I(r->stream), I(1));
    standing_put(s, r, r->stream, journal_subject_id(r), ROLE_MEMBER, b->until);
}

void trial_parted_apply(Scope *s, const Record *r)
{
    RUN(count_member, I(r->stream), I(-1));
    standing_end(s, r, r->stream, journal_subject_id(r), ROLE_MEMBER);
}

void trial_sold_apply(Scope *s, const Record *r, const trial_sold_body *b)
{
    int64_t total = 0;
    for (ptrdiff_t i = 0; i < b->lines.n; i++) total += b->lines.row[i].price;
    RUN(sell, I(r->id), I(r->stream), T_(b->number), I(total), T_(str_slice(b->note, 0, 40)));
}

void trial_dealt_apply(Scope *s, const Record *r, const trial_dealt_body *b)
{
    standing_put(s, r, r->stream, b->seller, ROLE_MEMBER, 0);
    standing_put(s, r, r->stream, b->buyer, ROLE_MEMBER, 0);
}

void trial_offered_apply(Scope *s, const Record *r, const trial_offered_body *b)
{
    RUN(offer, I(r->stream), I(b->price));
}

void trial_noted_apply(Scope *s, const Record *r, const trial_noted_body *b)
{
    RUN(note, I(r->id), I(r->person), I(r->actor), T_(b->words));
}

const Module trial_module = { .name = "trial", .records = trial_records, .record_n = TRIAL_RECORDS };
