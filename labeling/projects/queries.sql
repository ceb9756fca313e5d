-- Projects: their definition, members, guidelines and changes of classes; their end.

-- name: add_project
INSERT INTO label_project (name, source_id, kind, spec, overlap, created_at) VALUES ($1, $2, $3, $4::jsonb, $5, $6::timestamptz)
ON CONFLICT (name) DO NOTHING RETURNING id;

-- A project with its classes.
-- name: find_project
SELECT p.id, p.source_id, p.version, p.schema_version, p.state, p.created_at, p.name, s.name AS source, p.overlap, p.spec,
    EXISTS (SELECT 1 FROM label_member m WHERE m.project_id = p.id) AS has_members,
    (SELECT json_agg(json_build_array(k.class_id, k.question, k.name, k.spec::text, k.retired) ORDER BY k.class_id)
     FROM label_class k WHERE k.project_id = p.id) AS classes
FROM label_project p JOIN source s ON s.id = p.source_id WHERE p.name = $1;

-- The same of project $1, or else of task $2.
-- name: find_project_by_id
SELECT p.id, p.source_id, p.version, p.schema_version, p.state, p.created_at, p.name, s.name AS source, p.overlap, p.spec,
    EXISTS (SELECT 1 FROM label_member m WHERE m.project_id = p.id) AS has_members,
    (SELECT json_agg(json_build_array(k.class_id, k.question, k.name, k.spec::text, k.retired) ORDER BY k.class_id)
     FROM label_class k WHERE k.project_id = p.id) AS classes
FROM label_project p JOIN source s ON s.id = p.source_id
WHERE p.id = coalesce($1::bigint, (SELECT t.project_id FROM label_task t WHERE t.id = $2::bigint));

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

-- The classes that project $1 offers, by number: at most $2 (NULL: all) behind number $3, whose names hold $4.
-- name: class_progress
SELECT k.class_id AS id, k.name, k.question, k.spec ->> 'description' AS description, k.spec ->> 'hotkey' AS hotkey, k.spec ->> 'colour' AS colour,
    coalesce(g.truths, 0) AS truths, g.sureness / nullif(g.truths, 0) / 1000000000 AS mean_probability
FROM label_class k
LEFT JOIN (SELECT number AS class_id, sum(labels)::bigint AS truths, sum(sureness)::float8 AS sureness
           FROM label_truth_tally WHERE project_id = $1 AND part = 'class' GROUP BY number) g USING (class_id)
WHERE k.project_id = $1 AND NOT k.retired AND k.class_id > $3::int AND ($4::text = '' OR strpos(lower(k.name), lower($4::text)) > 0)
ORDER BY k.class_id LIMIT $2::bigint;

-- name: put_definition
UPDATE label_project SET spec = $2::jsonb, overlap = $3, state = $4, version = version + 1 WHERE id = $1;

-- name: put_classes
INSERT INTO label_class (project_id, class_id, question, name, spec)
SELECT $1, c.class_id, c.question, c.name, c.spec::jsonb FROM unnest($2::int[], $3::text[], $4::text[], $5::text[]) AS c (class_id, question, name, spec)
ON CONFLICT (project_id, class_id) DO UPDATE SET name = excluded.name, spec = excluded.spec, retired = false;

-- Held by answers together, and by a change of classes alone. Of project $1, or else of task $2.
-- name: keep_classes
SELECT pg_advisory_xact_lock_shared(hashtextextended('classes of a labeling project',
    coalesce($1::bigint, (SELECT t.project_id FROM label_task t WHERE t.id = $2::bigint))));

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

-- Waiting tasks want as many answers as the project now does, and no fewer than people are at; those that have them are done.
-- name: change_overlap
UPDATE label_task t SET wanted = k.wanted, state = CASE WHEN t.answers >= k.wanted THEN 'done' ELSE 'open' END,
    done_at = CASE WHEN t.answers >= k.wanted THEN $3::timestamptz END
FROM (SELECT id, greatest($2 + doubled::int, answers + leases) AS wanted FROM label_task WHERE project_id = $1 AND state = 'open' FOR UPDATE) k
WHERE t.id = k.id AND t.wanted <> $2 + t.doubled::int;

-- Of classes that are others now.
-- name: forget_confusions
UPDATE label_trust SET confusion = NULL WHERE project_id = $1;

