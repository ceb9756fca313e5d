-- Queries of labeling/. Parameters are $1, $2 ..; times are parameters.
-- Locks are taken in one order everywhere: a task, then its leases.

------------------------------------------------------------------------------------------------------------- projects

-- name: add_project
INSERT INTO label_project (name, source_id, kind, spec, overlap, created_at) VALUES ($1, $2, $3, $4::jsonb, $5, $6::timestamptz)
ON CONFLICT (name) DO NOTHING RETURNING id;

-- name: find_project
SELECT p.id, p.source_id, p.version, p.state, p.created_at, p.name, s.name AS source, p.overlap, p.spec
FROM label_project p JOIN source s ON s.id = p.source_id WHERE p.name = $1;

-- name: find_project_by_id
SELECT p.id, p.source_id, p.version, p.state, p.created_at, p.name, s.name AS source, p.overlap, p.spec
FROM label_project p JOIN source s ON s.id = p.source_id WHERE p.id = $1;

-- Projects with their progress, in the order of their names: those behind $1, or the one named $2.
-- name: project_lines
SELECT p.id, p.name, coalesce(p.spec ->> 'title', p.name) AS title, p.kind, p.state, p.overlap, p.version, p.created_at,
    s.name AS source, c.tasks, c.open, c.done, c.answers, coalesce(p.spec ->> 'instructions', '') AS instructions,
    (SELECT count(*) FROM ground_truth g WHERE g.project_id = p.id) AS truths
FROM label_project p
JOIN source s ON s.id = p.source_id
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE t.state NOT IN ('cancelled', 'gold')) AS tasks, count(*) FILTER (WHERE t.state = 'open') AS open,
                        count(*) FILTER (WHERE t.state = 'done') AS done,
                        coalesce(sum(t.answers) FILTER (WHERE t.state <> 'gold'), 0)::bigint AS answers
                    FROM label_task t WHERE t.project_id = p.id) c
WHERE p.name > $1 AND ($2::text IS NULL OR p.name = $2) ORDER BY p.name LIMIT $3;

-- name: class_progress
SELECT k.class_id AS id, k.name, k.question, k.spec ->> 'description' AS description, k.spec ->> 'hotkey' AS hotkey, k.spec ->> 'colour' AS colour,
    coalesce(g.truths, 0) AS truths, g.mean_probability
FROM label_class k
LEFT JOIN (SELECT class_id, count(*) AS truths, avg(probability) AS mean_probability
           FROM ground_truth WHERE project_id = $1 GROUP BY class_id) g USING (class_id)
WHERE k.project_id = $1 ORDER BY k.class_id;

-- name: edit_project
UPDATE label_project
SET spec = spec || jsonb_strip_nulls(jsonb_build_object('title', $3::text, 'instructions', $4::text)),
    state = coalesce($5::text, state), overlap = coalesce($6::int, overlap), version = version + 1
WHERE name = $1 AND version = $2;

-- A field that labels were taken from.
-- name: note_label_field
UPDATE label_project SET label_fields = array_append(label_fields, $2) WHERE id = $1 AND $2 <> ALL (label_fields);

-- name: project_classes
SELECT class_id AS id, question, name, spec FROM label_class WHERE project_id = $1 ORDER BY class_id;

-- name: add_class
INSERT INTO label_class (project_id, class_id, question, name, spec) VALUES ($1, $2, $3, $4, $5::jsonb);

-- Serialises the adding of classes to a project.
-- name: lock_project
SELECT version FROM label_project WHERE id = $1 FOR UPDATE;

-- name: raise_project_version
UPDATE label_project SET version = version + 1 WHERE id = $1;

-- name: task_progress
SELECT count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE state = 'done') AS done,
    count(*) FILTER (WHERE state = 'cancelled') AS cancelled, coalesce(sum(answers) FILTER (WHERE state <> 'gold'), 0)::bigint AS answers,
    coalesce(sum(wanted) FILTER (WHERE state <> 'gold'), 0)::bigint AS wanted,
    coalesce(sum(leases) FILTER (WHERE state <> 'gold'), 0)::bigint AS leased,
    (SELECT count(*) FROM ground_truth WHERE project_id = $1) AS labeled
FROM label_task WHERE project_id = $1;

----------------------------------------------------------------------------------------------------------------- tasks

