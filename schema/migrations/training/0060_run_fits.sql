-- What error analysis fitted for a run (probabilities out of fold, learning curves, clusters, slices), so that the next look fits
-- nothing again. Made under the labels that `labels` is the digest of; under others it ends.
CREATE TABLE run_fit (
    run_id bigint NOT NULL CONSTRAINT run_fit_of_run REFERENCES model_run (id) ON DELETE CASCADE,
    name text NOT NULL,  -- what it is, with the options that it depends on
    labels text NOT NULL,
    fitted bytea NOT NULL,
    kept_at timestamptz NOT NULL,
    CONSTRAINT run_fit_key PRIMARY KEY (run_id, name)
);
