-- What a run expects of more labels: of all judged rows (place 0) and of its worst slices. A later run of the same project on more
-- labels is what they are measured by.
CREATE TABLE forecast (
    run_id bigint NOT NULL CONSTRAINT forecast_of_run REFERENCES model_run (id) ON DELETE CASCADE,
    place smallint NOT NULL CONSTRAINT forecast_place_counts CHECK (place >= 0),
    slice text NOT NULL,  -- its description; empty: all judged rows
    predicates jsonb NOT NULL,
    training_rows bigint NOT NULL,
    judged bigint NOT NULL,
    labels bigint NOT NULL,
    error float8 NOT NULL,
    gain float8 NOT NULL,
    gain_low float8 NOT NULL,
    gain_high float8 NOT NULL,
    share float8 NOT NULL,
    curve jsonb NOT NULL,  -- power laws, the first of all rows: [[floor, scale, exponent], ..]
    made_at timestamptz NOT NULL,
    CONSTRAINT forecast_key PRIMARY KEY (run_id, place)
);