-- Puts records into the queue. Returns how many records are known, new in the queue, and changed there.
-- name: enqueue_tasks
WITH wish AS (
    SELECT DISTINCT ON (rk, key) rk, key, priority, reason
    FROM unnest($3::bigint[], $4::text[], $5::float8[], $6::text[]) AS w (rk, key, priority, reason)
    ORDER BY rk, key, priority DESC
), known AS (
    SELECT w.rk, w.key, w.priority, w.reason, r.version
    FROM wish w JOIN record r ON r.rk = w.rk AND r.source_id = $2 AND r.key = w.key
), put AS (
    INSERT INTO label_task AS t (project_id, rk, source_id, key, version, priority, reason, wanted, created_at)
    SELECT $1, rk, $2, key, version, priority, reason, $7::int, $8::timestamptz FROM known ORDER BY priority DESC, rk
    ON CONFLICT (project_id, rk, source_id, key) DO UPDATE SET
        priority = excluded.priority, reason = excluded.reason, version = excluded.version, state = 'open', done_at = NULL,
        wanted = CASE WHEN t.state = 'done' THEN t.answers + excluded.wanted ELSE t.wanted END
    WHERE (t.state = 'open' AND (t.priority, t.reason, t.version) IS DISTINCT FROM (excluded.priority, excluded.reason, excluded.version))
        OR (t.state = 'done' AND $9::boolean)
    RETURNING xmax = 0 AS is_new
)
SELECT (SELECT count(*) FROM known) AS known, count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed
FROM put;

-- Puts up to $3 records without a label into the queue. rk is a hash, so that its order is a random one, the same each time.
-- name: enqueue_unlabeled
INSERT INTO label_task (project_id, rk, source_id, key, version, priority, reason, wanted, created_at)
SELECT $1, r.rk, r.source_id, r.key, r.version, $4::float8, $5, $6::int, $7::timestamptz
FROM record r
WHERE r.source_id = $2
    AND NOT EXISTS (SELECT 1 FROM ground_truth g
                    WHERE g.rk = r.rk AND g.source_id = r.source_id AND g.key = r.key AND g.project_id = $1)
    AND NOT EXISTS (SELECT 1 FROM label_task t
                    WHERE t.project_id = $1 AND t.rk = r.rk AND t.source_id = r.source_id AND t.key = r.key)
ORDER BY r.rk LIMIT $3::bigint
ON CONFLICT (project_id, rk, source_id, key) DO NOTHING;

-- Of these records those that have neither a label nor a task.
-- name: neither_labeled_nor_queued
SELECT w.key FROM unnest($3::bigint[], $4::text[]) WITH ORDINALITY AS w (rk, key, place)
WHERE NOT EXISTS (SELECT 1 FROM ground_truth g WHERE g.rk = w.rk AND g.source_id = $2 AND g.key = w.key AND g.project_id = $1)
    AND NOT EXISTS (SELECT 1 FROM label_task t WHERE t.project_id = $1 AND t.rk = w.rk AND t.source_id = $2 AND t.key = w.key)
ORDER BY w.place;

-- Waiting tasks want as many answers as the project now does; those that have them are done.
-- name: change_overlap
UPDATE label_task t SET wanted = $2, state = CASE WHEN t.answers >= $2 THEN 'done' ELSE 'open' END,
    done_at = CASE WHEN t.answers >= $2 THEN $3::timestamptz END
WHERE t.project_id = $1 AND t.state = 'open' AND t.wanted <> $2;

