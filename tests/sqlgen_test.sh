#!/bin/bash
# sqlgen_test.sh   queries and schemas that are wrong must stop the build at their own line; those that are right must become C that
# compiles, and SQL that says the same to both engines. Ends with "N passed, N failed".
shopt -s lastpipe                  # so that "… | stops" counts
. "$(dirname "$0")/generator.sh"
built sqlgen -lsqlite3 || exit 1
cd "$tmp" || exit 1
mkdir -p kernel/words/schema modules/_x/schema out

cat > kernel/words/schema/0001_start.sql << 'END'
-- content: word
-- @sqlite
CREATE VIRTUAL TABLE word USING fts5(body);
-- @postgres
CREATE TABLE word (rowid @ID, tokens tsvector);
-- @both
END
cat > modules/_x/schema/0001_start.sql << 'END'
-- derived: note by person(owner)
-- local: tag
CREATE TABLE note (          -- an @ID in a remark stays
    id     @ID,
    owner  @PERSON NOT NULL,
    title  @TEXT NOT NULL DEFAULT '@TEXT',
    seal   @BLOB,
    weight @REAL
) @STRICT;
CREATE INDEX note_owner ON note (owner);
CREATE TABLE tag (note @INT NOT NULL, word @TEXT NOT NULL, PRIMARY KEY (note, word)) @KEYED;
END

generate() { ./sqlgen out "$tmp/kernel/words/schema/0001_start.sql" "$@" > log 2>&1; }
queries() { cat > modules/_x/x.sql; generate "$tmp/modules/_x/schema/0001_start.sql" "$tmp/modules/_x/x.sql"; }

# stops LINE TEXT < queries
stops() {
    if queries; then bad "not refused: $(cat modules/_x/x.sql)"
    elif grep -Fq "modules/_x/x.sql:$1: " log && grep -Fq "$2" log; then good
    else bad "line $1, \"$2\" expected"; fi
}

# stops_schema LINE TEXT < schema     the step after the first
more=modules/_x/schema/0002_more.sql
schema() { cat > "$more"; generate "$tmp/modules/_x/schema/0001_start.sql" "$tmp/$more"; }
stops_schema() {
    if schema; then bad "not refused: $(cat "$more")"
    elif grep -Fq "$more:$1: " log && grep -Fq "$2" log; then good
    else bad "line $1, \"$2\" expected: $(cat "$more")"; fi
}
takes_schema() { if schema; then good; else bad "refused: $(cat "$more")"; fi; }

# says FILE TEXT   the file that came out holds this line
says() {
    tr -s ' \n' ' ' < "out/$1" > log
    if grep -Fq -- "$2" log; then good; else bad "$1 should say: $2"; fi
}
# ids TEXT   all that db_ids says of tables other than note and word
ids() {
    sed -n '/^const DbIdColumn db_ids/,/NULL/p' out/db_all.c | sed -n 's/^    { "\(.*\)", "\(.*\)", \(.*\) },$/\1.\2 \3/p' | grep -v '^\(note\|word\)\.' | tr '\n' ',' > log
    if [ "$(cat log)" = "$1" ]; then good; else bad "ids should be: $1"; fi
}
compiles() {
    if $cc -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Wconversion -Wshadow -Wmissing-prototypes -Werror -Wno-unused-parameter \
        -Wno-missing-field-initializers -I. -Iout -I"$root/kernel" -c "out/$1" -o x.o > log 2>&1
    then good; else bad "$1 does not compile"; fi
}

# ---- what the engine knows ----
stops 4 'no such column: auther' <<< '-- name: a() many
-- A remark.
SELECT id,
  auther FROM note LIMIT 9;'
stops 2 'no such table: notes' <<< '-- name: a() many
SELECT id FROM notes;'
stops 2 'no such column: auther' <<< '-- name: a() many
SELECT "auther" FROM note;'
stops 2 'incomplete input' <<< '-- name: a() many
SELECT id FROM note WHERE;'
stops 4 'has no column named auther' <<< '

-- name: a() run
INSERT INTO note (auther) VALUES (1);'

# ---- parameters ----
stops 1 "parameter 'me' of a is not used" <<< '-- name: a(me int) many
SELECT id FROM note;'
stops 3 "':you' is not a parameter of a" <<< '-- name: a(me int) many
SELECT id FROM note WHERE owner = :me
   OR owner = :you;'
stops 1 'has no type' <<< '-- name: a(me text) many
SELECT id FROM note WHERE owner = :me;'
stops 1 'has no type' <<< '-- name: a(me html) many
SELECT id FROM note WHERE title = :me;'
stops 1 'comes twice' <<< '-- name: a(me int, me int) many
SELECT id FROM note WHERE owner = :me;'
stops 1 'cannot be a parameter' <<< '-- name: a(int int) many
SELECT id FROM note WHERE owner = :int;'
stops 1 "then ',' or ')'" <<< '-- name: a(me int you int) many
SELECT id FROM note;'
stops 1 "then ',' or ')'" <<< '-- name: a(me int
SELECT id FROM note;'

