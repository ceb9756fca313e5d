-- What people mean to come back to, each their own. Single-shard, beside the tasks.
CREATE TABLE label_bookmark (
    project_id bigint NOT NULL,
    user_id bigint NOT NULL,
    task_id bigint NOT NULL REFERENCES label_task (id),
    made_at timestamptz NOT NULL,
    CONSTRAINT label_bookmark_key PRIMARY KEY (project_id, user_id, task_id)
);
CREATE INDEX label_bookmark_by_task ON label_bookmark (task_id);
COMMENT ON INDEX label_bookmark_by_task IS 'the end of a task';
