-- People, tokens and sessions.

-- name: insert_user
INSERT INTO app_user (name, role, created_at) VALUES ($1, $2, $3::timestamptz) ON CONFLICT (name) DO NOTHING RETURNING id;

-- name: count_admins
SELECT count(*) FROM app_user WHERE role = 'admin' AND disabled_at IS NULL;

-- name: user_by_name
SELECT id, name, role, created_at, disabled_at FROM app_user WHERE name = $1;

-- name: list_users
SELECT id, name, role, simulated, created_at, disabled_at FROM app_user WHERE name > $1 ORDER BY name LIMIT $2;

-- name: update_user
UPDATE app_user
SET role = coalesce($2::text, role),
    disabled_at = CASE WHEN $3::boolean IS NULL THEN disabled_at WHEN $3::boolean THEN $4::timestamptz END
WHERE name = $1
RETURNING id, name, role, simulated, created_at, disabled_at;

-- name: insert_token
INSERT INTO access_token (hash, user_id, kind, label, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5::timestamptz, $6::timestamptz)
RETURNING id;

-- name: list_tokens
SELECT id, kind, label, created_at, expires_at, used_at, revoked_at
FROM access_token WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3;

-- name: revoke_token
UPDATE access_token SET revoked_at = $3::timestamptz
WHERE id = $1 AND (user_id = $2 OR $4) AND revoked_at IS NULL;

-- name: account_of_token
SELECT u.id, u.name, u.role, t.used_at IS NULL OR t.used_at < $2::timestamptz - interval '1 minute' AS stale
FROM access_token t JOIN app_user u ON u.id = t.user_id
WHERE t.hash = $1 AND t.kind = 'bearer' AND t.revoked_at IS NULL AND u.disabled_at IS NULL
  AND (t.expires_at IS NULL OR t.expires_at > $2::timestamptz);

-- name: touch_token
UPDATE access_token SET used_at = $2::timestamptz WHERE hash = $1;

-- A link signs in once; a bearer token may open a browser's session too.
-- name: redeem_token
UPDATE access_token t SET used_at = $2::timestamptz
FROM app_user u
WHERE t.hash = $1 AND u.id = t.user_id AND u.disabled_at IS NULL AND t.revoked_at IS NULL
  AND (t.expires_at IS NULL OR t.expires_at > $2::timestamptz)
  AND (t.kind = 'bearer' OR t.used_at IS NULL)
RETURNING u.id, u.name, u.role;

-- name: insert_session
INSERT INTO web_session (hash, user_id, created_at, expires_at) VALUES ($1, $2, $3::timestamptz, $4::timestamptz);

-- name: account_of_session
SELECT u.id, u.name, u.role, false AS stale
FROM web_session s JOIN app_user u ON u.id = s.user_id
WHERE s.hash = $1 AND s.expires_at > $2::timestamptz AND u.disabled_at IS NULL;

-- name: delete_session
DELETE FROM web_session WHERE hash = $1;

-- name: delete_sessions_of
DELETE FROM web_session WHERE user_id = $1;

-- name: sweep_sessions
DELETE FROM web_session WHERE expires_at < $1::timestamptz;

-- name: sweep_answers
DELETE FROM idempotent_answer WHERE created_at < $1::timestamptz - interval '1 day';

-- name: insert_audit
INSERT INTO audit_event (at, user_id, actor, action, subject, detail)
VALUES ($1::timestamptz, $2, $3, $4, $5, $6::jsonb);

-- name: list_audit
SELECT id, at, actor, action, subject, detail FROM audit_event WHERE id < $1 ORDER BY id DESC LIMIT $2;

-- Idempotency keys. A second request with the key waits here for the first to commit.

-- name: reserve_answer
INSERT INTO idempotent_answer (user_id, key, request_hash, created_at) VALUES ($1, $2, $3, $4::timestamptz)
ON CONFLICT (user_id, key) DO NOTHING;

-- name: stored_answer
SELECT request_hash, status, media_type, body FROM idempotent_answer WHERE user_id = $1 AND key = $2;

-- name: store_answer
UPDATE idempotent_answer SET status = $3, media_type = $4, body = $5 WHERE user_id = $1 AND key = $2;

-- Sources.

