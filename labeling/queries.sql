-- Queries of labeling/. Parameters are $1, $2 ..; times are parameters.
-- Locks are taken in one order everywhere: a task, then its leases.
-- Those of one room stand in its own queries.sql.

-- Serialises the adding of classes to a project.
-- name: lock_project
SELECT version FROM label_project WHERE id = $1 FOR UPDATE;

-- name: undo_answer
WITH task AS (
    SELECT t.*, l.state AS was FROM label_task t JOIN label_lease l ON l.task_id = t.id
    WHERE t.id = $1 AND l.user_id = $2 AND l.state IN ('answered', 'skipped') FOR UPDATE
), back AS (
    UPDATE label_lease l SET state = 'held', reason = '', token = l.token + 1, attempt = l.attempt + 1, expires_at = $4::timestamptz,
        leased_at = $3::timestamptz
    FROM task t WHERE l.task_id = t.id AND l.user_id = $2
    RETURNING l.task_id, l.token, l.attempt
), withdrawn AS (
    UPDATE annotation a SET withdrawn_at = $3::timestamptz FROM task t, back b
    WHERE a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = t.project_id
        AND a.user_id = $2 AND a.attempt = b.attempt - 1 AND a.withdrawn_at IS NULL
), counted AS (
    UPDATE label_person n SET answers = n.answers - 1 FROM task t, back
    WHERE t.was = 'answered' AND n.project_id = t.project_id AND n.user_id = $2
)
UPDATE label_task t SET leases = t.leases + 1, answers = t.answers - CASE WHEN k.was = 'answered' THEN 1 ELSE 0 END,
    state = CASE WHEN t.state IN ('cancelled', 'gold', 'audit') THEN t.state ELSE 'open' END, done_at = NULL
FROM back b JOIN task k ON k.id = b.task_id WHERE t.id = b.task_id
RETURNING t.id AS task, b.token, b.attempt, t.rk, t.key, t.version, t.priority, t.reason;

-- Answers that count, a page at a time: of a (record, person) pair the highest attempt that is not withdrawn; those to
-- gold only with $8, those of an audit never.
-- name: answers_page
WITH gold AS MATERIALIZED (
    SELECT task_id FROM label_gold WHERE project_id = $1 AND NOT $8::boolean
)
SELECT a.rk, a.key, a.user_id, a.attempt, u.name AS user_name, c.name AS class_name, a.value, a.submitted_at
FROM annotation a JOIN app_user u ON u.id = a.user_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
WHERE a.project_id = $1 AND a.source_id = $2 AND a.withdrawn_at IS NULL AND a.audit_id IS NULL
    AND a.task_id NOT IN (SELECT task_id FROM gold)
    AND (a.rk, a.source_id, a.key, a.project_id, a.user_id, a.attempt) > ($3::bigint, $2::bigint, $4::text, $1::bigint, $5::bigint, $6::int)
ORDER BY a.rk, a.source_id, a.key, a.project_id, a.user_id, a.attempt LIMIT $7::int;
