-- Queries of labeling/. Parameters are $1, $2 ..; times are parameters.
-- Locks are taken in one order everywhere: a task, then its leases.

------------------------------------------------------------------------------------------------------------- projects

-- name: add_project
INSERT INTO label_project (name, source_id, kind, spec, overlap, created_at) VALUES ($1, $2, $3, $4::jsonb, $5, $6::timestamptz)
ON CONFLICT (name) DO NOTHING RETURNING id;

-- name: find_project
SELECT p.id, p.source_id, p.version, p.schema_version, p.state, p.created_at, p.name, s.name AS source, p.overlap, p.spec,
    EXISTS (SELECT 1 FROM label_member m WHERE m.project_id = p.id) AS has_members
FROM label_project p JOIN source s ON s.id = p.source_id WHERE p.name = $1;

-- name: find_project_by_id
SELECT p.id, p.source_id, p.version, p.schema_version, p.state, p.created_at, p.name, s.name AS source, p.overlap, p.spec,
    EXISTS (SELECT 1 FROM label_member m WHERE m.project_id = p.id) AS has_members
FROM label_project p JOIN source s ON s.id = p.source_id WHERE p.id = $1;

-- Projects with their progress, in the order of their names: those behind $1, or the one named $2; those that labeler $4 sees.
-- name: project_lines
SELECT p.id, p.name, coalesce(p.spec ->> 'title', p.name) AS title, p.kind, p.state, p.overlap, p.version, p.created_at,
    s.name AS source, c.open + c.done AS tasks, c.open, c.done, c.truths,
    (SELECT coalesce(sum(n.answers), 0)::bigint FROM label_person n WHERE n.project_id = p.id) AS answers,
    coalesce(p.spec ->> 'instructions', '') AS instructions
FROM label_project p
JOIN source s ON s.id = p.source_id
CROSS JOIN LATERAL (SELECT coalesce(sum(y.open), 0)::bigint AS open, coalesce(sum(y.done), 0)::bigint AS done,
                        coalesce(sum(y.labels), 0)::bigint AS truths
                    FROM label_tally y WHERE y.project_id = p.id AND y.user_id = 0) c
WHERE p.name > $1 AND ($2::text IS NULL OR p.name = $2)
    AND ($4::bigint IS NULL OR NOT EXISTS (SELECT 1 FROM label_member m WHERE m.project_id = p.id)
        OR EXISTS (SELECT 1 FROM label_member m WHERE m.project_id = p.id AND m.user_id = $4))
ORDER BY p.name LIMIT $3;

-- name: class_progress
SELECT k.class_id AS id, k.name, k.question, k.spec ->> 'description' AS description, k.spec ->> 'hotkey' AS hotkey, k.spec ->> 'colour' AS colour,
    coalesce(g.truths, 0) AS truths, g.mean_probability
FROM label_class k
LEFT JOIN (SELECT class_id, count(*) AS truths, avg(probability) AS mean_probability
           FROM ground_truth WHERE project_id = $1 GROUP BY class_id) g USING (class_id)
WHERE k.project_id = $1 AND NOT k.retired ORDER BY k.class_id;

-- name: put_definition
UPDATE label_project SET spec = $2::jsonb, overlap = $3, state = $4, version = version + 1 WHERE id = $1;

-- A field that labels were taken from.
-- name: note_label_field
UPDATE label_project SET label_fields = array_append(label_fields, $2) WHERE id = $1 AND $2 <> ALL (label_fields);

-- name: project_classes
SELECT class_id AS id, question, name, spec, retired FROM label_class WHERE project_id = $1 ORDER BY class_id;

-- name: put_class
INSERT INTO label_class (project_id, class_id, question, name, spec) VALUES ($1, $2, $3, $4, $5::jsonb)
ON CONFLICT (project_id, class_id) DO UPDATE SET name = excluded.name, spec = excluded.spec, retired = false;

-- Serialises the adding of classes to a project.
-- name: lock_project
SELECT version FROM label_project WHERE id = $1 FOR UPDATE;

-- Held by answers together, and by a change of classes alone.
-- name: keep_classes
SELECT pg_advisory_xact_lock_shared(hashtextextended('classes of a labeling project', $1));

-- name: change_classes
SELECT pg_advisory_xact_lock(hashtextextended('classes of a labeling project', $1));

-- Another wording of the guidelines, if it is another.
-- name: put_guideline
INSERT INTO label_guideline (project_id, version, text, since)
SELECT $1, coalesce(max(g.version), 0) + 1, $2, $3::timestamptz FROM label_guideline g WHERE g.project_id = $1
HAVING coalesce((array_agg(g.text ORDER BY g.version DESC))[1] <> $2, true);

-- name: list_guidelines
SELECT version, text, since FROM label_guideline WHERE project_id = $1 ORDER BY version DESC;

-- name: task_progress
SELECT coalesce(sum(open), 0)::bigint AS open, coalesce(sum(done), 0)::bigint AS done, coalesce(sum(cancelled), 0)::bigint AS cancelled,
    coalesce(sum(answers), 0)::bigint AS answers, coalesce(sum(wanted), 0)::bigint AS wanted, coalesce(sum(leases), 0)::bigint AS leased,
    coalesce(sum(labels), 0)::bigint AS labeled
FROM label_tally WHERE project_id = $1 AND user_id = 0;

-------------------------------------------------------------------------------------------------------------- members

-- name: project_id
SELECT id FROM label_project WHERE name = $1;

-- name: find_member
SELECT u.name AS "user", m.role, to_jsonb(m.skills) AS skills, to_jsonb(m.languages) AS languages, m.added_at
FROM label_member m JOIN app_user u ON u.id = m.user_id WHERE m.project_id = $1 AND m.user_id = $2;

-- name: list_members
SELECT u.name AS "user", m.role, to_jsonb(m.skills) AS skills, to_jsonb(m.languages) AS languages, m.added_at
FROM label_member m JOIN app_user u ON u.id = m.user_id WHERE m.project_id = $1 AND u.name > $2 ORDER BY u.name LIMIT $3;

-- name: count_members
SELECT count(*) FROM label_member WHERE project_id = $1;

-- What is NULL stays as it is.
-- name: put_member
INSERT INTO label_member AS m (project_id, user_id, role, skills, languages, added_at)
VALUES ($1, $2, coalesce($3::text, 'labeler'), coalesce($4::text[], '{}'), coalesce($5::text[], '{}'), $6::timestamptz)
ON CONFLICT (project_id, user_id) DO UPDATE SET role = coalesce($3::text, m.role), skills = coalesce($4::text[], m.skills),
    languages = coalesce($5::text[], m.languages);

-- name: remove_member
DELETE FROM label_member WHERE project_id = $1 AND user_id = $2;

-- Leases that are over are freed by the next claim.
-- name: end_leases_of
UPDATE label_lease l SET expires_at = $3::timestamptz FROM label_task t
WHERE t.id = l.task_id AND t.project_id = $1 AND l.user_id = $2 AND l.state = 'held' AND l.expires_at > $3::timestamptz;

-- name: task_is_open_to
SELECT NOT EXISTS (SELECT 1 FROM label_member m WHERE m.project_id = t.project_id)
    OR EXISTS (SELECT 1 FROM label_member m WHERE m.project_id = t.project_id AND m.user_id = $2)
FROM label_task t WHERE t.id = $1;

----------------------------------------------------------------------------------------------------------------- tasks

-- Puts records into the queue. Returns how many records are known, new in the queue, and changed there. What picked a task first stays.
-- A task that is done is asked again once for what a run doubts, and never for what a reviewer decided.
-- name: enqueue_tasks
WITH wish AS (
    SELECT DISTINCT ON (rk, key) rk, key, priority, reason, nullif(picked_by, '') AS picked_by, run, nullif(score, 'NaN') AS score
    FROM unnest($3::bigint[], $4::text[], $5::float8[], $6::text[], $10::text[], $11::bigint[], $12::float8[])
        AS w (rk, key, priority, reason, picked_by, run, score)
    ORDER BY rk, key, priority DESC
), known AS (
    SELECT w.rk, w.key, w.priority, w.reason, w.picked_by, w.run, w.score, r.version
    FROM wish w JOIN record r ON r.rk = w.rk AND r.source_id = $2 AND r.key = w.key
), put AS (
    INSERT INTO label_task AS t (project_id, rk, source_id, key, version, priority, reason, wanted, created_at, picked_by, picked_run, picked_score,
        doubted_run, free_since)
    SELECT $1, rk, $2, key, version, priority, reason, $7::int, $8::timestamptz, picked_by, CASE WHEN picked_by IS NOT NULL THEN run END, score,
        CASE WHEN picked_by = 'label-error' THEN run END, pg_current_xact_id()
    FROM known ORDER BY priority DESC, rk
    ON CONFLICT (project_id, rk, source_id, key) DO UPDATE SET
        priority = excluded.priority, reason = excluded.reason, version = excluded.version, state = 'open', done_at = NULL,
        picked_by = CASE WHEN t.picked_by IS NULL OR t.state = 'cancelled' THEN excluded.picked_by ELSE t.picked_by END,
        picked_run = CASE WHEN t.picked_by IS NULL OR t.state = 'cancelled' THEN excluded.picked_run ELSE t.picked_run END,
        picked_score = CASE WHEN t.picked_by IS NULL OR t.state = 'cancelled' THEN excluded.picked_score ELSE t.picked_score END,
        doubted_run = coalesce(excluded.doubted_run, t.doubted_run), free_since = excluded.free_since,
        wanted = CASE t.state WHEN 'done' THEN t.answers + excluded.wanted WHEN 'cancelled' THEN excluded.wanted ELSE t.wanted END,
        assigned_to = CASE WHEN t.state = 'open' THEN t.assigned_to END
    WHERE (t.state = 'open' AND (t.priority, t.reason, t.version) IS DISTINCT FROM (excluded.priority, excluded.reason, excluded.version))
        OR (t.state = 'done' AND $9::boolean AND (excluded.doubted_run IS NULL OR t.doubted_run IS DISTINCT FROM excluded.doubted_run)
            AND NOT EXISTS (SELECT 1 FROM ground_truth g WHERE g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key
                            AND g.project_id = t.project_id AND g.method = 'adjudicated'))
        OR t.state = 'cancelled'
    RETURNING xmax = 0 AS is_new
)
SELECT (SELECT count(*) FROM known) AS known, count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed
FROM put;

-- Puts records without a label by people into the queue. rk is a hash, so that its order is a random one, the same each time.
-- Looks at $10 records after ($8, $9) and puts up to $3 of them in. Returns how many, and the last record looked at.
-- name: enqueue_unlabeled
WITH page AS (
    SELECT rk, source_id, key, version FROM record WHERE source_id = $2 AND (rk, key) > ($8::bigint, $9) ORDER BY rk, key LIMIT $10
), added AS (
    INSERT INTO label_task (project_id, rk, source_id, key, version, priority, reason, wanted, created_at, free_since)
    SELECT $1, r.rk, r.source_id, r.key, r.version, $4::float8, $5, $6::int, $7::timestamptz, pg_current_xact_id()
    FROM page r
    WHERE NOT EXISTS (SELECT 1 FROM ground_truth g
                      WHERE g.rk = r.rk AND g.source_id = r.source_id AND g.key = r.key AND g.project_id = $1 AND g.method <> 'rules')
        AND NOT EXISTS (SELECT 1 FROM label_task t
                        WHERE t.project_id = $1 AND t.rk = r.rk AND t.source_id = r.source_id AND t.key = r.key)
    ORDER BY r.rk, r.key LIMIT $3::bigint
    ON CONFLICT (project_id, rk, source_id, key) DO NOTHING
    RETURNING rk
)
SELECT (SELECT count(*) FROM added) AS added, rk, key FROM page ORDER BY page.rk DESC, page.key DESC LIMIT 1;

-- Records whose tasks wait for answers.
-- name: waiting_tasks
SELECT rk, key, version FROM label_task WHERE project_id = $1 AND state = 'open' ORDER BY rk, key;

-- How many tasks an order of a run picked, or chance beside it, and how far they are.
-- name: picked_tasks
SELECT picked_by, picked_run AS run, count(*) AS tasks, count(*) FILTER (WHERE state = 'done') AS done,
    avg(picked_score) AS mean_score
FROM label_task WHERE project_id = $1 AND picked_by IS NOT NULL GROUP BY picked_by, picked_run ORDER BY picked_run, picked_by;

-- Of these records those that have neither a label by people nor a task.
-- name: neither_labeled_nor_queued
SELECT w.key FROM unnest($3::bigint[], $4::text[]) WITH ORDINALITY AS w (rk, key, place)
WHERE NOT EXISTS (SELECT 1 FROM ground_truth g WHERE g.rk = w.rk AND g.source_id = $2 AND g.key = w.key AND g.project_id = $1
                      AND g.method <> 'rules')
    AND NOT EXISTS (SELECT 1 FROM label_task t
                    WHERE t.project_id = $1 AND t.rk = w.rk AND t.source_id = $2 AND t.key = w.key AND t.state <> 'cancelled')
ORDER BY w.place;

-- Waiting tasks want as many answers as the project now does, and no fewer than people are at; those that have them are done.
-- name: change_overlap
UPDATE label_task t SET wanted = k.wanted, state = CASE WHEN t.answers >= k.wanted THEN 'done' ELSE 'open' END,
    done_at = CASE WHEN t.answers >= k.wanted THEN $3::timestamptz END
FROM (SELECT id, greatest($2 + doubled::int, answers + leases) AS wanted FROM label_task WHERE project_id = $1 AND state = 'open' FOR UPDATE) k
WHERE t.id = k.id AND t.wanted <> $2 + t.doubled::int;

-- Where user $2 goes on in project $1 at $3: their mark if it counts, how many tasks before it became free since (counted up to 1,001
-- above it and beside it), whether leases are over anywhere, and how many tasks there are for them.
-- name: find_place
SELECT p.state = 'active' AS active, m.priority AS mark_priority, m.task_id AS mark_task, m.xid::text AS mark_xid,
    pg_snapshot_xmin(pg_current_snapshot())::text AS xid,
    EXISTS (SELECT 1 FROM label_lease l WHERE l.state = 'held' AND l.expires_at <= $3::timestamptz) AS ended,
    (SELECT coalesce(sum(y.free), 0)::bigint FROM label_tally y WHERE y.project_id = $1 AND y.user_id IN (0, $2)) AS free,
    (SELECT count(*) FROM (
        (SELECT 1 FROM label_task t WHERE t.project_id = $1 AND t.state = 'open' AND t.free_since >= m.xid AND t.priority > m.priority
         ORDER BY t.free_since LIMIT 1001)
        UNION ALL
        (SELECT 1 FROM label_task t WHERE t.project_id = $1 AND t.state = 'open' AND t.free_since >= m.xid AND t.priority = m.priority
             AND t.id < m.task_id ORDER BY t.free_since LIMIT 1001)) b) AS freed