-- Leases up to $5 tasks of project $1 to user $2 from $3 until $4. Leases that are over are freed on the way; their tasks can be
-- had by the next claim. Whether a task has room is judged by its own row alone, so that the check repeated under the row lock
-- sees the latest state. Returns one row at least: the number of freed leases, and a task or NULLs.
-- name: claim_tasks
WITH ended AS (
    SELECT l.task_id, l.user_id FROM label_lease l JOIN label_task t ON t.id = l.task_id
    WHERE l.state = 'held' AND l.expires_at <= $3::timestamptz
    ORDER BY l.expires_at LIMIT 200 FOR UPDATE OF t, l SKIP LOCKED
), freed AS (
    UPDATE label_lease l SET state = 'released' FROM ended e
    WHERE l.task_id = e.task_id AND l.user_id = e.user_id RETURNING l.task_id
), lowered AS (
    UPDATE label_task t SET leases = t.leases - f.n
    FROM (SELECT task_id, count(*)::int AS n FROM freed GROUP BY task_id) f WHERE t.id = f.task_id
), picked AS (
    SELECT t.id FROM label_task t
    WHERE t.project_id = $1 AND t.state = 'open' AND t.answers + t.leases < t.wanted
        AND NOT EXISTS (SELECT 1 FROM label_lease l WHERE l.task_id = t.id AND l.user_id = $2 AND l.state <> 'released')
        AND NOT EXISTS (SELECT 1 FROM ended e WHERE e.task_id = t.id)
        AND EXISTS (SELECT 1 FROM label_project p WHERE p.id = $1 AND p.state = 'active')
    ORDER BY t.priority DESC, t.id LIMIT $5::int FOR UPDATE OF t SKIP LOCKED
), leased AS (
    INSERT INTO label_lease AS l (task_id, user_id, token, attempt, state, expires_at)
    SELECT id, $2, 1, 1, 'held', $4::timestamptz FROM picked
    ON CONFLICT (task_id, user_id) DO UPDATE SET token = l.token + 1, state = 'held', reason = '', expires_at = excluded.expires_at
    WHERE l.state = 'released'
    RETURNING task_id, token, attempt
), raised AS (
    UPDATE label_task t SET leases = t.leases + 1 FROM leased e WHERE t.id = e.task_id
    RETURNING t.id, t.rk, t.key, t.version, t.priority, t.reason, e.token, e.attempt
)
SELECT (SELECT count(*) FROM freed) AS freed, r.id AS task, r.token, r.attempt, r.rk, r.key, r.version, r.priority, r.reason
FROM (SELECT 1) AS always LEFT JOIN raised r ON true ORDER BY r.priority DESC, r.id;

-- Leases up to $5 tasks that the user skipped before to them again, those first that they skipped first.
-- name: claim_skipped
WITH picked AS (
    SELECT t.id FROM label_lease l JOIN label_task t ON t.id = l.task_id
    WHERE l.user_id = $2 AND l.state = 'skipped' AND l.expires_at < $3::timestamptz
        AND t.project_id = $1 AND t.state = 'open' AND t.answers + t.leases < t.wanted
        AND EXISTS (SELECT 1 FROM label_project p WHERE p.id = $1 AND p.state = 'active')
    ORDER BY l.expires_at, t.id LIMIT $5::int FOR UPDATE OF t SKIP LOCKED
), leased AS (
    UPDATE label_lease l SET token = l.token + 1, state = 'held', reason = '', expires_at = $4::timestamptz
    FROM picked p WHERE l.task_id = p.id AND l.user_id = $2 AND l.state = 'skipped'
    RETURNING l.task_id, l.token, l.attempt
)
UPDATE label_task t SET leases = t.leases + 1 FROM leased e WHERE t.id = e.task_id
RETURNING t.id AS task, e.token, e.attempt, t.rk, t.key, t.version, t.priority, t.reason;

-- name: renew_lease
UPDATE label_lease SET expires_at = $4::timestamptz WHERE task_id = $1 AND user_id = $2 AND token = $3 AND state = 'held';

-- Ends a lease without an answer: $4 is 'released' or 'skipped'.
-- name: end_lease
WITH task AS (
    SELECT id FROM label_task WHERE id = $1 FOR UPDATE
), gone AS (
    UPDATE label_lease l SET state = $4, reason = $5, expires_at = $6::timestamptz FROM task t
    WHERE l.task_id = t.id AND l.user_id = $2 AND l.token = $3 AND l.state = 'held' RETURNING l.task_id
)
UPDATE label_task t SET leases = t.leases - 1 FROM gone WHERE t.id = gone.task_id;

-- Stores an answer if the lease is the one the answer was given under. Returns the task's new state, or no row.
-- name: submit_answer
WITH task AS (
    SELECT * FROM label_task WHERE id = $1 FOR UPDATE
), taken AS (
    UPDATE label_lease l SET state = 'answered', expires_at = $8::timestamptz FROM task t
    WHERE l.task_id = t.id AND l.user_id = $2 AND l.token = $3 AND l.attempt = $4 AND l.state = 'held'
        AND ($5::int IS NULL OR EXISTS (SELECT 1 FROM label_class c WHERE c.project_id = t.project_id AND c.class_id = $5))
    RETURNING l.task_id
), kept AS (
    INSERT INTO annotation (rk, source_id, key, project_id, user_id, attempt, version, task_id, class_id, value, milliseconds, submitted_at)
    SELECT t.rk, t.source_id, t.key, t.project_id, $2, $4, t.version, t.id, $5, $6::jsonb, $7::int, $8::timestamptz
    FROM task t JOIN taken ON taken.task_id = t.id
)
UPDATE label_task t SET answers = t.answers + 1, leases = t.leases - 1,
    state = CASE WHEN t.state = 'open' AND t.answers + 1 >= t.wanted THEN 'done' ELSE t.state END,
    done_at = CASE WHEN t.state = 'open' AND t.answers + 1 >= t.wanted THEN $8::timestamptz ELSE t.done_at END
