-- What people were told when they answered: each wording of a project's instructions, and since when it holds.
CREATE TABLE label_guideline (
    project_id bigint NOT NULL,
    version int NOT NULL,
    text text NOT NULL,
    since timestamptz NOT NULL,
    CONSTRAINT label_guideline_key PRIMARY KEY (project_id, version)
);
INSERT INTO label_guideline (project_id, version, text, since)
SELECT id, 1, coalesce(spec ->> 'instructions', ''), created_at FROM label_project;
