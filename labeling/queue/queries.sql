-- The queue: tasks, leases, answers, counts that are kept, news.

-- Puts records into the queue. Returns how many records are known, new in the queue, and changed there. What picked a task first stays.
-- A task that is done is asked again once for what a run doubts, and never for what a reviewer decided. What lacks a field of $13 can
-- not be asked. While somebody holds a task it stays of the version that they have before them.
-- name: enqueue_tasks
WITH now AS MATERIALIZED (
    SELECT pg_current_xact_id() AS xid
), wish AS (
    SELECT DISTINCT ON (rk, key) rk, key, priority, reason, nullif(picked_by, '') AS picked_by, run, nullif(score, 'NaN') AS score
    FROM unnest($3::bigint[], $4::text[], $5::float8[], $6::text[], $10::text[], $11::bigint[], $12::float8[])
        AS w (rk, key, priority, reason, picked_by, run, score)
    ORDER BY rk, key, priority DESC
), known AS (
    SELECT w.rk, w.key, w.priority, w.reason, w.picked_by, w.run, w.score, r.version
    FROM wish w JOIN record r ON r.rk = w.rk AND r.source_id = $2 AND r.key = w.key
), fit AS (
    SELECT * FROM known WHERE cardinality($13::text[]) = 0
    UNION ALL
    SELECT k.* FROM known k JOIN record_version v ON v.rk = k.rk AND v.source_id = $2 AND v.key = k.key AND v.version = k.version
    WHERE cardinality($13::text[]) > 0 AND v.payload ?& $13::text[]
), done AS MATERIALIZED (
    SELECT w.rk, w.key FROM wish w JOIN label_task t ON t.project_id = $1 AND t.rk = w.rk AND t.source_id = $2 AND t.key = w.key
    WHERE $9::boolean AND t.state = 'done'
), decided AS MATERIALIZED (
    SELECT d.rk, d.key FROM done d JOIN ground_truth g ON g.rk = d.rk AND g.source_id = $2 AND g.key = d.key AND g.project_id = $1
    WHERE g.method = 'adjudicated'
), put AS (
    INSERT INTO label_task AS t (project_id, rk, source_id, key, version, priority, reason, wanted, created_at, picked_by, picked_run, picked_score,
        doubted_run, free_since)
    SELECT $1, rk, $2, key, version, priority, reason, $7::int, $8::timestamptz, picked_by, CASE WHEN picked_by IS NOT NULL THEN run END, score,
        CASE WHEN picked_by = 'label-error' THEN run END, (SELECT xid FROM now)
    FROM fit WHERE (rk, key) NOT IN (SELECT rk, key FROM decided) ORDER BY priority DESC, rk
    ON CONFLICT (project_id, rk, source_id, key) DO UPDATE SET
        priority = excluded.priority, reason = excluded.reason, state = 'open', done_at = NULL,
        version = CASE WHEN t.leases > 0 THEN t.version ELSE excluded.version END,
        picked_by = CASE WHEN t.picked_by IS NULL OR t.state = 'cancelled' THEN excluded.picked_by ELSE t.picked_by END,
        picked_run = CASE WHEN t.picked_by IS NULL OR t.state = 'cancelled' THEN excluded.picked_run ELSE t.picked_run END,
        picked_score = CASE WHEN t.picked_by IS NULL OR t.state = 'cancelled' THEN excluded.picked_score ELSE t.picked_score END,
        doubted_run = coalesce(excluded.doubted_run, t.doubted_run), free_since = excluded.free_since,
        wanted = CASE t.state WHEN 'done' THEN t.answers + excluded.wanted WHEN 'cancelled' THEN excluded.wanted ELSE t.wanted END,
        assigned_to = CASE WHEN t.state = 'open' THEN t.assigned_to END
    WHERE (t.state = 'open' AND ((t.priority, t.reason) IS DISTINCT FROM (excluded.priority, excluded.reason)
                                 OR (t.leases = 0 AND t.version <> excluded.version)))
        OR (t.state = 'done' AND $9::boolean AND (excluded.doubted_run IS NULL OR t.doubted_run IS DISTINCT FROM excluded.doubted_run))
        OR t.state = 'cancelled'
    RETURNING xmax = 0 AS is_new
)
SELECT (SELECT count(*) FROM known) AS known, (SELECT count(*) FROM known) - (SELECT count(*) FROM fit) AS unfit, count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed
FROM put;

-- Puts records without a label by people into the queue. rk is a hash, so that its order is a random one, the same each time.
-- Looks at $10 records after ($8, $9) and puts up to $3 of them in that have the fields $11. Returns how many, how many lack such a field,
-- and the last record looked at.
-- name: enqueue_unlabeled
WITH now AS MATERIALIZED (
    SELECT pg_current_xact_id() AS xid
), page AS MATERIALIZED (
    SELECT rk, source_id, key, version FROM record WHERE source_id = $2 AND (rk, key) > ($8::bigint, $9) ORDER BY rk, key LIMIT $10
), labeled AS MATERIALIZED (
    SELECT g.rk, g.key FROM page r JOIN ground_truth g ON g.rk = r.rk AND g.source_id = r.source_id AND g.key = r.key
    WHERE g.project_id = $1 AND g.method <> 'rules' AND g.rk BETWEEN $8::bigint AND (SELECT max(rk) FROM page)
), asked AS MATERIALIZED (
    SELECT t.rk, t.key FROM page r JOIN label_task t ON t.rk = r.rk AND t.source_id = r.source_id AND t.key = r.key
    WHERE t.project_id = $1 AND t.rk BETWEEN $8::bigint AND (SELECT max(rk) FROM page)
), fresh AS MATERIALIZED (
    SELECT * FROM page WHERE (rk, key) NOT IN (SELECT rk, key FROM labeled) AND (rk, key) NOT IN (SELECT rk, key FROM asked)
), fit AS MATERIALIZED (
    SELECT rk, source_id, key, version FROM fresh WHERE cardinality($11::text[]) = 0
    UNION ALL
    SELECT r.rk, r.source_id, r.key, r.version FROM fresh r
    JOIN record_version v ON v.rk = r.rk AND v.source_id = r.source_id AND v.key = r.key AND v.version = r.version
    WHERE cardinality($11::text[]) > 0 AND v.payload ?& $11::text[] AND v.rk BETWEEN $8::bigint AND (SELECT max(rk) FROM page)
), added AS (
    INSERT INTO label_task (project_id, rk, source_id, key, version, priority, reason, wanted, created_at, free_since)
    SELECT $1, rk, source_id, key, version, $4::float8, $5, $6::int, $7::timestamptz, (SELECT xid FROM now)
    FROM fit ORDER BY rk, key LIMIT $3::bigint
    ON CONFLICT (project_id, rk, source_id, key) DO NOTHING
    RETURNING rk
)
SELECT (SELECT count(*) FROM added) AS added, (SELECT count(*) FROM fresh) - (SELECT count(*) FROM fit) AS unfit, rk, key
FROM page ORDER BY page.rk DESC, page.key DESC LIMIT 1;

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
WITH wish AS MATERIALIZED (
    SELECT * FROM unnest($3::bigint[], $4::text[]) WITH ORDINALITY AS w (rk, key, place)
), left_out AS MATERIALIZED (
    SELECT w.place FROM wish w JOIN ground_truth g ON g.rk = w.rk AND g.source_id = $2 AND g.key = w.key AND g.project_id = $1
    WHERE g.method <> 'rules'
), queued AS MATERIALIZED (
    SELECT w.place FROM wish w JOIN label_task t ON t.project_id = $1 AND t.rk = w.rk AND t.source_id = $2 AND t.key = w.key
    WHERE t.state <> 'cancelled'
)
SELECT key FROM wish WHERE place NOT IN (SELECT place FROM left_out) AND place NOT IN (SELECT place FROM queued) ORDER BY place;