-- Labels, a page at a time.
-- name: labels_page
SELECT g.rk, g.key, c.name AS class_name, g.value
FROM ground_truth g LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
WHERE g.project_id = $1 AND g.source_id = $2 AND (g.rk, g.source_id, g.key) > ($3::bigint, $2::bigint, $4::text)
ORDER BY g.rk, g.source_id, g.key LIMIT $5::int;

-- Answers as they are read after change $3; what stood there is kept if $10.
-- name: change_answers
UPDATE annotation a SET class_id = w.class_id, value = w.value::jsonb,
    before = CASE WHEN $10::boolean THEN coalesce(a.before, '[]') || ('{"version": ' || $3::int::text || ', "class": ' || coalesce(a.class_id::text, 'null')
            || ', "value": ' || coalesce(a.value::text, 'null') || '}')::jsonb
        ELSE a.before END
FROM unnest($4::bigint[], $5::text[], $6::bigint[], $7::int[], $8::int[], $9::text[]) AS w (rk, key, user_id, attempt, class_id, value)
WHERE a.rk = w.rk AND a.source_id = $2 AND a.key = w.key AND a.project_id = $1 AND a.user_id = w.user_id AND a.attempt = w.attempt;

-- name: change_labels
UPDATE ground_truth g SET class_id = w.class_id, value = w.value::jsonb, revision = g.revision + 1,
    before = CASE WHEN $8::boolean
        THEN coalesce(g.before, '[]') || ('{"version": ' || $3::int::text || ', "class": ' || coalesce(g.class_id::text, 'null')
            || ', "value": ' || coalesce(g.value::text, 'null') || ', "revision": ' || (g.revision + 1)::text || '}')::jsonb
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
    RETURNING g.rk, g.key, g.class_id, g.value, g.probability, g.method, g.rules_version, g.set_at, g.before
), put AS (
    INSERT INTO label_task AS t (project_id, rk, source_id, key, version, priority, reason, wanted, created_at, before)
    SELECT $1, w.rk, $2, w.key, r.version, 0, 'split', $8::int, $9::timestamptz,
        jsonb_build_array(jsonb_build_object('version', $3::int, 'label', CASE WHEN l.rk IS NOT NULL THEN
            jsonb_build_object('class', l.class_id, 'value', l.value, 'probability', l.probability, 'method', l.method,
                'rules_version', l.rules_version, 'set_at', l.set_at, 'before', l.before) END, 'new', true))
    FROM wish w JOIN record r ON r.rk = w.rk AND r.source_id = $2 AND r.key = w.key LEFT JOIN label l ON l.rk = w.rk AND l.key = w.key
    ON CONFLICT (project_id, rk, source_id, key) DO UPDATE SET state = 'open', done_at = NULL, reason = 'split',
        wanted = greatest(t.wanted, t.answers + t.leases + 1),
        before = coalesce(t.before, '[]') || ((excluded.before -> 0) - 'new')
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
WITH asked AS MATERIALIZED (
    SELECT b.rk, b.source_id, b.key, b.user_id, b.attempt, b.task_id, x.place
    FROM annotation b, jsonb_array_elements(b.before) WITH ORDINALITY AS x (was, place)
    WHERE b.project_id = $1 AND (x.was ->> 'version')::int = $2 AND x.was ? 'withdrawn'
), free AS MATERIALIZED (
    SELECT b.* FROM asked b JOIN label_lease l ON l.task_id = b.task_id AND l.user_id = b.user_id AND l.state <> 'answered'
), back AS (
    UPDATE annotation a SET withdrawn_at = NULL, before = a.before - (e.place - 1)::int
    FROM free e
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

-- name: projects_of_source
SELECT id, name FROM label_project WHERE source_id = $1 ORDER BY name FOR UPDATE;

-- name: drop_leases
DELETE FROM label_lease l USING label_task t WHERE t.id = l.task_id AND t.project_id = ANY ($1::bigint[]);

-- name: drop_drafts
DELETE FROM label_draft d USING label_task t WHERE t.id = d.task_id AND t.project_id = ANY ($1::bigint[]);

-- name: drop_bookmarks
DELETE FROM label_bookmark WHERE project_id = ANY ($1::bigint[]);

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
WITH labels AS (
    DELETE FROM label_truth_tally WHERE project_id = ANY ($1::bigint[])
)
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
