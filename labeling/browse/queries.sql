-- Tasks of a project looked through, bookmarks, and a task taken out of turn.

-- Up to $4 tasks of project $1 behind task $2 (0: from the beginning), in the order of their records: in state $5 ('': all that are not cancelled),
-- that disagree ($6) or are flagged ($7), that user $8 answered, that user $3 keeps among his bookmarks ($9). Of these, which are labelled $10
-- and hold the text $11; what does not is told of the last one alone, so that the next part goes on behind it. Without $12 gold looks open.
-- Of a record are read its title and text with $13, and of its fields all ('all' for $14), those of $15 ('named'), or all of what has neither
-- text nor picture nor sound, film or document ('bare'; else those of $15).
-- name: tasks_looked_through
WITH place AS MATERIALIZED (
    SELECT rk, source_id, key FROM label_task WHERE id = $2::bigint AND project_id = $1
), task AS MATERIALIZED (
    SELECT t.id, t.rk, t.source_id, t.key, t.version, t.answers, t.wanted, t.disagreement,
        CASE WHEN t.state = 'gold' AND NOT $12::boolean THEN 'open' ELSE t.state END AS state
    FROM label_task t
    WHERE t.project_id = $1
        AND (t.rk, t.source_id, t.key) > (coalesce((SELECT rk FROM place), -9223372036854775808), coalesce((SELECT source_id FROM place), 0),
            coalesce((SELECT key FROM place), ''))
        AND CASE $5::text WHEN '' THEN t.state <> 'cancelled' WHEN 'open' THEN t.state = 'open' OR t.state = 'gold' AND NOT $12::boolean
            ELSE t.state = $5::text AND (t.state <> 'gold' OR $12::boolean) END
        AND (NOT $6::boolean OR t.disagreement IS NOT NULL)
        AND (NOT $7::boolean OR EXISTS (SELECT 1 FROM label_comment m WHERE m.task_id = t.id AND m.flag AND m.resolved_at IS NULL OFFSET 0))
        AND ($8::bigint IS NULL OR EXISTS (SELECT 1 FROM label_lease l WHERE l.task_id = t.id AND l.user_id = $8::bigint AND l.state = 'answered' OFFSET 0))
        AND (NOT $9::boolean OR EXISTS (SELECT 1 FROM label_bookmark b WHERE b.project_id = $1 AND b.user_id = $3::bigint AND b.task_id = t.id OFFSET 0))
    ORDER BY t.rk, t.source_id, t.key LIMIT $4::int
), last AS (
    SELECT id FROM task ORDER BY rk DESC, source_id DESC, key DESC LIMIT 1
), label AS MATERIALIZED (
    SELECT t.id, g.project_id, g.class_id, g.value, g.probability, g.method FROM task t
    JOIN ground_truth g ON g.rk = t.rk AND g.source_id = t.source_id AND g.key = t.key AND g.project_id = $1
), content AS MATERIALIZED (
    SELECT t.id, t.key, CASE WHEN $13::boolean THEN c.title END AS title, CASE WHEN $13::boolean THEN c.body END AS body,
        CASE WHEN $14::text = 'all' OR $14::text = 'bare' AND coalesce(c.title, '') = '' AND coalesce(c.body, '') = ''
                AND NOT EXISTS (SELECT 1 FROM content_image i WHERE (i.rk, i.source_id, i.key, i.version) = (v.rk, v.source_id, v.key, v.version) OFFSET 0)
                AND NOT EXISTS (SELECT 1 FROM content_media m WHERE (m.rk, m.source_id, m.key, m.version) = (v.rk, v.source_id, v.key, v.version) OFFSET 0)
            THEN v.payload::text ELSE f.named END AS fields
    FROM task t
    JOIN record_version v USING (rk, source_id, key, version)
    LEFT JOIN content_text c ON (c.rk, c.source_id, c.key, c.version) = (v.rk, v.source_id, v.key, v.version)
    CROSS JOIN LATERAL (SELECT jsonb_object_agg(n.name, v.payload -> n.name)::text AS named FROM unnest($15::text[]) AS n (name) WHERE v.payload ? n.name) f
), record AS MATERIALIZED (
    SELECT id, left(coalesce(nullif(title, ''), nullif(body, ''), fields, ''), 200) AS preview,
        $11::text = '' OR strpos(lower(concat_ws(' ', key, title, body, fields)), lower($11::text)) > 0 AS holds
    FROM content
), found AS MATERIALIZED (
    SELECT t.*, c.name AS label, g.value, g.probability, g.method, r.preview,
        coalesce(r.holds, $11::text = '') AND ($10::text = '' OR coalesce(c.name = $10::text, strpos(g.value::text, to_json($10::text)::text) > 0, false)) AS fits
    FROM task t LEFT JOIN record r USING (id) LEFT JOIN label g USING (id)
    LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
)
SELECT f.id AS task, f.source_id || '.' || lpad(to_hex(f.rk), 16, '0') AS record, f.key, f.state, f.answers, f.wanted, 1 - f.disagreement AS agreement,
    f.label, f.value, f.probability, f.method, coalesce(f.preview, '') AS preview, f.fits,
    EXISTS (SELECT 1 FROM label_comment m WHERE m.task_id = f.id AND m.flag AND m.resolved_at IS NULL) AS flagged,
    EXISTS (SELECT 1 FROM label_bookmark b WHERE b.project_id = $1 AND b.user_id = $3::bigint AND b.task_id = f.id) AS bookmarked
