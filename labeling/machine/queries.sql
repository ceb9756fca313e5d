-- Machines that label beside people.

-- name: add_machine
INSERT INTO label_machine (project_id, name, version, prompt, added_at) VALUES ($1, $2, $3, $4, $5::timestamptz)
ON CONFLICT (project_id, name, version) DO NOTHING;

-- A version of a machine, or its last one.
-- name: find_machine
SELECT id, name, version, prompt, added_at, accuracy, test FROM label_machine
WHERE project_id = $1 AND name = $2 AND ($3 = '' OR version = $3) ORDER BY id DESC LIMIT 1;

-- The machines of a project, the oldest first.
-- name: machines_of_project
SELECT id, name, version, prompt, added_at, accuracy, test FROM label_machine WHERE project_id = $1 ORDER BY id;

-- name: machine_sums
SELECT machine_id, count(*) FILTER (WHERE fault IS NULL) AS suggestions, count(fault) AS rejects, sum(input_tokens)::bigint AS input_tokens,
    sum(output_tokens)::bigint AS output_tokens, sum(cost) AS cost
FROM label_suggestion WHERE machine_id = ANY ($1::bigint[]) GROUP BY machine_id;

-- Counts one more request to machine $1, unless it has used as much as one of the limits says: $2 requests, $3 tokens, $4 of cost (NULL: as
-- much as it wants). Tells what it has used, and which limit forbids one more.
-- name: take_request
WITH used AS MATERIALIZED (
    SELECT id, requests, tokens, cost, CASE WHEN requests >= $2::bigint THEN 'max_requests' WHEN tokens >= $3::bigint THEN 'max_total_tokens'
        WHEN cost >= $4::float8 THEN 'max_cost' ELSE '' END AS reached
    FROM label_machine WHERE id = $1 FOR UPDATE
), taken AS (
    UPDATE label_machine m SET requests = m.requests + 1 FROM used u WHERE m.id = u.id AND u.reached = ''
)
SELECT requests + (reached = '')::int AS requests, tokens, cost, reached FROM used;

-- name: note_use
UPDATE label_machine SET tokens = tokens + $2::bigint, cost = cost + $3::float8 WHERE id = $1
RETURNING requests, tokens, cost, '' AS reached;

-- name: put_machine_test
UPDATE label_machine SET test = $2::jsonb WHERE id = $1;

-- name: put_machine_accuracy
UPDATE label_machine SET accuracy = $2::float8 WHERE id = $1;

-- Of these records those that the machine has said nothing of; with $5, or nothing that is an answer.
-- name: not_suggested
WITH wish AS MATERIALIZED (
    SELECT * FROM unnest($3::bigint[], $4::text[]) WITH ORDINALITY AS w (rk, key, place)
), suggested AS MATERIALIZED (
    SELECT w.place FROM wish w JOIN label_suggestion s ON s.rk = w.rk AND s.source_id = $2 AND s.key = w.key AND s.machine_id = $1
    WHERE s.fault IS NULL OR NOT $5::boolean
)
SELECT key FROM wish WHERE place NOT IN (SELECT place FROM suggested) ORDER BY place;

-- Records in the queue, or done, a page at a time.
-- name: queued_page
SELECT rk, key FROM label_task WHERE project_id = $1 AND (rk, source_id, key) > ($2::bigint, $3::bigint, $4::text) AND state <> 'cancelled'
ORDER BY rk, source_id, key LIMIT $5::int;

-- What a machine is told of these records.
-- name: records_to_ask
SELECT r.key, r.version, t.title, t.body AS text, t.language, v.url, i.width, i.height, v.payload, coalesce(m.kind IN ('audio', 'video'), false) AS recorded,
    m.seconds
FROM unnest($2::bigint[], $3::text[]) AS w (rk, key)
JOIN record r ON r.rk = w.rk AND r.source_id = $1 AND r.key = w.key
JOIN record_version v ON v.rk = r.rk AND v.source_id = r.source_id AND v.key = r.key AND v.version = r.version
LEFT JOIN content_text t ON t.rk = r.rk AND t.source_id = r.source_id AND t.key = r.key AND t.version = r.version
LEFT JOIN content_image i ON i.rk = r.rk AND i.source_id = r.source_id AND i.key = r.key AND i.version = r.version
LEFT JOIN content_media m ON m.rk = r.rk AND m.source_id = r.source_id AND m.key = r.key AND m.version = r.version;

