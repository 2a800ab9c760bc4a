-- kept_at 0: forgotten, to be unlinked. Few at any time.
CREATE INDEX stored_file_forgotten ON stored_file (name) WHERE kept_at = 0;
-- sealed: ec03045162e37195