-- name: list_sources
SELECT s.id, s.name, s.kind, s.state, s.schedule, s.next_due_at, s.created_at,
       coalesce(t.records, 0) AS records, coalesce(t.rejected, 0) AS rejected, l.last_run
FROM source s
LEFT JOIN LATERAL (SELECT sum(r.added)::bigint AS records, sum(r.rejected)::bigint AS rejected
                   FROM source_run r WHERE r.source_id = s.id) t ON true
LEFT JOIN LATERAL (SELECT json_build_object('id', r.id, 'state', r.state, 'started_at', r.started_at, 'ended_at', r.ended_at,
                          'read', r.read, 'added', r.added, 'changed', r.changed, 'unchanged', r.unchanged,
                          'rejected', r.rejected) AS last_run
                   FROM source_run r WHERE r.source_id = s.id ORDER BY r.id DESC LIMIT 1) l ON true
WHERE s.state <> 'removed' AND s.name > $1
ORDER BY s.name LIMIT $2;

-- name: source_by_name
SELECT s.id, s.name, s.kind, s.state, s.schedule, s.next_due_at, s.created_at,
       coalesce(t.records, 0) AS records, coalesce(t.rejected, 0) AS rejected,
       coalesce((SELECT c.columns FROM column_set c WHERE c.source_id = s.id ORDER BY c.version DESC LIMIT 1), '[]') AS columns
FROM source s
LEFT JOIN LATERAL (SELECT sum(r.added)::bigint AS records, sum(r.rejected)::bigint AS rejected
                   FROM source_run r WHERE r.source_id = s.id) t ON true
WHERE s.name = $1 AND s.state <> 'removed';

-- name: set_source_state
UPDATE source SET state = $2 WHERE name = $1 AND state <> 'removed' RETURNING id, name, state;

-- name: list_source_runs
SELECT id, state, read, added, changed, unchanged, rejected, bytes, error, started_at, ended_at
FROM source_run WHERE source_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3;

-- name: list_rejects
SELECT lpad(to_hex(rk), 16, '0') AS id, run_id, at, file, member, line, byte_offset, column_name AS column, code, reason,
       encode(substring(raw FROM 1 FOR 2000), 'escape') AS raw
FROM reject WHERE source_id = $1 AND state = 'open' AND rk > $2 ORDER BY rk LIMIT $3;

-- A labeler sees the records of the tasks that were handed to him, no others.
-- name: record_was_handed
SELECT 1 FROM label_task t JOIN label_lease l ON l.task_id = t.id
WHERE l.user_id = $1 AND t.rk = $2 AND t.source_id = $3 LIMIT 1;

-- Label projects.

-- name: list_projects
SELECT p.id, p.name, coalesce(p.spec ->> 'title', p.name) AS title, p.kind, p.state, p.overlap, p.version, p.created_at,
       s.name AS source, c.tasks, c.done, c.answers
FROM label_project p
JOIN source s ON s.id = p.source_id
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE t.state <> 'cancelled') AS tasks, count(*) FILTER (WHERE t.state = 'done') AS done,
                           coalesce(sum(t.answers), 0)::bigint AS answers
                    FROM label_task t WHERE t.project_id = p.id) c
WHERE p.name > $1 ORDER BY p.name LIMIT $2;

-- name: project_by_name
SELECT p.id, p.name, coalesce(p.spec ->> 'title', p.name) AS title, coalesce(p.spec ->> 'instructions', '') AS instructions,
       p.kind, p.state, p.overlap, p.version, p.created_at, s.name AS source, c.tasks, c.done, c.answers,
       (SELECT count(*) FROM ground_truth g WHERE g.project_id = p.id) AS truths,
       coalesce((SELECT json_agg(json_build_object('id', k.class_id, 'name', k.name,
                        'description', k.title, 'hotkey', k.hotkey, 'colour', k.colour,
                        'truths', (SELECT count(*) FROM ground_truth g WHERE g.project_id = p.id AND g.class_id = k.class_id))
                        ORDER BY k.class_id)
                 FROM label_class k WHERE k.project_id = p.id), '[]') AS classes
FROM label_project p
JOIN source s ON s.id = p.source_id
CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE t.state <> 'cancelled') AS tasks, count(*) FILTER (WHERE t.state = 'done') AS done,
                           coalesce(sum(t.answers), 0)::bigint AS answers
                    FROM label_task t WHERE t.project_id = p.id) c
