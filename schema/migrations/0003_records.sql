-- Records, every content they had, and what could not become one.

-- The present state of each record. One index: a lookup knows the source as well as the key, and listing a source in order of rk is
-- the same order; rk stays in the key, so that the table can be distributed by it. No foreign keys here and below: see docs/decisions/0003.
CREATE TABLE record (
    rk bigint NOT NULL,
    source_id bigint NOT NULL,
    key text NOT NULL CONSTRAINT record_key_filled CHECK (key <> ''),
    version int NOT NULL CONSTRAINT record_version_counts CHECK (version >= 1),
    content_sha256 bytea NOT NULL,
    group_key text,
    record_time timestamptz,
    first_run bigint NOT NULL,
    last_run bigint NOT NULL,
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    gone_at timestamptz,  -- it stays: nothing is deleted because a site dropped it
    CONSTRAINT record_key PRIMARY KEY (source_id, rk, key)
) WITH (fillfactor = 90);
COMMENT ON COLUMN record.gone_at IS 'since when its page answers 404 or 410, or a complete listing of its source lacks it';

-- Every content a record has had, as received, and where it came from.
CREATE TABLE record_version (
    rk bigint NOT NULL,
    source_id bigint NOT NULL,
    key text NOT NULL,
    version int NOT NULL,
    run_id bigint NOT NULL,
    content_sha256 bytea NOT NULL,
    payload jsonb NOT NULL,
    blob_sha256 bytea,
    media_type text,
    url text,
    file text,
    member text,
    line bigint,
    byte_offset bigint,
    licence text,
    consent jsonb,
    fetched_at timestamptz,
    stored_at timestamptz NOT NULL,
    CONSTRAINT record_version_key PRIMARY KEY (rk, source_id, key, version)
);
ALTER TABLE record_version ALTER COLUMN payload SET COMPRESSION lz4;
-- Versions are stored in the order of runs, so that this index takes next to nothing.
CREATE INDEX record_version_by_run ON record_version USING brin (run_id) WITH (pages_per_range = 32);
COMMENT ON INDEX record_version_by_run IS 'what a run brought: parts of profiles';

CREATE TABLE content_text (
    rk bigint NOT NULL,
    source_id bigint NOT NULL,
    key text NOT NULL,
    version int NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    language text,
    characters int NOT NULL,
    words int NOT NULL,
    simhash bigint NOT NULL,
    sketch bytea,
    CONSTRAINT content_text_key PRIMARY KEY (rk, source_id, key, version)
);
ALTER TABLE content_text ALTER COLUMN body SET COMPRESSION lz4;
COMMENT ON COLUMN content_text.sketch IS 'packed (formats/text/text_sketch.hpp); null: too short, or stored by a program that did not compute it';

-- values[i] belongs to column i of the column set; NaN is missing; a category is its code.
CREATE TABLE content_numeric (
    rk bigint NOT NULL,
    source_id bigint NOT NULL,
    key text NOT NULL,
    version int NOT NULL,
    column_set int NOT NULL,
    values float8[] NOT NULL,
    CONSTRAINT content_numeric_key PRIMARY KEY (rk, source_id, key, version)
);

CREATE TABLE content_image (
    rk bigint NOT NULL,
    source_id bigint NOT NULL,
    key text NOT NULL,
    version int NOT NULL,
    width int NOT NULL,
    height int NOT NULL,
    channels int NOT NULL,
    format text NOT NULL,
    phash bigint NOT NULL,
    CONSTRAINT content_image_key PRIMARY KEY (rk, source_id, key, version)
);

-- Bodies and images by content. bk = first 8 bytes of sha256. Small ones are inline, others lie in the blob directory.
CREATE TABLE blob (
    bk bigint NOT NULL,
    sha256 bytea NOT NULL,
    size bigint NOT NULL,
    encoding text NOT NULL CONSTRAINT blob_encoding_known CHECK (encoding IN ('identity', 'zstd')),
    bytes bytea,
    location text,
    CONSTRAINT blob_key PRIMARY KEY (bk, sha256),
    CONSTRAINT blob_is_somewhere CHECK ((bytes IS NULL) <> (location IS NULL))
);
ALTER TABLE blob ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Inputs that could not become records. rk is made from the source and the place, so that the same reject again is one row.
CREATE TABLE reject (
    rk bigint NOT NULL,
    source_id bigint NOT NULL,
    place_sha256 bytea NOT NULL,
    run_id bigint NOT NULL,
    at timestamptz NOT NULL,
    raw bytea NOT NULL,
    file text,
    member text,
    line bigint,
    byte_offset bigint,
    column_name text,
    code text NOT NULL,
    reason text NOT NULL,
    state text NOT NULL DEFAULT 'open' CONSTRAINT reject_state_known CHECK (state IN ('open', 'replayed', 'expired')),
    CONSTRAINT reject_key PRIMARY KEY (rk, source_id, place_sha256)
);
CREATE INDEX reject_by_source ON reject (source_id, state, rk);
COMMENT ON INDEX reject_by_source IS 'list and replay of the rejects of one source';

-- What was measured of a version's text: a function of its content, never part of it. Measures have fixed places
-- (formats/text/text_quality.hpp); a newer program has more of them, and older rows stay as they are.
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

-- Words of the present text of records, for search. Filled by searches, a batch at a time, not by gathering.
CREATE TABLE record_search (
    rk bigint NOT NULL,
    source_id bigint NOT NULL,
    key text NOT NULL,
    version int NOT NULL,
    config text NOT NULL,
    words tsvector NOT NULL,
    CONSTRAINT record_search_key PRIMARY KEY (rk, source_id, key)
);
CREATE INDEX record_search_by_word ON record_search USING gin (words);
COMMENT ON INDEX record_search_by_word IS 'records that hold the words asked for';
COMMENT ON COLUMN record_search.config IS 'text search configuration of the text''s language, or simple';
