-- Tasks whose truth is known, given to people among the others to see how right they are. They want no answers and wait for nobody.
ALTER TABLE label_task DROP CONSTRAINT label_task_state_known,
    ADD CONSTRAINT label_task_state_known CHECK (state IN ('open', 'done', 'cancelled', 'gold'));
CREATE TABLE label_gold (
    task_id bigint NOT NULL,
    project_id bigint NOT NULL,
    explanation text NOT NULL DEFAULT '',
    added_at timestamptz NOT NULL,
    CONSTRAINT label_gold_key PRIMARY KEY (task_id)
);
CREATE INDEX label_gold_by_project ON label_gold (project_id);
COMMENT ON INDEX label_gold_by_project IS 'picking gold for a person; its list';
