-- Rules that label records: what a project's owner knows, said once. A set of them has a version; each version stays as it was, so that it
-- can be told what a label was made by.
CREATE TABLE label_rule_set (
    project_id bigint NOT NULL CONSTRAINT label_rule_set_key PRIMARY KEY,
    version int NOT NULL,
    balance jsonb NOT NULL DEFAULT '{}',
    set_at timestamptz NOT NULL,
    set_by text NOT NULL DEFAULT '',
    last_run bigint NOT NULL DEFAULT 0,
    run bigint NOT NULL DEFAULT 0,
    run_version int,
    run_at timestamptz,
    records bigint NOT NULL DEFAULT 0
);
COMMENT ON COLUMN label_rule_set.balance IS 'the share of each class, by name, as it was given';
COMMENT ON COLUMN label_rule_set.last_run IS 'the last run that began';
COMMENT ON COLUMN label_rule_set.run IS 'the last run that was whole: its votes count';
COMMENT ON COLUMN label_rule_set.run_version IS 'the version of the rules that voted then';
COMMENT ON COLUMN label_rule_set.records IS 'that they were asked about';

CREATE TABLE label_rule (
    project_id bigint NOT NULL,
    version int NOT NULL,
    number int NOT NULL,
    name text NOT NULL,
    class_id int NOT NULL,
    spec jsonb NOT NULL,
    CONSTRAINT label_rule_key PRIMARY KEY (project_id, version, number),
    CONSTRAINT label_rule_name_taken UNIQUE (project_id, version, name)
);

-- Which rules voted on a record, by their numbers, in order; each for its own class. Records that none voted on have no row.
CREATE TABLE label_rule_vote (
    rk bigint NOT NULL,
    source_id bigint NOT NULL,
    key text NOT NULL,
    project_id bigint NOT NULL,
    run bigint NOT NULL,
    rules int[] NOT NULL,
    CONSTRAINT label_rule_vote_key PRIMARY KEY (rk, source_id, key, project_id, run)
);
CREATE INDEX label_rule_vote_by_project ON label_rule_vote (project_id, run, rk, source_id, key);
COMMENT ON INDEX label_rule_vote_by_project IS 'the votes of a run: their patterns, the labels by them, their end';

ALTER TABLE ground_truth ADD COLUMN rules_version int;
COMMENT ON COLUMN ground_truth.rules_version IS 'of the rules that made it, where the method is rules; else it says nothing';
