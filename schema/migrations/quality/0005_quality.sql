-- What quality checks found in the records of a source. Nothing here changes a record.

-- Records that are duplicates of each other, by the way they were found. A cluster is named by the rk of its first record.
CREATE TABLE duplicate (
    rk bigint NOT NULL,
    source_id bigint NOT NULL,
    key text NOT NULL,
    kind text NOT NULL CONSTRAINT duplicate_kind_known CHECK (kind IN ('exact', 'normalised', 'text', 'image', 'row')),
    cluster bigint NOT NULL,
    score float8 NOT NULL,
    found_at timestamptz NOT NULL,
    CONSTRAINT duplicate_key PRIMARY KEY (rk, source_id, key, kind)
);
CREATE INDEX duplicate_by_source ON duplicate (source_id, kind, cluster);
COMMENT ON INDEX duplicate_by_source IS 'clusters of a source: lists, replacing them, keeping them on one side of a split';

-- Values that are likely wrong, and what is likely right. A decision says who took it; the record keeps its value.
CREATE TABLE cell_issue (
    rk bigint NOT NULL,
    source_id bigint NOT NULL,
    key text NOT NULL,
    column_name text NOT NULL,
    version int NOT NULL,
    code text NOT NULL CONSTRAINT cell_issue_code_known CHECK (code IN ('dependency', 'typo', 'pattern', 'missing', 'outlier')),
    value text NOT NULL,
    proposal text,
    probability float8 NOT NULL CONSTRAINT cell_issue_probability_range CHECK (probability BETWEEN 0 AND 1),
    reason text NOT NULL,
    state text NOT NULL DEFAULT 'open' CONSTRAINT cell_issue_state_known CHECK (state IN ('open', 'accepted', 'refused')),
    decided_by text,
    decided_at timestamptz,
    found_at timestamptz NOT NULL,
    CONSTRAINT cell_issue_key PRIMARY KEY (rk, source_id, key, column_name)
);
CREATE INDEX cell_issue_by_source ON cell_issue (source_id, state, rk);
COMMENT ON INDEX cell_issue_by_source IS 'issues of a source: lists, replacing the open ones';

-- Records that a check with severity quarantine found wanting: snapshots leave them out until the check is run again.
CREATE TABLE quarantine (
    rk bigint NOT NULL,
    source_id bigint NOT NULL,
    key text NOT NULL,
    check_name text NOT NULL,
    found_at timestamptz NOT NULL,
    CONSTRAINT quarantine_key PRIMARY KEY (rk, source_id, key, check_name)
);
CREATE INDEX quarantine_by_source ON quarantine (source_id, check_name);
COMMENT ON INDEX quarantine_by_source IS 'replacing what an earlier run of the checks found';

-- What a run of the checks said.
CREATE TABLE check_result (
    source_id bigint NOT NULL REFERENCES source (id),
    checked_at timestamptz NOT NULL,
    check_name text NOT NULL,
    passed boolean NOT NULL,
    severity text NOT NULL CONSTRAINT check_result_severity_known CHECK (severity IN ('warn', 'quarantine', 'block')),
    examined bigint NOT NULL,
    failed bigint NOT NULL,
    observed text NOT NULL,
    CONSTRAINT check_result_key PRIMARY KEY (source_id, checked_at, check_name)
);

-- What the records of a source were like after a run: mergeable sketches, read by quality profile and drift.
CREATE TABLE quality_profile (
    source_id bigint NOT NULL REFERENCES source (id),
    run_id bigint NOT NULL,
    made_at timestamptz NOT NULL,
    records bigint NOT NULL,
    sketches jsonb NOT NULL,
    CONSTRAINT quality_profile_key PRIMARY KEY (source_id, run_id)
);

-- The profile of a source in parts: of each run, that of the contents it brought which are still present. Merged they are the whole.
CREATE TABLE profile_part (
    source_id bigint NOT NULL REFERENCES source (id),
    run_id bigint NOT NULL,
    made_at timestamptz NOT NULL,
    records bigint NOT NULL,
    sketches jsonb NOT NULL,
    CONSTRAINT profile_part_key PRIMARY KEY (source_id, run_id)
);

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
    indexed boolean NOT NULL DEFAULT false,
    CONSTRAINT text_sketch_key PRIMARY KEY (rk, source_id, key)
);
-- An index over bands costs more to build than all else of a small source: its latest sketches are read whole until they are many.
CREATE INDEX text_sketch_by_band ON text_sketch USING gin (bands) WITH (fastupdate = off) WHERE leads AND indexed;
COMMENT ON INDEX text_sketch_by_band IS 'texts that new ones may be near-duplicates of';
CREATE INDEX text_sketch_by_words ON text_sketch (text_hash) WHERE first AND indexed;
COMMENT ON INDEX text_sketch_by_words IS 'texts that new ones may be equal to';
CREATE INDEX text_sketch_latest ON text_sketch (source_id) WHERE NOT indexed;
COMMENT ON INDEX text_sketch_latest IS 'texts that new ones may be near or equal to, and that are not in the two indexes yet';
