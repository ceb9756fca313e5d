-- Gold, review, audits, invalidation, dashboards.

-- name: gold_candidates
WITH gold AS MATERIALIZED (
    SELECT t.rk, t.source_id, t.key FROM label_gold o JOIN label_task t ON t.id = o.task_id WHERE t.project_id = $1
)
SELECT g.key FROM ground_truth g
WHERE g.project_id = $1 AND g.method = $2 AND (g.rk, g.source_id, g.key) NOT IN (SELECT rk, source_id, key FROM gold)
ORDER BY hashint8extended(g.rk, $1), g.key LIMIT $3::bigint;

-- What is held true of these records by import or decision, and whether they have the fields $5, without which nobody can be asked.
-- name: gold_truths
SELECT r.key, c.name AS label, g.value, cardinality($5::text[]) = 0 OR coalesce(v.payload ?& $5::text[], false) AS askable
FROM unnest($3::bigint[], $4::text[]) AS w (rk, key)
JOIN ground_truth g ON g.rk = w.rk AND g.source_id = $2 AND g.key = w.key AND g.project_id = $1
JOIN record r ON r.rk = g.rk AND r.source_id = g.source_id AND r.key = g.key
LEFT JOIN record_version v ON v.rk = r.rk AND v.source_id = r.source_id AND v.key = r.key AND v.version = r.version
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
WHERE g.method IN ('import', 'adjudicated');

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
    (SELECT count(*) FROM wish) - (SELECT count(*) FROM known) AS no_truth, k.audited, 0::bigint AS unfit
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
WITH gold AS MATERIALIZED (
    SELECT t.id, t.rk, t.source_id, t.key, o.explanation, o.added_at FROM label_gold o JOIN label_task t ON t.id = o.task_id WHERE o.project_id = $1
), answer AS MATERIALIZED (
    SELECT o.id, count(*) AS answers FROM gold o JOIN annotation a ON a.rk = o.rk AND a.source_id = o.source_id AND a.key = o.key
    WHERE a.project_id = $1 AND a.withdrawn_at IS NULL AND a.submitted_at >= o.added_at GROUP BY o.id
)
SELECT o.key, c.name AS label, g.value, g.method, o.explanation, o.added_at, coalesce(n.answers, 0) AS answers
FROM gold o
JOIN ground_truth g ON g.rk = o.rk AND g.source_id = o.source_id AND g.key = o.key AND g.project_id = $1
LEFT JOIN answer n ON n.id = o.id
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
ORDER BY o.key;

-- name: gold_given
SELECT given FROM label_person WHERE project_id = $1 AND user_id = $2;

-- name: count_gold_given
INSERT INTO label_person AS o (project_id, user_id, given) VALUES ($1, $2, $3)
ON CONFLICT (project_id, user_id) DO UPDATE SET given = o.given + excluded.given;

-- Leases up to $4 gold tasks that user $2 never had to them until $3. Each person has an order of their own.
-- name: claim_gold
WITH fresh AS MATERIALIZED (
    SELECT t.id, t.rk, t.source_id, t.key FROM label_gold o JOIN label_task t ON t.id = o.task_id
    WHERE o.project_id = $1 AND t.state = 'gold'
        AND NOT EXISTS (SELECT 1 FROM label_lease l WHERE l.task_id = t.id AND l.user_id = $2)
        AND EXISTS (SELECT 1 FROM label_project p WHERE p.id = $1 AND p.state = 'active')
), known AS MATERIALIZED (
    SELECT t.id FROM fresh t JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key
    WHERE g.project_id = $1 AND g.method IN ('import', 'adjudicated')
), picked AS (
    SELECT t.id FROM label_task t WHERE t.id = ANY (ARRAY(SELECT id FROM known)) AND t.state = 'gold'
    ORDER BY hashint8extended(t.id, $2), t.id LIMIT $4::int FOR UPDATE OF t SKIP LOCKED
), leased AS (
    INSERT INTO label_lease (task_id, user_id, token, attempt, state, expires_at)
    SELECT id, $2, 1, 1, 'held', $3::timestamptz FROM picked
    ON CONFLICT (task_id, user_id) DO NOTHING RETURNING task_id, token, attempt
)
UPDATE label_task t SET leases = t.leases + 1 FROM leased e WHERE t.id = e.task_id
RETURNING t.id AS task, e.token, e.attempt, t.rk, t.key, t.version, t.priority, t.reason;