WHERE p.name = $1;

-- name: edit_project
UPDATE label_project
SET spec = spec || jsonb_strip_nulls(jsonb_build_object('title', $3::text, 'instructions', $4::text)),
    state = coalesce($5::text, state), overlap = coalesce($6::int, overlap), version = version + 1
WHERE name = $1 AND version = $2
RETURNING version;

-- name: project_annotators
SELECT u.name, u.simulated, count(*) AS answers, percentile_cont(0.5) WITHIN GROUP (ORDER BY a.milliseconds) AS median_milliseconds,
       min(a.submitted_at) AS first_at, max(a.submitted_at) AS last_at,
       count(g.rk) AS compared,
       count(*) FILTER (WHERE g.rk IS NOT NULL AND g.class_id = a.class_id) AS agreed
FROM annotation a
JOIN app_user u ON u.id = a.user_id
LEFT JOIN ground_truth g ON (g.rk, g.source_id, g.key, g.project_id) = (a.rk, a.source_id, a.key, a.project_id)
     AND a.class_id IS NOT NULL
WHERE a.project_id = $1 AND a.withdrawn_at IS NULL
GROUP BY u.id, u.name, u.simulated ORDER BY answers DESC, u.name LIMIT 500;

-- Tasks in the hands of user $1 in project $2 at $3, or the one called $4, with what there is to see of their records.
-- OFFSET 0 keeps the planner from walking all open tasks of the project to find the few that one person holds.
-- name: tasks_in_hand
SELECT h.task_id, h.token, h.attempt, h.expires_at, h.reason, h.source_id || '.' || lpad(to_hex(h.rk), 16, '0') AS record, h.key,
       c.title, c.body, c.language, i.width, i.height, v.payload, v.url,
       (SELECT cs.columns FROM column_set cs WHERE cs.source_id = h.source_id ORDER BY cs.version DESC LIMIT 1) AS columns
FROM (SELECT l.task_id, l.token, l.attempt, l.expires_at, t.reason, t.priority, t.rk, t.source_id, t.key, t.version
      FROM label_lease l CROSS JOIN LATERAL (SELECT * FROM label_task WHERE id = l.task_id OFFSET 0) t
      WHERE l.user_id = $1 AND l.state = 'held' AND l.expires_at > $3::timestamptz AND ($4::bigint IS NULL OR l.task_id = $4)
            AND t.project_id = $2 AND t.state = 'open'
      ORDER BY t.priority DESC, t.id LIMIT $5) h
JOIN record_version v USING (rk, source_id, key, version)
LEFT JOIN content_text c USING (rk, source_id, key, version)
LEFT JOIN content_image i USING (rk, source_id, key, version)
ORDER BY h.priority DESC, h.task_id;

-- name: answers_of_user
SELECT count(*) FROM annotation WHERE project_id = $1 AND user_id = $2 AND withdrawn_at IS NULL;

-- name: class_of_task
SELECT c.class_id FROM label_task t JOIN label_class c ON c.project_id = t.project_id WHERE t.id = $1 AND c.name = $2;

-- Snapshots, model runs and models.

-- name: list_snapshots
SELECT s.id, s.name, p.name AS project, s.state, encode(s.content_sha256, 'hex') AS content_sha256, s.members, s.counts,
       s.created_at, s.closed_at
FROM snapshot s JOIN label_project p ON p.id = s.project_id
WHERE s.id < $1 ORDER BY s.id DESC LIMIT $2;

-- name: snapshot_by_name
SELECT s.id, s.name, p.name AS project, s.spec, s.state, encode(s.content_sha256, 'hex') AS content_sha256, s.members, s.counts,
       s.created_at, s.closed_at
FROM snapshot s JOIN label_project p ON p.id = s.project_id WHERE s.name = $1;

-- name: list_runs
SELECT r.id, s.name AS snapshot, p.name AS project, r.kind, r.state, r.seconds, r.started_at, r.ended_at,
       coalesce((SELECT json_agg(json_build_object('split', m.split, 'name', m.name, 'value', m.value, 'low', m.low, 'high', m.high)
                                 ORDER BY m.split, m.name)
                 FROM metric m WHERE m.run_id = r.id AND m.low IS NOT NULL), '[]') AS metrics
