-- What was measured of a version's text: a function of its content, never part of it. Measures have fixed places
-- (schema/text_quality.hpp); a newer program has more of them, and older rows stay as they are.
CREATE TABLE content_quality (
    rk bigint NOT NULL,
    source_id bigint NOT NULL,
    key text NOT NULL,
    version int NOT NULL,
    language text,
    measures float8[] NOT NULL,
    CONSTRAINT content_quality_key PRIMARY KEY (rk, source_id, key, version)
);
COMMENT ON COLUMN content_quality.language IS 'as the words tell it, whatever the page says';

-- What finds the duplicates of a record's present text: a hash of its words, MinHash bands mixed with the source, and what is left
-- of the hashes. Only the first of a cluster is found by its bands, and the first of equal texts by its words.
CREATE TABLE text_sketch (
    rk bigint NOT NULL,
    source_id bigint NOT NULL,
    key text NOT NULL,
    version int NOT NULL,
    text_hash bytea NOT NULL,
    bands bigint[] NOT NULL,
    low bytea NOT NULL,
    leads boolean NOT NULL,
    first boolean NOT NULL,
    CONSTRAINT text_sketch_key PRIMARY KEY (rk, source_id, key)
);
CREATE INDEX text_sketch_by_band ON text_sketch USING gin (bands) WITH (fastupdate = off) WHERE leads;
COMMENT ON INDEX text_sketch_by_band IS 'texts that new ones may be near-duplicates of';
CREATE INDEX text_sketch_by_words ON text_sketch (text_hash) WHERE first;
COMMENT ON INDEX text_sketch_by_words IS 'texts that new ones may be equal to';

-- How much of a source's contents some work has seen, by the sum of what its runs stored: nothing to do when it is the same.
CREATE TABLE source_progress (
    source_id bigint NOT NULL REFERENCES source (id),
    work text NOT NULL CONSTRAINT source_progress_work_known CHECK (work IN ('clusters', 'search')),
    extent bigint NOT NULL,
    CONSTRAINT source_progress_key PRIMARY KEY (source_id, work)
);