FROM label_project p
LEFT JOIN label_mark m ON m.project_id = p.id AND m.user_id = $2 AND m.xid > coalesce(p.moved_since, '0'::xid8)
    AND m.xid <= pg_snapshot_xmin(pg_current_snapshot())
WHERE p.id = $1;

-- Leases that are over at $1, with their tasks.
-- name: lock_ended_leases
SELECT l.task_id AS task, l.user_id AS "user" FROM label_lease l JOIN label_task t ON t.id = l.task_id
WHERE l.state = 'held' AND l.expires_at <= $1::timestamptz ORDER BY l.expires_at LIMIT 200 FOR UPDATE OF t, l SKIP LOCKED;

-- name: free_leases
WITH freed AS (
    UPDATE label_lease l SET state = 'released' FROM unnest($1::bigint[], $2::bigint[]) AS e (task_id, user_id)
    WHERE l.task_id = e.task_id AND l.user_id = e.user_id RETURNING l.task_id
)
UPDATE label_task t SET leases = t.leases - f.n, free_since = pg_current_xact_id()
FROM (SELECT task_id, count(*)::int AS n FROM freed GROUP BY task_id) f WHERE t.id = f.task_id;

-- Leases up to $4 tasks of project $1 to user $2 until $3: first of those before the mark ($5, $6) that became free since $7, then of
-- those behind it. Whether a task has room is judged by its own row alone, so that the check repeated under the row lock sees the
-- latest state. The mark moves to the first task that is for this user, with $8. OFFSET 0 has their leases looked up task by task: read
-- in order beside the tasks, all that they answered before the mark would be.
-- name: claim_tasks
WITH freed AS MATERIALIZED (
    SELECT id FROM (
        (SELECT t.id FROM label_task t WHERE t.project_id = $1 AND t.state = 'open' AND t.free_since >= $7::xid8 AND t.priority > $5::float8
         ORDER BY t.free_since LIMIT 1001)
        UNION ALL
        (SELECT t.id FROM label_task t WHERE t.project_id = $1 AND t.state = 'open' AND t.free_since >= $7::xid8 AND t.priority = $5::float8
             AND t.id < $6::bigint ORDER BY t.free_since LIMIT 1001)) f
), before AS MATERIALIZED (
    SELECT t.id FROM freed f JOIN label_task t ON t.id = f.id
    WHERE t.state = 'open' AND t.answers + t.leases < t.wanted AND (t.assigned_to IS NULL OR t.assigned_to = $2)
        AND NOT EXISTS (SELECT 1 FROM label_lease l WHERE l.task_id = t.id AND l.user_id = $2 AND l.state <> 'released' OFFSET 0)
    ORDER BY t.priority DESC, t.id LIMIT $4::int FOR UPDATE OF t SKIP LOCKED
), behind AS MATERIALIZED (
    SELECT t.id FROM label_task t
    WHERE t.project_id = $1 AND t.state = 'open' AND (-t.priority, t.id) >= (-$5::float8, $6::bigint)
        AND t.answers + t.leases < t.wanted AND (t.assigned_to IS NULL OR t.assigned_to = $2)
        AND NOT EXISTS (SELECT 1 FROM label_lease l WHERE l.task_id = t.id AND l.user_id = $2 AND l.state <> 'released' OFFSET 0)
    ORDER BY -t.priority, t.id LIMIT $4::int - (SELECT count(*) FROM before) FOR UPDATE OF t SKIP LOCKED
), first AS MATERIALIZED (
    SELECT t.priority, t.id FROM label_task t
    WHERE t.project_id = $1 AND t.state = 'open' AND (-t.priority, t.id) >= (-$5::float8, $6::bigint)
        AND t.answers + t.leases < t.wanted AND (t.assigned_to IS NULL OR t.assigned_to = $2)
        AND NOT EXISTS (SELECT 1 FROM label_lease l WHERE l.task_id = t.id AND l.user_id = $2 AND l.state <> 'released' OFFSET 0)
    ORDER BY -t.priority, t.id LIMIT 1
), marked AS (
    INSERT INTO label_mark (project_id, user_id, priority, task_id, xid)
    SELECT $1, $2, priority, id, $8::xid8 FROM first
    ON CONFLICT (project_id, user_id) DO UPDATE SET priority = excluded.priority, task_id = excluded.task_id, xid = excluded.xid
), leased AS (
    INSERT INTO label_lease AS l (task_id, user_id, token, attempt, state, expires_at, leased_at)
    SELECT id, $2, 1, 1, 'held', $3::timestamptz, $9::timestamptz
    FROM (SELECT id FROM before UNION ALL SELECT id FROM behind) picked
    ON CONFLICT (task_id, user_id) DO UPDATE SET token = l.token + 1, state = 'held', reason = '', expires_at = excluded.expires_at,
        leased_at = excluded.leased_at, audit_id = NULL
    WHERE l.state = 'released'
    RETURNING task_id, token, attempt
), raised AS (
    UPDATE label_task t SET leases = t.leases + 1 FROM leased e WHERE t.id = e.task_id
    RETURNING t.id AS task, e.token, e.attempt, t.rk, t.key, t.version, t.priority, t.reason
)
SELECT task, token, attempt, rk, key, version, priority, reason FROM raised ORDER BY priority DESC, task;

-- Locks up to $4 tasks that the user skipped before $3, those first that they skipped first.
-- name: pick_skipped
SELECT t.id FROM label_lease l JOIN label_task t ON t.id = l.task_id
WHERE l.user_id = $2 AND l.state = 'skipped' AND l.expires_at < $3::timestamptz
    AND t.project_id = $1 AND t.state = 'open' AND t.answers + t.leases < t.wanted
    AND (t.assigned_to IS NULL OR t.assigned_to = $2)
ORDER BY l.expires_at, t.id LIMIT $4::int FOR UPDATE OF t SKIP LOCKED;

-- Leases these to them again until $3.
-- name: claim_skipped
WITH leased AS (
    UPDATE label_lease l SET token = l.token + 1, state = 'held', reason = '', expires_at = $3::timestamptz, leased_at = $4::timestamptz
    WHERE l.task_id = ANY ($1::bigint[]) AND l.user_id = $2 AND l.state = 'skipped'
    RETURNING l.task_id, l.token, l.attempt, l.expires_at
)
UPDATE label_task t SET leases = t.leases + 1 FROM leased e WHERE t.id = e.task_id
RETURNING t.id AS task, e.token, e.attempt, t.rk, t.key, t.version, t.priority, t.reason;

-- name: renew_lease
UPDATE label_lease SET expires_at = greatest(expires_at, $4::timestamptz) WHERE task_id = $1 AND user_id = $2 AND token = $3 AND state = 'held';

-- Ends a lease without an answer: $4 is 'released' or 'skipped'.
-- name: end_lease
WITH task AS (
    SELECT id FROM label_task WHERE id = $1 FOR UPDATE
), gone AS (
    UPDATE label_lease l SET state = $4, reason = $5, expires_at = $6::timestamptz FROM task t
    WHERE l.task_id = t.id AND l.user_id = $2 AND l.token = $3 AND l.state = 'held' RETURNING l.task_id
)
UPDATE label_task t SET leases = t.leases - 1, free_since = pg_current_xact_id() FROM gone WHERE t.id = gone.task_id;

-- Stores an answer if the lease is the one the answer was given under. Returns whether the task has all it wanted now, or no row.
-- name: submit_answer
WITH task AS (
    SELECT * FROM label_task WHERE id = $1 FOR UPDATE
), taken AS (
    UPDATE label_lease l SET state = 'answered', expires_at = $8::timestamptz FROM task t
    WHERE l.task_id = t.id AND l.user_id = $2 AND l.token = $3 AND l.attempt = $4 AND l.state = 'held'
        AND ($5::int IS NULL OR EXISTS (SELECT 1 FROM label_class c WHERE c.project_id = t.project_id AND c.class_id = $5))
    RETURNING l.task_id, l.audit_id
), kept AS (
    INSERT INTO annotation (rk, source_id, key, project_id, user_id, attempt, version, task_id, class_id, value, milliseconds, submitted_at,
        schema_version, audit_id)
    SELECT t.rk, t.source_id, t.key, t.project_id, $2, $4, t.version, t.id, $5, $6::jsonb, $7::int, $8::timestamptz, p.schema_version,
        taken.audit_id
    FROM task t JOIN taken ON taken.task_id = t.id JOIN label_project p ON p.id = t.project_id
), undrafted AS (
    DELETE FROM label_draft d USING taken WHERE d.task_id = taken.task_id AND d.user_id = $2
), counted AS (
    INSERT INTO label_person AS n (project_id, user_id, answers) SELECT t.project_id, $2, 1 FROM task t JOIN taken ON taken.task_id = t.id
    ON CONFLICT (project_id, user_id) DO UPDATE SET answers = n.answers + 1
)
UPDATE label_task t SET answers = t.answers + 1, leases = t.leases - 1,
    state = CASE WHEN t.state = 'open' AND t.answers + 1 >= t.wanted THEN 'done' ELSE t.state END,
    done_at = CASE WHEN t.state = 'open' AND t.answers + 1 >= t.wanted THEN $8::timestamptz ELSE t.done_at END
FROM taken JOIN task k ON k.id = taken.task_id WHERE t.id = k.id
RETURNING t.state = 'done' AND k.state = 'open' AS closed;

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
SELECT l.task_id AS task, l.state = 'answered' AS answered FROM label_lease l JOIN label_task t ON t.id = l.task_id
WHERE l.user_id = $1 AND l.state IN ('answered', 'skipped') AND t.project_id = $2
ORDER BY l.expires_at DESC, l.task_id DESC LIMIT 1;

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

-- Asks one more person about tasks whose truth is still too unsure.
-- name: extend_unsure
UPDATE label_task t SET wanted = t.answers + 1, state = 'open', done_at = NULL, reason = 'unsure'
FROM ground_truth g
WHERE t.project_id = $1 AND t.state = 'done' AND t.answers < $3::int AND g.project_id = $1 AND g.rk = t.rk
    AND g.source_id = t.source_id AND g.key = t.key AND g.probability < $2::float8 AND g.method NOT IN ('import', 'adjudicated');

-- Ends the waiting of tasks for one more person who were asked only because their truth was unsure, and it is not now. What people hold
-- they may still answer.
-- name: close_sure
UPDATE label_task t SET wanted = t.answers + t.leases, state = CASE WHEN t.leases = 0 THEN 'done' ELSE 'open' END,
    done_at = CASE WHEN t.leases = 0 THEN $4::timestamptz END
FROM ground_truth g
WHERE t.project_id = $1 AND t.state = 'open' AND t.reason = 'unsure' AND t.wanted > t.answers + t.leases
    AND t.answers >= $3::int + t.doubled::int AND g.project_id = $1 AND g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key
    AND g.probability >= $2::float8;

-- name: answers_when_done
SELECT answers FROM label_task WHERE id = $1 AND state = 'done';

-- Asks one more person about a task that has all it wanted.
-- name: ask_one_more
UPDATE label_task SET wanted = answers + 1, state = 'open', done_at = NULL, reason = 'unsure' WHERE id = $1 AND state = 'done';

---------------------------------------------------------------------------------------------------------------- people

-- People whose answers stand, the busiest first.
-- name: annotators
SELECT u.name, u.simulated, count(*) AS answers,
    (SELECT k.confusion FROM label_trust k WHERE k.project_id = $1 AND k.user_id = u.id) AS confusion,
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
    c.name AS label, a.value, a.milliseconds, a.submitted_at, a.withdrawn_at, a.schema_version, a.audit_id AS audit,
    (SELECT max(g.version) FROM label_guideline g WHERE g.project_id = a.project_id AND g.since <= a.submitted_at) AS guideline_version
FROM annotation a
JOIN app_user u ON u.id = a.user_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
WHERE a.project_id = $1 AND ($6::bigint IS NULL OR a.user_id = $6) AND (a.rk, a.source_id, a.key, a.user_id, a.attempt)
    > ($2::bigint, (SELECT p.source_id FROM label_project p WHERE p.id = $1), $3::text, $4::bigint, $5::int)
ORDER BY a.rk, a.source_id, a.key, a.user_id, a.attempt LIMIT $7;

-- name: answers_of_user
SELECT answers FROM label_person WHERE project_id = $1 AND user_id = $2;

-- Tasks in the hands of user $1 in project $2 at $3, or the one called $4, with what there is to see of their records. What was sent
-- back comes first; gold, which has no priority, stands anywhere among the others.
-- OFFSET 0 keeps the planner from walking all open tasks of the project to find the few that one person holds.
-- name: tasks_in_hand
SELECT h.task_id, h.token, h.attempt, h.expires_at, h.reason, h.audit, h.source_id || '.' || lpad(to_hex(h.rk), 16, '0') AS record, h.key,
    c.title, c.body, c.language, i.width, i.height, v.payload, v.url, d.value AS draft, d.comment, d.returned_by,
    (SELECT cs.columns FROM column_set cs WHERE cs.source_id = h.source_id ORDER BY cs.version DESC LIMIT 1) AS columns
FROM (SELECT l.task_id, l.token, l.attempt, l.expires_at, t.reason, l.audit_id IS NOT NULL AS audit, t.rk, t.source_id, t.key, t.version,
          b.returned_by IS NULL AS fresh,
          CASE WHEN t.state = 'gold' THEN (hashint8extended(t.id, $1) & 1023) / 1024.0 * count(*) OVER ()
              ELSE row_number() OVER (PARTITION BY t.state = 'gold' ORDER BY t.priority DESC, t.id) END AS place
      FROM label_lease l CROSS JOIN LATERAL (SELECT * FROM label_task WHERE id = l.task_id OFFSET 0) t
      LEFT JOIN label_draft b ON b.task_id = l.task_id AND b.user_id = $1
      WHERE l.user_id = $1 AND l.state = 'held' AND l.expires_at > $3::timestamptz AND ($4::bigint IS NULL OR l.task_id = $4)
          AND t.project_id = $2 AND t.state <> 'cancelled'
      ORDER BY fresh, place, l.task_id LIMIT $5) h
JOIN record_version v USING (rk, source_id, key, version)
LEFT JOIN content_text c USING (rk, source_id, key, version)
LEFT JOIN content_image i USING (rk, source_id, key, version)
LEFT JOIN label_draft d ON d.task_id = h.task_id AND d.user_id = $1
ORDER BY h.fresh, h.place, h.task_id;

