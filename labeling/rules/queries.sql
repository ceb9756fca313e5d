-- Rules that label, their votes, labels by them.

-- name: find_rule_set
SELECT version, balance, set_at, set_by, run, run_version, run_at, records,
    (SELECT count(*) FROM label_rule_vote v WHERE v.project_id = $1 AND v.run = (SELECT run FROM label_rule_set WHERE project_id = $1)) AS voted,
    (SELECT count(*) FROM ground_truth g WHERE g.project_id = $1 AND g.method = 'rules') AS labels
FROM label_rule_set WHERE project_id = $1;

-- Returns the version that the rules have now.
-- name: put_rule_set
INSERT INTO label_rule_set AS s (project_id, version, balance, set_at, set_by) VALUES ($1, 1, $2::jsonb, $3::timestamptz, $4)
ON CONFLICT (project_id) DO UPDATE SET version = s.version + 1, balance = excluded.balance, set_at = excluded.set_at, set_by = excluded.set_by
RETURNING version;

-- name: add_rules
INSERT INTO label_rule (project_id, version, number, name, class_id, spec)
SELECT $1, $2, w.number - 1, w.name, w.class_id, w.spec::jsonb
FROM unnest($3::text[], $4::int[], $5::text[]) WITH ORDINALITY AS w (name, class_id, spec, number);

-- name: rules_of_version
SELECT r.name, r.class_id, c.name AS label, c.retired, r.spec
FROM label_rule r JOIN label_class c ON c.project_id = r.project_id AND c.class_id = r.class_id
WHERE r.project_id = $1 AND r.version = $2 ORDER BY r.number;

-- name: begin_rule_run
UPDATE label_rule_set SET last_run = last_run + 1 WHERE project_id = $1 RETURNING last_run;

-- Of records that are there.
-- name: put_votes
INSERT INTO label_rule_vote (rk, source_id, key, project_id, run, rules)
SELECT w.rk, $2, w.key, $1, $3, w.rules::int[]
FROM unnest($4::bigint[], $5::text[], $6::text[]) AS w (rk, key, rules)
JOIN record r ON r.rk = w.rk AND r.source_id = $2 AND r.key = w.key
ORDER BY w.rk, w.key ON CONFLICT (rk, source_id, key, project_id, run) DO NOTHING;

-- Makes the votes of run $2 by version $3 those that count, if neither another run began since nor the rules are others.
-- name: end_rule_run
UPDATE label_rule_set SET run = $2, run_version = $3, run_at = $4::timestamptz, records = $5
WHERE project_id = $1 AND last_run = $2 AND version = $3;

-- What runs left that were cut off or followed by another.
-- name: drop_old_votes
DELETE FROM label_rule_vote v USING label_rule_set s
WHERE s.project_id = $1 AND v.project_id = $1 AND v.run <> s.run AND v.run <> s.last_run;

-- Which rules voted together, and on how many records.
-- name: vote_patterns
SELECT array_to_string(rules, ',') AS rules, count(*) AS records FROM label_rule_vote WHERE project_id = $1 AND run = $2
GROUP BY rules ORDER BY rules;

-- The same of records whose class people said.
-- name: known_vote_patterns
SELECT array_to_string(v.rules, ',') AS rules, g.class_id, count(*) AS records
FROM label_rule_vote v JOIN ground_truth g ON g.rk = v.rk AND g.source_id = v.source_id AND g.key = v.key AND g.project_id = v.project_id
WHERE v.project_id = $1 AND v.run = $2 AND g.method <> 'rules' AND g.class_id IS NOT NULL
GROUP BY v.rules, g.class_id ORDER BY v.rules, g.class_id;

-- The records of these patterns ($3), in their order.
-- name: records_of_patterns
SELECT v.key, p.place - 1 AS place
FROM unnest($3::text[]) WITH ORDINALITY AS p (rules, place) JOIN label_rule_vote v ON v.rules = p.rules::int[]
WHERE v.project_id = $1 AND v.run = $2 ORDER BY p.place, v.rk, v.key;

-- name: known_classes
SELECT class_id, count(*) AS records FROM ground_truth
WHERE project_id = $1 AND method <> 'rules' AND class_id IS NOT NULL GROUP BY class_id ORDER BY class_id;

-- Labels by rules: of records whose patterns of votes ($4) say a class, and that no person said anything of. Those that earlier
-- rules made and that nothing says any more are taken back.
-- name: put_rule_labels
WITH said AS (
    SELECT p.rules::int[] AS rules, p.class_id, p.probability
    FROM unnest($4::text[], $5::int[], $6::float8[]) AS p (rules, class_id, probability)
), given AS MATERIALIZED (
    SELECT count(*) AS records FROM label_rule_vote v JOIN said s USING (rules) WHERE v.project_id = $1 AND v.run = $2
), free AS MATERIALIZED (
    SELECT n.rk, n.source_id, n.key, s.class_id, s.probability FROM label_rule_vote n JOIN said s USING (rules)
    WHERE n.project_id = $1 AND n.run = $2
        AND NOT EXISTS (SELECT 1 FROM annotation a WHERE a.rk = n.rk AND a.source_id = n.source_id AND a.key = n.key AND a.project_id = $1
                          AND a.withdrawn_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM ground_truth g WHERE g.rk = n.rk AND g.source_id = n.source_id AND g.key = n.key
                            AND g.project_id = $1 AND g.method <> 'rules')
), put AS (
    INSERT INTO ground_truth AS g (rk, source_id, key, project_id, class_id, probability, method, set_at, rules_version)
    SELECT rk, source_id, key, $1, class_id, probability, 'rules', $7::timestamptz, $3 FROM free ORDER BY rk
    ON CONFLICT (rk, source_id, key, project_id) DO UPDATE SET class_id = excluded.class_id, value = NULL,
        probability = excluded.probability, revision = g.revision + 1, set_at = excluded.set_at, rules_version = excluded.rules_version
    WHERE g.method = 'rules'
        AND (g.class_id, g.probability, g.rules_version) IS DISTINCT FROM (excluded.class_id, excluded.probability, excluded.rules_version)
    RETURNING xmax = 0 AS is_new
), gone AS (
    DELETE FROM ground_truth g WHERE g.project_id = $1 AND g.method = 'rules'
        AND NOT EXISTS (SELECT 1 FROM free n WHERE n.rk = g.rk AND n.source_id = g.source_id AND n.key = g.key)
    RETURNING 1
)
SELECT (SELECT records FROM given) AS given, (SELECT records FROM given) - (SELECT count(*) FROM free) AS people_said,
    count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed, (SELECT count(*) FROM gone) AS withdrawn
FROM put;

-- name: drop_rule_labels
DELETE FROM ground_truth WHERE project_id = $1 AND method = 'rules';

-- name: drop_votes
DELETE FROM label_rule_vote WHERE project_id = $1;

-- There are no votes that count; those of a run at work will not.
-- name: forget_rule_run
UPDATE label_rule_set SET run = 0, run_version = NULL, run_at = NULL, records = 0, last_run = last_run + 1 WHERE project_id = $1;