FROM model_run r JOIN snapshot s ON s.id = r.snapshot_id JOIN label_project p ON p.id = s.project_id
WHERE r.id < $1 ORDER BY r.id DESC LIMIT $2;

-- name: run_by_id
SELECT r.id, s.name AS snapshot, p.name AS project, r.kind, r.spec, r.seed, r.code_version, r.state, r.seconds, r.error,
       r.started_at, r.ended_at, r.analysis,
       coalesce((SELECT json_agg(json_build_object('split', m.split, 'name', m.name, 'value', m.value, 'low', m.low, 'high', m.high)
                                 ORDER BY m.split, m.name)
                 FROM metric m WHERE m.run_id = r.id), '[]') AS metrics,
       coalesce((SELECT json_agg(json_build_object('name', m.name, 'version', m.version, 'stage', m.stage)
                                 ORDER BY m.name, m.version)
                 FROM model m WHERE m.run_id = r.id), '[]') AS models
FROM model_run r JOIN snapshot s ON s.id = r.snapshot_id JOIN label_project p ON p.id = s.project_id
WHERE r.id = $1;

-- Rows: the truth; columns: the prediction; counted on the test split.
-- name: confusion_of_run
SELECT coalesce(t.name, '') AS truth, coalesce(q.name, '') AS predicted, c.truth_id, c.predicted_id, c.n AS count
FROM (SELECT i.class_id AS truth_id, p.class_id AS predicted_id, count(*) AS n
      FROM prediction p
      JOIN model_run r ON r.id = p.run_id
      JOIN snapshot_item i ON i.rk = p.rk AND i.source_id = p.source_id AND i.key = p.key AND i.snapshot_id = r.snapshot_id
      WHERE p.run_id = $1 AND i.split = 2 AND i.class_id IS NOT NULL AND p.class_id IS NOT NULL
      GROUP BY i.class_id, p.class_id) c
JOIN (SELECT s.project_id FROM model_run r JOIN snapshot s ON s.id = r.snapshot_id WHERE r.id = $1) o ON true
LEFT JOIN label_class t ON t.project_id = o.project_id AND t.class_id = c.truth_id
LEFT JOIN label_class q ON q.project_id = o.project_id AND q.class_id = c.predicted_id
ORDER BY c.truth_id, c.predicted_id;

-- name: list_models
SELECT m.name, m.version, m.stage, m.run_id, r.kind, encode(m.artefact_sha256, 'hex') AS artefact_sha256, m.created_at
FROM model m JOIN model_run r ON r.id = m.run_id
WHERE (m.name, m.version) > ($1, $2) ORDER BY m.name, m.version LIMIT $3;

-- Progress and figures.

-- name: progress
SELECT json_build_object(
    'source_runs', coalesce((SELECT json_agg(x ORDER BY x.id) FROM
        (SELECT r.id, s.name AS source, r.state, r.read, r.added, r.changed, r.unchanged, r.rejected
         FROM source_run r JOIN source s ON s.id = r.source_id
         WHERE r.state = 'running' OR r.ended_at > $1::timestamptz - interval '10 seconds') x), '[]'),
    'model_runs', coalesce((SELECT json_agg(x ORDER BY x.id) FROM
        (SELECT r.id, r.kind, r.state, r.seconds FROM model_run r
         WHERE r.state = 'running' OR r.ended_at > $1::timestamptz - interval '10 seconds') x), '[]')) AS progress;

-- name: figures
SELECT (SELECT coalesce(sum(added), 0) FROM source_run)::bigint AS records,
       (SELECT coalesce(sum(rejected), 0) FROM source_run)::bigint AS rejected,
       (SELECT count(*) FROM job)::bigint AS jobs,
       (SELECT count(*) FROM label_task WHERE state = 'open')::bigint AS open_tasks,
       crawl.workers, crawl.queued, hosts.fetched, hosts.bytes, hosts.held, hosts.failing
FROM (SELECT count(*) AS workers, coalesce(sum(queued), 0)::bigint AS queued FROM crawl_worker) AS crawl,
     (SELECT coalesce(sum(fetched), 0)::bigint AS fetched, coalesce(sum(bytes), 0)::bigint AS bytes, count(holder) AS held,
             count(*) FILTER (WHERE failures > 0) AS failing FROM frontier_host) AS hosts;

-- name: ping
SELECT 1;