-- name: project_of_task
SELECT project_id FROM label_task WHERE id = $1;

-- name: record_of_task
SELECT coalesce(c.body, '') AS body, i.width, i.height, v.payload
FROM label_task t JOIN record_version v USING (rk, source_id, key, version)
LEFT JOIN content_text c USING (rk, source_id, key, version)
LEFT JOIN content_image i USING (rk, source_id, key, version) WHERE t.id = $1;

-- To labeler $1 in a project that is open to them, or it is in the queue of one that they own or review.
-- name: record_was_handed
SELECT 1 FROM label_task t JOIN label_lease l ON l.task_id = t.id
WHERE l.user_id = $1 AND t.rk = $2 AND t.source_id = $3
    AND (NOT EXISTS (SELECT 1 FROM label_member m WHERE m.project_id = t.project_id)
        OR EXISTS (SELECT 1 FROM label_member m WHERE m.project_id = t.project_id AND m.user_id = $1))
UNION ALL
SELECT 1 FROM label_member m JOIN label_task t ON t.project_id = m.project_id AND t.rk = $2 AND t.source_id = $3
WHERE m.user_id = $1 AND m.role IN ('owner', 'reviewer')
LIMIT 1;

----------------------------------------------------------------------------------------------------------- ground truth

-- Values of a payload field that are no class, most frequent first: the field $5, or what lies at the path $3.
-- name: unknown_values
SELECT n.value, count(*) AS records FROM (
    SELECT coalesce($4::jsonb ->> f.value, f.value) AS value
    FROM record r JOIN record_version v USING (rk, source_id, key, version)
    CROSS JOIN LATERAL (SELECT coalesce(v.payload ->> $5::text, v.payload #>> $3::text[]) AS value) f
    WHERE r.source_id = $2
) n
WHERE NOT EXISTS (SELECT 1 FROM label_class c WHERE c.project_id = $1 AND c.name = n.value)
GROUP BY n.value ORDER BY count(*) DESC, n.value;

-- Labels each record by a payload field, $7 or what lies at the path $3; $4 maps spellings to class names. Returns new, changed and equal labels.
-- name: import_field
WITH known AS (
    SELECT r.rk, r.source_id, r.key, c.class_id, r.version
    FROM record r JOIN record_version v USING (rk, source_id, key, version)
    CROSS JOIN LATERAL (SELECT coalesce(v.payload ->> $7::text, v.payload #>> $3::text[]) AS value) f
    JOIN label_class c ON c.project_id = $1 AND c.name = coalesce($4::jsonb ->> f.value, f.value)
    WHERE r.source_id = $2 AND (r.rk & 1048575) < $6::float8 * 1048576
), put AS (
    INSERT INTO ground_truth AS g (rk, source_id, key, project_id, class_id, probability, method, set_at, labeled_version)
    SELECT rk, source_id, key, $1, class_id, 1, 'import', $5::timestamptz, version FROM known ORDER BY rk
    ON CONFLICT (rk, source_id, key, project_id) DO UPDATE SET class_id = excluded.class_id, probability = 1, method = 'import',
        revision = g.revision + 1, set_at = excluded.set_at, labeled_version = excluded.labeled_version
    WHERE (g.class_id, g.probability, g.method, coalesce(g.labeled_version, 1))
            IS DISTINCT FROM (excluded.class_id, excluded.probability, excluded.method, excluded.labeled_version)
        AND g.method <> 'adjudicated'
    RETURNING xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed,
    (SELECT count(*) FROM known) - count(*) AS unchanged
FROM put;

-- Writes labels, with the version of the record that was labelled: that which was answered about. Adjudicated ones stay as they are, with $9 imported ones too. Returns known records, new and changed labels.
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
        labeled_version = excluded.labeled_version
    WHERE (g.class_id, g.value, g.probability, g.method, coalesce(g.labeled_version, 1))
            IS DISTINCT FROM (excluded.class_id, excluded.value, excluded.probability, excluded.method, excluded.labeled_version)
        AND g.method <> 'adjudicated' AND NOT ($9::boolean AND g.method = 'import')
    RETURNING xmax = 0 AS is_new
)
SELECT (SELECT count(*) FROM given) AS given, (SELECT count(*) FROM known) AS known,
    count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed
FROM put;

-- Answers that count, a page at a time: of a (record, person) pair the highest attempt that is not withdrawn; those to
-- gold only with $8, those of an audit never.
-- name: answers_page
SELECT a.rk, a.key, a.user_id, a.attempt, u.name AS user_name, c.name AS class_name, a.value, a.submitted_at
FROM annotation a JOIN app_user u ON u.id = a.user_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
WHERE a.project_id = $1 AND a.source_id = $2 AND a.withdrawn_at IS NULL AND a.audit_id IS NULL
    AND ($8::boolean OR a.task_id NOT IN (SELECT o.task_id FROM label_gold o WHERE o.project_id = $1))
    AND (a.rk, a.source_id, a.key, a.project_id, a.user_id, a.attempt) > ($3::bigint, $2::bigint, $4::text, $1::bigint, $5::bigint, $6::int)
ORDER BY a.rk, a.source_id, a.key, a.project_id, a.user_id, a.attempt LIMIT $7::int;

-- The answers about a task's record that count, and how often their authors were found right.
-- name: answers_of_record
SELECT DISTINCT ON (a.user_id) u.name AS user_name, c.name AS class_name, a.value, k.accuracy, k.confusion
FROM label_task t
JOIN annotation a ON a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = t.project_id
JOIN app_user u ON u.id = a.user_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
LEFT JOIN label_trust k ON k.project_id = a.project_id AND k.user_id = a.user_id
WHERE t.id = $1 AND a.withdrawn_at IS NULL AND a.audit_id IS NULL
ORDER BY a.user_id, a.attempt DESC;

-- name: label_of_task
SELECT t.key, t.state = 'done' AS done, t.state = 'gold' AS gold, t.state = 'audit' AS audited, t.disagreement, g.method, c.name AS label, g.value,
    p.usual_confusion
FROM label_task t JOIN label_project p ON p.id = t.project_id
LEFT JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
WHERE t.id = $1;

-- name: withdraw_label
DELETE FROM ground_truth g USING label_task t
WHERE t.id = $1 AND g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id;

-- name: put_trust
INSERT INTO label_trust AS k (project_id, user_id, accuracy, set_at, confusion)
SELECT $1, u.id, w.accuracy, $4::timestamptz, w.confusion::jsonb FROM unnest($2::text[], $3::float8[], $5::text[]) AS w (name, accuracy, confusion)
JOIN app_user u ON u.name = w.name
ON CONFLICT (project_id, user_id) DO UPDATE SET accuracy = excluded.accuracy, set_at = excluded.set_at, confusion = excluded.confusion;

-- name: put_usual_confusion
UPDATE label_project SET usual_confusion = $2::jsonb WHERE id = $1 AND usual_confusion IS DISTINCT FROM $2::jsonb;

-- Of classes that are others now.
-- name: forget_confusions
WITH gone AS (
    UPDATE label_trust SET confusion = NULL WHERE project_id = $1
)
UPDATE label_project SET usual_confusion = NULL WHERE id = $1;

-- name: imported_truth
SELECT g.key, c.name AS label, g.value FROM ground_truth g LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
WHERE g.project_id = $1 AND g.method = 'import';

---------------------------------------------------------------------------------------------------- labels in and out

-- name: export_page
SELECT g.rk, g.key, c.name AS label, g.value, g.probability, g.method, g.revision, r.version, t.title, t.body AS text,
    i.width, i.height, v.url, v.payload, encode(v.blob_sha256, 'hex') AS picture
FROM (
    SELECT * FROM ground_truth
    WHERE project_id = $1 AND source_id = $2 AND (rk, source_id, key) > ($3::bigint, $2::bigint, $4::text)
    ORDER BY rk, source_id, key LIMIT $5::int
) g
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
JOIN record r ON r.rk = g.rk AND r.source_id = g.source_id AND r.key = g.key
JOIN record_version v ON v.rk = r.rk AND v.source_id = r.source_id AND v.key = r.key AND v.version = r.version
LEFT JOIN content_text t ON t.rk = r.rk AND t.source_id = r.source_id AND t.key = r.key AND t.version = r.version
LEFT JOIN content_image i ON i.rk = r.rk AND i.source_id = r.source_id AND i.key = r.key AND i.version = r.version
ORDER BY g.rk, g.source_id, g.key;

-- The same of all records that are labeled or answered; a record without a label has no method.
-- name: export_answered_page
SELECT k.rk, k.key, c.name AS label, g.value, g.probability, g.method, g.revision, r.version, t.title, t.body AS text,
    i.width, i.height, v.url, v.payload, encode(v.blob_sha256, 'hex') AS picture
FROM (
    (SELECT rk, key FROM ground_truth
     WHERE project_id = $1 AND source_id = $2 AND (rk, source_id, key) > ($3::bigint, $2::bigint, $4::text)
     ORDER BY rk, source_id, key LIMIT $5::int)
    UNION
    (SELECT DISTINCT rk, key FROM annotation
     WHERE project_id = $1 AND source_id = $2 AND (rk, source_id, key) > ($3::bigint, $2::bigint, $4::text)
     ORDER BY rk, key LIMIT $5::int)
    ORDER BY rk, key LIMIT $5::int
) k
JOIN record r ON r.rk = k.rk AND r.source_id = $2 AND r.key = k.key
JOIN record_version v ON v.rk = r.rk AND v.source_id = r.source_id AND v.key = r.key AND v.version = r.version
LEFT JOIN ground_truth g ON g.rk = r.rk AND g.source_id = r.source_id AND g.key = r.key AND g.project_id = $1
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
LEFT JOIN content_text t ON t.rk = r.rk AND t.source_id = r.source_id AND t.key = r.key AND t.version = r.version
LEFT JOIN content_image i ON i.rk = r.rk AND i.source_id = r.source_id AND i.key = r.key AND i.version = r.version
ORDER BY k.rk, k.key;

-- Who answered what about records from (rk $3, key $4) to (rk $5, key $6), in their order; not what audits asked.
-- name: answers_between
SELECT a.rk, a.key, u.name AS "user", a.attempt, c.name AS label, a.value, a.milliseconds,
    to_char(a.submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS submitted_at,
    a.withdrawn_at IS NOT NULL AS withdrawn, a.schema_version
FROM annotation a
JOIN app_user u ON u.id = a.user_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
WHERE a.project_id = $1 AND a.source_id = $2 AND a.audit_id IS NULL
    AND (a.rk, a.source_id, a.key) >= ($3::bigint, $2::bigint, $4::text) AND (a.rk, a.source_id, a.key) <= ($5::bigint, $2::bigint, $6::text)
ORDER BY a.rk, a.source_id, a.key, u.name, a.attempt;

-- Whether some box of the labels is turned.
-- name: has_turned_boxes
SELECT EXISTS (SELECT 1 FROM ground_truth WHERE project_id = $1 AND jsonb_path_exists(value, '$[*].rotation'));

-- What there is of these records; with $4 also what answers to them are checked by.
-- name: records_to_label
SELECT r.key, t.body AS text, i.width, i.height, v.payload
FROM unnest($2::bigint[], $3::text[]) AS w (rk, key)
JOIN record r ON r.rk = w.rk AND r.source_id = $1 AND r.key = w.key
LEFT JOIN record_version v ON $4::boolean AND v.rk = r.rk AND v.source_id = r.source_id AND v.key = r.key AND v.version = r.version
LEFT JOIN content_text t ON $4::boolean AND t.rk = r.rk AND t.source_id = r.source_id AND t.key = r.key AND t.version = r.version
LEFT JOIN content_image i ON $4::boolean AND i.rk = r.rk AND i.source_id = r.source_id AND i.key = r.key AND i.version = r.version;

-- name: keys_page
SELECT rk, key FROM record WHERE source_id = $1 AND (rk, key) > ($2::bigint, $3::text) ORDER BY rk, key LIMIT $4::int;

-- The values of a payload field, or of what lies at the path $3, a page at a time.
-- name: field_page
SELECT p.rk, p.key, coalesce(v.payload ->> $2::text, v.payload #>> $3::text[]) AS value
FROM (
    SELECT rk, source_id, key, version FROM record WHERE source_id = $1 AND (rk, key) > ($4::bigint, $5::text)
    ORDER BY rk, key LIMIT $6::int
) p JOIN record_version v USING (rk, source_id, key, version)
ORDER BY p.rk, p.key;

----------------------------------------------------------------------------------------------- machines beside people

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

-- name: put_machine_test
UPDATE label_machine SET test = $2::jsonb WHERE id = $1;

-- name: put_machine_accuracy
UPDATE label_machine SET accuracy = $2::float8 WHERE id = $1;

-- Of these records those that the machine has said nothing of; with $5, or nothing that is an answer.
-- name: not_suggested
SELECT w.key FROM unnest($3::bigint[], $4::text[]) WITH ORDINALITY AS w (rk, key, place)
WHERE NOT EXISTS (SELECT 1 FROM label_suggestion s WHERE s.rk = w.rk AND s.source_id = $2 AND s.key = w.key AND s.machine_id = $1
                      AND (s.fault IS NULL OR NOT $5::boolean))
ORDER BY w.place;

-- Records in the queue, or done, a page at a time.
-- name: queued_page
SELECT rk, key FROM label_task WHERE project_id = $1 AND (rk, source_id, key) > ($2::bigint, $3::bigint, $4::text) AND state <> 'cancelled'
ORDER BY rk, source_id, key LIMIT $5::int;

-- What a machine is told of these records.
-- name: records_to_ask
SELECT r.key, r.version, t.title, t.body AS text, t.language, v.url, i.width, i.height, v.payload
FROM unnest($2::bigint[], $3::text[]) AS w (rk, key)
JOIN record r ON r.rk = w.rk AND r.source_id = $1 AND r.key = w.key
JOIN record_version v ON v.rk = r.rk AND v.source_id = r.source_id AND v.key = r.key AND v.version = r.version
LEFT JOIN content_text t ON t.rk = r.rk AND t.source_id = r.source_id AND t.key = r.key AND t.version = r.version
LEFT JOIN content_image i ON i.rk = r.rk AND i.source_id = r.source_id AND i.key = r.key AND i.version = r.version;

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
SELECT DISTINCT ON (t.id) t.id AS task, t.rk, t.key, m.id AS machine, m.name AS annotator, m.version, c.name AS label, s.value, s.score,
    e.machine_id AS seen
FROM label_task t
JOIN label_suggestion s ON s.rk = t.rk AND s.source_id = t.source_id AND s.key = t.key
JOIN label_machine m ON m.id = s.machine_id AND m.project_id = t.project_id
JOIN label_project p ON p.id = t.project_id
LEFT JOIN label_class c ON c.project_id = t.project_id AND c.class_id = s.class_id
LEFT JOIN label_suggestion_seen e ON e.task_id = t.id AND e.user_id = $3
WHERE t.id = ANY ($1::bigint[]) AND ($2 = '' OR m.name = $2) AND s.fault IS NULL
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
SELECT a.rk, a.key, a.user_id, a.attempt, u.name AS user_name, c.name AS class_name, a.value, a.withdrawn_at IS NOT NULL AS withdrawn,
    a.machine_id AS machine, a.suggestion, sc.name AS suggested_class, CASE WHEN s.schema_version = p.schema_version THEN s.value END AS suggested
FROM (SELECT * FROM annotation
      WHERE project_id = $1 AND source_id = $2
          AND (rk, source_id, key, project_id, user_id, attempt) > ($3::bigint, $2::bigint, $4::text, $1::bigint, $5::bigint, $6::int)
      ORDER BY rk, source_id, key, project_id, user_id, attempt LIMIT $7::int) a
JOIN app_user u ON u.id = a.user_id JOIN label_project p ON p.id = a.project_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
LEFT JOIN label_suggestion s ON s.rk = a.rk AND s.source_id = a.source_id AND s.key = a.key
    AND s.machine_id = coalesce($8::bigint, a.machine_id) AND s.fault IS NULL
LEFT JOIN label_class sc ON sc.project_id = a.project_id AND sc.class_id = s.class_id AND NOT sc.retired
ORDER BY a.rk, a.source_id, a.key, a.user_id, a.attempt;

-- What these machines say of a task's record.
-- name: machine_answers_of_task
SELECT s.machine_id AS machine, c.name AS class_name, s.value FROM label_task t
JOIN label_suggestion s ON s.rk = t.rk AND s.source_id = t.source_id AND s.key = t.key AND s.machine_id = ANY ($2::bigint[])
JOIN label_project p ON p.id = t.project_id
LEFT JOIN label_class c ON c.project_id = t.project_id AND c.class_id = s.class_id
WHERE t.id = $1 AND s.fault IS NULL AND NOT coalesce(c.retired, s.schema_version <> p.schema_version);

--------------------------------------------------------------------------------------------------------------- rules

-- name: find_rule_set
SELECT version, balance, set_at, set_by, run, run_version, run_at, records,
    (SELECT count(*) FROM label_rule_vote v WHERE v.project_id = s.project_id AND v.run = s.run) AS voted,
    (SELECT count(*) FROM ground_truth g WHERE g.project_id = s.project_id AND g.method = 'rules') AS labels
FROM label_rule_set s WHERE project_id = $1;

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
    SELECT v.rk, v.source_id, v.key, s.class_id, s.probability FROM label_rule_vote v JOIN said s USING (rules)
    WHERE v.project_id = $1 AND v.run = $2
), free AS MATERIALIZED (
    SELECT n.rk, n.source_id, n.key, n.class_id, n.probability FROM given n
    WHERE NOT EXISTS (SELECT 1 FROM annotation a WHERE a.rk = n.rk AND a.source_id = n.source_id AND a.key = n.key AND a.project_id = $1
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
SELECT (SELECT count(*) FROM given) AS given, (SELECT count(*) FROM given) - (SELECT count(*) FROM free) AS people_said,
    count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed, (SELECT count(*) FROM gone) AS withdrawn
FROM put;

-- name: drop_rule_labels
DELETE FROM ground_truth WHERE project_id = $1 AND method = 'rules';

-- name: drop_votes
DELETE FROM label_rule_vote WHERE project_id = $1;

-- There are no votes that count; those of a run at work will not.
-- name: forget_rule_run
UPDATE label_rule_set SET run = 0, run_version = NULL, run_at = NULL, records = 0, last_run = last_run + 1 WHERE project_id = $1;

---------------------------------------------------------------------------------------------------- changes of classes

-- Labels, a page at a time.
-- name: labels_page
SELECT g.rk, g.key, c.name AS class_name, g.value
FROM ground_truth g LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
WHERE g.project_id = $1 AND g.source_id = $2 AND (g.rk, g.source_id, g.key) > ($3::bigint, $2::bigint, $4::text)
ORDER BY g.rk, g.source_id, g.key LIMIT $5::int;

-- Answers as they are read after change $3; what stood there is kept if $10.
-- name: change_answers
UPDATE annotation a SET class_id = w.class_id, value = w.value::jsonb,
    before = CASE WHEN $10::boolean THEN coalesce(a.before, '[]') || jsonb_build_object('version', $3::int, 'class', a.class_id, 'value', a.value)
        ELSE a.before END
FROM unnest($4::bigint[], $5::text[], $6::bigint[], $7::int[], $8::int[], $9::text[]) AS w (rk, key, user_id, attempt, class_id, value)
WHERE a.rk = w.rk AND a.source_id = $2 AND a.key = w.key AND a.project_id = $1 AND a.user_id = w.user_id AND a.attempt = w.attempt;

-- name: change_labels
UPDATE ground_truth g SET class_id = w.class_id, value = w.value::jsonb, revision = g.revision + 1,
    before = CASE WHEN $8::boolean
        THEN coalesce(g.before, '[]') || jsonb_build_object('version', $3::int, 'class', g.class_id, 'value', g.value, 'revision', g.revision + 1)
        ELSE g.before END
FROM unnest($4::bigint[], $5::text[], $6::int[], $7::text[]) AS w (rk, key, class_id, value)
WHERE g.rk = w.rk AND g.source_id = $2 AND g.key = w.key AND g.project_id = $1;

-- Takes answers back, so that their people can be asked again.
-- name: ask_again
WITH gone AS (
    UPDATE annotation a SET withdrawn_at = $3::timestamptz,
        before = coalesce(a.before, '[]') || jsonb_build_object('version', $4::int, 'withdrawn', true)
    FROM unnest($5::bigint[], $6::text[], $7::bigint[], $8::int[]) AS w (rk, key, user_id, attempt)
    WHERE a.rk = w.rk AND a.source_id = $2 AND a.key = w.key AND a.project_id = $1 AND a.user_id = w.user_id AND a.attempt = w.attempt
    RETURNING a.task_id, a.user_id
), freed AS (
    UPDATE label_lease l SET state = 'released', token = l.token + 1, attempt = l.attempt + 1
    FROM gone g WHERE l.task_id = g.task_id AND l.user_id = g.user_id AND l.state = 'answered' RETURNING l.task_id
), counted AS (
    UPDATE label_person n SET answers = n.answers - g.n FROM (SELECT user_id, count(*) AS n FROM gone GROUP BY user_id) g
    WHERE n.project_id = $1 AND n.user_id = g.user_id
)
UPDATE label_task t SET answers = t.answers - f.n FROM (SELECT task_id, count(*)::int AS n FROM freed GROUP BY task_id) f WHERE t.id = f.task_id;

-- Takes labels of records back and puts the records into the queue, with one more answer wanted at least. The label stays with the task.
-- name: queue_again
WITH wish AS (
    SELECT DISTINCT rk, key FROM unnest($4::bigint[], $5::text[]) AS w (rk, key)
), label AS (
    DELETE FROM ground_truth g USING unnest($6::bigint[], $7::text[]) AS w (rk, key)
    WHERE g.rk = w.rk AND g.source_id = $2 AND g.key = w.key AND g.project_id = $1
    RETURNING g.rk, g.key, jsonb_build_object('class', g.class_id, 'value', g.value, 'probability', g.probability, 'method', g.method,
        'rules_version', g.rules_version, 'set_at', g.set_at, 'before', g.before) AS was
), put AS (
    INSERT INTO label_task AS t (project_id, rk, source_id, key, version, priority, reason, wanted, created_at, before)
    SELECT $1, w.rk, $2, w.key, r.version, 0, 'split', $8::int, $9::timestamptz,
        jsonb_build_array(jsonb_build_object('version', $3::int, 'label', l.was, 'new', true))
    FROM wish w JOIN record r ON r.rk = w.rk AND r.source_id = $2 AND r.key = w.key LEFT JOIN label l ON l.rk = w.rk AND l.key = w.key
    ON CONFLICT (project_id, rk, source_id, key) DO UPDATE SET state = 'open', done_at = NULL, reason = 'split',
        wanted = greatest(t.wanted, t.answers + t.leases + 1),
        before = coalesce(t.before, '[]') || jsonb_build_object('version', $3::int, 'label', excluded.before -> 0 -> 'label')
    RETURNING 1
)
SELECT count(*) FROM put;

-- Undoes change_answers of change $2.
-- name: answers_before
UPDATE annotation a SET class_id = (e.was ->> 'class')::int, value = nullif(e.was -> 'value', 'null'), before = a.before - (e.place - 1)::int
FROM (SELECT b.rk, b.source_id, b.key, b.user_id, b.attempt, x.was, x.place
      FROM annotation b, jsonb_array_elements(b.before) WITH ORDINALITY AS x (was, place)
      WHERE b.project_id = $1 AND (x.was ->> 'version')::int = $2 AND NOT x.was ? 'withdrawn') e
WHERE a.rk = e.rk AND a.source_id = e.source_id AND a.key = e.key AND a.project_id = $1 AND a.user_id = e.user_id AND a.attempt = e.attempt;

-- Undoes change_labels of change $2, where the label was not changed since.
-- name: labels_before
UPDATE ground_truth g SET class_id = (e.was ->> 'class')::int, value = nullif(e.was -> 'value', 'null'), revision = g.revision + 1,
    before = g.before - (e.place - 1)::int
FROM (SELECT b.rk, b.source_id, b.key, x.was, x.place FROM ground_truth b, jsonb_array_elements(b.before) WITH ORDINALITY AS x (was, place)
      WHERE b.project_id = $1 AND (x.was ->> 'version')::int = $2 AND (x.was ->> 'revision')::int = b.revision) e
WHERE g.rk = e.rk AND g.source_id = e.source_id AND g.key = e.key AND g.project_id = $1;

-- Undoes ask_again of change $2: answers stand again, but of people who have answered anew.
-- name: answers_asked_before
WITH back AS (
    UPDATE annotation a SET withdrawn_at = NULL, before = a.before - (e.place - 1)::int
    FROM (SELECT b.rk, b.source_id, b.key, b.user_id, b.attempt, x.place
          FROM annotation b JOIN label_lease l ON l.task_id = b.task_id AND l.user_id = b.user_id AND l.state <> 'answered',
              jsonb_array_elements(b.before) WITH ORDINALITY AS x (was, place)
          WHERE b.project_id = $1 AND (x.was ->> 'version')::int = $2 AND x.was ? 'withdrawn') e
    WHERE a.rk = e.rk AND a.source_id = e.source_id AND a.key = e.key AND a.project_id = $1 AND a.user_id = e.user_id AND a.attempt = e.attempt
    RETURNING a.task_id, a.user_id, a.attempt
), counted AS (
    UPDATE label_person n SET answers = n.answers + b.n FROM (SELECT user_id, count(*) AS n FROM back GROUP BY user_id) b
    WHERE n.project_id = $1 AND n.user_id = b.user_id
)
UPDATE label_lease l SET state = 'answered', attempt = b.attempt, token = l.token + 1, expires_at = $3::timestamptz
FROM back b WHERE l.task_id = b.task_id AND l.user_id = b.user_id;

-- Labels that change $2 took back stand again, where there is none since. Run before tasks_before.
-- name: labels_asked_before
INSERT INTO ground_truth (rk, source_id, key, project_id, class_id, value, probability, method, set_at, before, rules_version)
SELECT t.rk, t.source_id, t.key, t.project_id, (x.was -> 'label' ->> 'class')::int, nullif(x.was -> 'label' -> 'value', 'null'),
    (x.was -> 'label' ->> 'probability')::float8, x.was -> 'label' ->> 'method', (x.was -> 'label' ->> 'set_at')::timestamptz,
    nullif(x.was -> 'label' -> 'before', 'null'), (x.was -> 'label' ->> 'rules_version')::int
FROM label_task t, jsonb_array_elements(t.before) AS x (was)
WHERE t.project_id = $1 AND (x.was ->> 'version')::int = $2 AND jsonb_typeof(x.was -> 'label') = 'object'
ON CONFLICT (rk, source_id, key, project_id) DO NOTHING;

-- Tasks that change $2 made and that nobody has touched go; the others count their answers again.
-- name: tasks_before
WITH mine AS (
    SELECT t.id, (x.place - 1)::int AS place, x.was ? 'new' AND t.state <> 'gold'
            AND NOT EXISTS (SELECT 1 FROM label_lease l WHERE l.task_id = t.id) AS idle,
        (SELECT count(*)::int FROM label_lease l WHERE l.task_id = t.id AND l.state = 'answered') AS answers,
        (SELECT count(*)::int FROM label_lease l WHERE l.task_id = t.id AND l.state = 'held') AS leases
    FROM label_task t, jsonb_array_elements(t.before) WITH ORDINALITY AS x (was, place)
    WHERE t.project_id = $1 AND (x.was ->> 'version')::int = $2
), gone AS (
    DELETE FROM label_task t USING mine m WHERE t.id = m.id AND m.idle
)
UPDATE label_task t SET answers = m.answers, leases = m.leases, wanted = greatest(least(t.wanted, $3::int), m.answers + m.leases, 1),
    before = t.before - m.place,
    state = CASE WHEN m.answers >= greatest(least(t.wanted, $3::int), m.answers + m.leases, 1) THEN 'done' ELSE 'open' END,
    done_at = CASE WHEN m.answers >= greatest(least(t.wanted, $3::int), m.answers + m.leases, 1) THEN $4::timestamptz END
FROM mine m WHERE t.id = m.id AND NOT m.idle;

-- name: retire_classes
UPDATE label_class SET retired = true WHERE project_id = $1 AND class_id = ANY ($2::int[]);

-- name: add_schema_change
WITH raised AS (
    UPDATE label_project SET schema_version = $2 WHERE id = $1
)
INSERT INTO label_schema_change (project_id, version, action, question, classes_from, classes_to, shape, answers, labels, queued, made_by, made_at)
VALUES ($1, $2, $3, $4, $5::text[], $6::text[], $7::jsonb, $8, $9, $10, $11, $12::timestamptz);

-- name: schema_changes
SELECT version, action, question, to_jsonb(classes_from) AS "from", to_jsonb(classes_to) AS "to", answers, labels, queued, made_by AS by,
    made_at AS at, undone_by FROM label_schema_change WHERE project_id = $1 ORDER BY version;

-- The last change that stands.
-- name: last_schema_change
SELECT version, action, question, to_jsonb(classes_from) AS "from", to_jsonb(classes_to) AS "to", shape FROM label_schema_change
WHERE project_id = $1 AND action <> 'undo' AND undone_by IS NULL ORDER BY version DESC LIMIT 1;

-- name: note_undone
UPDATE label_schema_change SET undone_by = $3 WHERE project_id = $1 AND version = $2;

------------------------------------------------------------------------------------------------ edits of the queue

-- name: assign_tasks
UPDATE label_task t SET assigned_to = $5::bigint, free_since = pg_current_xact_id() FROM unnest($3::bigint[], $4::text[]) AS w (rk, key)
WHERE t.project_id = $1 AND t.rk = w.rk AND t.source_id = $2 AND t.key = w.key AND t.state = 'open';

-- name: set_priority
UPDATE label_task t SET priority = $5::float8, free_since = pg_current_xact_id() FROM unnest($3::bigint[], $4::text[]) AS w (rk, key)
WHERE t.project_id = $1 AND t.rk = w.rk AND t.source_id = $2 AND t.key = w.key AND t.state = 'open';

-- Tasks that people answered or hold want no more answers than these; the others are gone.
-- name: remove_tasks
UPDATE label_task t SET wanted = CASE WHEN t.answers + t.leases > 0 THEN t.answers + t.leases ELSE t.wanted END,
    state = CASE WHEN t.answers + t.leases = 0 THEN 'cancelled' WHEN t.leases = 0 THEN 'done' ELSE 'open' END,
    done_at = CASE WHEN t.leases = 0 AND t.answers > 0 THEN $5::timestamptz END
FROM unnest($3::bigint[], $4::text[]) AS w (rk, key)
WHERE t.project_id = $1 AND t.rk = w.rk AND t.source_id = $2 AND t.key = w.key AND t.state = 'open';

------------------------------------------------------------------------------------------------- news for webhooks

-- name: task_news
SELECT p.name AS project, t.source_id || '.' || lpad(to_hex(t.rk), 16, '0') AS record, t.key, t.state = 'done' AS done, t.answers,
    c.name AS label, g.value, g.probability, g.method
FROM label_task t JOIN label_project p ON p.id = t.project_id
LEFT JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
WHERE t.id = $1;

-- name: look_one_by_one
SELECT pg_advisory_xact_lock(hashtextextended('the end of a labeling project', $1));

-- name: has_open_tasks
SELECT EXISTS (SELECT 1 FROM label_task WHERE project_id = $1 AND state = 'open');

------------------------------------------------------------------------------------------------- one's own work

-- Keeps what user $2 has begun to answer to task $1, if they hold it.
-- name: save_draft
INSERT INTO label_draft AS d (task_id, user_id, value, saved_at)
SELECT l.task_id, l.user_id, $4::jsonb, $5::timestamptz FROM label_lease l
WHERE l.task_id = $1 AND l.user_id = $2 AND l.token = $3 AND l.state = 'held'
ON CONFLICT (task_id, user_id) DO UPDATE SET value = excluded.value, saved_at = excluded.saved_at;

-- Only who was given the task may comment on it.
-- name: add_comment
INSERT INTO label_comment (project_id, task_id, user_id, text, flag, written_at)
SELECT t.project_id, t.id, l.user_id, $3, $4::boolean, $5::timestamptz FROM label_task t JOIN label_lease l ON l.task_id = t.id
WHERE t.id = $1 AND l.user_id = $2;

-- name: list_comments
SELECT m.id, m.task_id AS task, t.source_id || '.' || lpad(to_hex(t.rk), 16, '0') AS record, t.key, u.name AS "user", m.text, m.flag,
    m.written_at
FROM (SELECT * FROM label_comment WHERE project_id = $1 AND id > $2::bigint AND (flag OR NOT $3::boolean) ORDER BY id LIMIT $4) m
JOIN label_task t ON t.id = m.task_id JOIN app_user u ON u.id = m.user_id ORDER BY m.id;

-- What user $2 answered or skipped in project $1 before ($3, $4), latest first; only what is in state $5, if it is named. An
-- ended lease keeps the time of its end. Each state is read by the index of its own.
-- name: own_history
SELECT h.task_id AS task, h.attempt, h.state, h.reason, h.expires_at AS at, h.source_id || '.' || lpad(to_hex(h.rk), 16, '0') AS record,
    h.key, c.name AS label, a.value, a.milliseconds
FROM (SELECT e.* FROM unnest(ARRAY['answered', 'skipped']) AS s (state) CROSS JOIN LATERAL (
          SELECT l.task_id, l.user_id, l.attempt, l.state, l.reason, l.expires_at, t.rk, t.source_id, t.key, t.project_id
          FROM label_lease l JOIN label_task t ON t.id = l.task_id
          WHERE l.user_id = $2 AND l.state = s.state AND t.project_id = $1 AND ($5 = '' OR s.state = $5)
              AND l.expires_at <= $3::timestamptz AND (l.expires_at, l.task_id) < ($3::timestamptz, $4::bigint)
          ORDER BY l.expires_at DESC, l.task_id DESC LIMIT $6) e
      ORDER BY e.expires_at DESC, e.task_id DESC LIMIT $6) h
LEFT JOIN annotation a ON a.rk = h.rk AND a.source_id = h.source_id AND a.key = h.key AND a.project_id = h.project_id
    AND a.user_id = h.user_id AND a.attempt = h.attempt AND h.state = 'answered'
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
ORDER BY h.expires_at DESC, h.task_id DESC;

-- Puts another answer beside the one of attempt $3, which stays, withdrawn. No row if that is not the last one of the user.
-- name: correct_answer
WITH task AS (
    SELECT * FROM label_task WHERE id = $1 FOR UPDATE
), raised AS (
    UPDATE label_lease l SET attempt = l.attempt + 1, expires_at = $7::timestamptz FROM task t
    WHERE l.task_id = t.id AND l.user_id = $2 AND l.attempt = $3 AND l.state = 'answered'
        AND ($4::int IS NULL OR EXISTS (SELECT 1 FROM label_class c WHERE c.project_id = t.project_id AND c.class_id = $4))
    RETURNING l.task_id, l.audit_id
), old AS (
    UPDATE annotation a SET withdrawn_at = $7::timestamptz FROM task t JOIN raised ON raised.task_id = t.id
    WHERE a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = t.project_id
        AND a.user_id = $2 AND a.attempt = $3 AND a.withdrawn_at IS NULL
)
INSERT INTO annotation (rk, source_id, key, project_id, user_id, attempt, version, task_id, class_id, value, milliseconds, submitted_at,
    schema_version, audit_id)
SELECT t.rk, t.source_id, t.key, t.project_id, $2, $3 + 1, t.version, t.id, $4, $5::jsonb, $6::int, $7::timestamptz, p.schema_version,
    raised.audit_id
FROM task t JOIN raised ON raised.task_id = t.id JOIN label_project p ON p.id = t.project_id
RETURNING attempt;

-- What user $2 has done in project $1 and what is left for them at $3: tasks with room that they neither answered nor skipped, and
-- tasks that they could have if others gave them back.
-- name: own_progress
SELECT (SELECT coalesce(sum(n.answers), 0)::bigint FROM label_person n WHERE n.project_id = $1 AND n.user_id = $2) AS answered,
    coalesce(sum(y.skipped), 0)::bigint AS skipped,
    (SELECT count(*) FROM label_lease l CROSS JOIN LATERAL (SELECT project_id FROM label_task WHERE id = l.task_id OFFSET 0) t
     WHERE l.user_id = $2 AND l.state = 'held' AND l.expires_at > $3::timestamptz AND t.project_id = $1) AS in_hand,
    coalesce(sum(y.open), 0)::bigint AS open, coalesce(sum(y.done), 0)::bigint AS done, coalesce(sum(y.free), 0)::bigint AS left,
    coalesce(sum(y.waiting), 0)::bigint AS with_others
FROM label_tally y WHERE y.project_id = $1 AND y.user_id IN (0, $2);

-- Tasks of project $1 that user $2 could have if others gave them back; counted up to $3.
-- name: tasks_with_others
SELECT least(greatest(coalesce(sum(waiting), 0), 0), $3::int)::bigint FROM label_tally WHERE project_id = $1 AND user_id IN (0, $2);

-- name: answers_since
SELECT count(*) FROM label_lease l JOIN label_task t ON t.id = l.task_id
WHERE l.user_id = $2 AND l.state = 'answered' AND l.expires_at >= $3::timestamptz AND t.project_id = $1;

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
    ON CONFLICT (project_id, rk, source_id, key) DO UPDATE SET state = 'gold', done_at = NULL WHERE t.state NOT IN ('gold', 'audit')
    RETURNING t.id
), put AS (
    INSERT INTO label_gold (task_id, project_id, explanation, added_at) SELECT id, $1, $5, $6::timestamptz FROM queued RETURNING 1
)
SELECT (SELECT count(*) FROM put) AS added, (SELECT count(*) FROM known) - (SELECT count(*) FROM put) - k.audited AS there,
    (SELECT count(*) FROM wish) - (SELECT count(*) FROM known) AS no_truth, k.audited
FROM (SELECT count(*) AS audited FROM known n JOIN label_task t ON t.project_id = $1 AND t.rk = n.rk AND t.source_id = n.source_id AND t.key = n.key
      WHERE t.state = 'audit') k;

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
SELECT given FROM label_person WHERE project_id = $1 AND user_id = $2;

-- name: count_gold_given
INSERT INTO label_person AS o (project_id, user_id, given) VALUES ($1, $2, $3)
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
WHERE o.task_id = $1 AND t.state = 'gold';

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
    WHERE o.project_id = $1 AND a.submitted_at >= o.added_at AND a.audit_id IS NULL AND (a.withdrawn_at IS NULL OR $2::boolean)
    ORDER BY a.user_id, a.rk, a.key, a.attempt
) first_answers ORDER BY user_name, submitted_at;

--------------------------------------------------------------------------------------------------------------- review

-- name: note_disagreement
UPDATE label_task SET disagreement = $2::float8 WHERE id = $1;

-- The same of many records; NaN says that there is nothing to decide. Decided records stay so.
-- name: note_disagreements
UPDATE label_task t SET disagreement = nullif(w.part, 'NaN')
FROM unnest($3::bigint[], $4::text[], $5::float8[]) AS w (rk, key, part)
WHERE t.project_id = $1 AND t.rk = w.rk AND t.source_id = $2 AND t.key = w.key AND t.state <> 'gold'
    AND t.disagreement IS DISTINCT FROM nullif(w.part, 'NaN')
    AND NOT EXISTS (SELECT 1 FROM ground_truth g WHERE g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = $1
                    AND g.method = 'adjudicated');

-- name: task_of_key
SELECT id FROM label_task WHERE project_id = $1 AND rk = $2 AND source_id = $3 AND key = $4;

-- Tasks of project $1 whose answers disagree, the worst first: those behind ($2, $3).
-- name: disagreed_tasks
SELECT id AS task, disagreement AS place FROM label_task
WHERE project_id = $1 AND disagreement IS NOT NULL AND disagreement <= $2::float8 AND (disagreement < $2::float8 OR id > $3::bigint)
ORDER BY disagreement DESC, id LIMIT $4;

-- name: flagged_tasks
SELECT DISTINCT task_id AS task, 0::float8 AS place FROM label_comment
WHERE project_id = $1 AND flag AND resolved_at IS NULL AND task_id > $2::bigint ORDER BY task_id LIMIT $3;

-- name: decided_tasks
SELECT task_id AS task, id::float8 AS place FROM label_review
WHERE project_id = $1 AND action = 'decided' AND stands AND id < $2::bigint ORDER BY id DESC LIMIT $3;

-- name: reviewed_tasks
SELECT t.id AS task, t.source_id || '.' || lpad(to_hex(t.rk), 16, '0') AS record, t.key, t.state, 1 - t.disagreement AS agreement,
    c.name AS label, g.value, g.probability, g.method, g.decided_by, g.set_at
FROM unnest($1::bigint[]) WITH ORDINALITY AS w (id, place) JOIN label_task t ON t.id = w.id
LEFT JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
ORDER BY w.place;

-- name: reviewed_answers
SELECT t.id AS task, u.name AS "user", a.attempt, c.name AS label, a.value, a.milliseconds, a.submitted_at, k.accuracy
FROM unnest($1::bigint[]) AS w (id) JOIN label_task t ON t.id = w.id
JOIN annotation a ON a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = t.project_id
JOIN app_user u ON u.id = a.user_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
LEFT JOIN label_trust k ON k.project_id = a.project_id AND k.user_id = a.user_id
WHERE a.withdrawn_at IS NULL ORDER BY a.submitted_at, u.name;

-- name: reviewed_comments
SELECT m.task_id AS task, u.name AS "user", m.text, m.flag, m.written_at
FROM label_comment m JOIN app_user u ON u.id = m.user_id WHERE m.task_id = ANY ($1::bigint[]) ORDER BY m.id;

-- A reviewer's label of task $1. Nobody else is asked; what people hold they may still answer. Returns whether there was no label.
-- name: decide
WITH task AS (
    SELECT * FROM label_task WHERE id = $1 FOR UPDATE
), was AS (
    SELECT jsonb_build_object('class', g.class_id, 'value', g.value, 'probability', g.probability, 'method', g.method, 'set_at', g.set_at,
        'decided_by', g.decided_by, 'version', g.labeled_version) AS label
    FROM ground_truth g JOIN task t ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
), put AS (
    INSERT INTO ground_truth AS g (rk, source_id, key, project_id, class_id, value, probability, method, set_at, decided_by, labeled_version)
    SELECT t.rk, t.source_id, t.key, t.project_id, $2::int, $3::jsonb, 1, 'adjudicated', $6::timestamptz, $5, r.version
    FROM task t LEFT JOIN record r USING (rk, source_id, key)
    ON CONFLICT (rk, source_id, key, project_id) DO UPDATE SET class_id = excluded.class_id, value = excluded.value, probability = 1,
        method = excluded.method, revision = g.revision + 1, set_at = excluded.set_at, decided_by = excluded.decided_by,
        labeled_version = excluded.labeled_version
    RETURNING xmax = 0 AS is_new
), earlier AS (
    UPDATE label_review v SET stands = false FROM task t WHERE v.task_id = t.id AND v.action = 'decided' AND v.stands RETURNING v.id
), noted AS (
    INSERT INTO label_review (project_id, task_id, action, person, comment, made_by, made_at, before)
    SELECT project_id, id, 'decided', $7, $4, $5, $6::timestamptz, jsonb_build_object('label', (SELECT label FROM was), 'wanted', wanted,
        'state', state, 'review', (SELECT max(id) FROM earlier)) FROM task
), resolved AS (
    UPDATE label_comment m SET resolved_at = $6::timestamptz FROM task t WHERE m.task_id = t.id AND m.flag AND m.resolved_at IS NULL
)
UPDATE label_task t SET disagreement = NULL, wanted = CASE WHEN k.state = 'open' THEN k.answers + k.leases ELSE k.wanted END,
    state = CASE WHEN k.state = 'open' AND k.leases = 0 THEN 'done' ELSE k.state END,
    done_at = CASE WHEN k.state = 'open' AND k.leases = 0 THEN $6::timestamptz ELSE k.done_at END
FROM task k WHERE t.id = k.id
RETURNING (SELECT is_new FROM put);

-- Takes the decision about task $1 that stands back. Returns whether there was a label before it.
-- name: undo_decision
WITH task AS (
    SELECT * FROM label_task WHERE id = $1 FOR UPDATE
), gone AS (
    UPDATE label_review v SET stands = false FROM task t WHERE v.task_id = t.id AND v.action = 'decided' AND v.stands
    RETURNING v.made_at, v.before
), again AS (
    UPDATE label_review v SET stands = true FROM gone WHERE v.id = (gone.before ->> 'review')::bigint
), unresolved AS (
    UPDATE label_comment m SET resolved_at = NULL FROM task t, gone WHERE m.task_id = t.id AND m.resolved_at = gone.made_at
), back AS (
    UPDATE ground_truth g SET class_id = (o.before -> 'label' ->> 'class')::int, value = nullif(o.before -> 'label' -> 'value', 'null'),
        probability = (o.before -> 'label' ->> 'probability')::float8, method = o.before -> 'label' ->> 'method',
        set_at = (o.before -> 'label' ->> 'set_at')::timestamptz, decided_by = o.before -> 'label' ->> 'decided_by', revision = g.revision + 1,
        labeled_version = (o.before -> 'label' ->> 'version')::int
    FROM task t, gone o WHERE g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
        AND o.before -> 'label' <> 'null'
), room AS (
    SELECT t.id, CASE WHEN t.state IN ('open', 'done') THEN greatest((gone.before ->> 'wanted')::int, t.answers + t.leases) ELSE t.wanted END AS wanted
    FROM task t, gone
), waiting AS (
    UPDATE label_task t SET wanted = r.wanted, state = CASE WHEN t.state = 'done' AND t.answers < r.wanted THEN 'open' ELSE t.state END,
        done_at = CASE WHEN t.state = 'done' AND t.answers < r.wanted THEN NULL ELSE t.done_at END
    FROM room r WHERE t.id = r.id
)
SELECT gone.before -> 'label' <> 'null' AS labeled FROM gone;

-- What user $2 says of task $1.
-- name: standing_answer
SELECT c.name AS label, a.value FROM label_task t
JOIN annotation a ON a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = t.project_id
    AND a.user_id = $2 AND a.withdrawn_at IS NULL
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
WHERE t.id = $1 ORDER BY a.attempt DESC LIMIT 1;

-- The label of task $1.
-- name: standing_label
SELECT c.name AS label, g.value, g.method = 'adjudicated' AS decided FROM label_task t
JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
WHERE t.id = $1;

-- Notes that task $1 went back to user $2, after undo_answer.
-- name: note_sent_back
WITH draft AS (
    INSERT INTO label_draft AS d (task_id, user_id, value, saved_at, comment, returned_by) VALUES ($1, $2, $3::jsonb, $6::timestamptz, $4, $5)
    ON CONFLICT (task_id, user_id) DO UPDATE SET value = excluded.value, saved_at = excluded.saved_at, comment = excluded.comment,
        returned_by = excluded.returned_by
), resolved AS (
    UPDATE label_comment m SET resolved_at = $6::timestamptz WHERE m.task_id = $1 AND m.flag AND m.resolved_at IS NULL
), still AS (
    UPDATE label_task SET disagreement = NULL WHERE id = $1
)
INSERT INTO label_review (project_id, task_id, action, person, comment, made_by, made_at)
SELECT t.project_id, t.id, 'sent back', u.name, $4, $5, $6::timestamptz FROM label_task t, app_user u WHERE t.id = $1 AND u.id = $2;

--------------------------------------------------------------------------------------------------------------- audits

-- The last audit of project $1, with how far it is.
-- name: last_audit
SELECT a.id AS audit, a.labels, a.sample, a.by_class, a.seed, a.made_by, a.made_at, a.stopped_by, a.stopped_at,
    (SELECT count(*) FROM label_audit_item i WHERE i.audit_id = a.id) AS items
FROM label_audit a WHERE a.project_id = $1 ORDER BY a.id DESC LIMIT 1;

-- What is being done with its tasks.
-- name: audit_progress
SELECT count(*) FILTER (WHERE k.answered) AS answered, count(*) FILTER (WHERE NOT k.answered AND k.held) AS in_hand,
    count(*) FILTER (WHERE NOT k.answered AND NOT k.held AND k.skipped) AS skipped
FROM label_audit_item i JOIN label_task t ON t.id = i.task_id CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT 1 FROM annotation n WHERE n.rk = t.rk AND n.source_id = t.source_id AND n.key = t.key AND n.project_id = t.project_id
                       AND n.audit_id = $1 AND n.withdrawn_at IS NULL) AS answered,
        EXISTS (SELECT 1 FROM label_lease l WHERE l.task_id = t.id AND l.audit_id = $1 AND l.state = 'held' AND l.expires_at > $2::timestamptz)
            AS held,
        EXISTS (SELECT 1 FROM label_lease l WHERE l.task_id = t.id AND l.audit_id = $1 AND l.state = 'skipped') AS skipped) k
WHERE i.audit_id = $1;

-- name: running_audit
SELECT id FROM label_audit WHERE project_id = $1 AND stopped_at IS NULL;

-- How many labels of each class project $1 has, as an export holds them.
-- name: labels_by_class
SELECT g.class_id, count(*) AS labels FROM ground_truth g JOIN record r ON r.rk = g.rk AND r.source_id = g.source_id AND r.key = g.key
WHERE g.project_id = $1 GROUP BY g.class_id ORDER BY g.class_id;

-- name: add_audit
INSERT INTO label_audit (project_id, labels, sample, by_class, seed, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7::timestamptz) RETURNING id;

-- name: add_audit_class
INSERT INTO label_audit_class (audit_id, class_id, labels, sample) VALUES ($1, $2, $3, $4);

-- Draws $5 labels of project $1, all or those of class $4, by chance that follows from the seed $3, for audit $2. Their tasks want one
-- more answer and are open to nobody but those who audit.
-- name: draw_audit
WITH drawn AS (
    SELECT g.rk, g.source_id, g.key, g.class_id, g.value, r.version
    FROM ground_truth g JOIN record r ON r.rk = g.rk AND r.source_id = g.source_id AND r.key = g.key
    WHERE g.project_id = $1 AND ($4::int IS NULL OR g.class_id = $4) ORDER BY hashint8extended(g.rk, $3), g.key LIMIT $5
), there AS (
    SELECT t.id, t.state, t.wanted, d.class_id, d.value FROM label_task t JOIN drawn d ON t.rk = d.rk AND t.source_id = d.source_id AND t.key = d.key
    WHERE t.project_id = $1 FOR UPDATE OF t
), turned AS (
    UPDATE label_task t SET state = 'audit', wanted = t.answers + t.leases + 1 FROM there h WHERE t.id = h.id
), made AS (
    INSERT INTO label_task AS t (project_id, rk, source_id, key, version, state, reason, wanted, created_at)
    SELECT $1, rk, source_id, key, version, 'audit', 'audit', 1, $6::timestamptz FROM drawn ORDER BY rk
    ON CONFLICT (project_id, rk, source_id, key) DO NOTHING RETURNING t.id, t.rk, t.source_id, t.key
)
INSERT INTO label_audit_item (audit_id, task_id, class_id, value, was_state, was_wanted)
SELECT $2::bigint, id, class_id, value, state, wanted FROM there
UNION ALL SELECT $2::bigint, m.id, d.class_id, d.value, NULL, $7::int FROM made m JOIN drawn d ON d.rk = m.rk AND d.source_id = m.source_id AND d.key = m.key;

-- Leases up to $5 tasks of audit $6 to user $2 from $3 until $4, by chance; what they skipped comes last. Nobody audits a task that they
-- have answered. Leases that are over are freed on the way. Returns how many those were, and a task or NULLs.
-- name: claim_audit
WITH ended AS (
    SELECT l.task_id, l.user_id FROM label_task t JOIN label_lease l ON l.task_id = t.id
    WHERE t.project_id = $1 AND t.state = 'audit' AND l.state = 'held' AND l.expires_at <= $3::timestamptz
    FOR UPDATE OF t, l SKIP LOCKED
), freed AS (
    UPDATE label_lease l SET state = 'released' FROM ended e
    WHERE l.task_id = e.task_id AND l.user_id = e.user_id RETURNING l.task_id
), lowered AS (
    UPDATE label_task t SET leases = t.leases - f.n
    FROM (SELECT task_id, count(*)::int AS n FROM freed GROUP BY task_id) f WHERE t.id = f.task_id
), picked AS (
    SELECT t.id, coalesce(l.state = 'skipped', false) AS skipped FROM label_audit_item i JOIN label_task t ON t.id = i.task_id
    LEFT JOIN label_lease l ON l.task_id = t.id AND l.user_id = $2
    WHERE i.audit_id = $6 AND t.state = 'audit' AND t.answers + t.leases < t.wanted AND coalesce(l.state, 'released') IN ('released', 'skipped')
        AND NOT EXISTS (SELECT 1 FROM label_lease o WHERE o.task_id = t.id AND o.audit_id = $6 AND o.state IN ('held', 'answered'))
        AND NOT EXISTS (SELECT 1 FROM ended e WHERE e.task_id = t.id)
    ORDER BY coalesce(l.state = 'skipped', false), hashint8extended(t.rk, $6), t.id LIMIT $5::int FOR UPDATE OF t SKIP LOCKED
), leased AS (
    INSERT INTO label_lease AS l (task_id, user_id, token, attempt, state, expires_at, audit_id, leased_at)
    SELECT id, $2, 1, 1, 'held', $4::timestamptz, $6, $3::timestamptz FROM picked
    ON CONFLICT (task_id, user_id) DO UPDATE SET token = l.token + 1, state = 'held', reason = '', expires_at = excluded.expires_at,
        audit_id = excluded.audit_id, leased_at = excluded.leased_at
    WHERE l.state IN ('released', 'skipped')
    RETURNING task_id, token, attempt
), raised AS (
    UPDATE label_task t SET leases = t.leases + 1 FROM leased e WHERE t.id = e.task_id
    RETURNING t.id, t.rk, t.key, t.version, t.priority, t.reason, e.token, e.attempt
)
SELECT (SELECT count(*) FROM freed) AS freed, r.id AS task, r.token, r.attempt, r.rk, r.key, r.version, r.priority, r.reason
FROM (SELECT 1) AS always LEFT JOIN raised r ON true ORDER BY r.id;

-- name: audit_classes
SELECT s.class_id, c.name AS label, s.labels, s.sample FROM label_audit_class s JOIN label_audit a ON a.id = s.audit_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = s.class_id WHERE s.audit_id = $1 ORDER BY s.class_id;

-- The labels of audit $1 as they were drawn, and what was answered; $2: only those behind this task.
-- name: audit_items
SELECT i.task_id AS task, t.source_id || '.' || lpad(to_hex(t.rk), 16, '0') AS record, t.key, i.class_id, c.name AS label, i.value, i.likeness,
    n.attempt IS NOT NULL AS answered, n.user_id, u.name AS "user", nc.name AS said_label, n.value AS said_value,
    (g.class_id, g.value) IS DISTINCT FROM (i.class_id, i.value) AS changed
FROM label_audit_item i JOIN label_task t ON t.id = i.task_id
LEFT JOIN label_class c ON c.project_id = t.project_id AND c.class_id = i.class_id
LEFT JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
LEFT JOIN LATERAL (
    SELECT a.attempt, a.user_id, a.class_id, a.value FROM annotation a
    WHERE a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = t.project_id AND a.audit_id = $1
        AND a.withdrawn_at IS NULL ORDER BY a.submitted_at DESC, a.user_id LIMIT 1) n ON true
LEFT JOIN app_user u ON u.id = n.user_id
LEFT JOIN label_class nc ON nc.project_id = t.project_id AND nc.class_id = n.class_id
WHERE i.audit_id = $1 ORDER BY t.rk, t.key;

-- name: lock_audited
SELECT t.id FROM label_task t WHERE t.id IN (SELECT i.task_id FROM label_audit_item i WHERE i.audit_id = $1) ORDER BY t.id FOR UPDATE;

-- name: fix_likeness
UPDATE label_audit_item i SET likeness = w.likeness FROM unnest($2::bigint[], $3::float8[]) AS w (task, likeness)
WHERE i.audit_id = $1 AND i.task_id = w.task;

-- Tasks whose own answers came or went while they were audited: their labels were not merged anew.
-- name: answered_beside_audit
SELECT DISTINCT i.task_id AS id FROM label_audit a JOIN label_audit_item i ON i.audit_id = a.id JOIN label_task t ON t.id = i.task_id
JOIN annotation n ON n.rk = t.rk AND n.source_id = t.source_id AND n.key = t.key AND n.project_id = t.project_id
WHERE a.id = $1 AND n.audit_id IS NULL AND (n.submitted_at >= a.made_at OR n.withdrawn_at >= a.made_at);

-- Ends audit $1: its tasks are what they were, its people may be given them again, its answers stay with the audit.
-- name: end_audit
WITH given AS (
    SELECT l.task_id, count(*) FILTER (WHERE l.state = 'held')::int AS held, count(*) FILTER (WHERE l.state = 'answered')::int AS answered
    FROM label_lease l JOIN label_audit_item i ON i.task_id = l.task_id WHERE i.audit_id = $1 AND l.audit_id = $1 GROUP BY l.task_id
), back AS (
    UPDATE label_lease l SET state = CASE WHEN l.state = 'invalid' THEN 'invalid' ELSE 'released' END, token = l.token + 1,
        attempt = l.attempt + CASE WHEN l.state = 'answered' THEN 1 ELSE 0 END, audit_id = NULL
    FROM label_audit_item i WHERE i.audit_id = $1 AND l.task_id = i.task_id AND l.audit_id = $1 RETURNING l.task_id, l.user_id, l.state
), undrafted AS (
    DELETE FROM label_draft d USING back b WHERE d.task_id = b.task_id AND d.user_id = b.user_id
), ended AS (
    UPDATE label_audit SET stopped_by = $2, stopped_at = $3::timestamptz WHERE id = $1
)
UPDATE label_task t SET answers = k.answers, leases = k.leases, wanted = k.wanted, state = k.state,
    done_at = CASE WHEN k.state = 'done' THEN coalesce(t.done_at, $3::timestamptz) END
FROM (SELECT c.id, c.answers, c.leases, c.wanted,
          CASE WHEN coalesce(c.was_state, 'cancelled') = 'cancelled' THEN 'cancelled'
              WHEN c.was_state = 'gold' AND EXISTS (SELECT 1 FROM label_gold o WHERE o.task_id = c.id) THEN 'gold'
              WHEN c.answers >= c.wanted THEN 'done' ELSE 'open' END AS state
      FROM (SELECT t.id, i.was_state, i.was_wanted AS wanted, t.answers - coalesce(v.answered, 0) AS answers, t.leases - coalesce(v.held, 0) AS leases
            FROM label_audit_item i JOIN label_task t ON t.id = i.task_id LEFT JOIN given v ON v.task_id = t.id
            WHERE i.audit_id = $1 AND t.state = 'audit') c) k
WHERE t.id = k.id;

-- Flags a task for reviewers, by what user $2 said.
-- name: flag_audited
INSERT INTO label_comment (project_id, task_id, user_id, text, flag, written_at)
SELECT t.project_id, t.id, $2, $3, true, $4::timestamptz FROM label_task t WHERE t.id = $1;

---------------------------------------------------------------------------------------------------------- invalidation

-- Tasks that user $2 answered in project $1 from $3 to $4, in the order in which tasks are locked.
-- name: lock_answered
SELECT t.id FROM label_task t
WHERE t.id IN (SELECT a.task_id FROM annotation a WHERE a.project_id = $1 AND a.user_id = $2 AND a.withdrawn_at IS NULL
                   AND ($3::timestamptz IS NULL OR a.submitted_at >= $3::timestamptz)
                   AND ($4::timestamptz IS NULL OR a.submitted_at < $4::timestamptz))
ORDER BY t.id FOR UPDATE;

-- Tasks with answers that invalidation $1 took back.
-- name: lock_invalidated
SELECT t.id FROM label_task t WHERE t.id IN (SELECT a.task_id FROM annotation a WHERE a.invalidation_id = $1) ORDER BY t.id FOR UPDATE;

-- name: add_invalidation
INSERT INTO label_invalidation (project_id, user_id, reason, since, until, answers, made_by, made_at)
VALUES ($1, $2, $3, $4::timestamptz, $5::timestamptz, $6, $7, $8::timestamptz) RETURNING id;

-- name: invalidate_answers
WITH gone AS (
    UPDATE annotation a SET withdrawn_at = $5::timestamptz, invalidation_id = $4
    FROM unnest($3::bigint[]) AS w (id) JOIN label_task t ON t.id = w.id
    WHERE a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = $1 AND a.user_id = $2 AND a.withdrawn_at IS NULL
    RETURNING a.task_id, a.attempt
), leases AS (
    UPDATE label_lease l SET state = 'invalid' FROM gone g
    WHERE l.task_id = g.task_id AND l.user_id = $2 AND l.attempt = g.attempt AND l.state = 'answered' RETURNING l.task_id
), counted AS (
    UPDATE label_person SET answers = answers - (SELECT count(*) FROM gone) WHERE project_id = $1 AND user_id = $2
)
UPDATE label_task t SET answers = t.answers - 1,
    state = CASE WHEN t.state = 'done' AND t.answers - 1 < t.wanted AND NOT decided THEN 'open' ELSE t.state END,
    done_at = CASE WHEN t.state = 'done' AND t.answers - 1 < t.wanted AND NOT decided THEN NULL ELSE t.done_at END,
    wanted = CASE WHEN t.state = 'done' AND decided THEN t.answers - 1 ELSE t.wanted END
FROM leases e CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT 1 FROM label_task d JOIN ground_truth g ON g.rk = d.rk AND g.source_id = d.source_id AND g.key = d.key
                       AND g.project_id = d.project_id WHERE d.id = e.task_id AND g.method = 'adjudicated') AS decided) k
WHERE t.id = e.task_id;

-- name: restore_answers
WITH back AS (
    UPDATE annotation a SET withdrawn_at = NULL, invalidation_id = NULL FROM label_lease l
    WHERE a.invalidation_id = $1 AND l.task_id = a.task_id AND l.user_id = a.user_id AND l.attempt = a.attempt AND l.state = 'invalid'
    RETURNING a.task_id, a.user_id, a.project_id
), leases AS (
    UPDATE label_lease l SET state = 'answered' FROM back b WHERE l.task_id = b.task_id AND l.user_id = b.user_id RETURNING l.task_id
), counted AS (
    UPDATE label_person n SET answers = n.answers + b.n FROM (SELECT project_id, user_id, count(*) AS n FROM back GROUP BY project_id, user_id) b
    WHERE n.project_id = b.project_id AND n.user_id = b.user_id
)
UPDATE label_task t SET answers = t.answers + 1, wanted = CASE WHEN t.state = 'gold' THEN t.wanted ELSE greatest(t.wanted, t.answers + t.leases + 1) END,
    state = CASE WHEN t.state = 'open' AND t.answers + 1 >= greatest(t.wanted, t.answers + t.leases + 1) THEN 'done' ELSE t.state END,
    done_at = CASE WHEN t.state = 'open' AND t.answers + 1 >= greatest(t.wanted, t.answers + t.leases + 1) THEN $2::timestamptz ELSE t.done_at END
FROM leases e WHERE t.id = e.task_id;

-- The last one of user $2 that stands.
-- name: last_invalidation
SELECT id FROM label_invalidation WHERE project_id = $1 AND user_id = $2 AND restored_at IS NULL ORDER BY id DESC LIMIT 1 FOR UPDATE;

-- name: note_restored
UPDATE label_invalidation SET restored_by = $2, restored_at = $3::timestamptz WHERE id = $1;

-- name: list_invalidations
SELECT u.name AS "user", v.reason, v.since, v.until, v.answers, v.made_by, v.made_at, v.restored_by, v.restored_at
FROM label_invalidation v JOIN app_user u ON u.id = v.user_id WHERE v.project_id = $1 ORDER BY v.id;

-- Gives a random share $2 of the tasks of project $1 one person more, each once. Those that have all they wanted wait again.
-- name: double_tasks
UPDATE label_task t SET doubled = true, wanted = t.wanted + 1, state = 'open', done_at = NULL
WHERE t.project_id = $1 AND t.state IN ('open', 'done') AND NOT t.doubled AND (hashint8extended(t.rk, $1) & 1048575) < $2::float8 * 1048576
    AND NOT EXISTS (SELECT 1 FROM ground_truth g WHERE g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = $1
                    AND g.method = 'adjudicated');

------------------------------------------------------------------------------------- how it goes on, and who watches

-- Counts the answer of user $2 to task $1, and tells those who watch. It took as long as the page measured ($3 milliseconds), and no
-- longer than it lay with the person: since the lease, or since their answer or skip before it. What took over half an hour had a pause
-- in it and has no time. $5 is the hour of $4.
-- name: note_answer
WITH task AS (
    SELECT id, project_id, state = 'done' AND done_at = $4::timestamptz AS done FROM label_task WHERE id = $1
), lease AS (
    SELECT greatest(l.leased_at, (SELECT max(b.expires_at) FROM unnest(ARRAY['answered', 'skipped']) AS s (state) CROSS JOIN LATERAL (
            SELECT o.expires_at FROM label_lease o WHERE o.user_id = $2 AND o.state = s.state AND o.expires_at < $4::timestamptz
            ORDER BY o.expires_at DESC LIMIT 1) b)) AS since
    FROM label_lease l WHERE l.task_id = $1 AND l.user_id = $2
), took AS (
    SELECT least($3::float8, extract(epoch FROM $4::timestamptz - since) * 1000) AS ms FROM lease
), told AS (
    INSERT INTO label_event (project_id, kind, task_id, user_id, at)
    SELECT t.project_id, k.kind, t.id, $2, $4::timestamptz FROM task t
    CROSS JOIN unnest(CASE WHEN t.done THEN ARRAY['answer', 'done'] ELSE ARRAY['answer'] END) WITH ORDINALITY AS k (kind, place) ORDER BY k.place
)
INSERT INTO label_pace AS p (project_id, hour, user_id, step, answers, done)
SELECT t.project_id, $5::timestamptz, $2, CASE WHEN w.ms > 1800000 OR w.ms IS NULL OR w.ms <= 0 THEN 0
    ELSE 1 + greatest(0, floor(ln(w.ms / 100.0) / ln(1.12)))::int END, 1, t.done::int
FROM task t, took w
ON CONFLICT (project_id, hour, user_id, step) DO UPDATE SET answers = p.answers + 1, done = p.done + excluded.done;

-- How alike the answers to task $1 are, now that one of user $2 came.
-- name: note_likeness
INSERT INTO label_pace AS p (project_id, hour, user_id, step, compared, alike)
SELECT t.project_id, $4::timestamptz, $2, 0, 1, $3::float8 FROM label_task t WHERE t.id = $1
ON CONFLICT (project_id, hour, user_id, step) DO UPDATE SET compared = p.compared + 1, alike = p.alike + excluded.alike;

-- name: note_skip
WITH task AS (
    SELECT id, project_id FROM label_task WHERE id = $1
), told AS (
    INSERT INTO label_event (project_id, kind, task_id, user_id, at) SELECT project_id, 'skip', id, $2, $4::timestamptz FROM task
)
INSERT INTO label_skip_pace AS p (project_id, hour, user_id, reason, skips) SELECT project_id, $5::timestamptz, $2, $3, 1 FROM task
ON CONFLICT (project_id, hour, user_id, reason) DO UPDATE SET skips = p.skips + 1;

-- name: note_answer_undone
WITH told AS (
    INSERT INTO label_event (project_id, kind, task_id, user_id, at)
    SELECT project_id, 'undone', id, $2, $4::timestamptz FROM label_task WHERE id = $1
)
INSERT INTO label_pace AS p (project_id, hour, user_id, step, taken_back)
SELECT t.project_id, $5::timestamptz, $2, 0, 1 FROM label_task t WHERE t.id = $1 AND $3::boolean
ON CONFLICT (project_id, hour, user_id, step) DO UPDATE SET taken_back = p.taken_back + 1;

-- name: note_event
INSERT INTO label_event (project_id, kind, task_id, user_id, at)
SELECT project_id, $2, id, $3::bigint, $4::timestamptz FROM label_task WHERE id = $1;

-- Events of projects after a place each, for users who see all or only what is theirs; up to $7 each, in order. What a transaction under
-- way might come before is left for later.
-- name: events_after
SELECT w.stream, e.xact::text AS xact, e.id, e.kind, e.task_id AS task, u.name AS "user", e.at
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::boolean[]) AS w (stream, project, xact, id, user_id, sees_all)
CROSS JOIN LATERAL (
    SELECT * FROM label_event v
    WHERE v.project_id = w.project AND (v.xact, v.id) > (w.xact::xid8, w.id) AND v.xact < pg_snapshot_xmin(pg_current_snapshot())
        AND (w.sees_all OR (v.user_id = w.user_id AND v.kind <> 'truth'))
    ORDER BY v.xact, v.id LIMIT $7) e