# ---- columns and kinds ----
stops 2 'say its type' <<< '-- name: a() many
SELECT count(*) FROM note;'
stops 2 'no such type' <<< '-- name: a() many
SELECT count(*) AS "n:number" FROM note;'
stops 2 'another name in C' <<< '-- name: a() many
SELECT id AS "case" FROM note;'
stops 2 'another name in C' <<< '-- name: a() many
SELECT id AS "the id" FROM note;'
stops 2 'comes twice' <<< '-- name: a() many
SELECT id, owner AS id FROM note;'
stops 2 "gives columns" <<< '-- name: a() run
SELECT id FROM note;'
stops 2 "is 'run' but writes nothing" <<< '-- name: a() run
PRAGMA foreign_keys = 1;'
stops 2 "gives no columns" <<< '-- name: a() one
DELETE FROM note;'
stops 2 "gives 2 columns" <<< '-- name: a() int
SELECT id, owner FROM note;'
stops 2 "does not give a number" <<< '-- name: a() int
SELECT title FROM note;'
stops 1 'one, many, int or run' <<< '-- name: a() several
SELECT id FROM note;'
stops 1 'one, many, int or run' <<< '-- name: a() many rows
SELECT id FROM note;'

# ---- the shape of a file ----
stops 1 'before the first' <<< 'SELECT id FROM note;'
stops 1 "after 'name:' comes a name" <<< '-- name: (me int) many
SELECT id FROM note WHERE owner = :me;'
stops 1 "a query begins '-- name: words(" <<< '-- name: a many
SELECT id FROM note;'
printf -- '-- name: a() many\nSELECT id FROM note;\0' | stops 1 'holds a NUL byte'
stops 2 'more than one statement' <<< '-- name: a() many
SELECT id FROM note; SELECT id FROM note;'
stops 1 'has no statement' <<< '-- name: a() many
-- Only a remark.
-- name: b() many
SELECT id FROM note;'
stops 3 'comes twice' <<< '-- name: a() many
SELECT id FROM note;
-- name: a() many
SELECT id FROM note;'
stops 1 'a@postgres comes before a' <<< '-- name: a@postgres
SELECT id FROM note;'
stops 3 'only' <<< '-- name: a() many
SELECT id FROM note;
-- name: a@mysql
SELECT id FROM note;'
stops 4 "':me' is not a parameter" <<< '-- name: a() many
SELECT id FROM note;
-- name: a@postgres
SELECT id FROM note WHERE owner = :me;'

# ---- schemas ----
stops_schema 2 'no such token: @JSON' <<< '
CREATE TABLE more (body @JSON);'
stops_schema 2 'unknown datatype' <<< 'CREATE TABLE more (id @ID) @STRICT;
CREATE TABLE evenmore (id SOMETHING) @STRICT;'
stops_schema 4 'note already exists' <<< '-- A remark
-- and one more.

