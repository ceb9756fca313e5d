-- What a version of a model was asked and answered, by the hour, as sketches (quality/profile): inputs, answers, how often it abstained
-- and how many values of categories it did not know.
CREATE TABLE model_window (
    name text NOT NULL,
    version int NOT NULL,
    started_at timestamptz NOT NULL,
    predictions bigint NOT NULL,
    abstained bigint NOT NULL,
    unknown bigint NOT NULL,
    profile jsonb NOT NULL,
    told boolean NOT NULL DEFAULT false,  -- an alarm of this window was given
    CONSTRAINT model_window_key PRIMARY KEY (name, version, started_at),
    CONSTRAINT model_window_of_model FOREIGN KEY (name, version) REFERENCES model (name, version) ON DELETE CASCADE
);

-- The same of the held-out rows of its snapshot: what windows are compared with.
CREATE TABLE model_reference (
    name text NOT NULL,
    version int NOT NULL,
    predictions bigint NOT NULL,
    abstained bigint NOT NULL,
    profile jsonb NOT NULL,
    CONSTRAINT model_reference_key PRIMARY KEY (name, version),
    CONSTRAINT model_reference_of_model FOREIGN KEY (name, version) REFERENCES model (name, version) ON DELETE CASCADE
);