-- The oldest transaction that runs, of the server that numbers what changes the queue: on a cluster the coordinator, and not the node that the
-- queue lies on, which is why it is asked by itself.
-- name: oldest_transaction
SELECT pg_snapshot_xmin(pg_current_snapshot())::text;

-- Where user $2 goes on in project $1 at $3: their mark if it counts, how many tasks before it became free since (counted up to 1,001
-- above it and beside it), whether leases are over anywhere, and how many tasks there are for them.
-- name: find_place
SELECT p.state = 'active' AS active, m.priority AS mark_priority, m.task_id AS mark_task, m.xid::text AS mark_xid,
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
-- in order beside the tasks, all that they answered before the mark would be. The mark is read from a row of its own, so that one plan
-- serves all marks: planned for each, the planning would cost more than the claim. One row of NULL if there is nothing. What was claimed is
-- kept for tally_tasks, which can so be sent along: it has to be a statement of its own to see who has a part in the tasks under their locks.
-- name: claim_tasks
WITH mark AS MATERIALIZED (
    SELECT $5::float8 AS priority, $6::bigint AS task, $7::xid8 AS since
), freed AS MATERIALIZED (
    SELECT id FROM (
        (SELECT t.id FROM label_task t WHERE t.project_id = $1 AND t.state = 'open' AND t.free_since >= (SELECT since FROM mark)
             AND t.priority > (SELECT priority FROM mark) ORDER BY t.free_since LIMIT 1001)
        UNION ALL
        (SELECT t.id FROM label_task t WHERE t.project_id = $1 AND t.state = 'open' AND t.free_since >= (SELECT since FROM mark)
             AND t.priority = (SELECT priority FROM mark) AND t.id < (SELECT task FROM mark) ORDER BY t.free_since LIMIT 1001)) f
), before AS MATERIALIZED (
    SELECT t.id FROM label_task t
    WHERE t.id = ANY (ARRAY(SELECT id FROM freed)) AND t.state = 'open' AND t.answers + t.leases < t.wanted AND (t.assigned_to IS NULL OR t.assigned_to = $2)
        AND NOT EXISTS (SELECT 1 FROM label_lease l WHERE l.task_id = t.id AND l.user_id = $2 AND l.state <> 'released' OFFSET 0)
    ORDER BY t.priority DESC, t.id LIMIT $4::int FOR UPDATE OF t SKIP LOCKED
), behind AS MATERIALIZED (
    SELECT t.id FROM label_task t
    WHERE t.project_id = $1 AND t.state = 'open' AND (-t.priority, t.id) >= ((SELECT -priority FROM mark), (SELECT task FROM mark))
        AND t.answers + t.leases < t.wanted AND (t.assigned_to IS NULL OR t.assigned_to = $2)
        AND NOT EXISTS (SELECT 1 FROM label_lease l WHERE l.task_id = t.id AND l.user_id = $2 AND l.state <> 'released' OFFSET 0)
    ORDER BY -t.priority, t.id LIMIT $4::int - (SELECT count(*) FROM before) FOR UPDATE OF t SKIP LOCKED
), first AS MATERIALIZED (
    SELECT t.priority, t.id FROM label_task t
    WHERE t.project_id = $1 AND t.state = 'open' AND (-t.priority, t.id) >= ((SELECT -priority FROM mark), (SELECT task FROM mark))
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
    RETURNING t.id AS task, e.token, e.attempt, t.rk, t.key, t.version, t.priority, t.reason, t.id, t.project_id AS project, t.state, t.answers,
        t.wanted, t.leases, t.assigned_to AS assigned, t.disagreement IS NOT NULL AS disputed
)
SELECT * FROM raised ORDER BY priority DESC, task;

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

-- Stores answers, one of a person to a task each, if their leases are those they were given under: tasks $1, users $2, tokens $3, attempts $4,
-- classes $5, values $6, milliseconds $7, times $8, versions of the classes $9. Tells how many, and which tasks have all they wanted now; also
-- to tally_tasks and note_answer behind it, of one: that its task was 'answered' or 'closed', '' if nothing was stored. The state of leases is
-- read from a row: by a word of the statement all held leases could be gone through for each answer, which looks cheap where few are held.
-- name: submit_answer
WITH given AS MATERIALIZED (
    SELECT g.*, 'held'::text AS state FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[], $5::int[], $6::text[], $7::int[], $8::timestamptz[],
        $9::int[]) AS g (task_id, user_id, token, attempt, class_id, value, milliseconds, at, schema_version)
), task AS MATERIALIZED (
    SELECT * FROM label_task WHERE id = ANY (ARRAY(SELECT task_id FROM given)) ORDER BY id FOR UPDATE
), taken AS (
    UPDATE label_lease l SET state = 'answered', expires_at = g.at FROM given g JOIN task t ON t.id = g.task_id
    WHERE l.task_id = t.id AND l.user_id = g.user_id AND l.token = g.token AND l.attempt = g.attempt AND l.state = g.state
        AND (g.class_id IS NULL OR EXISTS (SELECT 1 FROM label_class c WHERE c.project_id = t.project_id AND c.class_id = g.class_id))
    RETURNING g.task_id, g.user_id, g.attempt, g.class_id, g.value, g.milliseconds, g.at, g.schema_version, l.audit_id
), kept AS (
    INSERT INTO annotation (rk, source_id, key, project_id, user_id, attempt, version, task_id, class_id, value, milliseconds, submitted_at,
        schema_version, audit_id)
    SELECT t.rk, t.source_id, t.key, t.project_id, g.user_id, g.attempt, t.version, t.id, g.class_id, g.value::jsonb, g.milliseconds, g.at,
        coalesce(g.schema_version, p.schema_version), g.audit_id
    FROM taken g JOIN task t ON t.id = g.task_id JOIN label_project p ON p.id = t.project_id
), undrafted AS (
    DELETE FROM label_draft d USING taken g WHERE d.task_id = g.task_id AND d.user_id = g.user_id
), counted AS (
    INSERT INTO label_person AS n (project_id, user_id, answers)
    SELECT t.project_id, g.user_id, count(*) FROM taken g JOIN task t ON t.id = g.task_id GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (project_id, user_id) DO UPDATE SET answers = n.answers + excluded.answers
), raised AS (
    UPDATE label_task t SET answers = t.answers + n.answers, leases = t.leases - n.answers,
        state = CASE WHEN t.state = 'open' AND t.answers + n.answers >= t.wanted THEN 'done' ELSE t.state END,
        done_at = CASE WHEN t.state = 'open' AND t.answers + n.answers >= t.wanted THEN n.at ELSE t.done_at END
    FROM (SELECT task_id, count(*)::int AS answers, max(at) AS at FROM taken GROUP BY task_id) n JOIN task k ON k.id = n.task_id WHERE t.id = k.id
    RETURNING t.id, t.state = 'done' AND k.state = 'open' AS closed
)
SELECT set_config('tilth.answered', CASE WHEN w.stored = 0 THEN '' WHEN w.closed IS NULL THEN 'answered' ELSE 'closed' END, true) AS how, w.stored,
    w.closed
