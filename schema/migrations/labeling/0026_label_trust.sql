-- How often each person was found right when the truth of a project was last inferred, so that one more answer is weighed at once.
CREATE TABLE label_trust (
    project_id bigint NOT NULL,
    user_id bigint NOT NULL,
    accuracy float8 NOT NULL CONSTRAINT label_trust_accuracy_range CHECK (accuracy BETWEEN 0 AND 1),
    set_at timestamptz NOT NULL,
    CONSTRAINT label_trust_key PRIMARY KEY (project_id, user_id)
);