-- name: gold_truth
WITH gold AS (
    SELECT t.rk, t.source_id, t.key, t.project_id, o.explanation FROM label_gold o JOIN label_task t ON t.id = o.task_id
    WHERE o.task_id = $1 AND t.state = 'gold'
)
SELECT c.name AS label, g.value, o.explanation FROM gold o
JOIN ground_truth g ON g.rk = o.rk AND g.source_id = o.source_id AND g.key = o.key AND g.project_id = o.project_id
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id;

-- Answers on gold, in the order of time: each person's first to a record if $2 (they were told the truth then), else those that
-- stand.
-- name: gold_answers
WITH gold AS MATERIALIZED (
    SELECT t.id AS task, t.rk, t.source_id, t.key, o.added_at FROM label_gold o JOIN label_task t ON t.id = o.task_id WHERE o.project_id = $1
)
SELECT * FROM (
    SELECT DISTINCT ON (a.user_id, a.rk, a.key) t.task, u.name AS user_name, ac.name AS label, a.value,
        gc.name AS true_label, g.value AS true_value, a.submitted_at, a.rk, a.key
    FROM gold t
    JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = $1
    JOIN annotation a ON a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = $1
    JOIN app_user u ON u.id = a.user_id
    LEFT JOIN label_class ac ON ac.project_id = $1 AND ac.class_id = a.class_id
    LEFT JOIN label_class gc ON gc.project_id = $1 AND gc.class_id = g.class_id
    WHERE a.submitted_at >= t.added_at AND a.audit_id IS NULL AND (a.withdrawn_at IS NULL OR $2::boolean)
        AND ($3::bigint IS NULL OR a.user_id = $3)
    ORDER BY a.user_id, a.rk, a.key, a.attempt
) first_answers ORDER BY user_name, submitted_at, rk, key;

-- Whether watchers know that user $2 drifts in project $1. Who asks is alone with it until the end of the transaction.
-- name: is_known_to_drift
SELECT drifting FROM label_person WHERE project_id = $1 AND user_id = $2 FOR UPDATE;

-- name: note_drift
UPDATE label_person SET drifting = $3 WHERE project_id = $1 AND user_id = $2 AND drifting <> $3::boolean;

-- The same of many records; NaN says that there is nothing to decide. Decided records stay so.
-- Returns how many more of them disagree than before.
-- name: note_disagreements
WITH given AS MATERIALIZED (
    SELECT * FROM unnest($3::bigint[], $4::text[], $5::float8[]) AS w (rk, key, part)
), decided AS MATERIALIZED (
    SELECT w.rk, w.key FROM given w JOIN ground_truth g ON g.rk = w.rk AND g.source_id = $2 AND g.key = w.key AND g.project_id = $1
    WHERE g.method = 'adjudicated'
), apart AS MATERIALIZED (
    SELECT t.id, nullif(w.part, 'NaN') AS part FROM given w
    JOIN label_task t ON t.project_id = $1 AND t.rk = w.rk AND t.source_id = $2 AND t.key = w.key
    WHERE t.state <> 'gold' AND t.disagreement IS DISTINCT FROM nullif(w.part, 'NaN') AND (w.rk, w.key) NOT IN (SELECT rk, key FROM decided)
), was AS MATERIALIZED (
    SELECT t.id, t.disagreement FROM label_task t WHERE t.id = ANY (ARRAY(SELECT id FROM apart)) AND t.state <> 'gold' ORDER BY t.id FOR UPDATE
), noted AS (
    UPDATE label_task t SET disagreement = a.part FROM was w JOIN apart a USING (id) WHERE t.id = w.id
    RETURNING (t.disagreement IS NOT NULL)::int - (w.disagreement IS NOT NULL)::int AS more
)
SELECT coalesce(sum(more), 0)::bigint FROM noted;

-- name: task_of_key
SELECT id FROM label_task WHERE project_id = $1 AND rk = $2 AND source_id = $3 AND key = $4;