CREATE TABLE note (id @ID);'
stops_schema 2 'UNIQUE constraint failed' <<< "INSERT INTO note (id, owner) VALUES (1, 1);
INSERT INTO note (id, owner) VALUES (1, 1);"
takes_schema <<< "-- local: more
/* An @ID, and
-- derived: nothing
an @ODDITY, are nothing in a remark of three lines. */
CREATE TABLE more (id @ID, title @TEXT NOT NULL DEFAULT 'a text
-- local: nothing
@TEXT of three lines') @STRICT;"
says db_all.c "DEFAULT 'a text\n\" \"-- local: nothing\n\" \"@TEXT of three lines') STRICT;"
ids 'more.id false,'

# names TEXT FILE…    refused for the name of a file
names() {
    local text=$1
    shift
    if generate "$@"; then bad "not refused: $*"; elif grep -Fq "$text" log; then good; else bad "expected: $text"; fi
}
mkdir -p modules/words/schema
cp kernel/words/schema/0001_start.sql modules/words/schema/
names 'modules/words/schema/0001_start.sql:1: error: would never be run' "$tmp/modules/words/schema/0001_start.sql"
rm -r modules/words
: > modules/_x/schema/start.sql
names 'modules/_x/schema/start.sql:1: error: is not named NNNN_words.sql' "$tmp/modules/_x/schema/start.sql"
: > modules/_x/1x.sql
names 'modules/_x/1x.sql:1: error: the file' "$tmp/modules/_x/1x.sql"
mkdir -p modules/y
: > modules/_x/x.sql
: > modules/y/x.sql
names 'modules/y/x.sql:1: error: has the same name as modules/_x/x.sql' "$tmp/modules/_x/x.sql" "$tmp/modules/y/x.sql"
names 'nothing.sql:1: error: cannot be read' modules/_x/nothing.sql
names 'x.txt:1: error: is not an .sql file' modules/_x/x.txt
if ./sqlgen nowhere "$tmp/kernel/words/schema/0001_start.sql" > log 2>&1; then bad 'written nowhere'
elif grep -Fq 'nowhere/db_all.h:1: error: cannot be written' log; then good; else bad 'cannot be written'; fi
# Wherever the tree lies: neither of these folders makes a file of queries one of schemas.
mkdir -p schema/tests/
cp -r kernel modules schema/tests/
if generate "$tmp/schema/tests/modules/_x/schema/0001_start.sql" "$tmp/schema/tests/modules/_x/x.sql" && grep -q '"x/0001_start"' out/db_all.c
then good; else bad 'a tree in a folder called schema'; fi

# ---- what a table is made of ----
stops_schema 3 'more does not say what it is made of' <<< '-- A table that says nothing.

  CREATE TABLE  more (id @ID) @STRICT;'
stops_schema 1 'more does not say what it is made of' <<< 'create virtual table more using fts5 (body);'
stops_schema 2 'even_more does not say what it is made of' <<< '-- local: note_more
CREATE TABLE even_more (id @ID) @STRICT; CREATE TABLE note_more (id @ID) @STRICT;'
stops_schema 1 'no such table: nothing' <<< '-- local: nothing'
stops_schema 1 'no such table: MORE' <<< '-- local: MORE
CREATE TABLE more (id @ID) @STRICT;'
stops_schema 3 'no such table: more' <<< 'CREATE TABLE more (id @ID) @STRICT;
DROP TABLE more;
-- local: more'
stops_schema 2 'no such table: more' <<< '
-- local: more
CREATE VIEW more AS SELECT id FROM note;'
stops_schema 3 'more has said before what it is made of' <<< 'CREATE TABLE more (id @ID) @STRICT;
-- content: more
-- local: more'
stops_schema 2 'more has said before what it is made of' <<< 'CREATE TABLE more (id @ID) @STRICT;
-- content: more more'
stops_schema 1 'note has said before what it is made of' <<< '-- local: note'
mkdir -p modules/y/schema
echo 'CREATE TABLE why (id @ID) @STRICT;' > modules/y/schema/0001_start.sql
echo '-- local: why' > "$more"
names "$more:1: error: why belongs to y, and says there what it is made of" "$tmp/modules/y/schema/0001_start.sql" "$tmp/$more"
stops_schema 1 'come the names of tables' <<< '-- local:'
stops_schema 1 'come the names of tables' <<< '-- local: more, note'
stops_schema 1 'come the names of tables' <<< '-- derived: (owner)'

made() { printf -- '%s\n' "$1" 'CREATE TABLE more (id @ID, owner @PERSON NOT NULL, firm @REF NOT NULL, topic @TEXT NOT NULL, weight @REAL) @STRICT;' \
    'CREATE INDEX more_owner ON more (owner);' 'CREATE INDEX more_firm ON more (firm, topic);' 'CREATE INDEX more_topic ON more (topic);'; }
made '-- derived: more by person(who)' | stops_schema 1 'more has no column who'
made '-- derived: more by person(firm)' | stops_schema 1 'the column firm of more is not declared @PERSON'
made '-- derived: more by person(owner firm)' | stops_schema 1 'by person(COLUMN)'
made '-- derived: more by person()' | stops_schema 1 'by person(COLUMN)'
made '-- derived: more by person(owner' | stops_schema 1 'by person(COLUMN)'
made '-- derived: more by subject(firm topic owner)' | stops_schema 1 'more than 2 columns'
made '-- derived: more by subject()' | stops_schema 1 'by subject(STREAM COLUMN)'
made '-- derived: more by someone(owner)' | stops_schema 1 "after 'by' comes a unit and its column"
made '-- derived: more by person owner' | stops_schema 1 "after 'by' comes a unit and its column"
made '-- derived: more by' | stops_schema 1 "after 'by' comes a unit and its column"
made '-- derived: more by person(owner) by firm(firm)' | stops_schema 1 "more says 'by' twice"
made '-- derived: more' | stops_schema 1 "'derived: more' lacks: by UNIT(COLUMN)"
made '-- derived: more other by person(owner)' | stops_schema 1 "'derived: more' lacks: by UNIT(COLUMN)"
made '-- derived: more by person(owner) through' | stops_schema 1 "after 'through' comes the name of a table"
made '-- local: more by firm(firm)' | stops_schema 1 'rows of a local table are by person'
made '-- content: more by person(owner)' | stops_schema 1 "'by' is for derived and local tables"
made '-- records: more by person(owner)' | stops_schema 1 "'by' is for derived and local tables"
made '-- derived: more by firm(topic)' | stops_schema 1 'the column topic of more is no number'
made '-- derived: more by firm(weight)' | stops_schema 1 'the column weight of more is no number'
made '-- derived: more by subject(topic firm)' | stops_schema 1 'the column topic of more is no number'
made '-- derived: more by subject(weight)' | stops_schema 1 'the column weight of more is no number and no text'
for unit in person:owner firm:firm body:firm centre:firm matter:firm economy:firm card:owner public:firm record:id subject:topic subject:firm 'subject:firm topic'; do
    made "-- derived: more by ${unit%%:*}(${unit#*:})" | takes_schema
done
made '-- local: more by person(owner)' | takes_schema
made '-- records: more' | takes_schema
made '-- derived: more by person(owner)' | sed '/more_owner/d' | stops_schema 1 'no index of more begins with owner'
made '-- derived: more by subject(topic)' | sed '/more_topic/d' | stops_schema 1 'no index of more begins with topic'
made '-- local: more by person(owner)' | sed '/more_owner/s/;/ WHERE owner > 7;/' | stops_schema 1 'no index of more begins with owner'
stops_schema 3 'more needs a primary key' <<< '-- derived: more by person(owner)

CREATE TABLE more (owner @PERSON NOT NULL) @STRICT;
CREATE INDEX more_owner ON more (owner);'
stops_schema 2 'the primary key of more has more than 8 columns' <<< '-- derived: more by person(a)
CREATE TABLE more (a @PERSON, b @INT, c @INT, d @INT, e @INT, f @INT, g @INT, h @INT, i @INT, PRIMARY KEY (a, b, c, d, e, f, g, h, i)) @KEYED;'

# What is unique is so within one unit: two of them that are made again must not meet in one row.
keyed() { printf -- '%s\n' "$1" "CREATE TABLE more (owner @PERSON NOT NULL, firm @REF NOT NULL, topic @TEXT NOT NULL, PRIMARY KEY ($2)) @KEYED;" \
    'CREATE INDEX more_owner ON more (owner);' 'CREATE INDEX more_firm ON more (firm, topic);' 'CREATE INDEX more_topic ON more (topic);' "${@:3}"; }
keyed '-- derived: more by person(owner)' 'topic' | stops_schema 1 'the primary key of more lacks owner: rows of two units (person) could meet there'
keyed '-- derived: more by subject(firm topic)' 'firm, owner' | stops_schema 1 'the primary key of more lacks topic: rows of two units (subject)'
keyed '-- derived: more by subject(firm topic)' 'topic' | stops_schema 1 'the primary key of more lacks firm'
keyed '-- derived: more by record(firm)' 'owner, topic' | stops_schema 1 'the primary key of more lacks firm'
keyed '-- derived: more by person(owner)' 'topic, owner' | takes_schema
keyed '-- derived: more by subject(firm topic)' 'topic, firm' | takes_schema
keyed '-- local: more by person(owner)' 'topic' | takes_schema
keyed '-- derived: more by person(owner)' 'owner' 'CREATE UNIQUE INDEX more_only ON more (firm);' |
    stops_schema 1 'the unique index more_only of more lacks owner'
keyed '-- derived: more by person(owner)' 'owner' 'CREATE UNIQUE INDEX more_only ON more (firm) WHERE firm > 0;' | stops_schema 1 'more_only of more lacks owner'
keyed '-- derived: more by person(owner)' 'owner' 'CREATE UNIQUE INDEX more_only ON more (firm, owner);' | takes_schema
made '-- derived: more by person(owner)' | sed 's/topic @TEXT NOT NULL/& UNIQUE/' | stops_schema 1 'of more lacks owner'
made '-- derived: more by person(owner)' | sed 's/id @ID/id @REF PRIMARY KEY/' | stops_schema 1 'the primary key of more lacks owner'

# ---- a person is found where she stands ----
erasure='is a person whom no erasure finds'
stops_schema 4 "more.who $erasure: say 'local: more by person(who)'" <<< '-- local: more
CREATE TABLE more (
    id  @ID,
    who @PERSON NOT NULL
) @STRICT;'
stops_schema 4 "more.friend $erasure" <<< '-- local: more by person(who)
CREATE TABLE more (
    who    @PERSON PRIMARY KEY,
    friend @PERSON NOT NULL
) @STRICT;'
stops_schema 2 "more.who $erasure" <<< '-- content: more
CREATE TABLE more (who @PERSON NOT NULL) @STRICT;'
stops_schema 4 "more.who $erasure" <<< '-- local: more
CREATE TABLE more (id @ID) @STRICT;
ALTER TABLE more
  ADD COLUMN who @PERSON NOT NULL DEFAULT 0;'
stops_schema 1 "tag.who $erasure" <<< 'ALTER TABLE tag ADD who @PERSON;'
stops_schema 2 "more.friend $erasure" <<< '-- content: more
CREATE TABLE before (id @ID, who @PERSON) @STRICT;
ALTER TABLE before RENAME TO more; ALTER TABLE more RENAME COLUMN who TO friend;'
takes_schema <<< '-- local: more
CREATE TABLE more (id @ID, who @PERSON, at @INT) @STRICT;
ALTER TABLE more DROP COLUMN who;'
ids 'more.id false,'

# ---- columns that hold ids, as they are after all steps ----
takes_schema <<< '-- local: more other
CREATE TABLE more (id @ID, a @REF, "the b" @REF, c
    @REF /* of another */, e @INT /*@0*/, f @INT /*@99*/, d @INT, PRIMARY_KEY_no_more @TEXT, CHECK (CAST(d AS @INT) > 0)) @STRICT;
CREATE TABLE other (
    at @INT NOT NULL,
    word @REF NOT NULL,            -- a @PERSON in a remark is none
    title @TEXT DEFAULT '"'@REF'"',
    PRIMARY KEY (at, word)
) @KEYED;'
ids 'more.id false,more.a false,more.the b false,more.c false,other.word false,'
takes_schema <<< '-- derived: new by person(person)
-- local: passing_not
CREATE TABLE old (id @ID, person @PERSON NOT NULL, stamp @INT) @STRICT;
CREATE TABLE passing (id @ID, person @PERSON) @STRICT;
CREATE INDEX old_person ON old (person);
CREATE TABLE passing_not (at @INT) @STRICT;
ALTER TABLE old ADD COLUMN friend @PERSON;
ALTER TABLE old ADD COLUMN node @REF NOT NULL DEFAULT 0;
ALTER TABLE old RENAME TO new;
ALTER TABLE new RENAME COLUMN node TO knot;
ALTER TABLE new DROP COLUMN stamp;
DROP TABLE passing;'
ids 'new.id false,new.person true,new.friend true,new.knot false,'
says db_all.c '{ "new", "x", DB_DERIVED, "person", &trim_new, '
# A table made again under its own name, in one step and in two, has the columns it has now.
takes_schema <<< '-- derived: more by person(person)
CREATE TABLE more (id @ID, person @PERSON, friend @PERSON, at @REF) @STRICT;
ALTER TABLE more RENAME TO more_before;
CREATE TABLE more (person @PERSON NOT NULL, at @INT, PRIMARY KEY (person, at)) @KEYED;
INSERT INTO more (person, at) SELECT person, at FROM more_before;
DROP TABLE more_before;'
ids 'more.person true,'
takes_schema <<< '-- derived: more by person(owner)
DROP TABLE tag;
DROP TABLE note;
CREATE TABLE more (owner @PERSON NOT NULL PRIMARY KEY) @STRICT;
CREATE TABLE tag (id @ID) @STRICT;
ALTER TABLE more RENAME TO note; ALTER TABLE note RENAME TO more;
-- It may stand elsewhere: the first step says that there are notes.
CREATE TABLE note (id @ID, owner @PERSON NOT NULL) @STRICT;
CREATE INDEX note_owner ON note (owner);'
ids 'tag.id false,more.owner true,'
stops_schema 3 'stand after the name of a column' <<< '-- local: more
CREATE TABLE more (id @ID, at @INT,
    CHECK (CAST(at AS @REF) > 0)) @STRICT;'
takes_schema <<< '-- local: more
-- @postgres
CREATE TABLE only_there (who @PERSON);
-- @sqlite
CREATE TABLE more (id @REF);
-- @both
ALTER TABLE more ADD COLUMN at @INT;'
ids 'more.id false,'

# ---- through another table ----
through() { printf -- '%s\n' "$@" 'CREATE TABLE last (person @PERSON NOT NULL, set_key @TEXT NOT NULL, at @INT, PRIMARY KEY (person, set_key)) @KEYED;'; }
every='CREATE TABLE every (set_key @TEXT NOT NULL, person @PERSON NOT NULL, id @INT NOT NULL, PRIMARY KEY (set_key, person, id)) @KEYED;'
through '-- derived: last by person(person)' '-- derived: every by person(person) through last' "$every" | takes_schema
says db_all.c '"DELETE FROM every WHERE (set_key, person, id) IN (SELECT t.set_key, t.person, t.id FROM last o JOIN every t ON t.person = o.person AND t.set_key = o.set_key WHERE o.person = ?1 LIMIT ?2)", "DELETE FROM every WHERE (set_key, person, id) IN (SELECT t.set_key, t.person, t.id FROM last o JOIN every t ON t.person = o.person AND t.set_key = o.set_key WHERE o.person = $1 LIMIT $2)"'
says db_all.c 'const DbTable db_tables[] = { { "every", "x", DB_DERIVED, "person", &trim_every, '
compiles db_all.c
through '-- derived: last by person(person)' '-- derived: every by person(person)' "$every" | stops_schema 2 'no index of every begins with person'
through '-- derived: last by person(person)' '-- derived: every by person(person) through nothing' "$every" | stops_schema 2 'no such table: nothing'
through '-- derived: last by person(person)' '-- derived: every by person(person) through tag' "$every" |
    stops_schema 2 'tag must be of the same kind and by the same columns as every'
through '-- derived: last by card(person)' '-- derived: every by person(person) through last' "$every" |
    stops_schema 2 'last must be of the same kind and by the same columns as every'
through '-- local: last by person(person)' '-- derived: every by person(person) through last' "$every" |
    stops_schema 2 'last must be of the same kind and by the same columns as every'
through '-- derived: last by person(person) through every' '-- derived: every by person(person) through last' "$every" |
    stops_schema 1 'the rows of every are found through another table themselves'
through '-- derived: last by person(person)' '-- derived: every by person(person) through every' "$every" |
    stops_schema 2 'the rows of every are found through another table themselves'
through '-- derived: last by person(person)' '-- derived: every by person(person) through last' "${every/PRIMARY KEY (set_key, person, id)/PRIMARY KEY (id)}" |
    stops_schema 2 'no index of every begins with the primary key of last'
through '-- derived: last by person(person)' '-- derived: every by person(person) through last' "${every/set_key @TEXT NOT NULL, /}" | sed 's/PRIMARY KEY (set_key, person, id)/PRIMARY KEY (person, id)/' |
    stops_schema 2 'no such column: t.set_key'

# ---- rows are taken away a few at a time ----
cat > trim.c << 'END'
#include "db_all.c"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static sqlite3 *db;
static void run(const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) printf("%s: %s\n", sql, why), exit(1);
}
static void show(const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    while (sqlite3_step(stmt) == SQLITE_ROW) printf(" %s", (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
}
/* trim SETUP SHOW TABLE ARG…   what is left, and how many went */
int main(int argc, char **argv)
{
    const DbQuery *trim = NULL;
    for (const DbTable *t = db_tables; t->name; t++) if (strcmp(t->name, argv[3]) == 0) trim = t->trim;
    sqlite3_open(":memory:", &db);
    for (const DbMigration *m = db_migrations; m->name; m++) run(m->sql[DB_SQLITE]);
    run(argv[1]);
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db, trim->sql[DB_SQLITE], -1, &stmt, NULL) != SQLITE_OK) return puts(sqlite3_errmsg(db)), 1;
    if (sqlite3_bind_parameter_count(stmt) != argc - 4 || strlen(trim->params) != (size_t)argc - 4) return puts("parameters"), 1;
    for (int i = 4; i < argc; i++) {
        if (trim->params[i - 4] == 'i') sqlite3_bind_int64(stmt, i - 3, atoll(argv[i]));
        else sqlite3_bind_text(stmt, i - 3, argv[i], -1, SQLITE_STATIC);
    }
    if (sqlite3_step(stmt) != SQLITE_DONE) return puts(sqlite3_errmsg(db)), 1;
    printf("%d:", sqlite3_changes(db));
    show(argv[2]);
    return 0;
}
END
# trims TEXT TABLE ARG…    with the rows in $rows; TEXT: how many went, and what $left says of the others
trims() {
    local want=$1
    shift
    if $cc -std=gnu17 -D_GNU_SOURCE -Iout -I"$root/kernel" trim.c -lsqlite3 -o trim > log 2>&1; then ./trim "$rows" "$left" "$@" > log 2>&1; fi
    if [ "$(cat log)" = "$want" ]; then good; else bad "expected: $want"; fi
}
through '-- derived: every by person(person) through last' '-- derived: last by person(person)' "$every" | takes_schema
rows="INSERT INTO last (person, set_key) VALUES (1, 'a'), (1, 'b'), (2, 'a');
INSERT INTO every (person, set_key, id) VALUES (1, 'a', 1), (1, 'a', 2), (1, 'b', 3), (2, 'a', 4), (2, 'a', 5), (3, 'a', 6)"
left="SELECT person || set_key || id FROM every ORDER BY id"
trims '3: 2a4 2a5 3a6' every 1 100
trims '3: 2a4 2a5 3a6' every 1 3
trims '2: 1a1 1a2 1b3 3a6' every 2 9
trims '0: 1a1 1a2 1b3 2a4 2a5 3a6' every 7 9
left="SELECT count(*) || '/' || sum(person <> 1) FROM every"
trims '2: 4/3' every 1 2
left="SELECT person || set_key FROM last ORDER BY 1"
trims '2: 2a' last 1 100
trims '1: 1b 2a' last 1 1
made '-- derived: more by subject(firm topic)' | takes_schema
says db_all.c 'LIMIT $3)" }, .params = "isi", .id = 1, .writes = true, .derived = true, };'
rows="INSERT INTO more (id, owner, firm, topic) VALUES (1, 1, 7, 'a'), (2, 1, 7, 'a'), (3, 1, 7, 'b'), (4, 1, 8, 'a'), (5, 1, 7, 'a')"
left='SELECT id FROM more ORDER BY id'
trims '3: 3 4' more 7 a 10
trims '2: 3 4 5' more 7 a 2
made '-- derived: more by subject(topic)' | takes_schema
says db_all.c '.params = "si",'
trims '4: 3' more a 10
made '-- derived: more by subject(firm)' | takes_schema
says db_all.c '.params = "ii",'
trims '4: 4' more 7 10
made '-- local: more by person(owner)' | takes_schema
says db_all.c '.params = "ii", .id = 1, .writes = true, };'
says db_all.c '{ "more", "x", DB_LOCAL, "person", &trim_more, '
trims '5:' more 1 10

