-- What a run has gathered so far is written with each batch. A run is read with everything and lies whole on each node of a
-- cluster, where a change waits for all of them; its counts are rows of one node.
CREATE TABLE source_run_count (
    run_id    bigint NOT NULL,
    source_id bigint NOT NULL,
    read      bigint NOT NULL DEFAULT 0,
    added     bigint NOT NULL DEFAULT 0,
    changed   bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    rejected  bigint NOT NULL DEFAULT 0,
    bytes     bigint NOT NULL DEFAULT 0,
    CONSTRAINT source_run_count_key PRIMARY KEY (run_id),
    CONSTRAINT source_run_adds_up CHECK (read = added + changed + unchanged + rejected)
) WITH (fillfactor = 50);
CREATE INDEX source_run_count_by_source ON source_run_count (source_id, run_id);
COMMENT ON INDEX source_run_count_by_source IS 'what the runs of a source have brought';

INSERT INTO source_run_count (run_id, source_id, read, added, changed, unchanged, rejected, bytes)
SELECT id, source_id, read, added, changed, unchanged, rejected, bytes FROM source_run;

ALTER TABLE source_run DROP COLUMN read, DROP COLUMN added, DROP COLUMN changed, DROP COLUMN unchanged, DROP COLUMN rejected,
    DROP COLUMN bytes;
