#!/bin/bash
# sqlgen_test.sh   queries and schemas that are wrong must stop the build at their own line; those that are right must become C that
# compiles, and SQL that says the same to both engines. Ends with "N passed, N failed".
set -uo pipefail
cd "$(dirname "$0")/.."
root=$PWD
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cc=${CC:-cc}
passed=0 failed=0
$cc -std=gnu17 -D_GNU_SOURCE -O1 -g -fsanitize=undefined tools/sqlgen.c -lsqlite3 -o "$tmp/sqlgen" || exit 1
cd "$tmp" || exit 1
mkdir -p kernel/words/schema modules/_x/schema out

cat > kernel/words/schema/0001_start.sql << 'END'
-- @sqlite
CREATE VIRTUAL TABLE word USING fts5(body);
-- @postgres
CREATE TABLE word (rowid @ID, tokens tsvector);
-- @both
END
cat > modules/_x/schema/0001_start.sql << 'END'
-- derived: note
CREATE TABLE note (          -- an @ID in a remark stays
    id     @ID,
    owner  @INT NOT NULL,
    title  @TEXT NOT NULL DEFAULT '@TEXT',
    seal   @BLOB,
    weight @REAL
) @STRICT;
CREATE TABLE tag (note @INT NOT NULL, word @TEXT NOT NULL, PRIMARY KEY (note, word)) @KEYED;
END

good() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "$1"; sed 's/^/    /' log; }
generate() { ./sqlgen out "$tmp/kernel/words/schema/0001_start.sql" "$@" > log 2>&1; }
queries() { cat > modules/_x/x.sql; generate "$tmp/modules/_x/schema/0001_start.sql" "$tmp/modules/_x/x.sql"; }

# stops LINE TEXT < queries
stops() {
    if queries; then bad "not refused: $(cat modules/_x/x.sql)"
    elif grep -Fq "modules/_x/x.sql:$1: " log && grep -Fq "$2" log; then good
    else bad "line $1, \"$2\" expected"; fi
}

# stops_schema LINE TEXT < schema
stops_schema() {
    cat > modules/_x/schema/0002_more.sql
    if generate "$tmp/modules/_x/schema/0001_start.sql" "$tmp/modules/_x/schema/0002_more.sql"; then bad "not refused"
    elif grep -Fq "modules/_x/schema/0002_more.sql:$1: " log && grep -Fq "$2" log; then good
    else bad "line $1, \"$2\" expected"; fi
}

# says FILE TEXT   the file that came out holds this line
says() {
    tr -s ' \n' ' ' < "out/$1" > log
    if grep -Fq -- "$2" log; then good; else bad "$1 should say: $2"; fi
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
stops_schema 1 'no such table: nothing' <<< '-- derived: nothing'

# ---- what comes out ----
queries << 'END' && good || bad 'refused'
-- name: mine(me int, q str?, after int?, seal bytes, least real?, all bool) many
-- Remarks are kept. */ Even this one.
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
says x_sql.h '/* Remarks are kept. / Even this one. */'
says x_sql.c '(?2 IS NULL OR n.title LIKE '"'%' || ?2 || '%'"')'
says x_sql.c '($2 IS NULL OR n.title LIKE '"'%' || \$2 || '%'"')'
says x_sql.c "':q ?\\?= --'"
says x_sql.c '-- not :a parameter\n'
says x_sql.c '{ .kind = DB_TEXT, .s = q, .null = q.n == 0 },'
says x_sql.c '{ .kind = DB_INT, .i = after, .null = !(after < 0 || after > 0) },'
says x_sql.c '.params = "isibro", .columns = x_mine_columns, .column_n = 8, .row_size = sizeof(x_mine_row), .id = 0, .writes = false,'
says x_sql.c '.params = "ii", .id = 3, .writes = true,'
says x_sql.c '.file = "modules/_x/x.sql", .line = 3,'
says x_sql.c 'SELECT rowid FROM word WHERE tokens @@ $1::tsquery LIMIT 10'
says db_all.c 'const int db_query_n = 6;'
says db_all.c '{ "words/0001_start", {'
says db_all.c '{ "x/0001_start", {'
says db_all.c '"CREATE TABLE note ( -- an @ID in a remark stays\n" " id INTEGER PRIMARY KEY,\n"'
says db_all.c '" id BIGINT PRIMARY KEY,\n" " owner BIGINT NOT NULL,\n" " title TEXT NOT NULL DEFAULT '"'@TEXT'"',\n" " seal BYTEA,\n" " weight DOUBLE PRECISION\n" ") ;'
says db_all.c 'PRIMARY KEY (note, word)) STRICT, WITHOUT ROWID;'
says db_all.c 'const char *const db_derived_tables[] = { "note", NULL, };'
if sed -n '/"words\/0001_start"/,/} },/p' out/db_all.c | tr '\n' ' ' | grep -q 'fts5(body);.*,.*tsvector'; then good; else bad 'each engine has lines of its own'; fi

generate && compiles db_all.c                  # a program without a single query
says db_all.c 'const int db_query_n = 0;'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