# ---- the shape of a table: a program whose tables are others makes them again ----
shape() { sed -n "s/^    { \"$1\", \"x\", .*UINT64_C(\(.*\)) },\$/\1/p" out/db_all.c; }
plain='-- local: more
CREATE TABLE more (id @ID, at @INT NOT NULL) @STRICT;'
schema <<< "$plain"
first=$(shape more) note=$(shape note)
schema <<< "-- Something is said, and blanks are put elsewhere.
${plain/id @ID, /id @ID,   -- of it
   }"
if [ -n "$first" ] && [ "$(shape more)" = "$first" ]; then good; else bad 'a remark changed the shape of a table'; fi
schema <<< "$plain
ALTER TABLE more ADD COLUMN by @INT;"
if [ "$(shape more)" != "$first" ] && [ "$(shape note)" = "$note" ]; then good; else bad 'a column did not change the shape of its table'; fi

# ---- what was released stays as it was ----
step='-- A step.
-- local: more
CREATE TABLE more (
    id @ID,
    title @TEXT NOT NULL DEFAULT '"'it''s  as it is'"'
) @STRICT;
-- @postgres
CREATE INDEX more_title ON more (lower(title));
-- @both'
./sqlgen --seals "$tmp/kernel/words/schema/0001_start.sql" "$tmp/modules/_x/x.sql" > log
if [ "$(sed 's/[0-9a-f]\{16\}/HASH/' log)" = 'kernel/words/schema/0001_start.sql HASH' ]; then good; else bad 'a seal for each that has none'; fi
cat > "$more" <<< "$step"
./sqlgen --seals "$tmp/kernel/words/schema/0001_start.sql" "$tmp/modules/_x/schema/0001_start.sql" "$tmp/$more" > log
if [ "$(wc -l < log)" = 3 ] && tail -n 1 log | grep -Eq "^$more [0-9a-f]{16}$"; then good; else bad 'three seals'; fi
seal="-- sealed: $(tail -n 1 log | cut -d ' ' -f 2)"
broken='this step was released'
takes_schema <<< "$step
$seal"
says db_all.c "UINT64_C(0x${seal#-- sealed: }) },"
./sqlgen --seals "$tmp/$more" > log
if [ -s log ]; then bad 'is sealed'; else good; fi
printf '%s\n%s' "$step" "$seal" | takes_schema                                   # without an end of line
takes_schema <<< "$seal
$step"
takes_schema <<< "${step/-- A step.
/}
$seal"
takes_schema <<< "${step/id @ID/id   @ID  \/* its id *\/}
$seal"
takes_schema <<< "${step/more (
    /more(}