FROM (SELECT (SELECT count(*) FROM taken) AS stored, (SELECT array_agg(id)::text FROM raised r WHERE r.closed) AS closed) w;

-- Leases tasks $1 to users $2, one of a person each, at attempts $3 or later ones, since $4, until $5: to those who hold, answered and had
-- invalidated none of them. A task that has no room wants one answer more for each that is going to be answered ($6). The tasks are locked.
-- name: lease_named
WITH wish AS MATERIALIZED (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::timestamptz[], $5::timestamptz[], $6::boolean[])
        AS w (task_id, user_id, attempt, since, until, answers)
), leased AS (
    INSERT INTO label_lease AS l (task_id, user_id, token, attempt, state, expires_at, leased_at)
    SELECT task_id, user_id, 1, attempt, 'held', until, since FROM wish ORDER BY task_id, user_id
    ON CONFLICT (task_id, user_id) DO UPDATE SET token = l.token + 1, attempt = greatest(l.attempt, excluded.attempt), state = 'held', reason = '',
        expires_at = excluded.expires_at, leased_at = excluded.leased_at, audit_id = NULL
    WHERE l.state IN ('released', 'skipped')
    RETURNING task_id, user_id, token, attempt
), raised AS (
    UPDATE label_task t SET leases = t.leases + n.leases,
        wanted = CASE WHEN t.state = 'gold' THEN t.wanted ELSE greatest(t.wanted, t.answers + t.leases + n.answers) END
    FROM (SELECT l.task_id, count(*)::int AS leases, (count(*) FILTER (WHERE w.answers))::int AS answers
          FROM leased l JOIN wish w USING (task_id, user_id) GROUP BY l.task_id) n
    WHERE t.id = n.task_id
)
SELECT task_id AS task, user_id AS "user", token, attempt FROM leased;

-- Of answers that come (tasks $1, users $2, classes $3, values $4): the leases of their people, each beside every answer of theirs, and whether
-- that says the same. Without a lease there is nothing.
-- name: answers_of_pairs
WITH pair AS MATERIALIZED (
    SELECT g.place, g.user_id, g.class_id, g.value::jsonb AS value, l.state AS lease, l.token, l.attempt AS lease_attempt,
        l.audit_id IS NOT NULL AND l.state = 'answered' AS audit, t.rk, t.source_id, t.key, t.project_id
    FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::text[]) WITH ORDINALITY AS g (task_id, user_id, class_id, value, place)
    JOIN label_task t ON t.id = g.task_id
    JOIN label_lease l ON l.task_id = g.task_id AND l.user_id = g.user_id
), said AS MATERIALIZED (
    SELECT g.place, a.attempt, a.submitted_at, a.withdrawn_at, a.class_id, a.value FROM pair g
    JOIN annotation a ON a.rk = g.rk AND a.source_id = g.source_id AND a.key = g.key AND a.project_id = g.project_id AND a.user_id = g.user_id
        AND a.audit_id IS NULL
)
SELECT g.place, g.lease, g.token, g.lease_attempt, g.audit, a.attempt, a.submitted_at, a.withdrawn_at IS NOT NULL AS withdrawn,
    a.class_id IS NOT DISTINCT FROM g.class_id AND a.value IS NOT DISTINCT FROM g.value AS same
FROM pair g LEFT JOIN said a USING (place)
ORDER BY g.place, a.attempt;

-- The tasks of these records that were not cancelled. OFFSET 0 has them looked up one by one: joined, all tasks of a project of which there are
-- no statistics yet would be gone through for each batch of an import.
-- name: tasks_of_records
SELECT w.key, k.id FROM unnest($3::bigint[], $4::text[]) AS w (rk, key) CROSS JOIN LATERAL (
    SELECT t.id, t.state FROM label_task t WHERE t.project_id = $1 AND t.rk = w.rk AND t.source_id = $2 AND t.key = w.key OFFSET 0) k
WHERE k.state <> 'cancelled';

-- Why submit_answer stored nothing.
-- name: explain_submit
WITH task AS MATERIALIZED (
    SELECT project_id, rk, source_id, key FROM label_task WHERE id = $1
), given AS MATERIALIZED (
    SELECT a.attempt, a.withdrawn_at, a.class_id, a.value FROM task t JOIN annotation a ON a.rk = t.rk AND a.source_id = t.source_id
        AND a.key = t.key AND a.project_id = t.project_id AND a.user_id = $2 AND a.attempt = $3
)
SELECT $4::int IS NULL OR EXISTS (SELECT 1 FROM label_class c WHERE c.project_id = t.project_id AND c.class_id = $4) AS known_class,
    a.attempt IS NOT NULL AND a.withdrawn_at IS NULL AS stored,
    a.class_id IS NOT DISTINCT FROM $4 AND a.value IS NOT DISTINCT FROM $5::jsonb AS same
FROM task t LEFT JOIN given a ON true;

-- What a person said about a task at an attempt.
-- name: answer_given
WITH task AS (
    SELECT * FROM label_task WHERE id = $1
)
SELECT c.name AS label, a.value FROM task t
JOIN annotation a ON a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = t.project_id
    AND a.user_id = $2 AND a.attempt = $3
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id;

-- An ended lease keeps the time of its end in expires_at.
-- name: last_answer
SELECT l.task_id AS task, l.state = 'answered' AS answered FROM label_lease l JOIN label_task t ON t.id = l.task_id
WHERE l.user_id = $1 AND l.state IN ('answered', 'skipped') AND t.project_id = $2
ORDER BY l.expires_at DESC, l.task_id DESC LIMIT 1;