-- Tasks of project $1 whose answers disagree, the worst first: those behind ($2, $3). As two ranges of the index, since many disagree
-- equally.
-- name: disagreed_tasks
SELECT task, place FROM (
    (SELECT id AS task, disagreement AS place FROM label_task
     WHERE project_id = $1 AND disagreement IS NOT NULL AND disagreement = $2::float8 AND id > $3::bigint ORDER BY id LIMIT $4)
    UNION ALL
    (SELECT id, disagreement FROM label_task
     WHERE project_id = $1 AND disagreement IS NOT NULL AND disagreement < $2::float8 ORDER BY disagreement DESC, id LIMIT $4)
) d ORDER BY place DESC, task LIMIT $4;

-- name: flagged_tasks
SELECT DISTINCT task_id AS task, 0::float8 AS place FROM label_comment
WHERE project_id = $1 AND flag AND resolved_at IS NULL AND task_id > $2::bigint ORDER BY task_id LIMIT $3;

-- name: decided_tasks
SELECT task_id AS task, id::float8 AS place FROM label_review
WHERE project_id = $1 AND action = 'decided' AND stands AND id < $2::bigint ORDER BY id DESC LIMIT $3;

-- name: reviewed_tasks
WITH task AS MATERIALIZED (
    SELECT t.*, w.place FROM unnest($1::bigint[]) WITH ORDINALITY AS w (id, place) JOIN label_task t ON t.id = w.id
), label AS MATERIALIZED (
    SELECT t.place, g.* FROM task t
    JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
)
SELECT t.id AS task, t.source_id || '.' || lpad(to_hex(t.rk), 16, '0') AS record, t.key, t.state, 1 - t.disagreement AS agreement,
    c.name AS label, g.value, g.probability, g.method, g.decided_by, g.set_at
FROM task t LEFT JOIN label g ON g.place = t.place
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
ORDER BY t.place;

-- name: reviewed_answers
WITH task AS MATERIALIZED (
    SELECT t.* FROM unnest($1::bigint[]) AS w (id) JOIN label_task t ON t.id = w.id
), trust AS MATERIALIZED (
    SELECT project_id, user_id, accuracy FROM label_trust WHERE project_id IN (SELECT project_id FROM task)
)
SELECT t.id AS task, u.name AS "user", a.attempt, c.name AS label, a.value, a.milliseconds, a.submitted_at, k.accuracy
FROM task t
JOIN annotation a ON a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = t.project_id
JOIN app_user u ON u.id = a.user_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
LEFT JOIN trust k ON k.project_id = a.project_id AND k.user_id = a.user_id
WHERE a.withdrawn_at IS NULL ORDER BY a.submitted_at, u.name;

-- name: reviewed_comments
SELECT m.task_id AS task, u.name AS "user", m.text, m.flag, m.written_at
FROM label_comment m JOIN app_user u ON u.id = m.user_id WHERE m.task_id = ANY ($1::bigint[]) ORDER BY m.id;