FROM taken WHERE t.id = taken.task_id
RETURNING t.state, t.answers;

-- Why submit_answer stored nothing.
-- name: explain_submit
SELECT $4::int IS NULL OR EXISTS (SELECT 1 FROM label_class c WHERE c.project_id = t.project_id AND c.class_id = $4) AS known_class,
    a.attempt IS NOT NULL AND a.withdrawn_at IS NULL AS stored,
    a.class_id IS NOT DISTINCT FROM $4 AND a.value IS NOT DISTINCT FROM $5::jsonb AS same
FROM label_task t LEFT JOIN annotation a ON a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key
    AND a.project_id = t.project_id AND a.user_id = $2 AND a.attempt = $3
WHERE t.id = $1;

-- What a person said about a task at an attempt.
-- name: answer_given
SELECT c.name AS label, a.value FROM label_task t
JOIN annotation a ON a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = t.project_id
    AND a.user_id = $2 AND a.attempt = $3
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
WHERE t.id = $1;

-- An ended lease keeps the time of its end in expires_at.
-- name: last_answer
SELECT l.task_id FROM label_lease l JOIN label_task t ON t.id = l.task_id
WHERE l.user_id = $1 AND l.state IN ('answered', 'skipped') AND t.project_id = $2
ORDER BY l.expires_at DESC, l.task_id DESC LIMIT 1;

-- name: undo_answer
WITH task AS (
    SELECT t.*, l.state AS was FROM label_task t JOIN label_lease l ON l.task_id = t.id
    WHERE t.id = $1 AND l.user_id = $2 AND l.state IN ('answered', 'skipped') FOR UPDATE
), back AS (
    UPDATE label_lease l SET state = 'held', reason = '', token = l.token + 1, attempt = l.attempt + 1, expires_at = $4::timestamptz
    FROM task t WHERE l.task_id = t.id AND l.user_id = $2
    RETURNING l.task_id, l.token, l.attempt
), withdrawn AS (
    UPDATE annotation a SET withdrawn_at = $3::timestamptz FROM task t, back b
    WHERE a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = t.project_id
        AND a.user_id = $2 AND a.attempt = b.attempt - 1 AND a.withdrawn_at IS NULL
)
UPDATE label_task t SET leases = t.leases + 1, answers = t.answers - CASE WHEN k.was = 'answered' THEN 1 ELSE 0 END,
    state = CASE WHEN t.state IN ('cancelled', 'gold') THEN t.state ELSE 'open' END, done_at = NULL
FROM back b JOIN task k ON k.id = b.task_id WHERE t.id = b.task_id
RETURNING t.id AS task, b.token, b.attempt, t.rk, t.key, t.version, t.priority, t.reason;

-- Asks one more person about tasks whose truth is still too unsure.
-- name: extend_unsure
UPDATE label_task t SET wanted = t.answers + 1, state = 'open', done_at = NULL, reason = 'unsure'
FROM ground_truth g
WHERE t.project_id = $1 AND t.state = 'done' AND t.answers < $3::int AND g.project_id = $1 AND g.rk = t.rk
    AND g.source_id = t.source_id AND g.key = t.key AND g.probability < $2::float8 AND g.method NOT IN ('import', 'adjudicated');

---------------------------------------------------------------------------------------------------------------- people

-- People whose answers stand, the busiest first.
-- name: annotators
SELECT u.name, u.simulated, count(*) AS answers,
    (SELECT count(*) FROM label_lease l JOIN label_task t ON t.id = l.task_id
     WHERE l.user_id = u.id AND l.state = 'skipped' AND t.project_id = $1) AS skipped,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY a.milliseconds) AS median_milliseconds,
    min(a.submitted_at) AS first_at, max(a.submitted_at) AS last_at,
    count(g.rk) AS compared, count(*) FILTER (WHERE g.rk IS NOT NULL AND g.class_id = a.class_id) AS agreed