-- Asks one more person about tasks whose truth is still too unsure.
-- name: extend_unsure
WITH unsure AS MATERIALIZED (
    SELECT rk, source_id, key FROM ground_truth
    WHERE project_id = $1 AND probability < $2::float8 AND method NOT IN ('import', 'adjudicated')
)
UPDATE label_task t SET wanted = t.answers + 1, state = 'open', done_at = NULL, reason = 'unsure'
FROM unsure g
WHERE t.project_id = $1 AND t.state = 'done' AND t.answers < $3::int AND g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key;

-- Ends the waiting of tasks for one more person who were asked only because their truth was unsure, and it is not now. What people hold
-- they may still answer.
-- name: close_sure
WITH asked AS MATERIALIZED (
    SELECT id, rk, source_id, key FROM label_task t
    WHERE project_id = $1 AND state = 'open' AND reason = 'unsure' AND wanted > answers + leases AND answers >= $3::int + doubled::int
), sure AS MATERIALIZED (
    SELECT t.id FROM asked t JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key
    WHERE g.project_id = $1 AND g.probability >= $2::float8
)
UPDATE label_task t SET wanted = t.answers + t.leases, state = CASE WHEN t.leases = 0 THEN 'done' ELSE 'open' END,
    done_at = CASE WHEN t.leases = 0 THEN $4::timestamptz END
FROM sure s
WHERE t.id = s.id AND t.state = 'open' AND t.reason = 'unsure' AND t.wanted > t.answers + t.leases AND t.answers >= $3::int + t.doubled::int;

-- name: answers_when_done
SELECT answers FROM label_task WHERE id = $1 AND state = 'done';

-- Asks one more person about a task that has all it wanted.
-- name: ask_one_more
UPDATE label_task SET wanted = answers + 1, state = 'open', done_at = NULL, reason = 'unsure' WHERE id = $1 AND state = 'done';

-- People whose answers stand, the busiest first.
-- name: annotators
WITH skip AS MATERIALIZED (
    SELECT l.user_id, count(*) AS skips FROM label_lease l JOIN label_task t ON t.id = l.task_id
    WHERE l.state = 'skipped' AND t.project_id = $1 GROUP BY l.user_id
), said AS MATERIALIZED (
    SELECT u.id, u.name, u.simulated, count(*) AS answers,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY a.milliseconds) AS median_milliseconds,
        min(a.submitted_at) AS first_at, max(a.submitted_at) AS last_at,
        count(g.rk) AS compared, count(*) FILTER (WHERE g.rk IS NOT NULL AND g.class_id = a.class_id) AS agreed
    FROM annotation a
    JOIN app_user u ON u.id = a.user_id
    LEFT JOIN ground_truth g ON (g.rk, g.source_id, g.key, g.project_id) = (a.rk, a.source_id, a.key, a.project_id)
        AND a.class_id IS NOT NULL
    WHERE a.project_id = $1 AND a.withdrawn_at IS NULL
    GROUP BY u.id, u.name, u.simulated
), trust AS MATERIALIZED (
    SELECT user_id, confusion FROM label_trust WHERE project_id = $1
)
SELECT u.name, u.simulated, u.answers, k.confusion, coalesce(s.skips, 0) AS skipped, u.median_milliseconds, u.first_at, u.last_at,
    u.compared, u.agreed
FROM said u LEFT JOIN skip s ON s.user_id = u.id LEFT JOIN trust k ON k.user_id = u.id ORDER BY u.answers DESC, u.name;

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
WITH hand AS MATERIALIZED (
  SELECT l.task_id, l.token, l.attempt, l.expires_at, t.reason, l.audit_id IS NOT NULL AS audit, t.rk, t.source_id, t.key, t.version,
        b.value AS draft, b.comment, b.returned_by, b.returned_by IS NULL AS fresh,
        EXISTS (SELECT 1 FROM label_bookmark k WHERE k.project_id = $2 AND k.user_id = $1 AND k.task_id = l.task_id OFFSET 0) AS bookmarked,
        CASE WHEN t.state = 'gold' THEN (hashint8extended(t.id, $1) & 1023) / 1024.0 * count(*) OVER ()
            ELSE row_number() OVER (PARTITION BY t.state = 'gold' ORDER BY t.priority DESC, t.id) END AS place
    FROM label_lease l CROSS JOIN LATERAL (SELECT * FROM label_task WHERE id = l.task_id OFFSET 0) t
    LEFT JOIN label_draft b ON b.task_id = l.task_id AND b.user_id = $1
    WHERE l.user_id = $1 AND l.state = 'held' AND l.expires_at > $3::timestamptz AND ($4::bigint IS NULL OR l.task_id = $4)
        AND t.project_id = $2 AND t.state <> 'cancelled'
    ORDER BY fresh, place, l.task_id LIMIT $5
)
SELECT h.task_id, h.token, h.attempt, h.expires_at, h.reason, h.audit, h.source_id || '.' || lpad(to_hex(h.rk), 16, '0') AS record, h.key, h.version,
    c.title, c.body, c.language, i.width, i.height, v.payload, v.url, h.draft, h.comment, h.returned_by, h.bookmarked,
    m.kind AS media_kind, m.type AS media_as, m.seconds, m.pages, m.width AS media_width, m.height AS media_height,
    m.channels AS media_channels, m.sample_rate, CASE WHEN v.blob_sha256 IS NOT NULL THEN v.media_type END AS blob_type,
    (SELECT cs.columns FROM column_set cs WHERE cs.source_id = h.source_id ORDER BY cs.version DESC LIMIT 1) AS columns