-- A reviewer's label of task $1. Nobody else is asked; what people hold they may still answer. Returns whether there was no label, and what
-- the counts are told of it.
-- name: decide
WITH task AS (
    SELECT * FROM label_task WHERE id = $1 FOR UPDATE
), was AS (
    SELECT jsonb_build_object('class', g.class_id, 'value', g.value, 'probability', g.probability, 'method', g.method, 'set_at', g.set_at,
        'decided_by', g.decided_by, 'version', g.labeled_version) AS label
    FROM ground_truth g JOIN task t ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
), record_now AS MATERIALIZED (
    SELECT r.version FROM task t JOIN record r ON r.rk = t.rk AND r.source_id = t.source_id AND r.key = t.key
), put AS (
    INSERT INTO ground_truth AS g (rk, source_id, key, project_id, class_id, value, probability, method, set_at, decided_by, labeled_version)
    SELECT t.rk, t.source_id, t.key, t.project_id, $2::int, $3::jsonb, 1, 'adjudicated', $6::timestamptz, $5, r.version
    FROM task t LEFT JOIN record_now r ON true
    ON CONFLICT (rk, source_id, key, project_id) DO UPDATE SET class_id = excluded.class_id, value = excluded.value, probability = 1,
        method = excluded.method, revision = g.revision + 1, set_at = excluded.set_at, decided_by = excluded.decided_by,
        labeled_version = excluded.labeled_version, class_was = g.class_id, probability_was = g.probability, set_at_was = g.set_at
    RETURNING g.rk, xmax = 0 AS is_new, g.class_id, g.probability, g.set_at, g.class_was, g.probability_was, g.set_at_was
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
FROM task k LEFT JOIN put ON put.rk = k.rk WHERE t.id = k.id
RETURNING put.is_new, put.class_id, put.probability, put.set_at, put.class_was, put.probability_was, put.set_at_was;

-- Takes the decision about task $1 that stands back. Returns whether there was a label before it, and what the counts are told of it.
-- name: undo_decision
WITH task AS (
    SELECT * FROM label_task WHERE id = $1 FOR UPDATE
), gone AS (
    UPDATE label_review v SET stands = false FROM task t WHERE v.task_id = t.id AND v.action = 'decided' AND v.stands
    RETURNING v.made_at, v.before
), label AS MATERIALIZED (
    SELECT before -> 'label' AS was, (before -> 'label' ->> 'set_at')::timestamptz AS set_at FROM gone
), again AS (
    UPDATE label_review v SET stands = true FROM gone WHERE v.id = (gone.before ->> 'review')::bigint
), unresolved AS (
    UPDATE label_comment m SET resolved_at = NULL FROM task t, gone WHERE m.task_id = t.id AND m.resolved_at = gone.made_at
), back AS (
    UPDATE ground_truth g SET class_id = (o.was ->> 'class')::int, value = nullif(o.was -> 'value', 'null'),
        probability = (o.was ->> 'probability')::float8, method = o.was ->> 'method',
        set_at = o.set_at, decided_by = o.was ->> 'decided_by', revision = g.revision + 1,
        labeled_version = (o.was ->> 'version')::int, class_was = g.class_id, probability_was = g.probability,
        set_at_was = g.set_at
    FROM task t, label o WHERE g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
        AND o.was <> 'null'
    RETURNING g.class_id, g.probability, g.set_at, g.class_was, g.probability_was, g.set_at_was
), room AS (
    SELECT t.id, CASE WHEN t.state IN ('open', 'done') THEN greatest((gone.before ->> 'wanted')::int, t.answers + t.leases) ELSE t.wanted END AS wanted
    FROM task t, gone
), waiting AS (
    UPDATE label_task t SET wanted = r.wanted, state = CASE WHEN t.state = 'done' AND t.answers < r.wanted THEN 'open' ELSE t.state END,
        done_at = CASE WHEN t.state = 'done' AND t.answers < r.wanted THEN NULL ELSE t.done_at END
    FROM room r WHERE t.id = r.id
)
SELECT gone.before -> 'label' <> 'null' AS labeled, back.* FROM gone LEFT JOIN back ON true;

-- What user $2 says of task $1.
-- name: standing_answer
WITH task AS (
    SELECT * FROM label_task WHERE id = $1
)
SELECT c.name AS label, a.value FROM task t
JOIN annotation a ON a.rk = t.rk AND a.source_id = t.source_id AND a.key = t.key AND a.project_id = t.project_id
    AND a.user_id = $2 AND a.withdrawn_at IS NULL
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
ORDER BY a.attempt DESC LIMIT 1;

-- The label of task $1.
-- name: standing_label
WITH task AS (
    SELECT * FROM label_task WHERE id = $1
)
SELECT c.name AS label, g.value, g.method = 'adjudicated' AS decided FROM task t
JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id;

-- Notes that task $1 went back to user $2, after undo_answer. Returns how many tasks disagree no more: 0 or 1.
-- name: note_sent_back
WITH draft AS (
    INSERT INTO label_draft AS d (task_id, user_id, value, saved_at, comment, returned_by) VALUES ($1, $2, $3::jsonb, $6::timestamptz, $4, $5)
    ON CONFLICT (task_id, user_id) DO UPDATE SET value = excluded.value, saved_at = excluded.saved_at, comment = excluded.comment,
        returned_by = excluded.returned_by
), resolved AS (
    UPDATE label_comment m SET resolved_at = $6::timestamptz WHERE m.task_id = $1 AND m.flag AND m.resolved_at IS NULL
), still AS (
    UPDATE label_task SET disagreement = NULL WHERE id = $1 AND disagreement IS NOT NULL RETURNING id
), noted AS (
    INSERT INTO label_review (project_id, task_id, action, person, comment, made_by, made_at)
    SELECT t.project_id, t.id, 'sent back', u.name, $4, $5, $6::timestamptz FROM label_task t, app_user u WHERE t.id = $1 AND u.id = $2
)
SELECT count(*) FROM still;

-- The last audit of project $1, with how far it is.
-- name: last_audit
SELECT a.id AS audit, a.labels, a.sample, a.by_class, a.seed, a.made_by, a.made_at, a.stopped_by, a.stopped_at,
    (SELECT count(*) FROM label_audit_item i WHERE i.audit_id = a.id) AS items
FROM label_audit a WHERE a.project_id = $1 ORDER BY a.id DESC LIMIT 1;

-- What is being done with its tasks.
-- name: audit_progress
WITH item AS MATERIALIZED (
    SELECT i.*, t.rk, t.source_id, t.key, t.project_id FROM label_audit_item i JOIN label_task t ON t.id = i.task_id WHERE i.audit_id = $1
), answer AS MATERIALIZED (
    SELECT DISTINCT i.task_id FROM item i
    JOIN annotation n ON n.rk = i.rk AND n.source_id = i.source_id AND n.key = i.key AND n.project_id = i.project_id
    WHERE n.audit_id = $1 AND n.withdrawn_at IS NULL
), lease AS MATERIALIZED (
    SELECT l.task_id, bool_or(l.state = 'held' AND l.expires_at > $2::timestamptz) AS held, bool_or(l.state = 'skipped') AS skipped
    FROM label_audit_item i JOIN label_lease l ON l.task_id = i.task_id WHERE i.audit_id = $1 AND l.audit_id = $1 GROUP BY l.task_id
)
SELECT count(*) FILTER (WHERE k.answered) AS answered, count(*) FILTER (WHERE NOT k.answered AND k.held) AS in_hand,
    count(*) FILTER (WHERE NOT k.answered AND NOT k.held AND k.skipped) AS skipped
FROM (SELECT a.task_id IS NOT NULL AS answered, coalesce(l.held, false) AS held, coalesce(l.skipped, false) AS skipped
      FROM item i LEFT JOIN answer a ON a.task_id = i.task_id LEFT JOIN lease l ON l.task_id = i.task_id) k;

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
), queued AS MATERIALIZED (
    SELECT t.id, d.class_id, d.value FROM drawn d JOIN label_task t ON t.rk = d.rk AND t.source_id = d.source_id AND t.key = d.key
    WHERE t.project_id = $1
), there AS (
    SELECT t.id, t.state, t.wanted FROM label_task t WHERE t.id = ANY (ARRAY(SELECT id FROM queued)) FOR UPDATE
), turned AS (
    UPDATE label_task t SET state = 'audit', wanted = t.answers + t.leases + 1 FROM there h WHERE t.id = h.id
), made AS (
    INSERT INTO label_task AS t (project_id, rk, source_id, key, version, state, reason, wanted, created_at)
    SELECT $1, rk, source_id, key, version, 'audit', 'audit', 1, $6::timestamptz FROM drawn ORDER BY rk
    ON CONFLICT (project_id, rk, source_id, key) DO NOTHING RETURNING t.id, t.rk, t.source_id, t.key
)
INSERT INTO label_audit_item (audit_id, task_id, class_id, value, was_state, was_wanted)
SELECT $2::bigint, h.id, q.class_id, q.value, h.state, h.wanted FROM there h JOIN queued q ON q.id = h.id
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
        AND t.id <> ALL (ARRAY(SELECT task_id FROM ended))
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
WITH item AS MATERIALIZED (
    SELECT i.*, t.rk, t.source_id, t.key, t.project_id FROM label_audit_item i JOIN label_task t ON t.id = i.task_id WHERE i.audit_id = $1
), said AS MATERIALIZED (
    SELECT DISTINCT ON (i.task_id) i.task_id, a.attempt, a.user_id, a.class_id, a.value FROM item i
    JOIN annotation a ON a.rk = i.rk AND a.source_id = i.source_id AND a.key = i.key AND a.project_id = i.project_id
    WHERE a.audit_id = $1 AND a.withdrawn_at IS NULL ORDER BY i.task_id, a.submitted_at DESC, a.user_id
), truth AS MATERIALIZED (
    SELECT i.task_id, g.class_id, g.value FROM item i
    JOIN ground_truth g ON g.rk = i.rk AND g.source_id = i.source_id AND g.key = i.key AND g.project_id = i.project_id
)
SELECT i.task_id AS task, i.source_id || '.' || lpad(to_hex(i.rk), 16, '0') AS record, i.key, i.class_id, c.name AS label, i.value, i.likeness,
    n.attempt IS NOT NULL AS answered, n.user_id, u.name AS "user", nc.name AS said_label, n.value AS said_value,
    (g.class_id, g.value) IS DISTINCT FROM (i.class_id, i.value) AS changed
