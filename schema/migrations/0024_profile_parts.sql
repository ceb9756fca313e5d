-- The profile of a source in parts: of each run, that of the contents it brought which are still present. Merged they are the whole.
CREATE TABLE profile_part (
    source_id bigint NOT NULL REFERENCES source (id),
    run_id bigint NOT NULL,
    made_at timestamptz NOT NULL,
    records bigint NOT NULL,
    sketches jsonb NOT NULL,
    CONSTRAINT profile_part_key PRIMARY KEY (source_id, run_id)
);

-- Versions are stored in the order of runs, so that this index takes next to nothing.
CREATE INDEX record_version_by_run ON record_version USING brin (run_id) WITH (pages_per_range = 32);
COMMENT ON INDEX record_version_by_run IS 'what a run brought: parts of profiles';