FROM hand h
JOIN record_version v USING (rk, source_id, key, version)
LEFT JOIN content_text c ON (c.rk, c.source_id, c.key, c.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_image i ON (i.rk, i.source_id, i.key, i.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_media m ON (m.rk, m.source_id, m.key, m.version) = (v.rk, v.source_id, v.key, v.version)
ORDER BY h.fresh, h.place, h.task_id;

-- name: project_of_task
SELECT project_id FROM label_task WHERE id = $1;

-- name: record_of_task
WITH task AS (
    SELECT rk, source_id, key, version FROM label_task WHERE id = $1
)
SELECT coalesce(c.body, '') AS body, i.width, i.height, v.payload, coalesce(m.kind IN ('audio', 'video'), false) AS recorded, m.seconds
FROM task t JOIN record_version v USING (rk, source_id, key, version)
LEFT JOIN content_text c ON (c.rk, c.source_id, c.key, c.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_image i ON (i.rk, i.source_id, i.key, i.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_media m ON (m.rk, m.source_id, m.key, m.version) = (v.rk, v.source_id, v.key, v.version);

-- Where labeler $1 may see a record, and which version: that of a task that they were given in a project that is open to them, or of any task
-- of one that they own or review.
-- name: sights_of_record
SELECT t.project_id AS project, t.version FROM label_task t JOIN label_lease l ON l.task_id = t.id
WHERE l.user_id = $1 AND t.rk = $2 AND t.source_id = $3
    AND (NOT EXISTS (SELECT 1 FROM label_member m WHERE m.project_id = t.project_id)
        OR EXISTS (SELECT 1 FROM label_member m WHERE m.project_id = t.project_id AND m.user_id = $1))
UNION
SELECT t.project_id, t.version FROM label_member m JOIN label_task t ON t.project_id = m.project_id AND t.rk = $2 AND t.source_id = $3
WHERE m.user_id = $1 AND m.role IN ('owner', 'reviewer')
ORDER BY version DESC, project;

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

-- name: task_news
WITH task AS MATERIALIZED (
    SELECT t.*, p.name AS project FROM label_task t JOIN label_project p ON p.id = t.project_id WHERE t.id = $1
), label AS MATERIALIZED (
    SELECT g.* FROM task t JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
)
SELECT t.project, t.source_id || '.' || lpad(to_hex(t.rk), 16, '0') AS record, t.key, t.state = 'done' AS done, t.answers,
    c.name AS label, g.value, g.probability, g.method
FROM task t LEFT JOIN label g ON true
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id;

-- name: look_one_by_one
SELECT pg_advisory_xact_lock(hashtextextended('the end of a labeling project', $1));

-- name: has_open_tasks
SELECT EXISTS (SELECT 1 FROM label_task WHERE project_id = $1 AND state = 'open');

-- Keeps what user $2 has begun to answer to task $1, if they hold it.
-- name: save_draft
INSERT INTO label_draft AS d (task_id, user_id, value, saved_at)
SELECT l.task_id, l.user_id, $4::jsonb, $5::timestamptz FROM label_lease l
WHERE l.task_id = $1 AND l.user_id = $2 AND l.token = $3 AND l.state = 'held'
ON CONFLICT (task_id, user_id) DO UPDATE SET value = excluded.value, saved_at = excluded.saved_at;

-- Only who was given the task may comment on it.
-- name: add_comment
WITH said AS (
    SELECT t.project_id, t.id, l.user_id FROM label_task t JOIN label_lease l ON l.task_id = t.id WHERE t.id = $1 AND l.user_id = $2
)
INSERT INTO label_comment (project_id, task_id, user_id, text, flag, written_at)
SELECT project_id, id, user_id, $3, $4::boolean, $5::timestamptz FROM said;

-- name: list_comments
SELECT m.id, m.task_id AS task, t.source_id || '.' || lpad(to_hex(t.rk), 16, '0') AS record, t.key, u.name AS "user", m.text, m.flag,
    m.written_at
FROM (SELECT * FROM label_comment WHERE project_id = $1 AND id > $2::bigint AND (flag OR NOT $3::boolean) ORDER BY id LIMIT $4) m
JOIN label_task t ON t.id = m.task_id JOIN app_user u ON u.id = m.user_id ORDER BY m.id;

-- What user $2 answered or skipped in project $1 before ($3, $4), latest first; only what is in state $5, if it is named; with $7 what he keeps
-- among his bookmarks, also what he left. An ended lease keeps the time of its end. Each state is read by the index of its own. Whether it holds
-- the text $8 is told of each; the record's own text is read with $9 alone.
-- name: own_history
WITH history AS MATERIALIZED (
    SELECT e.* FROM unnest(CASE WHEN $7::boolean THEN ARRAY['answered', 'skipped', 'released', 'held'] ELSE ARRAY['answered', 'skipped'] END) AS s (state)
    CROSS JOIN LATERAL (
        SELECT l.task_id, l.user_id, l.attempt, l.state, l.reason, l.expires_at, t.rk, t.source_id, t.key, t.version, t.project_id,
            EXISTS (SELECT 1 FROM label_bookmark b WHERE b.project_id = $1 AND b.user_id = $2 AND b.task_id = t.id OFFSET 0) AS bookmarked
        FROM label_lease l JOIN label_task t ON t.id = l.task_id
        WHERE l.user_id = $2 AND l.state = s.state AND t.project_id = $1 AND ($5 = '' OR s.state = $5)
            AND l.expires_at <= $3::timestamptz AND (l.expires_at, l.task_id) < ($3::timestamptz, $4::bigint)
            AND (NOT $7::boolean OR EXISTS (SELECT 1 FROM label_bookmark b WHERE b.project_id = $1 AND b.user_id = $2 AND b.task_id = t.id OFFSET 0))
        ORDER BY l.expires_at DESC, l.task_id DESC LIMIT $6) e
    ORDER BY e.expires_at DESC, e.task_id DESC LIMIT $6
), given AS MATERIALIZED (
    SELECT h.task_id, h.attempt, h.project_id, a.class_id, a.value, a.milliseconds FROM history h JOIN annotation a ON a.rk = h.rk
        AND a.source_id = h.source_id AND a.key = h.key AND a.project_id = h.project_id AND a.user_id = h.user_id AND a.attempt = h.attempt
    WHERE h.state = 'answered'
), holds AS MATERIALIZED (
    SELECT h.task_id FROM history h
    LEFT JOIN content_text x ON x.rk = h.rk AND x.source_id = h.source_id AND x.key = h.key AND x.version = h.version
    WHERE $8::text <> '' AND strpos(lower(concat_ws(' ', h.key, h.reason, CASE WHEN $9::boolean THEN concat_ws(' ', x.title, x.body) END)), lower($8::text)) > 0
)
SELECT h.task_id AS task, h.attempt, h.state, h.reason, h.expires_at AS at, h.source_id || '.' || lpad(to_hex(h.rk), 16, '0') AS record,
    h.key, h.version, c.name AS label, a.value, a.milliseconds, h.bookmarked,
    $8::text = '' OR o.task_id IS NOT NULL OR strpos(lower(concat_ws(' ', c.name, a.value::text)), lower($8::text)) > 0 AS fits
FROM history h
LEFT JOIN given a ON a.task_id = h.task_id AND a.attempt = h.attempt AND h.state = 'answered'
LEFT JOIN holds o ON o.task_id = h.task_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
ORDER BY h.expires_at DESC, h.task_id DESC;

-- Puts other answers beside those of attempts $3 of users $2 to tasks $1, which stay, withdrawn: classes $4, values $5, milliseconds $6, times
-- $7, versions of the classes $8, and when those before counted no more $9. Tells how many; also note_answer behind it, that there were some: '' if those are not the last ones of their users.
-- name: correct_answer
WITH given AS MATERIALIZED (
    SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::int[], $5::text[], $6::int[], $7::timestamptz[], $8::int[],
        $9::timestamptz[]) AS g (task_id, user_id, attempt, class_id, value, milliseconds, at, schema_version, replaces_at)
), task AS MATERIALIZED (
    SELECT * FROM label_task WHERE id = ANY (ARRAY(SELECT task_id FROM given)) ORDER BY id FOR UPDATE
), raised AS (
    UPDATE label_lease l SET attempt = l.attempt + 1, expires_at = g.at FROM given g JOIN task t ON t.id = g.task_id
    WHERE l.task_id = t.id AND l.user_id = g.user_id AND l.attempt = g.attempt AND l.state = 'answered'
        AND (g.class_id IS NULL OR EXISTS (SELECT 1 FROM label_class c WHERE c.project_id = t.project_id AND c.class_id = g.class_id))
    RETURNING g.task_id, g.user_id, g.attempt, g.class_id, g.value, g.milliseconds, g.at, g.schema_version, g.replaces_at, l.audit_id
), old AS (
    UPDATE annotation a SET withdrawn_at = g.replaces_at FROM raised g JOIN task t ON t.id = g.task_id
    WHERE a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = t.project_id
        AND a.user_id = g.user_id AND a.attempt = g.attempt AND a.withdrawn_at IS NULL
), stored AS (
    INSERT INTO annotation (rk, source_id, key, project_id, user_id, attempt, version, task_id, class_id, value, milliseconds, submitted_at,
        schema_version, audit_id)
    SELECT t.rk, t.source_id, t.key, t.project_id, g.user_id, g.attempt + 1, t.version, t.id, g.class_id, g.value::jsonb, g.milliseconds, g.at,
        coalesce(g.schema_version, p.schema_version), g.audit_id
    FROM raised g JOIN task t ON t.id = g.task_id JOIN label_project p ON p.id = t.project_id
    RETURNING attempt
)
SELECT set_config('tilth.answered', CASE WHEN w.stored > 0 THEN 'corrected' ELSE '' END, true) AS how, w.stored, NULL::text AS closed
FROM (SELECT count(*) AS stored FROM stored) w;

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

-- Gives a random share $2 of the tasks of project $1 one person more, each once. Those that have all they wanted wait again.
-- name: double_tasks
WITH decided AS MATERIALIZED (
    SELECT rk, source_id, key FROM ground_truth WHERE project_id = $1 AND method = 'adjudicated'
)
UPDATE label_task t SET doubled = true, wanted = t.wanted + 1, state = 'open', done_at = NULL
WHERE t.project_id = $1 AND t.state IN ('open', 'done') AND NOT t.doubled AND (hashint8extended(t.rk, $1) & 1048575) < $2::float8 * 1048576
    AND (t.rk, t.source_id, t.key) NOT IN (SELECT rk, source_id, key FROM decided);

-- Counts the answers of users $2 to tasks $1 that the statement before it stored, by the hours $4 in which they were given, and tells those who
-- watch, at $5. They took as long as the page measured ($3 milliseconds), and no longer than they lay with the person: since the lease, or since
-- their answer or skip before it; with $7 what was measured is taken as it is. What took over half an hour had a pause in it and has no time.
-- Of several to a task the last one closed it; $6: the tasks that were closed, without it the statement before told.
-- name: note_answer
WITH answered AS MATERIALIZED (
    SELECT current_setting('tilth.answered', true) AS how
), given AS MATERIALIZED (
    SELECT g.*, t.project_id, g.place = max(g.place) OVER (PARTITION BY g.task_id)
        AND CASE WHEN $6::bigint[] IS NULL THEN w.how = 'closed' ELSE g.task_id = ANY ($6::bigint[]) END AS done
    FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::timestamptz[]) WITH ORDINALITY AS g (task_id, user_id, milliseconds, hour, place)
    CROSS JOIN answered w JOIN label_task t ON t.id = g.task_id
    WHERE w.how <> ''
), took AS (
    SELECT g.project_id, g.user_id, g.hour, g.done,
        CASE WHEN $7::boolean THEN g.milliseconds ELSE least(g.milliseconds::float8, extract(epoch FROM $5::timestamptz - s.since) * 1000) END AS ms
    FROM given g LEFT JOIN LATERAL (
        SELECT greatest(l.leased_at, (SELECT max(b.expires_at) FROM unnest(ARRAY['answered', 'skipped']) AS s (state) CROSS JOIN LATERAL (
                SELECT o.expires_at FROM label_lease o WHERE o.user_id = g.user_id AND o.state = s.state AND o.expires_at < $5::timestamptz
                ORDER BY o.expires_at DESC LIMIT 1) b)) AS since
        FROM label_lease l WHERE NOT $7::boolean AND l.task_id = g.task_id AND l.user_id = g.user_id) s ON true
), told AS (
    INSERT INTO label_event (project_id, kind, task_id, user_id, at)
    SELECT g.project_id, k.kind, g.task_id, g.user_id, $5::timestamptz FROM given g
    CROSS JOIN unnest(CASE WHEN g.done THEN ARRAY['answer', 'done'] ELSE ARRAY['answer'] END) WITH ORDINALITY AS k (kind, place)
    ORDER BY g.place, k.place
)
INSERT INTO label_pace AS p (project_id, hour, user_id, step, answers, done)
SELECT project_id, hour, user_id, CASE WHEN ms > 1800000 OR ms IS NULL OR ms <= 0 THEN 0
    ELSE 1 + greatest(0, floor(ln(ms / 100.0) / ln(1.12)))::int END AS step, count(*), count(*) FILTER (WHERE done)
FROM took GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT (project_id, hour, user_id, step) DO UPDATE SET answers = p.answers + excluded.answers, done = p.done + excluded.done;

-- How alike the answers to tasks $1 are ($3), now that ones of users $2 came, by the hours $4.
-- name: note_likeness
INSERT INTO label_pace AS p (project_id, hour, user_id, step, compared, alike)
SELECT t.project_id, g.hour, g.user_id, 0, count(*), sum(g.alike)
FROM unnest($1::bigint[], $2::bigint[], $3::float8[], $4::timestamptz[]) AS g (task_id, user_id, alike, hour) JOIN label_task t ON t.id = g.task_id
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (project_id, hour, user_id, step) DO UPDATE SET compared = p.compared + excluded.compared, alike = p.alike + excluded.alike;

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
SELECT project_id, $2, id, $3::bigint, $4::timestamptz FROM label_task WHERE id = ANY ($1::bigint[]) ORDER BY id;

-- Before the events of task $1 are written: holds the number that events have come to, until the transaction ends, so that whoever reads
-- knows after which number some may be missing. Those written from now on have greater ones. (Nobody waits for this lock.)
-- name: hold_events
SELECT pg_advisory_xact_lock_shared(project_id::int, (coalesce(pg_sequence_last_value('label_event_id_seq'), 0) % 2147483648)::int)
FROM label_task WHERE id = $1;

-- How far the events of projects can be told without a gap: up to the least number that a transaction holds which may yet write some, or to
-- the last number. The numbers are read before the locks: who takes one later writes greater ones.
-- name: event_horizons
SELECT w.project, s.last - coalesce(h.behind, 0) AS horizon
FROM (SELECT coalesce(pg_sequence_last_value('label_event_id_seq'), 0) AS last OFFSET 0) s
CROSS JOIN unnest($1::bigint[]) AS w (project)
CROSS JOIN LATERAL (
    SELECT max(CASE WHEN d.behind < 1073741824 THEN d.behind ELSE 0 END) AS behind  -- else it was taken after `last` was read
    FROM pg_locks l CROSS JOIN LATERAL (SELECT (s.last % 2147483648 - l.objid::bigint + 2147483648) % 2147483648 AS behind) d
    WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.classid::bigint = w.project
        AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())) h;

-- Events of projects after a place each and up to a horizon, for users who see all or only what is theirs; up to $7 each, in order.
-- name: events_after
SELECT w.stream, e.id, e.kind, e.task_id AS task, u.name AS "user", e.at
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[])
    AS w (stream, project, id, horizon, user_id, sees_all)