$seal

-- What came later."
takes_schema <<< "$(sed 's/@postgres/@sqlite\n-- nothing for this one\n-- @postgres\n-- an index/' <<< "$step")
$seal"
stops_schema 10 "$broken" <<< "${step/id @ID/id @INT}
$seal"
stops_schema 10 "$broken" <<< "${step/as it is/as it  is}
$seal"
stops_schema 10 "$broken" <<< "${step/ as it/ -- as it}
$seal"
stops_schema 10 "$broken" <<< "${step/lower/upper}
$seal"
stops_schema 11 "$broken" <<< "$step
CREATE INDEX more_also ON more (title);
$seal"
stops_schema 1 "$broken" <<< "$seal
${step/title @TEXT NOT NULL/title @TEXT}"
stops_schema 10 "$broken" <<< "$step
-- sealed: 0123456789abcdef"
if ./sqlgen --seals "$tmp/$more" > log 2>&1; then bad 'a seal that does not fit'; elif grep -Fq "$more:10: error: $broken" log; then good; else bad "$broken"; fi
stops_schema 10 'the 16 digits' <<< "$step
-- sealed: 0x23456789abcdef"
stops_schema 10 'the 16 digits' <<< "$step
${seal}0"
stops_schema 10 'the 16 digits' <<< "$step
-- sealed:
0123456789abcdef"
stops_schema 11 'is sealed twice' <<< "$step
$seal
$seal"

