-- content: search_doc search_index
-- What can be found. The words are found by the program (search_words.c); an engine only keeps them.
CREATE TABLE search_doc (
    id      @ID,
    kind    @TEXT NOT NULL,
    key     @TEXT NOT NULL,
    lang    @TEXT NOT NULL,
    title   @TEXT NOT NULL,
    url     @TEXT NOT NULL,
    text    @TEXT NOT NULL,
    area    @TEXT NOT NULL,
    weight  @INT NOT NULL
) @STRICT;
CREATE UNIQUE INDEX search_doc_key ON search_doc (kind, key, lang);
-- @sqlite
-- 'ascii' parts at blanks and takes every character beyond ASCII for a letter. unicode61 would take the vowel signs of Thai
-- and Khmer for blanks, and whatever Unicode added after its tables were made.
CREATE VIRTUAL TABLE search_index USING fts5 (title, text, tokenize = 'ascii');
-- @postgres
ALTER TABLE search_doc ADD COLUMN tokens tsvector NOT NULL DEFAULT '';
CREATE INDEX search_doc_tokens ON search_doc USING gin (tokens);
-- @both
-- sealed: 645b3f7cefdc31b6
