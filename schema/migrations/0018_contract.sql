-- The fields that a source's records have: learned by its first complete run, held against later ones.
CREATE TABLE source_field (
    source_id bigint NOT NULL REFERENCES source (id),
    name text NOT NULL,
    kinds int NOT NULL CONSTRAINT source_field_kinds_known CHECK (kinds BETWEEN 0 AND 15),
    run_id bigint NOT NULL,
    CONSTRAINT source_field_key PRIMARY KEY (source_id, name)
);
COMMENT ON COLUMN source_field.kinds IS 'sum of 1 text, 2 number, 4 boolean, 8 array or object; 0 only null so far';

-- Sources whose fields are learned.
CREATE TABLE source_contract (
    source_id bigint NOT NULL REFERENCES source (id) CONSTRAINT source_contract_key PRIMARY KEY,
    run_id bigint NOT NULL,
    learned_at timestamptz NOT NULL
);
