-- name: id(kind str, key str, lang str) int
SELECT id FROM search_doc WHERE kind = :kind AND key = :key AND lang = :lang;

-- name: put(id int, kind str, key str, lang str, title str, url str, text str, area str, weight int) run
INSERT INTO search_doc (id, kind, key, lang, title, url, text, area, weight)
VALUES (:id, :kind, :key, :lang, :title, :url, :text, :area, :weight)
    ON CONFLICT (id) DO UPDATE SET title = excluded.title, url = excluded.url, text = excluded.text, area = excluded.area,
                                   weight = excluded.weight;

-- name: unindex(id int) run
DELETE FROM search_index WHERE rowid = :id;
-- name: unindex@postgres
UPDATE search_doc SET tokens = '' WHERE id = :id AND tokens <> '';

-- name: index(id int, title str, text str) run
INSERT INTO search_index (rowid, title, text) VALUES (:id, :title, :text);
-- name: index@postgres
UPDATE search_doc SET tokens = CAST(:title AS tsvector) || CAST(:text AS tsvector) WHERE id = :id;

-- name: ids(kind str, key str) many
SELECT id FROM search_doc WHERE kind = :kind AND (:key = '' OR key = :key) ORDER BY id;

-- name: drop(id int) run
DELETE FROM search_doc WHERE id = :id;

-- name: find(typed str, lang str, skip int, most int) many
-- A title weighs ten times the text; the reader's own language and heavier documents come first among equals.
SELECT d.kind, d.key, d.title, d.url, d.text, d.area
  FROM search_index JOIN search_doc d ON d.id = search_index.rowid
 WHERE search_index MATCH :typed
 ORDER BY bm25(search_index, 10.0, 1.0) * (10 + d.weight) * CASE WHEN d.lang = :lang THEN 3 ELSE 2 END, d.id
 LIMIT :most OFFSET :skip;
-- name: find@postgres
SELECT d.kind, d.key, d.title, d.url, d.text, d.area
  FROM search_doc d
 WHERE d.tokens @@ CAST(:typed AS tsquery)
 ORDER BY ts_rank(d.tokens, CAST(:typed AS tsquery)) * (10 + d.weight) * CASE WHEN d.lang = :lang THEN 3 ELSE 2 END DESC, d.id
 LIMIT :most OFFSET :skip;

-- name: count(typed str) int
SELECT count(*) AS "n:int" FROM search_index WHERE search_index MATCH :typed;
-- name: count@postgres
SELECT count(*) AS "n:int" FROM search_doc WHERE tokens @@ CAST(:typed AS tsquery);