FROM annotation a
JOIN app_user u ON u.id = a.user_id
LEFT JOIN ground_truth g ON (g.rk, g.source_id, g.key, g.project_id) = (a.rk, a.source_id, a.key, a.project_id)
    AND a.class_id IS NOT NULL
WHERE a.project_id = $1 AND a.withdrawn_at IS NULL
GROUP BY u.id, u.name, u.simulated ORDER BY answers DESC, u.name;

-- Who answered what, in the order of the records, also what was taken back: those behind $2 .. $5.
-- name: list_answers
SELECT a.rk, a.user_id, a.source_id || '.' || lpad(to_hex(a.rk), 16, '0') AS record, a.key, u.name AS "user", a.attempt,
    c.name AS label, a.value, a.milliseconds, a.submitted_at, a.withdrawn_at
FROM annotation a
JOIN app_user u ON u.id = a.user_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
WHERE a.project_id = $1 AND ($6::bigint IS NULL OR a.user_id = $6) AND (a.rk, a.source_id, a.key, a.user_id, a.attempt)
    > ($2::bigint, (SELECT p.source_id FROM label_project p WHERE p.id = $1), $3::text, $4::bigint, $5::int)
ORDER BY a.rk, a.source_id, a.key, a.user_id, a.attempt LIMIT $7;

-- name: answers_of_user
SELECT count(*) FROM annotation WHERE project_id = $1 AND user_id = $2 AND withdrawn_at IS NULL;

-- Tasks in the hands of user $1 in project $2 at $3, or the one called $4, with what there is to see of their records.
-- OFFSET 0 keeps the planner from walking all open tasks of the project to find the few that one person holds.
-- name: tasks_in_hand
SELECT h.task_id, h.token, h.attempt, h.expires_at, h.reason, h.source_id || '.' || lpad(to_hex(h.rk), 16, '0') AS record, h.key,
    c.title, c.body, c.language, i.width, i.height, v.payload, v.url,
    (SELECT cs.columns FROM column_set cs WHERE cs.source_id = h.source_id ORDER BY cs.version DESC LIMIT 1) AS columns
FROM (SELECT l.task_id, l.token, l.attempt, l.expires_at, t.reason, t.priority, t.rk, t.source_id, t.key, t.version
      FROM label_lease l CROSS JOIN LATERAL (SELECT * FROM label_task WHERE id = l.task_id OFFSET 0) t
      WHERE l.user_id = $1 AND l.state = 'held' AND l.expires_at > $3::timestamptz AND ($4::bigint IS NULL OR l.task_id = $4)
          AND t.project_id = $2 AND t.state IN ('open', 'gold')
      ORDER BY t.priority DESC, t.id LIMIT $5) h
JOIN record_version v USING (rk, source_id, key, version)
LEFT JOIN content_text c USING (rk, source_id, key, version)
LEFT JOIN content_image i USING (rk, source_id, key, version)
ORDER BY h.priority DESC, h.task_id;

-- name: project_of_task
SELECT project_id FROM label_task WHERE id = $1;

-- name: record_of_task
SELECT coalesce(c.body, '') AS body, i.width, i.height, v.payload
FROM label_task t JOIN record_version v USING (rk, source_id, key, version)
LEFT JOIN content_text c USING (rk, source_id, key, version)
LEFT JOIN content_image i USING (rk, source_id, key, version) WHERE t.id = $1;

-- name: record_was_handed
SELECT 1 FROM label_task t JOIN label_lease l ON l.task_id = t.id
WHERE l.user_id = $1 AND t.rk = $2 AND t.source_id = $3 LIMIT 1;

----------------------------------------------------------------------------------------------------------- ground truth