LEFT JOIN app_user u ON u.id = e.user_id
ORDER BY w.stream, e.xact, e.id;

-- The place that all later events come after, and whether event ($2, $3) of project $1 is still kept and lies before it.
-- name: event_horizon
SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xact,
    $2 <> '' AND EXISTS (SELECT 1 FROM label_event WHERE project_id = $1 AND xact = nullif($2, '')::xid8 AND id = $3
                             AND xact < pg_snapshot_xmin(pg_current_snapshot())) AS kept;

-- name: forget_events
DELETE FROM label_event WHERE at < $1::timestamptz;

-- name: task_counts
SELECT count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE state = 'done') AS done,
    count(*) FILTER (WHERE state = 'cancelled') AS cancelled, count(*) FILTER (WHERE state = 'gold') AS gold
FROM label_task WHERE project_id = $1;

-- Pace from hour $2 to before $3, by hours of a bucket ($4: hour, day, week) and people.
-- name: pace_of_people
SELECT date_trunc($4, p.hour AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS begin, u.name AS "user", sum(p.answers)::bigint AS answers,
    sum(p.taken_back)::bigint AS taken_back, sum(p.done)::bigint AS done, sum(p.compared)::bigint AS compared, sum(p.alike) AS alike
FROM label_pace p JOIN app_user u ON u.id = p.user_id
WHERE p.project_id = $1 AND p.hour >= $2::timestamptz AND p.hour < $3::timestamptz
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: pace_of_steps
SELECT u.name AS "user", p.step, sum(p.answers)::bigint AS answers
FROM label_pace p JOIN app_user u ON u.id = p.user_id
WHERE p.project_id = $1 AND p.hour >= $2::timestamptz AND p.hour < $3::timestamptz AND p.answers > 0
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: pace_of_skips
SELECT reason, sum(skips)::bigint AS skips FROM label_skip_pace
WHERE project_id = $1 AND hour >= $2::timestamptz AND hour < $3::timestamptz GROUP BY reason ORDER BY 2 DESC, 1;

-- name: pace_of_truth
SELECT date_trunc($4, set_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS begin, count(*) AS labels FROM ground_truth
WHERE project_id = $1 AND set_at >= $2::timestamptz AND set_at < $3::timestamptz GROUP BY 1 ORDER BY 1;

-- name: pace_of_done
SELECT coalesce(sum(done), 0)::bigint AS done, min(hour) AS first FROM label_pace
WHERE project_id = $1 AND hour >= $2::timestamptz AND hour < $3::timestamptz;

-- What waits in project $1 at $2, beside the states of its tasks.
-- name: queue_depth
SELECT (SELECT count(*) FROM label_lease l CROSS JOIN LATERAL (SELECT project_id FROM label_task WHERE id = l.task_id OFFSET 0) t
        WHERE l.state = 'held' AND l.expires_at > $2::timestamptz AND t.project_id = $1) AS leased,
    (SELECT count(*) FROM label_task WHERE project_id = $1 AND disagreement IS NOT NULL) AS disagreed,
    (SELECT count(DISTINCT task_id) FROM label_comment WHERE project_id = $1 AND flag AND resolved_at IS NULL) AS flagged,
    (SELECT count(DISTINCT l.task_id) FROM label_lease l JOIN label_task t ON t.id = l.task_id
     WHERE l.state = 'skipped' AND t.project_id = $1 AND t.state = 'open') AS skipped;
---------------------------------------------------------------------------------------------------------- kept counts

-- name: lock_tasks
SELECT id FROM label_task WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE;

-- name: lock_tasks_of
SELECT id FROM label_task t WHERE id IN (
    SELECT k.id FROM unnest($3::bigint[], $4::text[]) AS w (rk, key)
    JOIN label_task k ON k.project_id = $1 AND k.rk = w.rk AND k.source_id = $2 AND k.key = w.key) ORDER BY id FOR UPDATE;

-- What tasks $1, which are locked since an earlier statement, add to the counts ($2 = 'in') or take from them ('out'); or what has changed
-- by a claim of user $3 ('claimed'), an answer ('answered'), an answer that was the last one wanted ('closed'). Tasks that come in
-- with room are free since now.
-- name: tally_tasks
WITH task AS MATERIALIZED (
    SELECT id, project_id, state, answers, wanted, leases, assigned_to, answers + leases < wanted AS room, state NOT IN ('gold', 'audit') AS counts
    FROM label_task WHERE id = ANY ($1::bigint[])
), part AS (
    SELECT t.id, t.project_id, l.user_id, l.state = 'skipped' AS skipped, t.room, t.assigned_to
    FROM task t JOIN label_lease l ON l.task_id = t.id AND l.state <> 'released'
    WHERE ($2 <> 'answered' AND t.state = 'open') OR ($2 = 'closed' AND t.state = 'done')
), freed AS (
    UPDATE label_task t SET free_since = pg_current_xact_id() FROM task k WHERE $2 = 'in' AND t.id = k.id AND k.state = 'open' AND k.room
), change AS (
    SELECT project_id, 0::bigint AS user_id, (state = 'open')::int AS open, (state = 'done')::int AS done, (state = 'cancelled')::int AS cancelled,
        CASE WHEN counts THEN answers ELSE 0 END AS answers, CASE WHEN state IN ('open', 'done') THEN wanted ELSE 0 END AS wanted,
        CASE WHEN counts THEN leases ELSE 0 END AS leases, (state = 'open' AND assigned_to IS NULL AND room)::int AS free,
        (state = 'open' AND assigned_to IS NULL AND NOT room)::int AS waiting, 0 AS skipped
    FROM task WHERE $2 IN ('in', 'out')
    UNION ALL
    SELECT project_id, user_id, 0, 0, 0, 0, 0, 0, -(assigned_to IS NULL AND room)::int, -(assigned_to IS NULL AND NOT room)::int, skipped::int
    FROM part WHERE $2 IN ('in', 'out')
    UNION ALL
    SELECT project_id, assigned_to, 0, 0, 0, 0, 0, 0, room::int, (NOT room)::int, 0
    FROM task t WHERE $2 IN ('in', 'out') AND state = 'open' AND assigned_to IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM part p WHERE p.id = t.id AND p.user_id = t.assigned_to)
    UNION ALL
    SELECT project_id, 0, 0, 0, 0, 0, 0, 1, -(NOT room AND assigned_to IS NULL)::int, (NOT room AND assigned_to IS NULL)::int, 0
    FROM task WHERE $2 = 'claimed'
    UNION ALL
    SELECT project_id, $3, 0, 0, 0, 0, 0, 0, -(room OR assigned_to IS NOT NULL)::int, -(NOT room AND assigned_to IS NULL)::int, 0
    FROM task WHERE $2 = 'claimed'
    UNION ALL
    SELECT project_id, user_id, 0, 0, 0, 0, 0, 0, 1, -1, 0
    FROM part WHERE $2 = 'claimed' AND user_id <> $3 AND NOT room AND assigned_to IS NULL
    UNION ALL
    SELECT project_id, 0, -($2 = 'closed')::int, ($2 = 'closed')::int, 0, 1, 0, -1, 0, -($2 = 'closed' AND assigned_to IS NULL)::int, 0
    FROM task WHERE $2 IN ('answered', 'closed') AND counts
    UNION ALL
    SELECT project_id, user_id, 0, 0, 0, 0, 0, 0, 0, (assigned_to IS NULL)::int, -skipped::int FROM part WHERE $2 = 'closed'
    UNION ALL
    SELECT project_id, assigned_to, 0, 0, 0, 0, 0, 0, 0, -1, 0 FROM task t WHERE $2 = 'closed' AND assigned_to IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM part p WHERE p.id = t.id AND p.user_id = t.assigned_to)
), more AS MATERIALIZED (
    SELECT c.project_id, c.user_id, s.sign * sum(c.open) AS open, s.sign * sum(c.done) AS done, s.sign * sum(c.cancelled) AS cancelled,
        s.sign * sum(c.answers) AS answers, s.sign * sum(c.wanted) AS wanted, s.sign * sum(c.leases) AS leases, s.sign * sum(c.free) AS free,
        s.sign * sum(c.waiting) AS waiting, s.sign * sum(c.skipped) AS skipped
    FROM change c, (SELECT CASE WHEN $2 = 'out' THEN -1 ELSE 1 END AS sign) s GROUP BY c.project_id, c.user_id, s.sign
    HAVING (sum(c.open), sum(c.done), sum(c.cancelled), sum(c.answers), sum(c.wanted), sum(c.leases), sum(c.free), sum(c.waiting), sum(c.skipped))
        IS DISTINCT FROM (0, 0, 0, 0, 0, 0, 0, 0, 0)
), place AS MATERIALIZED (
    SELECT m.project_id, m.user_id, y.id FROM more m CROSS JOIN LATERAL (
        SELECT id FROM label_tally WHERE project_id = m.project_id AND user_id = m.user_id LIMIT 1 FOR UPDATE SKIP LOCKED) y
), put AS (
    UPDATE label_tally y SET open = y.open + m.open, done = y.done + m.done, cancelled = y.cancelled + m.cancelled, answers = y.answers + m.answers,
        wanted = y.wanted + m.wanted, leases = y.leases + m.leases, free = y.free + m.free, waiting = y.waiting + m.waiting,
        skipped = y.skipped + m.skipped
    FROM place p JOIN more m USING (project_id, user_id)
    WHERE y.project_id = p.project_id AND y.user_id = p.user_id AND y.id = p.id
)
INSERT INTO label_tally (project_id, user_id, open, done, cancelled, answers, wanted, leases, free, waiting, skipped)
SELECT m.* FROM more m WHERE NOT EXISTS (SELECT 1 FROM place p WHERE p.project_id = m.project_id AND p.user_id = m.user_id);