FROM item i
LEFT JOIN label_class c ON c.project_id = i.project_id AND c.class_id = i.class_id
LEFT JOIN truth g ON g.task_id = i.task_id
LEFT JOIN said n ON n.task_id = i.task_id
LEFT JOIN app_user u ON u.id = n.user_id
LEFT JOIN label_class nc ON nc.project_id = i.project_id AND nc.class_id = n.class_id
ORDER BY i.rk, i.key;

-- name: lock_audited
SELECT t.id FROM label_task t WHERE t.id IN (SELECT i.task_id FROM label_audit_item i WHERE i.audit_id = $1) ORDER BY t.id FOR UPDATE;

-- name: fix_likeness
UPDATE label_audit_item i SET likeness = w.likeness FROM unnest($2::bigint[], $3::float8[]) AS w (task, likeness)
WHERE i.audit_id = $1 AND i.task_id = w.task;

-- Tasks whose own answers came or went while they were audited: their labels were not merged anew.
-- name: answered_beside_audit
WITH item AS MATERIALIZED (
    SELECT i.task_id, t.rk, t.source_id, t.key, t.project_id, a.made_at
    FROM label_audit a JOIN label_audit_item i ON i.audit_id = a.id JOIN label_task t ON t.id = i.task_id WHERE a.id = $1
)
SELECT DISTINCT i.task_id AS id FROM item i
JOIN annotation n ON n.rk = i.rk AND n.source_id = i.source_id AND n.key = i.key AND n.project_id = i.project_id
WHERE n.audit_id IS NULL AND (n.submitted_at >= i.made_at OR n.withdrawn_at >= i.made_at);

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