CROSS JOIN LATERAL (
    SELECT * FROM label_event v
    WHERE v.project_id = w.project AND v.id > w.id AND v.id <= w.horizon
        AND (w.sees_all OR (v.user_id = w.user_id AND v.kind <> 'truth'))
    ORDER BY v.id LIMIT $7) e
LEFT JOIN app_user u ON u.id = e.user_id
ORDER BY w.stream, e.id;

-- Whether an event is still kept.
-- name: event_is_kept
SELECT EXISTS (SELECT 1 FROM label_event WHERE project_id = $1 AND id = $2);

-- name: forget_events
DELETE FROM label_event WHERE at < $1::timestamptz;

-- name: task_counts
SELECT coalesce(sum(open), 0)::bigint AS open, coalesce(sum(done), 0)::bigint AS done, coalesce(sum(cancelled), 0)::bigint AS cancelled,
    (SELECT count(*) FROM label_gold o JOIN label_task t ON t.id = o.task_id WHERE o.project_id = $1 AND t.state = 'gold') AS gold
FROM label_tally WHERE project_id = $1 AND user_id = 0;

-- name: lock_tasks
SELECT id FROM label_task WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE;

-- name: lock_tasks_of
SELECT id FROM label_task t WHERE id IN (
    SELECT k.id FROM unnest($3::bigint[], $4::text[]) AS w (rk, key) CROSS JOIN LATERAL (
        SELECT o.id FROM label_task o WHERE o.project_id = $1 AND o.rk = w.rk AND o.source_id = $2 AND o.key = w.key OFFSET 0) k)
