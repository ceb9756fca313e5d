-- The classes of a project change while it is worked on: each change makes a version of its schema, and can be undone.
ALTER TABLE label_project ADD COLUMN schema_version int NOT NULL DEFAULT 1;
-- A retired class is not offered any more; what was answered with it stays readable.
ALTER TABLE label_class ADD COLUMN retired boolean NOT NULL DEFAULT false;
ALTER TABLE annotation ADD COLUMN schema_version int NOT NULL DEFAULT 1;

-- What stood here before a change, by its version, for undo: a list of {"version": .., ..}. It stands with the row, so that it goes
-- with the row.
ALTER TABLE annotation ADD COLUMN before jsonb;
ALTER TABLE ground_truth ADD COLUMN before jsonb;
ALTER TABLE label_task ADD COLUMN before jsonb;

CREATE TABLE label_schema_change (
    project_id bigint NOT NULL,
    version int NOT NULL,
    action text NOT NULL CONSTRAINT label_schema_change_action_known
        CHECK (action IN ('rename', 'merge', 'split', 'add', 'retire', 'undo')),
    question text NOT NULL DEFAULT '',
    classes_from text[] NOT NULL DEFAULT '{}',
    classes_to text[] NOT NULL DEFAULT '{}',
    shape jsonb NOT NULL,
    answers bigint NOT NULL,
    labels bigint NOT NULL,
    queued bigint NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    undone_by int,
    CONSTRAINT label_schema_change_key PRIMARY KEY (project_id, version)
);
COMMENT ON COLUMN label_schema_change.shape IS 'names, parents and relations of classes before it';