FROM found f WHERE f.fits OR f.id = (SELECT id FROM last)
ORDER BY f.rk, f.source_id, f.key;

-- What there is to see of task $2 of project $1, and what user $3 has to do with it: '' for nothing.
-- name: task_looked_at
WITH task AS MATERIALIZED (
    SELECT t.id, t.rk, t.source_id, t.key, t.version, t.state,
        (SELECT l.state FROM label_lease l WHERE l.task_id = t.id AND l.user_id = $3::bigint) AS part,
        EXISTS (SELECT 1 FROM label_bookmark b WHERE b.project_id = $1 AND b.user_id = $3::bigint AND b.task_id = t.id) AS bookmarked
    FROM label_task t WHERE t.id = $2::bigint AND t.project_id = $1
)
SELECT t.id AS task, t.state, coalesce(t.part, '') AS part, t.bookmarked, t.source_id || '.' || lpad(to_hex(t.rk), 16, '0') AS record, t.key, t.version,
    c.title, c.body, c.language, i.width, i.height, v.payload, v.url,
    m.kind AS media_kind, m.type AS media_as, m.seconds, m.pages, m.width AS media_width, m.height AS media_height,
    m.channels AS media_channels, m.sample_rate, CASE WHEN v.blob_sha256 IS NOT NULL THEN v.media_type END AS blob_type,
    (SELECT cs.columns FROM column_set cs WHERE cs.source_id = t.source_id ORDER BY cs.version DESC LIMIT 1) AS columns
FROM task t
JOIN record_version v USING (rk, source_id, key, version)
LEFT JOIN content_text c ON (c.rk, c.source_id, c.key, c.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_image i ON (i.rk, i.source_id, i.key, i.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_media m ON (m.rk, m.source_id, m.key, m.version) = (v.rk, v.source_id, v.key, v.version);

-- Whether task $1 is there for user $2 to keep: one that he was given, or with $4 any.
-- name: keep_bookmark
INSERT INTO label_bookmark (project_id, user_id, task_id, made_at)
SELECT t.project_id, $2::bigint, t.id, $3::timestamptz FROM label_task t
WHERE t.id = $1 AND ($4::boolean OR EXISTS (SELECT 1 FROM label_lease l WHERE l.task_id = t.id AND l.user_id = $2::bigint))
ON CONFLICT (project_id, user_id, task_id) DO UPDATE SET made_at = label_bookmark.made_at;

-- name: drop_bookmark
DELETE FROM label_bookmark b USING label_task t WHERE t.id = $1 AND b.project_id = t.project_id AND b.user_id = $2 AND b.task_id = t.id;

-- Locks task $1 of project $2, if user $3 may have it though it is not his turn: he skipped or left it before, or with $4 has none of it yet.
-- name: pick_named
SELECT t.id FROM label_task t JOIN label_project p ON p.id = t.project_id
WHERE t.id = $1 AND t.project_id = $2 AND p.state = 'active' AND (t.assigned_to IS NULL OR t.assigned_to = $3::bigint)
    AND (t.state = 'open' AND t.answers + t.leases < t.wanted OR t.state = 'gold')
    AND coalesce((SELECT l.state IN ('skipped', 'released') FROM label_lease l WHERE l.task_id = t.id AND l.user_id = $3::bigint),
        $4::boolean AND t.state = 'open')
FOR UPDATE OF t;

-- name: claim_named
WITH leased AS (
    INSERT INTO label_lease AS l (task_id, user_id, token, attempt, state, expires_at, leased_at)
    VALUES ($1, $2, 1, 1, 'held', $3::timestamptz, $4::timestamptz)
    ON CONFLICT (task_id, user_id) DO UPDATE SET token = l.token + 1, state = 'held', reason = '', expires_at = excluded.expires_at,
        leased_at = excluded.leased_at, audit_id = NULL
    WHERE l.state IN ('skipped', 'released')
    RETURNING task_id
)
UPDATE label_task t SET leases = t.leases + 1 FROM leased e WHERE t.id = e.task_id;
