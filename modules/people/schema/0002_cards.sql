-- Who is who stands on people's cards (kernel/journal). Records are applied in order, so that the last one need not be told
-- from the others.
DROP TABLE people_alias;
ALTER TABLE people_person DROP COLUMN name_stamp;
ALTER TABLE people_person DROP COLUMN lang_stamp;
-- sealed: 536cfaf029620beb
