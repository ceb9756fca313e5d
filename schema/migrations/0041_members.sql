-- Who works in a project, as what, and what they can. A project without members is everybody's.
CREATE TABLE label_member (
    project_id bigint NOT NULL REFERENCES label_project (id) ON DELETE CASCADE,
    user_id bigint NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    role text NOT NULL CONSTRAINT label_member_role_known CHECK (role IN ('owner', 'reviewer', 'labeler')),
    skills text[] NOT NULL DEFAULT '{}',
    languages text[] NOT NULL DEFAULT '{}',
    added_at timestamptz NOT NULL,
    CONSTRAINT label_member_key PRIMARY KEY (project_id, user_id)
);
CREATE INDEX label_member_by_user ON label_member (user_id);
COMMENT ON INDEX label_member_by_user IS 'the projects of a user';
