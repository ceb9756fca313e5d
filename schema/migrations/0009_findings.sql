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