-- So many tasks in project $1 that nobody has touched, that want so many answers each, and so many labels.
-- name: tally_more
WITH place AS MATERIALIZED (
    SELECT id FROM label_tally WHERE project_id = $1 AND user_id = 0 LIMIT 1 FOR UPDATE SKIP LOCKED
), put AS (
    UPDATE label_tally y SET open = y.open + $2::bigint, free = y.free + $2::bigint, wanted = y.wanted + $2::bigint * $3::bigint,
        labels = y.labels + $4::bigint
    FROM place p WHERE y.project_id = $1 AND y.user_id = 0 AND y.id = p.id
)
INSERT INTO label_tally (project_id, user_id, open, free, wanted, labels)
SELECT $1, 0, $2::bigint, $2::bigint, $2::bigint * $3::bigint, $4::bigint WHERE NOT EXISTS (SELECT 1 FROM place);

-- Counts project $1 anew after a change of many tasks: what is counted, less what is kept, both as this statement sees them, is what the
-- change made, whatever others do meanwhile. Rows that nobody holds become one.
-- name: tally_anew
WITH gone AS (
    DELETE FROM label_tally y USING (SELECT user_id, id FROM label_tally WHERE project_id = $1 FOR UPDATE SKIP LOCKED) f
    WHERE y.project_id = $1 AND y.user_id = f.user_id AND y.id = f.id RETURNING y.*
), task AS (
    SELECT id, state, answers, wanted, leases, assigned_to, answers + leases < wanted AS room, state NOT IN ('gold', 'audit') AS counts
    FROM label_task WHERE project_id = $1
), part AS (
    SELECT t.id, l.user_id, l.state = 'skipped' AS skipped, t.room, t.assigned_to
    FROM task t JOIN label_lease l ON l.task_id = t.id AND l.state <> 'released' WHERE t.state = 'open'
), counted AS (
    SELECT 0::bigint AS user_id, count(*) FILTER (WHERE state = 'open') AS open, count(*) FILTER (WHERE state = 'done') AS done,
        count(*) FILTER (WHERE state = 'cancelled') AS cancelled, sum(answers) FILTER (WHERE counts) AS answers,
        sum(wanted) FILTER (WHERE state IN ('open', 'done')) AS wanted, sum(leases) FILTER (WHERE counts) AS leases,
        (SELECT count(*) FROM ground_truth WHERE project_id = $1) AS labels,
        count(*) FILTER (WHERE state = 'open' AND assigned_to IS NULL AND room) AS free,
        count(*) FILTER (WHERE state = 'open' AND assigned_to IS NULL AND NOT room) AS waiting, 0 AS skipped
    FROM task
    UNION ALL
    SELECT user_id, 0, 0, 0, 0, 0, 0, 0, -count(*) FILTER (WHERE assigned_to IS NULL AND room),
        -count(*) FILTER (WHERE assigned_to IS NULL AND NOT room), count(*) FILTER (WHERE skipped) FROM part GROUP BY user_id
    UNION ALL
    SELECT assigned_to, 0, 0, 0, 0, 0, 0, 0, count(*) FILTER (WHERE room), count(*) FILTER (WHERE NOT room), 0
    FROM task t WHERE state = 'open' AND assigned_to IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM label_lease l WHERE l.task_id = t.id AND l.user_id = t.assigned_to AND l.state <> 'released')
    GROUP BY assigned_to
    UNION ALL
    SELECT user_id, -open, -done, -cancelled, -answers, -wanted, -leases, -labels, -free, -waiting, -skipped FROM label_tally WHERE project_id = $1
    UNION ALL
    SELECT user_id, open, done, cancelled, answers, wanted, leases, labels, free, waiting, skipped FROM gone
)
INSERT INTO label_tally (project_id, user_id, open, done, cancelled, answers, wanted, leases, labels, free, waiting, skipped)
SELECT $1, user_id, sum(open), sum(done), sum(cancelled), coalesce(sum(answers), 0), coalesce(sum(wanted), 0), coalesce(sum(leases), 0), sum(labels),
    sum(free), sum(waiting), sum(skipped) FROM counted GROUP BY user_id;

