/* sqlgen - turns named SQL into typed C, and schema files into migrations for both engines. Small, in C, run by the build.
 *
 *   sqlgen OUTDIR  FILE.sql… SCHEMA.sql…        (every .sql of kernel and modules; a path with /schema/ is a schema file)
 *
 * Query files: kernel/<room>/<room>.sql and modules/<module>/<module>.sql. A query is
 *
 *   -- name: mine(me int, q str?) many
 *   -- Both sides see a dispute; nobody else finds out that it exists.        (comments up to the SQL are kept)
 *   SELECT d.id, d.title, count(r.id) AS "replies:int" FROM … WHERE :me IN (d.opened_by, d.against) … LIMIT 100;
 *
 *   -- name: mine@postgres            the same query where PostgreSQL must be told differently; same parameters and columns
 *
 *   kinds       one    bool  disputes_mine(Scope *s, int64_t me, str q, disputes_mine_row *ret)      false: no row
 *               many   disputes_mine_rows disputes_mine(Scope *s, int64_t me, str q)                 { row, n }
 *               int    int64_t disputes_count(Scope *s, …)           first column of the one row; 0 when there is none
 *               run    int64_t disputes_add(Scope *s, …)             INSERT, UPDATE, DELETE: rows touched
 *               (one and many may be INSERT … RETURNING)
 *   also        <name>_ask(Scope *, …) and <name>_got(Scope *, DbAsk *, …) for one and many: questions that travel together
 *   also        <name>_row_json(Json *, str key, const <name>_row *), <name>_rows_json(Json *, str key, <name>_rows)
 *   parameters  int  str  bytes  real  bool;   a '?' after it: 0 or the empty text is sent as NULL
 *   columns     the type is the declared type of a table's column; an expression says it in its alias: "replies:int".
 *               "body:html" yields Html: stored markup that was made safe when it was written. NULL reads as 0 or {0}.
 *               bool columns: "done:bool".
 *   The prefix of every name is the file's basename (learn.sql -> learn_…). Output: OUTDIR/learn_sql.h, learn_sql.c, and
 *   OUTDIR/db_all.c (db_queries[], db_migrations[]) with OUTDIR/db_all.h.
 *
 * Schema files: <folder>/schema/NNNN_words.sql, run once each in the order kernel, then modules as listed by the build,
 * then NNNN. Tokens, so that one text serves both engines:
 *   @ID      a 64-bit primary key           INTEGER PRIMARY KEY        BIGINT PRIMARY KEY
 *   @INT     64-bit number, time or 0/1     INTEGER                    BIGINT
 *   @TEXT @BLOB @REAL                       TEXT BLOB REAL             TEXT BYTEA DOUBLE PRECISION
 *   @STRICT  after a table's ')'            STRICT                     (nothing)
 *   @KEYED   same, rows live in the key     STRICT, WITHOUT ROWID      (nothing)
 *   -- @sqlite … -- @postgres … -- @both    lines for one engine only, until the next such line
 *   -- derived: table table…                these tables are emptied and made again by `sampan rebuild`
 *
 * Every query is prepared by the real SQLite against the real schema here: a misspelt column stops the build at the
 * .sql line ("modules/x/x.sql:12: no such column: auther"). The same check on PostgreSQL is a test. */
