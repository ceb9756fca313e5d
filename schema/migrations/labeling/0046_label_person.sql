-- What a person did in a project, counted as it is done: from rows it would be counted at each claim.
CREATE TABLE label_person (
    project_id bigint NOT NULL,
    user_id bigint NOT NULL,
    answers bigint NOT NULL DEFAULT 0,  -- that stand
    given bigint NOT NULL DEFAULT 0,    -- tasks, in a project with gold: which of them are gold follows from the number
    CONSTRAINT label_person_key PRIMARY KEY (project_id, user_id)
) WITH (fillfactor = 50);
INSERT INTO label_person (project_id, user_id, answers)
SELECT project_id, user_id, count(*) FROM annotation WHERE withdrawn_at IS NULL GROUP BY project_id, user_id;

CREATE INDEX label_task_states ON label_task (project_id, state);
COMMENT ON INDEX label_task_states IS 'how many tasks of a project are open and done';