-- Values of a payload field that are no class, most frequent first.
-- name: unknown_values
SELECT n.value, count(*) AS records FROM (
    SELECT coalesce($4::jsonb ->> (v.payload #>> $3::text[]), v.payload #>> $3::text[]) AS value
    FROM record r JOIN record_version v USING (rk, source_id, key, version) WHERE r.source_id = $2
) n
WHERE NOT EXISTS (SELECT 1 FROM label_class c WHERE c.project_id = $1 AND c.name = n.value)
GROUP BY n.value ORDER BY count(*) DESC, n.value;

-- Labels each record by a payload field; $4 maps spellings to class names. Returns new, changed and equal labels.
-- name: import_field
WITH known AS (
    SELECT r.rk, r.source_id, r.key, c.class_id
    FROM record r JOIN record_version v USING (rk, source_id, key, version)
    JOIN label_class c ON c.project_id = $1 AND c.name = coalesce($4::jsonb ->> (v.payload #>> $3::text[]), v.payload #>> $3::text[])
    WHERE r.source_id = $2 AND (r.rk & 1048575) < $6::float8 * 1048576
), put AS (
    INSERT INTO ground_truth AS g (rk, source_id, key, project_id, class_id, probability, method, set_at)
    SELECT rk, source_id, key, $1, class_id, 1, 'import', $5::timestamptz FROM known ORDER BY rk
    ON CONFLICT (rk, source_id, key, project_id) DO UPDATE SET class_id = excluded.class_id, probability = 1, method = 'import',
        revision = g.revision + 1, set_at = excluded.set_at
    WHERE (g.class_id, g.probability, g.method) IS DISTINCT FROM (excluded.class_id, excluded.probability, excluded.method)
    RETURNING xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed,
    (SELECT count(*) FROM known) - count(*) AS unchanged
FROM put;

-- Writes labels. With $9, imported labels stay as they are. Returns known records, new and changed labels.
-- name: put_truth
WITH given AS (
    SELECT DISTINCT ON (rk, key) rk, key, class_id, probability, value::jsonb
    FROM unnest($3::bigint[], $4::text[], $5::int[], $6::float8[], $10::text[]) WITH ORDINALITY AS w (rk, key, class_id, probability, value, place)
    ORDER BY rk, key, place DESC
), known AS (
    SELECT n.rk, n.key, n.class_id, n.probability, n.value
    FROM given n JOIN record r ON r.rk = n.rk AND r.source_id = $2 AND r.key = n.key
), put AS (
    INSERT INTO ground_truth AS g (rk, source_id, key, project_id, class_id, value, probability, method, set_at)
    SELECT rk, $2, key, $1, class_id, value, probability, $7, $8::timestamptz FROM known ORDER BY rk
    ON CONFLICT (rk, source_id, key, project_id) DO UPDATE SET class_id = excluded.class_id, value = excluded.value,
        probability = excluded.probability, method = excluded.method, revision = g.revision + 1, set_at = excluded.set_at
    WHERE (g.class_id, g.value, g.probability, g.method)
            IS DISTINCT FROM (excluded.class_id, excluded.value, excluded.probability, excluded.method)
        AND NOT ($9::boolean AND g.method IN ('import', 'adjudicated'))
    RETURNING xmax = 0 AS is_new
)
SELECT (SELECT count(*) FROM given) AS given, (SELECT count(*) FROM known) AS known,
    count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed
FROM put;

-- Answers that count, a page at a time: of a (record, person) pair the highest attempt that is not withdrawn.
-- name: answers_page
SELECT a.rk, a.key, a.user_id, a.attempt, u.name AS user_name, c.name AS class_name, a.value
FROM annotation a JOIN app_user u ON u.id = a.user_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
WHERE a.project_id = $1 AND a.source_id = $2 AND a.withdrawn_at IS NULL
    AND (a.rk, a.source_id, a.key, a.project_id, a.user_id, a.attempt) > ($3::bigint, $2::bigint, $4::text, $1::bigint, $5::bigint, $6::int)
ORDER BY a.rk, a.source_id, a.key, a.project_id, a.user_id, a.attempt LIMIT $7::int;

-- The answers about a task's record that count, and what is held true of it.
-- name: answers_of_record
SELECT DISTINCT ON (a.user_id) u.name AS user_name, c.name AS class_name, a.value
FROM label_task t
JOIN annotation a ON a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = t.project_id
JOIN app_user u ON u.id = a.user_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
WHERE t.id = $1 AND a.withdrawn_at IS NULL
ORDER BY a.user_id, a.attempt DESC;

-- name: label_of_task
SELECT t.key, t.state, g.method FROM label_task t
LEFT JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
WHERE t.id = $1;

-- name: withdraw_label
DELETE FROM ground_truth g USING label_task t
WHERE t.id = $1 AND g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id;

-- How often people were found right.
-- name: trust_of_project
SELECT u.name, k.accuracy FROM label_trust k JOIN app_user u ON u.id = k.user_id WHERE k.project_id = $1;

-- name: put_trust
INSERT INTO label_trust AS k (project_id, user_id, accuracy, set_at)
SELECT $1, u.id, w.accuracy, $4::timestamptz FROM unnest($2::text[], $3::float8[]) AS w (name, accuracy) JOIN app_user u ON u.name = w.name
ON CONFLICT (project_id, user_id) DO UPDATE SET accuracy = excluded.accuracy, set_at = excluded.set_at;

-- name: imported_truth
SELECT g.key, c.name AS label, g.value FROM ground_truth g LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
WHERE g.project_id = $1 AND g.method = 'import';

-- name: export_page
SELECT g.rk, g.key, c.name AS label, g.value, g.probability, g.method, g.revision, r.version, t.title, t.body AS text, v.url, v.payload
FROM (
    SELECT * FROM ground_truth
    WHERE project_id = $1 AND source_id = $2 AND (rk, source_id, key) > ($3::bigint, $2::bigint, $4::text)
    ORDER BY rk, source_id, key LIMIT $5::int
) g
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
JOIN record r ON r.rk = g.rk AND r.source_id = g.source_id AND r.key = g.key
JOIN record_version v ON v.rk = r.rk AND v.source_id = r.source_id AND v.key = r.key AND v.version = r.version
LEFT JOIN content_text t ON t.rk = r.rk AND t.source_id = r.source_id AND t.key = r.key AND t.version = r.version
ORDER BY g.rk, g.source_id, g.key;

-------------------------------------------------------------------------------------------------------------- quality

-- name: gold_candidates
SELECT g.key FROM ground_truth g
WHERE g.project_id = $1 AND g.method = $2
    AND NOT EXISTS (SELECT 1 FROM label_gold o JOIN label_task t ON t.id = o.task_id
                    WHERE t.project_id = $1 AND t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key)
ORDER BY hashint8extended(g.rk, $1), g.key LIMIT $3::bigint;

-- name: add_gold
WITH wish AS (
    SELECT DISTINCT rk, key FROM unnest($3::bigint[], $4::text[]) AS w (rk, key)
), known AS (
    SELECT r.rk, r.source_id, r.key, r.version FROM wish w
    JOIN ground_truth g ON g.rk = w.rk AND g.source_id = $2 AND g.key = w.key AND g.project_id = $1
    JOIN record r ON r.rk = g.rk AND r.source_id = g.source_id AND r.key = g.key
    WHERE g.method IN ('import', 'adjudicated')
), queued AS (
    INSERT INTO label_task AS t (project_id, rk, source_id, key, version, state, wanted, created_at)
    SELECT $1, rk, source_id, key, version, 'gold', 0, $6::timestamptz FROM known ORDER BY rk
    ON CONFLICT (project_id, rk, source_id, key) DO UPDATE SET state = 'gold', done_at = NULL WHERE t.state <> 'gold'
    RETURNING t.id
), put AS (
    INSERT INTO label_gold (task_id, project_id, explanation, added_at) SELECT id, $1, $5, $6::timestamptz FROM queued RETURNING 1
)
SELECT (SELECT count(*) FROM put) AS added, (SELECT count(*) FROM known) - (SELECT count(*) FROM put) AS there,
    (SELECT count(*) FROM wish) - (SELECT count(*) FROM known) AS no_truth;

-- name: remove_gold
WITH gone AS (
    DELETE FROM label_gold o USING label_task t
    WHERE o.project_id = $1 AND t.id = o.task_id AND (cardinality($2::text[]) = 0 OR t.key = ANY ($2::text[]))
    RETURNING o.task_id
)
UPDATE label_task t SET state = CASE WHEN t.state <> 'gold' THEN t.state WHEN t.answers >= t.wanted THEN 'done' ELSE 'open' END,
    done_at = CASE WHEN t.state = 'gold' AND t.answers >= t.wanted THEN $3::timestamptz END
FROM gone WHERE t.id = gone.task_id;

-- name: list_gold
SELECT t.key, c.name AS label, g.value, g.method, o.explanation, o.added_at,
    (SELECT count(*) FROM annotation a WHERE a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = $1
         AND a.withdrawn_at IS NULL AND a.submitted_at >= o.added_at) AS answers
FROM label_gold o JOIN label_task t ON t.id = o.task_id
JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = $1
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
WHERE o.project_id = $1 ORDER BY t.key;

-- name: gold_given
SELECT given FROM label_gold_turn WHERE project_id = $1 AND user_id = $2;

-- name: count_gold_given
INSERT INTO label_gold_turn AS o (project_id, user_id, given) VALUES ($1, $2, $3)
ON CONFLICT (project_id, user_id) DO UPDATE SET given = o.given + excluded.given;

-- Leases up to $4 gold tasks that user $2 never had to them until $3. Each person has an order of their own.
-- name: claim_gold
WITH picked AS (
    SELECT t.id FROM label_gold o JOIN label_task t ON t.id = o.task_id
    JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = $1
    WHERE o.project_id = $1 AND t.state = 'gold' AND g.method IN ('import', 'adjudicated')
        AND NOT EXISTS (SELECT 1 FROM label_lease l WHERE l.task_id = t.id AND l.user_id = $2)
        AND EXISTS (SELECT 1 FROM label_project p WHERE p.id = $1 AND p.state = 'active')
    ORDER BY hashint8extended(t.id, $2), t.id LIMIT $4::int FOR UPDATE OF t SKIP LOCKED
), leased AS (
    INSERT INTO label_lease (task_id, user_id, token, attempt, state, expires_at)
    SELECT id, $2, 1, 1, 'held', $3::timestamptz FROM picked
    ON CONFLICT (task_id, user_id) DO NOTHING RETURNING task_id, token, attempt
)
UPDATE label_task t SET leases = t.leases + 1 FROM leased e WHERE t.id = e.task_id
RETURNING t.id AS task, e.token, e.attempt, t.rk, t.key, t.version, t.priority, t.reason;

-- name: gold_truth
SELECT c.name AS label, g.value, o.explanation FROM label_gold o JOIN label_task t ON t.id = o.task_id
JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
WHERE o.task_id = $1;

-- Answers on gold, in the order of time: each person's first to a record if $2 (they were told the truth then), else those that
-- stand.
-- name: gold_answers
SELECT * FROM (
    SELECT DISTINCT ON (a.user_id, a.rk, a.key) u.name AS user_name, ac.name AS label, a.value,
        gc.name AS true_label, g.value AS true_value, a.submitted_at
    FROM label_gold o JOIN label_task t ON t.id = o.task_id
    JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = $1
    JOIN annotation a ON a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = $1
    JOIN app_user u ON u.id = a.user_id
    LEFT JOIN label_class ac ON ac.project_id = $1 AND ac.class_id = a.class_id
    LEFT JOIN label_class gc ON gc.project_id = $1 AND gc.class_id = g.class_id
    WHERE o.project_id = $1 AND a.submitted_at >= o.added_at AND (a.withdrawn_at IS NULL OR $2::boolean)
    ORDER BY a.user_id, a.rk, a.key, a.attempt
) first_answers ORDER BY user_name, submitted_at;

------------------------------------------------------------------------------------------------------ simulated people

-- name: add_simulated_user
INSERT INTO app_user (name, role, simulated, created_at) VALUES ($1, 'labeler', true, $2::timestamptz) ON CONFLICT (name) DO NOTHING;

-- name: analyze_truth
ANALYZE ground_truth;

-- name: analyze_tasks
ANALYZE label_task;

-- name: count_open_tasks
SELECT count(*) FROM label_task WHERE state = 'open';

------------------------------------------------------------------------------------------------- the end of a source

-- name: projects_of_source
SELECT id, name FROM label_project WHERE source_id = $1 ORDER BY name FOR UPDATE;

-- name: drop_leases
DELETE FROM label_lease l USING label_task t WHERE t.id = l.task_id AND t.project_id = ANY ($1::bigint[]);

-- name: drop_tasks
DELETE FROM label_task WHERE project_id = ANY ($1::bigint[]);

-- name: drop_annotations
DELETE FROM annotation WHERE project_id = ANY ($1::bigint[]);

-- name: drop_truths
DELETE FROM ground_truth WHERE project_id = ANY ($1::bigint[]);

-- name: drop_trust
DELETE FROM label_trust WHERE project_id = ANY ($1::bigint[]);

-- name: drop_classes
DELETE FROM label_class WHERE project_id = ANY ($1::bigint[]);

-- name: drop_projects
DELETE FROM label_project WHERE id = ANY ($1::bigint[]);
