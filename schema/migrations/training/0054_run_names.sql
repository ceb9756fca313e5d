-- Runs by what they were made of (`run_key`: snapshot, settings, seed, program), and by what people call them. `edition` counts the
-- edits, so that two who edit do not overwrite each other.
ALTER TABLE model_run ADD COLUMN run_key bytea, ADD COLUMN name text NOT NULL DEFAULT '', ADD COLUMN note text NOT NULL DEFAULT '',
    ADD COLUMN tags jsonb NOT NULL DEFAULT '{}', ADD COLUMN edition int NOT NULL DEFAULT 1;
CREATE INDEX model_run_by_key ON model_run (run_key) WHERE run_key IS NOT NULL;
COMMENT ON INDEX model_run_by_key IS 'whether the same was trained before';
CREATE INDEX model_run_by_tags ON model_run USING gin (tags jsonb_path_ops);
COMMENT ON INDEX model_run_by_tags IS 'runs with a tag';

-- How a run goes, step by step, while it goes on and after it.
CREATE TABLE run_step (
    run_id bigint NOT NULL REFERENCES model_run (id) ON DELETE CASCADE,
    step int NOT NULL,
    stage text NOT NULL,
    done bigint NOT NULL,
    total bigint NOT NULL,
    loss float8 NOT NULL,
    validation float8,
    at timestamptz NOT NULL,
    CONSTRAINT run_step_key PRIMARY KEY (run_id, step)
);