# script/seal and tools/layers.sh, in a tree of one module
mkdir -p tree/app tree/script tree/tools tree/kernel tree/modules/_x/schema
cp "$root/script/seal" tree/script/
cp "$root/tools/sqlgen.c" "$root/tools/gen.h" "$root/tools/sources.sh" "$root/tools/layers.sh" tree/tools/
cp modules/_x/schema/0001_start.sql tree/modules/_x/schema/
printf '    &x_module,\n' > tree/app/modules.c
more=modules/_x/schema/0002_more.sql
seals() { (cd tree && script/seal) > log 2>&1; }
layers() { if (cd tree && tools/layers.sh) > log 2>&1; then [ -z "$1" ]; else [ "$(cat log)" = "$1" ]; fi; }
printf '%s\n%s' "$step" '-- not yet ended' > "tree/$more"
unsealed=":1: is not sealed: run script/seal before it is released"
if layers "modules/_x/schema/0001_start.sql$unsealed
$more$unsealed"; then good; else bad 'two steps are not sealed'; fi
if seals && [ "$(cat log)" = "modules/_x/schema/0001_start.sql
$more" ] && [ "$(tail -n 2 "tree/$more")" = "-- not yet ended
$seal" ]; then good; else bad 'two steps to seal'; fi
if layers ''; then good; else bad 'all is sealed'; fi
echo '-- local: other
CREATE TABLE other (id @OD);' > "tree/${more/2_more/3_other}"
if ! seals && grep -Fq 'no such token: @OD' log && ! grep -q sealed: "tree/${more/2_more/3_other}"; then good; else bad 'what does not build is not sealed'; fi
sed -i 's/@OD/@ID/' "tree/${more/2_more/3_other}"
if layers "${more/2_more/3_other}$unsealed"; then good; else bad 'one step is not sealed'; fi
if seals && [ "$(cat log)" = "${more/2_more/3_other}" ] && [ "$(grep -c sealed: "tree/$more")" = 1 ]; then good; else bad 'one step to seal'; fi
if seals && [ ! -s log ]; then good; else bad 'nothing to seal'; fi

# ---- a module writes its own tables only, and says which of them are derived ----
stops 3 'a writes word, which belongs to words' <<< "-- name: a() run
-- A remark.
INSERT INTO word (body) VALUES ('a');"
stops 2 'a writes word, which belongs to words' <<< "-- name: a() one
DELETE FROM word WHERE rowid = 1 RETURNING rowid AS \"id:int\";"
queries << 'END' && good || bad 'refused'
-- name: note_add(id int, owner int) run
INSERT INTO note (id, owner) VALUES (:id, :owner);
-- name: note_move(id int, owner int) run
UPDATE NOTE SET owner = :owner WHERE id = :id;
-- name: note_drop(id int) one
DELETE FROM note WHERE id = :id RETURNING id;
-- name: note_put(id int, owner int) run
INSERT INTO note (id, owner) VALUES (:id, :owner) ON CONFLICT (id) DO UPDATE SET owner = excluded.owner;
-- name: tag_add(note int, word str) run
INSERT INTO tag (note, word) SELECT id, :word FROM note WHERE id = :note;
-- name: tag_drop(note int) run
DELETE FROM tag WHERE note IN (SELECT id FROM note WHERE id = :note);
-- name: look() many
SELECT n.id FROM note n JOIN word w ON w.rowid = n.id LIMIT 9;
END
grep -o 'x_[a-z_]*", .file\|\.writes.*' out/x_sql.c | tr -d '\n' > log
if [ "$(sed 's/", .file/:/g; s/\.//g; s/ = true//g; s/,/ /g; s/  */ /g' log)" = 'x_note_add:writes derived x_note_move:writes derived x_note_drop:writes derived x_note_put:writes derived x_tag_add:writes x_tag_drop:writes x_look:writes = false ' ]
then good; else bad 'some queries write derived tables, others do not'; fi
cat > "$more" << 'END'
CREATE TRIGGER tag_of_note AFTER INSERT ON tag BEGIN UPDATE note SET title = new.word WHERE id = new.note; END;
END
cat > modules/_x/x.sql << 'END'
-- name: tag_add(note int, word str) run
INSERT INTO tag (note, word) VALUES (:note, :word);
END
if generate "$tmp/modules/_x/schema/0001_start.sql" "$tmp/$more" "$tmp/modules/_x/x.sql" && grep -q '.derived = true' out/x_sql.c
then good; else bad 'what a trigger writes is written too'; fi

# ---- what comes out ----
queries << 'END' && good || bad 'refused'
-- name: mine(me int, q str?, after int?, seal bytes, least real?, all bool) many
-- Remarks are kept. */ Even /* this one.
SELECT n.id, n.title, n.title AS "body:html", n.seal, n.weight, count(*) AS "tags:int", n.weight > :least AS "heavy:bool", ':q ??= --' AS "s:str"
  FROM note n LEFT JOIN tag t ON t.note = n.id   -- not :a parameter
 WHERE n.owner = :me AND (:q IS NULL OR n.title LIKE '%' || :q || '%') AND n.id > coalesce(:after, 0)
   AND n.seal <> :seal AND :all = 1 /* nor :this; */
 GROUP BY n.id ORDER BY n.id LIMIT 100;
-- This belongs to nobody.

-- name: by_id(id int) one
SELECT id, title FROM note WHERE id = :id;
-- name: number() int
SELECT count(*) FROM note;
-- name: add(id int, owner int) run
INSERT INTO note (id, owner) VALUES (:id, :owner);
-- name: made(id int) one
INSERT INTO note (id, owner) VALUES (:id, :id) RETURNING id;
-- name: found(q str) many
SELECT rowid AS "id:int" FROM word WHERE word MATCH :q LIMIT 10;
-- name: found@postgres
SELECT rowid FROM word WHERE tokens @@ :q::tsquery LIMIT 10;
END
compiles x_sql.c
compiles db_all.c
printf '#include "x_sql.h"\n' > out/alone.c && compiles alone.c
says x_sql.h 'typedef struct x_mine_row { int64_t id; str title; Html body; str seal; double weight; int64_t tags; bool heavy; str s; } x_mine_row;'
says x_sql.h 'x_mine_rows x_mine(Scope *s, int64_t me, str q, int64_t after, str seal, double least, bool all);'
says x_sql.h 'bool x_by_id(Scope *s, int64_t id, x_by_id_row *ret);'
says x_sql.h 'int64_t x_number(Scope *s);'
says x_sql.h 'int64_t x_add(Scope *s, int64_t id, int64_t owner);'
says x_sql.h 'bool x_made_got(Scope *s, DbAsk *asked, x_made_row *ret);'
says x_sql.h 'void x_mine_rows_json(Json *j, str key, x_mine_rows rows);'
says x_sql.h '/* Remarks are kept. / Even / this one. */'
says x_sql.c '(?2 IS NULL OR n.title LIKE '"'%' || ?2 || '%'"')'
says x_sql.c '($2 IS NULL OR n.title LIKE '"'%' || \$2 || '%'"')'
says x_sql.c "':q ?\\?= --'"
says x_sql.c '-- not :a parameter\n'
says x_sql.c '{ .kind = DB_TEXT, .s = q, .null = q.n == 0 },'
says x_sql.c '{ .kind = DB_INT, .i = after, .null = !(after < 0 || after > 0) },'
says x_sql.c '.params = "isibro", .columns = x_mine_columns, .column_n = 8, .row_size = sizeof(x_mine_row), .id = 0, .writes = false,'
says x_sql.c '.params = "ii", .id = 3, .writes = true, .derived = true,'
says x_sql.c '.file = "modules/_x/x.sql", .line = 3,'
says x_sql.c 'SELECT rowid FROM word WHERE tokens @@ $1::tsquery LIMIT 10'
says db_all.c '&x_found_query, &trim_note, NULL, }; const int db_query_n = 7;'
says db_all.c '{ "words/0001_start", {'
says db_all.c '{ "x/0001_start", {'
says db_all.c '"CREATE TABLE note ( -- an @ID in a remark stays\n" " id INTEGER PRIMARY KEY,\n"'
says db_all.c '" id BIGINT PRIMARY KEY,\n" " owner BIGINT NOT NULL,\n" " title TEXT NOT NULL DEFAULT '"'@TEXT'"',\n" " seal BYTEA,\n" " weight DOUBLE PRECISION\n" ") ;'
says db_all.c 'PRIMARY KEY (note, word)) STRICT, WITHOUT ROWID;'
says db_all.c 'static const DbQuery trim_note = { .name = "trim_note", .file = "modules/_x/schema/0001_start.sql", .line = 1,'
says db_all.c '.params = "ii", .id = 6, .writes = true, .derived = true, };'
says db_all.c '{ "note", "x", DB_DERIVED, "person", &trim_note, UINT64_C(0x'
says db_all.c '{ "tag", "x", DB_LOCAL, NULL, NULL, UINT64_C(0x'
says db_all.c '{ "word", "words", DB_CONTENT, NULL, NULL, UINT64_C(0x'
says db_all.c '{ NULL }, }; const int db_table_n = 3;'
says db_all.c 'const DbIdColumn db_ids[] = { { "note", "id", false }, { "note", "owner", true }, { NULL }, }; const int db_id_n = 2;'
if sed -n '/"words\/0001_start"/,/} },/p' out/db_all.c | tr '\n' ' ' | grep -q 'fts5(body);.*,.*tsvector'; then good; else bad 'each engine has lines of its own'; fi

generate && compiles db_all.c                  # a program without a single query
says db_all.c 'const DbQuery *const db_queries[] = { NULL, }; const int db_query_n = 0;'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