ORDER BY id FOR UPDATE;

-- Tasks $1, which are locked since an earlier statement, as they count.
-- name: tallied_tasks
SELECT id, project_id AS project, state, answers, wanted, leases, assigned_to AS assigned, disagreement IS NOT NULL AS disputed
FROM label_task WHERE id = ANY ($1::bigint[]);

-- name: tallied_parts
SELECT task_id AS task, user_id AS "user", state = 'skipped' AS skipped FROM label_lease WHERE task_id = ANY ($1::bigint[]) AND state <> 'released';

-- Of all tasks that user $1 holds.
-- name: tallied_parts_in_hand
SELECT task_id AS task, user_id AS "user", state = 'skipped' AS skipped FROM label_lease
WHERE task_id IN (SELECT task_id FROM label_lease WHERE user_id = $1 AND state = 'held') AND state <> 'released';

-- Those of tasks $1 that have room may be had since now.
-- name: free_tasks
UPDATE label_task SET free_since = pg_current_xact_id() WHERE id = ANY ($1::bigint[]) AND state = 'open' AND answers + leases < wanted;

-- Adds to the counts of projects $1 and users $2, each in one of its rows that nobody else is at. Returns where there was one.
-- name: put_tallies
WITH place AS MATERIALIZED (
    SELECT m.*, y.id FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
        $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[])
        AS m (project_id, user_id, open, done, cancelled, answers, wanted, leases, free, waiting, skipped, disputed)
    CROSS JOIN LATERAL (
        SELECT id FROM label_tally WHERE project_id = m.project_id AND user_id = m.user_id LIMIT 1 FOR UPDATE SKIP LOCKED) y
)
UPDATE label_tally y SET open = y.open + m.open, done = y.done + m.done, cancelled = y.cancelled + m.cancelled, answers = y.answers + m.answers,
    wanted = y.wanted + m.wanted, leases = y.leases + m.leases, free = y.free + m.free, waiting = y.waiting + m.waiting,
    skipped = y.skipped + m.skipped, disputed = y.disputed + m.disputed
FROM place m WHERE y.project_id = m.project_id AND y.user_id = m.user_id AND y.id = m.id
RETURNING y.project_id AS project, y.user_id AS "user";

-- Rows of their own for those where there was none.
-- name: new_tallies
INSERT INTO label_tally (project_id, user_id, open, done, cancelled, answers, wanted, leases, free, waiting, skipped, disputed)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
    $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[]);

-- So many tasks in project $1 that nobody has touched, that want so many answers each, so many labels (without $4 as many as put_truth
-- added), and so many that disagree.
-- name: tally_more
WITH more AS MATERIALIZED (
    SELECT $2::bigint AS tasks, $2::bigint * $3::bigint AS wanted, $5::bigint AS disputed,
        coalesce($4::bigint, nullif(current_setting('tilth.labels_added', true), '')::bigint, 0) AS labels
), place AS MATERIALIZED (
    SELECT y.id FROM more m CROSS JOIN LATERAL (
        SELECT id FROM label_tally WHERE project_id = $1 AND user_id = 0 AND (m.tasks, m.labels, m.disputed) IS DISTINCT FROM (0, 0, 0)
        LIMIT 1 FOR UPDATE SKIP LOCKED) y
), put AS (
    UPDATE label_tally y SET open = y.open + m.tasks, free = y.free + m.tasks, wanted = y.wanted + m.wanted, labels = y.labels + m.labels,
        disputed = y.disputed + m.disputed
    FROM place p, more m WHERE y.project_id = $1 AND y.user_id = 0 AND y.id = p.id
)
INSERT INTO label_tally (project_id, user_id, open, free, wanted, labels, disputed)
SELECT $1, 0, m.tasks, m.tasks, m.wanted, m.labels, m.disputed FROM more m
WHERE NOT EXISTS (SELECT 1 FROM place) AND (m.tasks, m.labels, m.disputed) IS DISTINCT FROM (0, 0, 0);