-- What was spent on a record adds up. Returns new and changed suggestions.
-- name: put_suggestions
WITH put AS (
    INSERT INTO label_suggestion AS s (rk, source_id, key, machine_id, class_id, value, fault, score, input_tokens, output_tokens, cost,
        schema_version, made_at)
    SELECT w.rk, $2, w.key, $1, w.class_id, w.value::jsonb, w.fault, w.score, w.input_tokens, w.output_tokens, w.cost, $12, $13::timestamptz
    FROM unnest($3::bigint[], $4::text[], $5::int[], $6::text[], $7::text[], $8::float8[], $9::bigint[], $10::bigint[], $11::float8[])
        AS w (rk, key, class_id, value, fault, score, input_tokens, output_tokens, cost)
    ORDER BY w.rk, w.key
    ON CONFLICT (rk, source_id, key, machine_id) DO UPDATE SET class_id = excluded.class_id, value = excluded.value, fault = excluded.fault,
        score = excluded.score, input_tokens = s.input_tokens + excluded.input_tokens,
        output_tokens = s.output_tokens + excluded.output_tokens, cost = s.cost + excluded.cost,
        schema_version = excluded.schema_version, made_at = excluded.made_at
    WHERE (s.class_id, s.value, s.fault, s.score, s.schema_version)
            IS DISTINCT FROM (excluded.class_id, excluded.value, excluded.fault, excluded.score, excluded.schema_version)
        OR excluded.cost > 0 OR excluded.input_tokens > 0
    RETURNING xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM put;

-- What a machine said, a page at a time; with $5 only what is no answer. What was said of classes that are no more is not usable.
-- name: suggestions_page
SELECT s.rk, s.source_id || '.' || lpad(to_hex(s.rk), 16, '0') AS record, s.key, c.name AS label, s.value, s.fault, s.score, s.input_tokens,
    s.output_tokens, s.cost, s.made_at, s.fault IS NULL AND NOT coalesce(c.retired, s.schema_version <> p.schema_version) AS usable
FROM (SELECT * FROM label_suggestion
      WHERE machine_id = $1 AND (rk, source_id, key) > ($2::bigint, $3::bigint, $4::text) AND (fault IS NOT NULL OR NOT $5::boolean)
      ORDER BY rk, source_id, key LIMIT $6::int) s
JOIN label_machine m ON m.id = s.machine_id JOIN label_project p ON p.id = m.project_id
LEFT JOIN label_class c ON c.project_id = p.id AND c.class_id = s.class_id
ORDER BY s.rk, s.source_id, s.key;

-- What is suggested for these tasks: by the machine $2, or by the one that came last.
-- name: suggestions_of_tasks
WITH task AS (
    SELECT t.id, t.project_id, t.rk, t.source_id, t.key, e.machine_id AS seen
    FROM label_task t LEFT JOIN label_suggestion_seen e ON e.task_id = t.id AND e.user_id = $3 WHERE t.id = ANY ($1::bigint[])
)
SELECT DISTINCT ON (t.id) t.id AS task, t.rk, t.key, m.id AS machine, m.name AS annotator, m.version, c.name AS label, s.value, s.score,
    t.seen
FROM task t
JOIN label_suggestion s ON s.rk = t.rk AND s.source_id = t.source_id AND s.key = t.key
JOIN label_machine m ON m.id = s.machine_id AND m.project_id = t.project_id
JOIN label_project p ON p.id = t.project_id
LEFT JOIN label_class c ON c.project_id = t.project_id AND c.class_id = s.class_id
WHERE ($2 = '' OR m.name = $2) AND s.fault IS NULL
    AND NOT coalesce(c.retired, s.schema_version <> p.schema_version)
ORDER BY t.id, m.id DESC;

-- name: note_seen
INSERT INTO label_suggestion_seen AS e (task_id, user_id, machine_id, seen_at)
SELECT w.task, $1, w.machine, $4::timestamptz FROM unnest($2::bigint[], $3::bigint[]) AS w (task, machine)
ON CONFLICT (task_id, user_id) DO UPDATE SET machine_id = excluded.machine_id, seen_at = excluded.seen_at
WHERE e.machine_id <> excluded.machine_id;

-- With an answer, whose suggestion there was and whether it was seen.
-- name: note_suggestion
UPDATE annotation SET machine_id = $7, suggestion = $8
WHERE rk = $1 AND source_id = $2 AND key = $3 AND project_id = $4 AND user_id = $5 AND attempt = $6;

-- All answers of a project in the order of records, those that were taken back too, beside what machine $8 said of the record, or else
-- the machine whose suggestion there was.
-- name: answers_beside_page
WITH page AS MATERIALIZED (
    SELECT * FROM annotation
    WHERE project_id = $1 AND source_id = $2
        AND (rk, source_id, key, project_id, user_id, attempt) > ($3::bigint, $2::bigint, $4::text, $1::bigint, $5::bigint, $6::int)
    ORDER BY rk, source_id, key, project_id, user_id, attempt LIMIT $7::int
), beside AS MATERIALIZED (
    SELECT a.rk, a.key, a.user_id, a.attempt, s.schema_version, s.class_id, s.value FROM page a
    JOIN label_suggestion s ON s.rk = a.rk AND s.source_id = a.source_id AND s.key = a.key
        AND s.machine_id = coalesce($8::bigint, a.machine_id) AND s.fault IS NULL
    WHERE s.rk BETWEEN $3::bigint AND (SELECT max(rk) FROM page)
)
SELECT a.rk, a.key, a.user_id, a.attempt, u.name AS user_name, c.name AS class_name, a.value, a.withdrawn_at IS NOT NULL AS withdrawn,
    a.machine_id AS machine, a.suggestion, sc.name AS suggested_class, CASE WHEN s.schema_version = p.schema_version THEN s.value END AS suggested
FROM page a
JOIN app_user u ON u.id = a.user_id JOIN label_project p ON p.id = a.project_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
LEFT JOIN beside s ON (s.rk, s.key, s.user_id, s.attempt) = (a.rk, a.key, a.user_id, a.attempt)
LEFT JOIN label_class sc ON sc.project_id = a.project_id AND sc.class_id = s.class_id AND NOT sc.retired
ORDER BY a.rk, a.source_id, a.key, a.user_id, a.attempt;

-- What these machines say of a task's record.
-- name: machine_answers_of_task
WITH task AS (
    SELECT * FROM label_task WHERE id = $1
)
SELECT s.machine_id AS machine, c.name AS class_name, s.value FROM task t
JOIN label_suggestion s ON s.rk = t.rk AND s.source_id = t.source_id AND s.key = t.key AND s.machine_id = ANY ($2::bigint[])
JOIN label_project p ON p.id = t.project_id
LEFT JOIN label_class c ON c.project_id = t.project_id AND c.class_id = s.class_id
WHERE s.fault IS NULL AND NOT coalesce(c.retired, s.schema_version <> p.schema_version);
