-- What finds near-duplicates is computed with the text at hand, where it is gathered, and waits beside it for the end of the run.
ALTER TABLE content_text ADD COLUMN sketch bytea;
COMMENT ON COLUMN content_text.sketch IS 'packed (schema/text_sketch.hpp); null: too short, or stored by a program that did not compute it';

-- An index over bands costs more to build than all else of a small source: its latest sketches are read whole until they are many.
ALTER TABLE text_sketch ADD COLUMN indexed boolean NOT NULL DEFAULT true;
ALTER TABLE text_sketch ALTER COLUMN indexed SET DEFAULT false;
DROP INDEX text_sketch_by_band;
CREATE INDEX text_sketch_by_band ON text_sketch USING gin (bands) WITH (fastupdate = off) WHERE leads AND indexed;
COMMENT ON INDEX text_sketch_by_band IS 'texts that new ones may be near-duplicates of';
DROP INDEX text_sketch_by_words;
CREATE INDEX text_sketch_by_words ON text_sketch (text_hash) WHERE first AND indexed;
COMMENT ON INDEX text_sketch_by_words IS 'texts that new ones may be equal to';
CREATE INDEX text_sketch_latest ON text_sketch (source_id) WHERE NOT indexed;
COMMENT ON INDEX text_sketch_latest IS 'texts that new ones may be near or equal to, and that are not in the two indexes yet';
