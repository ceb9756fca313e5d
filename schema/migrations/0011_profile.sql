-- What the records of a source were like after a run: mergeable sketches, read by quality profile and drift.
CREATE TABLE quality_profile (
    source_id bigint NOT NULL REFERENCES source (id),
    run_id bigint NOT NULL,
    made_at timestamptz NOT NULL,
    records bigint NOT NULL,
    sketches jsonb NOT NULL,
    CONSTRAINT quality_profile_key PRIMARY KEY (source_id, run_id)
);