-- Counts project $1 anew after a change of many tasks: what is counted, less what is kept, both as this statement sees them, is what the
-- change made, whatever others do meanwhile. Rows that nobody holds become one. What is kept is read first: on a cluster a part sees what those
-- before it did.
-- name: tally_anew
WITH kept AS MATERIALIZED (
    SELECT * FROM label_tally WHERE project_id = $1
), gone AS (
    DELETE FROM label_tally y USING (SELECT user_id, id FROM label_tally WHERE project_id = $1 FOR UPDATE SKIP LOCKED) f
    WHERE y.project_id = $1 AND y.user_id = f.user_id AND y.id = f.id RETURNING y.*
), task AS (
    SELECT id, state, answers, wanted, leases, assigned_to, answers + leases < wanted AS room, state NOT IN ('gold', 'audit') AS counts,
        disagreement
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
        count(*) FILTER (WHERE state = 'open' AND assigned_to IS NULL AND NOT room) AS waiting, 0 AS skipped,
        count(disagreement) AS disputed
    FROM task
    UNION ALL
    SELECT user_id, 0, 0, 0, 0, 0, 0, 0, -count(*) FILTER (WHERE assigned_to IS NULL AND room),
        -count(*) FILTER (WHERE assigned_to IS NULL AND NOT room), count(*) FILTER (WHERE skipped), 0 FROM part GROUP BY user_id
    UNION ALL
    SELECT assigned_to, 0, 0, 0, 0, 0, 0, 0, count(*) FILTER (WHERE room), count(*) FILTER (WHERE NOT room), 0, 0
    FROM task t WHERE state = 'open' AND assigned_to IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM label_lease l WHERE l.task_id = t.id AND l.user_id = t.assigned_to AND l.state <> 'released')
    GROUP BY assigned_to
    UNION ALL
    SELECT user_id, -open, -done, -cancelled, -answers, -wanted, -leases, -labels, -free, -waiting, -skipped,
        -disputed FROM kept
    UNION ALL
    SELECT user_id, open, done, cancelled, answers, wanted, leases, labels, free, waiting, skipped, disputed FROM gone
)
INSERT INTO label_tally (project_id, user_id, open, done, cancelled, answers, wanted, leases, labels, free, waiting, skipped,
    disputed)
SELECT $1, user_id, sum(open), sum(done), sum(cancelled), coalesce(sum(answers), 0), coalesce(sum(wanted), 0), coalesce(sum(leases), 0), sum(labels),
    sum(free), sum(waiting), sum(skipped), sum(disputed) FROM counted GROUP BY user_id;

-- Likewise the labels of project $1, after a change of many of them.
-- name: tally_truth_anew
WITH kept AS MATERIALIZED (
    SELECT * FROM label_truth_tally WHERE project_id = $1
), gone AS (
    DELETE FROM label_truth_tally y USING (SELECT part, number, id FROM label_truth_tally WHERE project_id = $1 FOR UPDATE SKIP LOCKED) f
    WHERE y.project_id = $1 AND y.part = f.part AND y.number = f.number AND y.id = f.id RETURNING y.*
), label AS MATERIALIZED (
    SELECT class_id, floor(extract(epoch FROM set_at) / 3600)::bigint AS hour, count(*) AS labels,
        sum(round(probability * 1000000000)::bigint) AS sureness
    FROM ground_truth WHERE project_id = $1 GROUP BY 1, 2
), counted AS (
    SELECT 'class' AS part, class_id::bigint AS number, labels, sureness FROM label WHERE class_id IS NOT NULL
    UNION ALL
    SELECT 'hour', hour, labels, 0 FROM label
    UNION ALL
    SELECT part, number, -labels, -sureness FROM kept
    UNION ALL
    SELECT part, number, labels, sureness FROM gone
)
INSERT INTO label_truth_tally (project_id, part, number, labels, sureness)
SELECT $1, part, number, sum(labels)::bigint, sum(sureness)::bigint FROM counted GROUP BY part, number
HAVING sum(labels) <> 0 OR sum(sureness) <> 0;

-- Labels of project $1 that came, and with negative counts those that went: by class and hour, how many and how probable in sum, in
-- thousand millionths; without $2 those that put_truth wrote.
-- name: tally_truth
WITH asked AS MATERIALIZED (
    SELECT $1::bigint AS project, coalesce($2::text, nullif(current_setting('tilth.labels', true), ''))::json AS labels
), label AS (
    SELECT w.* FROM asked CROSS JOIN LATERAL (
        SELECT * FROM json_to_recordset(asked.labels) AS r (class_id bigint, hour bigint, labels bigint, sureness bigint)
        LIMIT json_array_length(asked.labels)) w  -- all of them, and the planner expects few
), part AS (
    SELECT 'class' AS part, class_id AS number, labels, sureness FROM label
    UNION ALL
    SELECT 'hour', hour, labels, 0 FROM label
), more AS MATERIALIZED (
    SELECT part, number, sum(labels)::bigint AS labels, sum(sureness)::bigint AS sureness FROM part WHERE number IS NOT NULL
    GROUP BY part, number HAVING sum(labels) <> 0 OR sum(sureness) <> 0
), place AS MATERIALIZED (
    SELECT m.part, m.number, y.id FROM more m CROSS JOIN LATERAL (
        SELECT id FROM label_truth_tally WHERE project_id = (SELECT project FROM asked) AND part = m.part AND number = m.number LIMIT 1 FOR UPDATE SKIP LOCKED) y
), put AS (
    UPDATE label_truth_tally y SET labels = y.labels + m.labels, sureness = y.sureness + m.sureness
    FROM place p JOIN more m USING (part, number)
    WHERE y.project_id = (SELECT project FROM asked) AND y.part = p.part AND y.number = p.number AND y.id = p.id
)
INSERT INTO label_truth_tally (project_id, part, number, labels, sureness)
SELECT (SELECT project FROM asked), m.part, m.number, m.labels, m.sureness FROM more m
WHERE NOT EXISTS (SELECT 1 FROM place p WHERE p.part = m.part AND p.number = m.number);

-- Marks in project $1 count no more.
-- name: forget_marks
UPDATE label_project SET moved_since = pg_current_xact_id() WHERE id = $1;

-- name: add_simulated_user
INSERT INTO app_user (name, role, simulated, created_at) VALUES ($1, 'labeler', true, $2::timestamptz) ON CONFLICT (name) DO NOTHING;

-- name: analyze_tasks
ANALYZE label_task;

-- Whether what is planned may be planned for less than $1 answers.
-- name: is_planned_for_less
SELECT reltuples < $1::float8 FROM pg_class WHERE oid = 'label_lease'::regclass;

-- name: analyze_answers
ANALYZE label_task, label_lease, annotation, ground_truth;

-- name: count_open_tasks
SELECT coalesce(sum(open), 0)::bigint FROM label_tally WHERE user_id = 0;