-- Tasks that user $2 answered in project $1 from $3 to $4, in the order in which tasks are locked.
-- name: lock_answered
SELECT t.id FROM label_task t
WHERE t.id = ANY (ARRAY(
    SELECT a.task_id FROM annotation a WHERE a.project_id = $1 AND a.user_id = $2 AND a.withdrawn_at IS NULL
        AND ($3::timestamptz IS NULL OR a.submitted_at >= $3::timestamptz) AND ($4::timestamptz IS NULL OR a.submitted_at < $4::timestamptz)))
ORDER BY t.id FOR UPDATE;

-- Tasks with answers that invalidation $1 took back.
-- name: lock_invalidated
SELECT t.id FROM label_task t WHERE t.id = ANY (ARRAY(SELECT a.task_id FROM annotation a WHERE a.invalidation_id = $1)) ORDER BY t.id FOR UPDATE;

-- name: add_invalidation
INSERT INTO label_invalidation (project_id, user_id, reason, since, until, answers, made_by, made_at)
VALUES ($1, $2, $3, $4::timestamptz, $5::timestamptz, $6, $7, $8::timestamptz) RETURNING id;

-- name: invalidate_answers
WITH task AS MATERIALIZED (
    SELECT id, project_id, rk, source_id, key FROM label_task WHERE id = ANY ($3::bigint[])
), decided AS MATERIALIZED (
    SELECT t.id FROM task t JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = t.project_id
    WHERE g.method = 'adjudicated'
), gone AS (
    UPDATE annotation a SET withdrawn_at = $5::timestamptz, invalidation_id = $4
    FROM task t
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
FROM (SELECT e.task_id, d.id IS NOT NULL AS decided FROM leases e LEFT JOIN decided d ON d.id = e.task_id) k
WHERE t.id = k.task_id;

-- name: restore_answers
WITH gone AS MATERIALIZED (
    SELECT task_id, user_id, attempt FROM annotation WHERE invalidation_id = $1
), lease AS MATERIALIZED (
    SELECT l.task_id, l.user_id, l.attempt FROM gone g JOIN label_lease l ON l.task_id = g.task_id AND l.user_id = g.user_id AND l.attempt = g.attempt
    WHERE l.state = 'invalid'
), back AS (
    UPDATE annotation a SET withdrawn_at = NULL, invalidation_id = NULL FROM lease l
    WHERE a.invalidation_id = $1 AND l.task_id = a.task_id AND l.user_id = a.user_id AND l.attempt = a.attempt
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
SELECT date_trunc($4, to_timestamp(number * 3600) AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS begin, sum(labels)::bigint AS labels
FROM label_truth_tally
WHERE project_id = $1 AND part = 'hour' AND number >= ceil(extract(epoch FROM $2::timestamptz) / 3600)::bigint
    AND number < ceil(extract(epoch FROM $3::timestamptz) / 3600)::bigint
GROUP BY 1 HAVING sum(labels) <> 0 ORDER BY 1;

-- name: pace_of_done
SELECT coalesce(sum(done), 0)::bigint AS done, min(hour) AS first FROM label_pace
WHERE project_id = $1 AND hour >= $2::timestamptz AND hour < $3::timestamptz;

-- What waits in project $1 at $2, beside the states of its tasks.
-- name: queue_depth
SELECT (SELECT count(*) FROM label_lease l CROSS JOIN LATERAL (SELECT project_id FROM label_task WHERE id = l.task_id OFFSET 0) t
        WHERE l.state = 'held' AND l.expires_at > $2::timestamptz AND t.project_id = $1) AS leased,
    (SELECT coalesce(sum(disputed), 0)::bigint FROM label_tally WHERE project_id = $1 AND user_id = 0) AS disagreed,
    (SELECT count(DISTINCT task_id) FROM label_comment WHERE project_id = $1 AND flag AND resolved_at IS NULL) AS flagged,
    (SELECT count(DISTINCT l.task_id) FROM label_lease l JOIN label_task t ON t.id = l.task_id
     WHERE l.state = 'skipped' AND t.project_id = $1 AND t.state = 'open') AS skipped;
---------------------------------------------------------------------------------------------------------- kept counts

-- name: labels_of_records
SELECT w.key, g.class_id, g.value::text AS value
FROM unnest($3::bigint[], $4::text[]) WITH ORDINALITY AS w (rk, key, place)
JOIN ground_truth g ON g.rk = w.rk AND g.source_id = $2 AND g.key = w.key AND g.project_id = $1 ORDER BY w.place;

-- name: said_of_records
SELECT s.key, s.answer, count(*) AS people
FROM (SELECT DISTINCT ON (a.rk, a.key, a.user_id) a.key, coalesce(c.name, a.value::text, '') AS answer
      FROM unnest($3::bigint[], $4::text[]) AS w (rk, key)
      JOIN annotation a ON a.rk = w.rk AND a.source_id = $2 AND a.key = w.key AND a.project_id = $1
      LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
      WHERE a.withdrawn_at IS NULL AND a.audit_id IS NULL
      ORDER BY a.rk, a.key, a.user_id, a.attempt DESC) s
GROUP BY s.key, s.answer ORDER BY s.key, people DESC, s.answer;

-- What projects hold true of one record.
-- name: labels_of_record
SELECT p.name AS project, c.name AS label, g.value, g.probability, g.method, g.revision, g.set_at
FROM ground_truth g JOIN label_project p ON p.id = g.project_id
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
WHERE g.rk = $1 AND g.source_id = $2 AND g.key = $3 ORDER BY p.name;

-- All that people said of one record, also what was taken back.
-- name: all_answers_of_record
SELECT p.name AS project, u.name AS "user", u.simulated, a.attempt, c.name AS label, a.value, a.milliseconds, a.submitted_at, a.withdrawn_at,
    a.audit_id IS NOT NULL AS audit
FROM annotation a JOIN label_project p ON p.id = a.project_id JOIN app_user u ON u.id = a.user_id
LEFT JOIN label_class c ON c.project_id = a.project_id AND c.class_id = a.class_id
WHERE a.rk = $1 AND a.source_id = $2 AND a.key = $3 ORDER BY p.name, a.submitted_at, u.name, a.attempt;

-- Who passed a record over, and why. An ended lease keeps the time of its end.
-- name: skips_of_record
SELECT p.name AS project, u.name AS "user", l.reason, l.expires_at AS at
FROM label_project p JOIN label_task t ON t.project_id = p.id JOIN label_lease l ON l.task_id = t.id JOIN app_user u ON u.id = l.user_id
WHERE t.rk = $1 AND t.source_id = $2 AND t.key = $3 AND p.source_id = $2 AND l.state = 'skipped' ORDER BY p.name, at, u.name;
