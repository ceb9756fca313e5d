-- How the records of a source are prepared before they are learnt from or predicted: an ordered list of operations. A change,
-- an undo too, is another version; none is ever altered.
CREATE TABLE preparation (
    source_id bigint NOT NULL REFERENCES source (id),
    version int NOT NULL CONSTRAINT preparation_version_counts CHECK (version >= 1),
    operations jsonb NOT NULL,
    note text NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT preparation_key PRIMARY KEY (source_id, version)
);

-- What a version's operations learnt from the training side of a snapshot, and from nothing else.
CREATE TABLE preparation_fit (
    snapshot_id bigint NOT NULL REFERENCES snapshot (id),
    source_id bigint NOT NULL REFERENCES source (id),
    version int NOT NULL,
    rows bigint NOT NULL,
    fitted jsonb NOT NULL,
    fitted_at timestamptz NOT NULL,
    CONSTRAINT preparation_fit_key PRIMARY KEY (snapshot_id, source_id, version)
);
