-- Answers read for truth inference, and what it says.

-- Writes labels, with the version of the record that was labelled: that which was answered about. Adjudicated ones stay as they are, with $9 imported ones too. Returns known records, new and changed labels; what they are is kept for
-- tally_truth and tally_more behind it.
-- name: put_truth
WITH given AS (
    SELECT DISTINCT ON (rk, key) rk, key, class_id, probability, value::jsonb
    FROM unnest($3::bigint[], $4::text[], $5::int[], $6::float8[], $10::text[]) WITH ORDINALITY AS w (rk, key, class_id, probability, value, place)
    ORDER BY rk, key, place DESC
), known AS (
    SELECT n.rk, n.key, n.class_id, n.probability, n.value, CASE WHEN $7 <> 'import' THEN
        (SELECT max(a.version) FROM annotation a
         WHERE a.rk = r.rk AND a.source_id = r.source_id AND a.key = r.key AND a.project_id = $1 AND a.withdrawn_at IS NULL) END AS answered,
        r.version
    FROM given n JOIN record r ON r.rk = n.rk AND r.source_id = $2 AND r.key = n.key
), put AS (
    INSERT INTO ground_truth AS g (rk, source_id, key, project_id, class_id, value, probability, method, set_at, labeled_version)
    SELECT rk, $2, key, $1, class_id, value, probability, $7, $8::timestamptz, coalesce(answered, version) FROM known ORDER BY rk
    ON CONFLICT (rk, source_id, key, project_id) DO UPDATE SET class_id = excluded.class_id, value = excluded.value,
        probability = excluded.probability, method = excluded.method, revision = g.revision + 1, set_at = excluded.set_at,
        labeled_version = excluded.labeled_version, class_was = g.class_id, probability_was = g.probability, set_at_was = g.set_at
    WHERE (g.class_id, g.value, g.probability, g.method, coalesce(g.labeled_version, 1))
            IS DISTINCT FROM (excluded.class_id, excluded.value, excluded.probability, excluded.method, excluded.labeled_version)
        AND g.method <> 'adjudicated' AND NOT ($9::boolean AND g.method = 'import')
    RETURNING xmax = 0 AS is_new, g.class_id, g.probability, g.set_at, g.class_was, g.probability_was, g.set_at_was
), label AS (
    SELECT class_id, set_at, 1 AS sign, round(probability * 1000000000)::bigint AS sureness FROM put
    UNION ALL
    SELECT class_was, set_at_was, -1, -round(probability_was * 1000000000)::bigint FROM put WHERE NOT is_new
), counted AS (
    SELECT class_id, floor(extract(epoch FROM set_at) / 3600)::bigint AS hour, sum(sign) AS labels, sum(sureness) AS sureness FROM label GROUP BY 1, 2
), told AS MATERIALIZED (
    SELECT w.added, w.changed, set_config('tilth.labels', coalesce((SELECT json_agg(counted)::text FROM counted), '[]'), true),
        set_config('tilth.labels_added', w.added::text, true)
    FROM (SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM put) w
)
SELECT (SELECT count(*) FROM given) AS given, (SELECT count(*) FROM known) AS known, added, changed FROM told;

-- The answers about the records of tasks $1 that count, and how often their authors were found right; none while a task still wants answers
-- and its record has no label.
-- name: answers_of_record
WITH task AS MATERIALIZED (
    SELECT * FROM label_task WHERE id = ANY ($1::bigint[])
), labeled AS MATERIALIZED (
    SELECT t.id FROM task t JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
), trust AS MATERIALIZED (
    SELECT project_id, user_id, accuracy, confusion FROM label_trust WHERE project_id IN (SELECT project_id FROM task)
)
SELECT DISTINCT ON (t.id, a.user_id) t.id AS task, u.name AS user_name, c.name AS class_name, a.value, k.accuracy, k.confusion
FROM task t
JOIN annotation a ON a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = t.project_id
JOIN app_user u ON u.id = a.user_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
LEFT JOIN trust k ON k.project_id = a.project_id AND k.user_id = a.user_id
WHERE a.withdrawn_at IS NULL AND a.audit_id IS NULL AND (t.state = 'done' OR t.id IN (SELECT id FROM labeled))
ORDER BY t.id, a.user_id, a.attempt DESC;

-- What is known of tasks $1 of a project; how its people usually err with the first of them alone.
-- name: label_of_task
WITH task AS MATERIALIZED (
    SELECT * FROM label_task WHERE id = ANY ($1::bigint[])
), label AS MATERIALIZED (
    SELECT t.id, g.method, g.class_id, g.value
    FROM task t JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
)
SELECT t.id AS task, t.key, t.state = 'done' AS done, t.state = 'gold' AS gold, t.state = 'audit' AS audited, t.disagreement, g.method, c.name AS label,
    g.value, CASE WHEN t.id = min(t.id) OVER () THEN p.usual_confusion END AS usual_confusion
FROM task t JOIN label_project p ON p.id = t.project_id
LEFT JOIN label g ON g.id = t.id
LEFT JOIN label_class c ON c.project_id = t.project_id AND c.class_id = g.class_id
ORDER BY t.id;

-- name: withdraw_label
WITH task AS MATERIALIZED (
    SELECT * FROM label_task WHERE id = $1
)
DELETE FROM ground_truth g USING task t
WHERE g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
RETURNING g.class_id, g.probability, g.set_at;

-- name: put_trust
INSERT INTO label_trust AS k (project_id, user_id, accuracy, set_at, confusion)
SELECT $1, u.id, w.accuracy, $4::timestamptz, w.confusion::jsonb FROM unnest($2::text[], $3::float8[], $5::text[]) AS w (name, accuracy, confusion)
JOIN app_user u ON u.name = w.name
ON CONFLICT (project_id, user_id) DO UPDATE SET accuracy = excluded.accuracy, set_at = excluded.set_at, confusion = excluded.confusion;

-- name: put_usual_confusion
UPDATE label_project SET usual_confusion = $2::jsonb WHERE id = $1 AND usual_confusion IS DISTINCT FROM $2::jsonb;

-- name: imported_truth
SELECT g.key, c.name AS label, g.value FROM ground_truth g LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
WHERE g.project_id = $1 AND g.method = 'import';

-- name: note_disagreement
UPDATE label_task t SET disagreement = g.apart FROM unnest($1::bigint[], $2::float8[]) AS g (id, apart) WHERE t.id = g.id;