-- Marks in project $1 count no more.
-- name: forget_marks
UPDATE label_project SET moved_since = pg_current_xact_id() WHERE id = $1;

------------------------------------------------------------------------------------------------------ simulated people

-- name: add_simulated_user
INSERT INTO app_user (name, role, simulated, created_at) VALUES ($1, 'labeler', true, $2::timestamptz) ON CONFLICT (name) DO NOTHING;

-- name: analyze_truth
ANALYZE ground_truth;

-- name: analyze_tasks
ANALYZE label_task;

-- name: count_open_tasks
SELECT coalesce(sum(open), 0)::bigint FROM label_tally WHERE user_id = 0;

------------------------------------------------------------------------------------------------- the end of a source

-- name: projects_of_source
SELECT id, name FROM label_project WHERE source_id = $1 ORDER BY name FOR UPDATE;

-- name: drop_leases
DELETE FROM label_lease l USING label_task t WHERE t.id = l.task_id AND t.project_id = ANY ($1::bigint[]);

-- name: drop_drafts
DELETE FROM label_draft d USING label_task t WHERE t.id = d.task_id AND t.project_id = ANY ($1::bigint[]);

-- name: drop_people
DELETE FROM label_person WHERE project_id = ANY ($1::bigint[]);

-- name: drop_pace
WITH skips AS (
    DELETE FROM label_skip_pace WHERE project_id = ANY ($1::bigint[])
), events AS (
    DELETE FROM label_event WHERE project_id = ANY ($1::bigint[])
)
DELETE FROM label_pace WHERE project_id = ANY ($1::bigint[]);

