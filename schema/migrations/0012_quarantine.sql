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