-- name: drop_marks
DELETE FROM label_mark WHERE project_id = ANY ($1::bigint[]);

-- name: drop_tally
DELETE FROM label_tally WHERE project_id = ANY ($1::bigint[]);

-- name: drop_suggestions
WITH seen AS (
    DELETE FROM label_suggestion_seen s USING label_task t WHERE t.id = s.task_id AND t.project_id = ANY ($1::bigint[])
)
DELETE FROM label_suggestion s USING label_machine m WHERE m.id = s.machine_id AND m.project_id = ANY ($1::bigint[]);

-- name: drop_audits
DELETE FROM label_audit WHERE project_id = ANY ($1::bigint[]);
-- name: drop_rules
WITH votes AS (
    DELETE FROM label_rule_vote WHERE project_id = ANY ($1::bigint[])
), rules AS (
    DELETE FROM label_rule WHERE project_id = ANY ($1::bigint[])
)
DELETE FROM label_rule_set WHERE project_id = ANY ($1::bigint[]);

-- name: drop_gold
DELETE FROM label_gold WHERE project_id = ANY ($1::bigint[]);

-- name: drop_reviews
DELETE FROM label_review WHERE project_id = ANY ($1::bigint[]);

-- name: drop_invalidations
DELETE FROM label_invalidation WHERE project_id = ANY ($1::bigint[]);

-- name: drop_comments
DELETE FROM label_comment WHERE project_id = ANY ($1::bigint[]);

-- name: drop_tasks
DELETE FROM label_task WHERE project_id = ANY ($1::bigint[]);

-- name: drop_annotations
DELETE FROM annotation WHERE project_id = ANY ($1::bigint[]);

-- name: drop_truths
DELETE FROM ground_truth WHERE project_id = ANY ($1::bigint[]);

-- name: drop_trust
DELETE FROM label_trust WHERE project_id = ANY ($1::bigint[]);

-- name: drop_guidelines
DELETE FROM label_guideline WHERE project_id = ANY ($1::bigint[]);

-- name: drop_schema_changes
DELETE FROM label_schema_change WHERE project_id = ANY ($1::bigint[]);

-- name: drop_classes
DELETE FROM label_class WHERE project_id = ANY ($1::bigint[]);

-- name: drop_projects
DELETE FROM label_project WHERE id = ANY ($1::bigint[]);
