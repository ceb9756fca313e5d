-- Queries of training/. Pages are read by key range, so that no long transaction is held.

-- A project by name ($1) or number ($2); of a form what is asked by the question $3, nothing as kind where it has no such question.
-- name: find_project
SELECT p.id, p.source_id, s.name AS source, CASE WHEN $3 = '' THEN p.kind WHEN a.spec IS NULL THEN '' ELSE coalesce(a.spec->>'kind', 'classification') END AS kind,
    coalesce((SELECT string_agg(q->>'name', ', ' ORDER BY place) FROM jsonb_array_elements(p.spec->'question') WITH ORDINALITY AS e (q, place)), '') AS questions,
    to_json(p.label_fields)::text AS label_fields, coalesce(a.spec->'candidates', '[]')::text AS candidates,
    coalesce(a.spec->>'table', '') AS table_field, coalesce(a.spec->'relation', '[]')::text AS relations, coalesce((a.spec->>'ties')::boolean, false) AS ties
FROM label_project p JOIN source s ON s.id = p.source_id
CROSS JOIN LATERAL (SELECT CASE WHEN $3 = '' THEN p.spec
    ELSE (SELECT q FROM jsonb_array_elements(p.spec->'question') q WHERE q->>'name' = $3 LIMIT 1) END AS spec) a
WHERE p.name = $1 OR p.id = $2;

-- Of a form those of its question $2.
-- name: class_names
SELECT class_id, name FROM label_class WHERE project_id = $1 AND question = $2 ORDER BY class_id;

-- Labelled records of a project after ($3, $4), with what a condition may ask for.
-- Labels of several parts (part_labels.hpp) are taken as they are ($8); what else is neither a class nor a number no model learns. The payload comes only if $6 says so. A label is stale if the text or the
-- picture is another than that which it was given to; of records without both, if anything is. Of a form it is what was answered to its question $9
-- of these classes ($10), which are counted from 0.
-- name: labeled_records
SELECT g.rk, g.key, r.version, encode(r.content_sha256, 'hex') AS content_sha256, coalesce(r.group_key, '') AS group_key,
    extract(epoch FROM r.record_time)::float8 AS time,
    CASE WHEN $9 = '' THEN g.class_id WHEN NOT $8 THEN array_position($10::text[], g.value #>> '{}') - 1 END AS class_id,
    CASE WHEN NOT $8 AND (jsonb_typeof(g.value) = 'number' OR ($9 = '' AND jsonb_typeof(g.value) = 'string')) THEN (g.value #>> '{}')::float8 END AS value,
    CASE WHEN $8 THEN g.value::text END AS label, g.probability, g.method,
    CASE WHEN $6 THEN v.payload::text END AS payload, t.simhash, t.words, t.characters, t.language, t.title, v.url, v.file, v.media_type,
    i.width, i.height, d.by_row, d.by_text, d.by_image,
    CASE WHEN t.words < $7 THEN hashtextextended(lower(regexp_replace(btrim(t.title || ' ' || t.body), '\s+', ' ', 'g')), 0) END AS same_text,
    v.consent->>'decision' = 'deny' OR EXISTS (SELECT 1 FROM record_denied d WHERE (d.rk, d.source_id, d.key) = (v.rk, v.source_id, v.key))
        AS denied,
    EXISTS (SELECT 1 FROM record_quarantined q WHERE (q.rk, q.source_id, q.key) = (v.rk, v.source_id, v.key)) AS quarantined,
    w.rk IS NOT NULL AND ((u.title, u.body) IS DISTINCT FROM (t.title, t.body)
        OR (i.rk IS NOT NULL AND w.blob_sha256 IS DISTINCT FROM v.blob_sha256)
        OR (t.rk IS NULL AND i.rk IS NULL AND w.content_sha256 <> v.content_sha256)) AS stale
FROM (SELECT rk, source_id, key, class_id, CASE WHEN $9 = '' THEN value ELSE value->$9 END AS value, probability, method, labeled_version, set_at
      FROM ground_truth
      WHERE project_id = $1 AND source_id = $2 AND (rk, source_id, key) > ($3, $2, $4)
          AND (class_id IS NOT NULL OR jsonb_typeof(CASE WHEN $9 = '' THEN value ELSE value->$9 END) IN ('number', 'string')
              OR ($8 AND jsonb_typeof(CASE WHEN $9 = '' THEN value ELSE value->$9 END) IN ('array', 'object')))
      ORDER BY rk, source_id, key LIMIT $5) g
JOIN record r USING (rk, source_id, key)
JOIN record_version v USING (rk, source_id, key, version)
LEFT JOIN content_text t ON (t.rk, t.source_id, t.key, t.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_image i ON (i.rk, i.source_id, i.key, i.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN LATERAL (
    SELECT by_row, by_text, by_image FROM record_cluster WHERE rk = v.rk AND source_id = v.source_id AND key = v.key) d ON true
LEFT JOIN LATERAL (
    SELECT max(version) AS version FROM record_version
    WHERE rk = v.rk AND source_id = v.source_id AND key = v.key AND stored_at <= g.set_at AND v.version > 1 AND g.labeled_version IS NULL) l ON true
LEFT JOIN record_version w ON (w.rk, w.source_id, w.key, w.version) = (v.rk, v.source_id, v.key, nullif(CASE WHEN v.version > 1 THEN coalesce(g.labeled_version, l.version) END, v.version))
LEFT JOIN content_text u ON (u.rk, u.source_id, u.key, u.version) = (w.rk, w.source_id, w.key, w.version)
ORDER BY g.rk, g.key;

-- Records of a source after ($2, $3), likewise, without labels.
-- name: records_of_source
SELECT r.rk, r.key, r.version, encode(r.content_sha256, 'hex') AS content_sha256, coalesce(r.group_key, '') AS group_key,
    extract(epoch FROM r.record_time)::float8 AS time, NULL::int AS class_id, NULL::float8 AS value, NULL::text AS label, NULL::float8 AS probability,
    '' AS method,
    CASE WHEN $5 THEN v.payload::text END AS payload, t.simhash, t.words, t.characters, t.language, t.title, v.url, v.file, v.media_type,
    i.width, i.height, d.by_row, d.by_text, d.by_image,
    CASE WHEN t.words < $6 THEN hashtextextended(lower(regexp_replace(btrim(t.title || ' ' || t.body), '\s+', ' ', 'g')), 0) END AS same_text,
    v.consent->>'decision' = 'deny' OR EXISTS (SELECT 1 FROM record_denied d WHERE (d.rk, d.source_id, d.key) = (v.rk, v.source_id, v.key))
        AS denied,
    EXISTS (SELECT 1 FROM record_quarantined q WHERE (q.rk, q.source_id, q.key) = (v.rk, v.source_id, v.key)) AS quarantined, false AS stale
FROM (SELECT * FROM record WHERE source_id = $1 AND (rk, key) > ($2, $3) ORDER BY rk, key LIMIT $4) r
JOIN record_version v USING (rk, source_id, key, version)
LEFT JOIN content_text t ON (t.rk, t.source_id, t.key, t.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_image i ON (i.rk, i.source_id, i.key, i.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN LATERAL (
    SELECT by_row, by_text, by_image FROM record_cluster WHERE rk = v.rk AND source_id = v.source_id AND key = v.key) d ON true
ORDER BY r.rk, r.key;

-- Members of a snapshot after ($2, $3), with what must not be on different sides.
-- name: members_to_check
WITH page AS MATERIALIZED (
    SELECT rk, source_id, key FROM snapshot_item
    WHERE snapshot_id = $1 AND (rk, source_id, key) > ($2, $6, $3)
    ORDER BY rk, source_id, key LIMIT $4
)
SELECT i.rk, i.key, i.split, coalesce(encode(v.content_sha256, 'hex'), '') AS content_sha256, coalesce(r.group_key, '') AS group_key,
    t.simhash, t.words, d.by_row, d.by_text, d.by_image,
    CASE WHEN t.words < $5 THEN hashtextextended(lower(regexp_replace(btrim(t.title || ' ' || t.body), '\s+', ' ', 'g')), 0) END AS same_text
FROM page p
JOIN snapshot_item i ON i.snapshot_id = $1 AND (i.rk, i.source_id, i.key) = (p.rk, p.source_id, p.key)
    AND i.rk BETWEEN $2 AND (SELECT max(rk) FROM page)
LEFT JOIN record r ON (r.rk, r.source_id, r.key) = (i.rk, i.source_id, i.key)
LEFT JOIN record_version v ON (v.rk, v.source_id, v.key, v.version) = (i.rk, i.source_id, i.key, i.version)
LEFT JOIN content_text t ON (t.rk, t.source_id, t.key, t.version) = (i.rk, i.source_id, i.key, i.version)
LEFT JOIN LATERAL (
    SELECT by_row, by_text, by_image FROM record_cluster WHERE rk = i.rk AND source_id = i.source_id AND key = i.key) d ON true
ORDER BY i.rk, i.key;

-- When named record versions ($1 rk, $2 key, $3 version, $4 source) were, and what they say.
-- name: times_of
SELECT d.place, extract(epoch FROM r.record_time)::float8 AS time, v.payload::text AS payload
FROM unnest($1::bigint[], $2::text[], $3::int[]) WITH ORDINALITY AS d (rk, key, version, place)
JOIN record_version v ON v.rk = d.rk AND v.source_id = $4 AND v.key = d.key AND v.version = d.version
LEFT JOIN record r ON r.rk = v.rk AND r.source_id = v.source_id AND r.key = v.key
ORDER BY d.place;

-- What a source does with opt-outs from machine learning: honour or record.
-- name: consent_policy
SELECT coalesce(spec->>'consent', 'honour') FROM source WHERE id = $1;

-- name: find_snapshot
SELECT s.id, s.name, coalesce(s.project_id, 0) AS project_id, coalesce(p.name, '') AS project, s.source_id, c.name AS source, s.state,
    coalesce(encode(s.content_sha256, 'hex'), '') AS hash, s.members, s.counts::text AS counts, s.spec::text AS spec, coalesce((SELECT coalesce(q->>'kind', 'classification') FROM jsonb_array_elements(p.spec->'question') q WHERE q->>'name' = s.spec->>'question'), p.kind, '') AS kind,
    to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS created_at,
    to_char(s.closed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS closed_at
FROM snapshot s JOIN source c ON c.id = s.source_id LEFT JOIN label_project p ON p.id = s.project_id
WHERE s.name = $1;

-- name: list_snapshots
SELECT s.id, s.name, coalesce(s.project_id, 0) AS project_id, coalesce(p.name, '') AS project, s.source_id, c.name AS source, s.state,
    coalesce(encode(s.content_sha256, 'hex'), '') AS hash, s.members, s.counts::text AS counts, s.spec::text AS spec, coalesce((SELECT coalesce(q->>'kind', 'classification') FROM jsonb_array_elements(p.spec->'question') q WHERE q->>'name' = s.spec->>'question'), p.kind, '') AS kind,
    to_char(s.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS created_at,
    to_char(s.closed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS closed_at
FROM snapshot s JOIN source c ON c.id = s.source_id LEFT JOIN label_project p ON p.id = s.project_id
WHERE s.id < $1 ORDER BY s.id DESC LIMIT $2;

-- name: open_snapshot
INSERT INTO snapshot (name, project_id, source_id, spec, state, created_at)
VALUES ($1, nullif($2::bigint, 0), $3, $4::jsonb, 'open', $5::timestamptz)
ON CONFLICT (name) DO NOTHING RETURNING id;

-- What a killed program left of a snapshot that was never closed.
-- name: drop_open_items
DELETE FROM snapshot_item WHERE snapshot_id = (SELECT id FROM snapshot WHERE name = $1 AND state = 'open');

-- name: drop_open_snapshot
DELETE FROM snapshot WHERE name = $1 AND state = 'open';

-- Closed snapshots of a source and a project, the newest first.
-- name: earlier_snapshots
SELECT id, spec::text AS spec FROM snapshot
WHERE source_id = $1 AND project_id IS NOT DISTINCT FROM nullif($2::bigint, 0) AND state = 'closed' ORDER BY id DESC;

-- name: note_read
INSERT INTO snapshot_read (snapshot_id, reader, run_id, read_at) VALUES ($1, $2, nullif($3::bigint, 0), $4::timestamptz);

-- name: count_reads
SELECT reader, count(*) AS reads FROM snapshot_read WHERE snapshot_id = $1 GROUP BY reader ORDER BY reader;

-- name: card_facts
WITH fetched AS MATERIALIZED (
    SELECT min(v.fetched_at) AS first, max(v.fetched_at) AS last
    FROM snapshot_item i JOIN record_version v USING (rk, source_id, key, version) WHERE i.snapshot_id = $1
)
SELECT c.kind AS source_kind, s.purged, to_char(f.first AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS first_fetched,
    to_char(f.last AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS last_fetched
FROM snapshot s JOIN source c ON c.id = s.source_id CROSS JOIN fetched f
WHERE s.id = $1;

-- Files and hosts that members came from, the most frequent.
-- name: card_places
SELECT coalesce(substring(v.url FROM '^[a-z]+://([^/?#]*)'), v.file, '') AS name, count(*) AS members
FROM snapshot_item i JOIN record_version v USING (rk, source_id, key, version) WHERE i.snapshot_id = $1 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20;

-- name: card_licences
SELECT coalesce(v.licence, '') AS name, count(*) AS members
FROM snapshot_item i JOIN record_version v USING (rk, source_id, key, version) WHERE i.snapshot_id = $1 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 50;

-- Members that their sites forbid to train on now, and those whose licence is another by now.
-- name: rights_counts
SELECT count(*) FILTER (WHERE n.consent->>'decision' = 'deny'
        OR EXISTS (SELECT 1 FROM record_denied d WHERE (d.rk, d.source_id, d.key) = (i.rk, i.source_id, i.key))) AS denied,
    count(*) FILTER (WHERE n.licence IS DISTINCT FROM v.licence) AS licence_changed
FROM snapshot_item i JOIN record r USING (rk, source_id, key)
JOIN record_version n ON (n.rk, n.source_id, n.key, n.version) = (r.rk, r.source_id, r.key, r.version)
JOIN record_version v ON (v.rk, v.source_id, v.key, v.version) = (i.rk, i.source_id, i.key, i.version)
WHERE i.snapshot_id = $1;

-- name: denied_members
SELECT i.key FROM snapshot_item i JOIN record r USING (rk, source_id, key)
JOIN record_version n ON (n.rk, n.source_id, n.key, n.version) = (r.rk, r.source_id, r.key, r.version)
WHERE i.snapshot_id = $1 AND (n.consent->>'decision' = 'deny'
    OR EXISTS (SELECT 1 FROM record_denied d WHERE (d.rk, d.source_id, d.key) = (i.rk, i.source_id, i.key)))
ORDER BY i.rk LIMIT 10;

-- name: licences_now
SELECT coalesce(n.licence, '') AS name, count(*) AS members
FROM snapshot_item i JOIN record r USING (rk, source_id, key)
JOIN record_version n ON (n.rk, n.source_id, n.key, n.version) = (r.rk, r.source_id, r.key, r.version)
WHERE i.snapshot_id = $1 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 50;

-- name: close_snapshot
UPDATE snapshot SET state = 'closed', content_sha256 = $2, members = $3, counts = $4::jsonb, closed_at = $5::timestamptz
WHERE id = $1 AND state = 'open';

-- Members of a snapshot after ($2, $3, $4) with the content that the snapshot fixed; none if it was purged since.
-- name: snapshot_members
WITH page AS MATERIALIZED (
    SELECT rk, source_id, key FROM snapshot_item
    WHERE snapshot_id = $1 AND (rk, source_id, key) > ($2, $3, $4)
    ORDER BY rk, source_id, key LIMIT $5
)
SELECT i.rk, i.source_id, i.key, i.version, i.split, i.class_id, i.value, i.label::text AS label, i.probability, i.fold,
    encode(v.content_sha256, 'hex') AS content_sha256
FROM page p
JOIN snapshot_item i ON i.snapshot_id = $1 AND (i.rk, i.source_id, i.key) = (p.rk, p.source_id, p.key)
    AND i.rk BETWEEN $2 AND (SELECT max(rk) FROM page)
LEFT JOIN record_version v ON (v.rk, v.source_id, v.key, v.version) = (i.rk, i.source_id, i.key, i.version) ORDER BY i.rk, i.source_id, i.key;

-- The same of all, in the order of what the hash of a snapshot is over.
-- name: members_by_hash
SELECT i.rk, i.source_id, i.key, i.version, i.split, i.class_id, i.value, i.label::text AS label, i.probability, i.fold,
    encode(v.content_sha256, 'hex') AS content_sha256
FROM snapshot_item i
JOIN record_version v ON (v.rk, v.source_id, v.key, v.version) = (i.rk, i.source_id, i.key, i.version)
WHERE i.snapshot_id = $1 ORDER BY sha256(convert_to(i.key, 'UTF8'));

-- name: split_items
WITH page AS MATERIALIZED (
    SELECT rk, source_id, key FROM snapshot_item
    WHERE snapshot_id = $1 AND split = $2 AND (rk, source_id, key) > ($3, $4, $5)
    ORDER BY rk, source_id, key LIMIT $6
)
SELECT i.rk, i.source_id, i.key, i.version, i.class_id, i.value, coalesce(r.group_key, '') AS "group", r.rk IS NULL AS left_out,
    i.probability, i.cluster, i.fold, i.label::text AS label
FROM page p
JOIN snapshot_item i ON i.snapshot_id = $1 AND (i.rk, i.source_id, i.key) = (p.rk, p.source_id, p.key)
    AND i.rk BETWEEN $3 AND (SELECT max(rk) FROM page)
LEFT JOIN record r ON (r.rk, r.source_id, r.key) = (i.rk, i.source_id, i.key) ORDER BY i.rk, i.source_id, i.key;

-- Records of a source after ($3, $4), and whether the project has a label of each, by others than rules, or asks for one.
-- name: unlabeled_items
WITH page AS MATERIALIZED (
    SELECT * FROM record WHERE source_id = $2 AND (rk, key) > ($3, $4) ORDER BY rk, key LIMIT $5
), labeled AS MATERIALIZED (
    SELECT g.rk, g.key FROM page r JOIN ground_truth g ON g.rk = r.rk AND g.source_id = r.source_id AND g.key = r.key
    WHERE g.project_id = $1 AND g.method <> 'rules' AND g.rk BETWEEN $3 AND (SELECT max(rk) FROM page)
), asked AS MATERIALIZED (
    SELECT t.rk, t.key FROM page r JOIN label_task t ON t.rk = r.rk AND t.source_id = r.source_id AND t.key = r.key
    WHERE t.project_id = $1 AND t.state <> 'cancelled' AND t.rk BETWEEN $3 AND (SELECT max(rk) FROM page)
)
SELECT r.rk, r.source_id, r.key, r.version, NULL::int AS class_id, NULL::float8 AS value, coalesce(r.group_key, '') AS "group",
    NULL::float8 AS probability, 0::bigint AS cluster, NULL::int AS fold, NULL::text AS label,
    g.rk IS NOT NULL OR t.rk IS NOT NULL AS left_out
FROM page r LEFT JOIN labeled g USING (rk, key) LEFT JOIN asked t USING (rk, key)
ORDER BY r.rk, r.key;

-- Contents of named record versions: $1 rk, $2 key, $3 version, $4 source.
-- name: texts_of
SELECT d.place, t.title, t.body
FROM unnest($1::bigint[], $2::text[], $3::int[]) WITH ORDINALITY AS d (rk, key, version, place)
JOIN content_text t ON t.rk = d.rk AND t.source_id = $4 AND t.key = d.key AND t.version = d.version;

-- What a field ($5, a path) of the payload says.
-- name: field_of
SELECT d.place, v.payload #>> $5::text[] AS value
FROM unnest($1::bigint[], $2::text[], $3::int[]) WITH ORDINALITY AS d (rk, key, version, place)
JOIN record_version v ON v.rk = d.rk AND v.source_id = $4 AND v.key = d.key AND v.version = d.version
WHERE v.payload #>> $5::text[] IS NOT NULL;

-- name: numbers_of
SELECT d.place, n.column_set, n.values
FROM unnest($1::bigint[], $2::text[], $3::int[]) WITH ORDINALITY AS d (rk, key, version, place)
JOIN content_numeric n ON n.rk = d.rk AND n.source_id = $4 AND n.key = d.key AND n.version = d.version;

-- name: column_sets_of_snapshot
SELECT DISTINCT n.column_set
FROM snapshot_item i JOIN content_numeric n USING (rk, source_id, key, version) WHERE i.snapshot_id = $1;

-- name: images_of
WITH image AS MATERIALIZED (
    SELECT d.place, d.key, i.width, i.height, i.channels, i.format, v.blob_sha256,
        ('x' || encode(substr(v.blob_sha256, 1, 8), 'hex'))::bit(64)::bigint AS bk
    FROM unnest($1::bigint[], $2::text[], $3::int[]) WITH ORDINALITY AS d (rk, key, version, place)
    JOIN content_image i ON i.rk = d.rk AND i.source_id = $4 AND i.key = d.key AND i.version = d.version
    JOIN record_version v ON v.rk = i.rk AND v.source_id = i.source_id AND v.key = i.key AND v.version = i.version
)
SELECT i.place, i.key, i.width, i.height, i.channels, i.format, b.encoding, b.bytes, coalesce(b.location, '') AS location, b.size
FROM image i JOIN blob b ON b.bk = i.bk AND b.sha256 = i.blob_sha256;

-- name: image_shapes_of
SELECT i.width, i.height, i.channels, bool_and(i.format = 'raw') AS raw
FROM unnest($1::bigint[], $2::text[], $3::int[]) AS d (rk, key, version)
JOIN content_image i ON i.rk = d.rk AND i.source_id = $4 AND i.key = d.key AND i.version = d.version
GROUP BY i.width, i.height, i.channels ORDER BY i.width, i.height, i.channels;

-- name: source_has
SELECT EXISTS (SELECT 1 FROM content_text WHERE source_id = $1) AS text, EXISTS (SELECT 1 FROM content_numeric WHERE source_id = $1) AS numbers,
    EXISTS (SELECT 1 FROM content_image WHERE source_id = $1) AS images;

-- name: begin_model_run
INSERT INTO model_run (snapshot_id, kind, spec, seed, code_version, state, started_at)
VALUES ($1, $2, $3::jsonb, $4, $5, 'running', $6::timestamptz) RETURNING id;

-- A run is at work as long as a session holds its lock: the server takes it from a program that has ended, however it ended.
-- name: hold_model_run
SELECT pg_try_advisory_lock(741021966, ($1::bigint % 2147483648)::int);

-- Runs that a killed program left behind.
-- name: close_stale_model_runs
WITH running AS MATERIALIZED (
    SELECT id FROM model_run WHERE state = 'running'
), left_behind AS MATERIALIZED (
    SELECT id FROM running WHERE pg_try_advisory_xact_lock(741021966, (id % 2147483648)::int)
)
UPDATE model_run r SET state = 'interrupted', ended_at = $1::timestamptz, error = 'the program ended before the run did'
FROM left_behind l WHERE r.id = l.id AND r.state = 'running';

-- name: end_model_run
UPDATE model_run SET state = $2, error = $3, seconds = $4, analysis = $5::jsonb, ended_at = $6::timestamptz WHERE id = $1;

-- What has ended stays as it ended.
-- name: interrupt_model_run
UPDATE model_run SET state = 'interrupted', ended_at = $2::timestamptz WHERE id = $1 AND state = 'running';

-- name: add_metric
INSERT INTO metric (run_id, split, name, value, low, high) VALUES ($1, $2, $3, $4, $5, $6);

-- name: add_model
INSERT INTO model (name, version, run_id, artefact_sha256, created_at)
SELECT $1, 1 + coalesce(max(version), 0), $2, $3, $4::timestamptz FROM model WHERE name = $1 RETURNING version;

-- name: add_blob
INSERT INTO blob (bk, sha256, size, encoding, bytes, location) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (bk, sha256) DO NOTHING;

-- name: find_model
SELECT m.name, m.version, m.run_id, m.stage, encode(m.artefact_sha256, 'hex') AS artefact_sha256, coalesce(p.name, '') AS project, s.source_id,
    c.name AS source, r.kind, s.name AS snapshot, to_char(m.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS created_at
FROM model m JOIN model_run r ON r.id = m.run_id JOIN snapshot s ON s.id = r.snapshot_id
JOIN source c ON c.id = s.source_id LEFT JOIN label_project p ON p.id = s.project_id
WHERE m.name = $1 AND ($2 = 0 OR m.version = $2)
ORDER BY m.stage = 'production' DESC, m.version DESC LIMIT 1;

-- Of a run, or of all ($4 = 0).
-- name: list_models
SELECT m.name, m.version, m.run_id, m.stage, encode(m.artefact_sha256, 'hex') AS artefact_sha256, coalesce(p.name, '') AS project, s.source_id,
    c.name AS source, r.kind, s.name AS snapshot, to_char(m.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS created_at
FROM model m JOIN model_run r ON r.id = m.run_id JOIN snapshot s ON s.id = r.snapshot_id
JOIN source c ON c.id = s.source_id LEFT JOIN label_project p ON p.id = s.project_id
WHERE (m.name, m.version) > ($1, $2) AND ($4 = 0 OR m.run_id = $4) AND ($5 = '' OR m.name = $5) ORDER BY m.name, m.version LIMIT $3;

-- name: last_model_test_results
SELECT DISTINCT ON (version) version, passed, to_char(tested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS tested_at
FROM model_test_result WHERE name = $1 ORDER BY version, id DESC;

-- name: artefact_sizes
SELECT count(*) AS artefacts, coalesce(sum(b.size), 0)::bigint AS bytes
FROM (SELECT DISTINCT artefact_sha256 FROM model) m JOIN blob b ON b.bk = ('x' || encode(substr(m.artefact_sha256, 1, 8), 'hex'))::bit(64)::bigint AND b.sha256 = m.artefact_sha256;

-- name: retire_production
UPDATE model SET stage = 'retired' WHERE name = $1 AND stage = 'production' AND version <> $2;

-- name: set_stage
UPDATE model SET stage = $3 WHERE name = $1 AND version = $2;

-- name: add_promotion
INSERT INTO model_promotion (name, version, stage, against, forced, evidence, promoted_by, promoted_at)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8::timestamptz);

-- name: promotions_of_model
SELECT version, stage, against, forced, evidence::text, promoted_by, to_char(promoted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS promoted_at
FROM model_promotion WHERE name = $1 ORDER BY id DESC LIMIT 50;

-- The seed has 64 bits without a sign.
-- name: find_model_run
SELECT r.id, s.name AS snapshot, coalesce(p.name, '') AS project, coalesce(p.id, 0) AS project_id, s.source_id, c.name AS source, r.kind, r.state, coalesce(r.seconds, 0) AS seconds,
    r.spec::text, r.analysis::text, coalesce(r.error, '') AS error, to_char(r.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started_at,
    to_char(r.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS ended_at, s.id AS snapshot_id, r.code_version,
    r.seed + CASE WHEN r.seed < 0 THEN 18446744073709551616 ELSE 0 END AS seed
FROM model_run r JOIN snapshot s ON s.id = r.snapshot_id JOIN source c ON c.id = s.source_id LEFT JOIN label_project p ON p.id = s.project_id
WHERE r.id = $1;

-- Of a snapshot, or of all ($1 = 0); at work or ended since $4, or all; with all tags of $5, of name $6.
-- name: list_model_runs
SELECT r.id, s.name AS snapshot, coalesce(p.name, '') AS project, coalesce(p.id, 0) AS project_id, s.source_id, c.name AS source, r.kind, r.state, coalesce(r.seconds, 0) AS seconds,
    r.spec::text, '{}' AS analysis, coalesce(r.error, '') AS error, to_char(r.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started_at,
    to_char(r.ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS ended_at, s.id AS snapshot_id, r.code_version,
    r.seed + CASE WHEN r.seed < 0 THEN 18446744073709551616 ELSE 0 END AS seed
FROM model_run r JOIN snapshot s ON s.id = r.snapshot_id JOIN source c ON c.id = s.source_id LEFT JOIN label_project p ON p.id = s.project_id
WHERE ($1 = 0 OR r.snapshot_id = $1) AND r.id < $2 AND ($4::timestamptz IS NULL OR r.state = 'running' OR r.ended_at > $4::timestamptz)
    AND ($5::jsonb IS NULL OR r.tags @> $5::jsonb) AND ($6 = '' OR r.name = $6)
ORDER BY r.id DESC LIMIT $3;

-- name: run_labels
SELECT id, run_key, name, note, tags, edition FROM model_run WHERE id BETWEEN $1 AND $2;

-- name: edit_run_labels
UPDATE model_run SET name = $3, note = $4, tags = $5::jsonb, edition = edition + 1 WHERE id = $1 AND edition = $2;

-- name: set_run_key
UPDATE model_run SET run_key = $2 WHERE id = $1;

-- name: run_done_before
SELECT max(r.id) FROM model_run r WHERE r.run_key = $1 AND r.state = 'done' AND EXISTS (SELECT 1 FROM model m WHERE m.run_id = r.id);

-- name: run_steps
SELECT step, stage, done, total, loss, validation, at FROM run_step WHERE run_id = $1 AND step > $2 ORDER BY step LIMIT $3;

-- name: live_run_steps
SELECT s.run_id, s.stage, s.done, s.total, s.loss, s.validation
FROM model_run r CROSS JOIN LATERAL (SELECT * FROM run_step WHERE run_id = r.id ORDER BY step DESC LIMIT 1) s WHERE r.state = 'running';

-- What a run said of the first records that it was judged by.
-- name: golden_predictions
SELECT rk, source_id, key, version, class_id, value, probability, label::text AS label FROM prediction
WHERE run_id = $1 AND split IN (1, 2) ORDER BY rk, key LIMIT 8;

-- name: model_about
SELECT intended_use, known_limits FROM model_about WHERE name = $1 AND version = $2;

-- name: set_model_about
INSERT INTO model_about (name, version, intended_use, known_limits) VALUES ($1, $2, $3, $4)
ON CONFLICT (name, version) DO UPDATE SET intended_use = excluded.intended_use, known_limits = excluded.known_limits;

-- name: model_tests
SELECT tests::text, to_char(kept_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS kept_at FROM model_test WHERE name = $1;

-- name: model_test_results
SELECT version, passed, report::text, to_char(tested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS tested_at
FROM model_test_result WHERE name = $1 ORDER BY id DESC LIMIT $2;

-- name: keep_model_tests
INSERT INTO model_test (name, tests, kept_at) VALUES ($1, $2::jsonb, $3::timestamptz)
ON CONFLICT (name) DO UPDATE SET tests = excluded.tests, kept_at = excluded.kept_at;

-- name: forget_model_tests
DELETE FROM model_test WHERE name = $1;

-- name: add_model_test_result
INSERT INTO model_test_result (name, version, passed, report, tested_at) VALUES ($1, $2, $3, $4::jsonb, $5::timestamptz);

-- name: last_model_test_result
SELECT version, passed, report::text, to_char(tested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS tested_at
FROM model_test_result WHERE name = $1 AND version = $2 ORDER BY id DESC LIMIT 1;

-- name: start_model_window
INSERT INTO model_window (name, version, started_at, predictions, abstained, unknown, profile)
SELECT name, version, $3::timestamptz, 0, 0, 0, '{}' FROM model WHERE name = $1 AND version = $2
ON CONFLICT (name, version, started_at) DO NOTHING;

-- name: lock_model_window
SELECT started_at, predictions, abstained, unknown, profile::text AS profile, told FROM model_window
WHERE name = $1 AND version = $2 AND started_at = $3::timestamptz FOR UPDATE;

-- name: put_model_window
UPDATE model_window SET predictions = $4, abstained = $5, unknown = $6, profile = $7::jsonb, told = $8::boolean
WHERE name = $1 AND version = $2 AND started_at = $3::timestamptz;

-- name: model_windows
SELECT started_at, predictions, abstained, unknown, profile::text AS profile, told FROM model_window
WHERE name = $1 AND version = $2 AND started_at >= $3::timestamptz ORDER BY started_at;

-- name: model_reference
SELECT predictions, abstained, profile::text AS profile FROM model_reference WHERE name = $1 AND version = $2;

-- name: put_model_reference
INSERT INTO model_reference (name, version, predictions, abstained, profile) VALUES ($1, $2, $3, $4, $5::jsonb)
ON CONFLICT (name, version) DO NOTHING;

-- name: add_model_of_run
INSERT INTO model (name, version, run_id, artefact_sha256, created_at)
SELECT $1, 1 + coalesce((SELECT max(version) FROM model WHERE name = $1), 0), $2, m.artefact_sha256, $3::timestamptz
FROM (SELECT artefact_sha256 FROM model WHERE run_id = $2 ORDER BY created_at LIMIT 1) m RETURNING version;

-- name: metrics_between
SELECT run_id, split, name, value, low, high FROM metric WHERE run_id BETWEEN $1 AND $2 ORDER BY run_id, split, name;

-- On the test split.
-- name: confusion_of_run
SELECT i.class_id AS truth_id, p.class_id AS predicted_id, count(*) AS count
FROM prediction p JOIN model_run r ON r.id = p.run_id
JOIN snapshot_item i ON i.rk = p.rk AND i.source_id = p.source_id AND i.key = p.key AND i.snapshot_id = r.snapshot_id
WHERE p.run_id = $1 AND i.split = 2 AND i.class_id IS NOT NULL AND p.class_id IS NOT NULL
GROUP BY i.class_id, p.class_id ORDER BY i.class_id, p.class_id;

-- The test records of one cell of that table.
-- name: members_of_cell
SELECT p.rk, p.source_id, p.key, coalesce(p.probability, 0)::float8 AS probability
FROM prediction p JOIN model_run r ON r.id = p.run_id
JOIN snapshot_item i ON i.rk = p.rk AND i.source_id = p.source_id AND i.key = p.key AND i.snapshot_id = r.snapshot_id
WHERE p.run_id = $1 AND i.split = 2 AND i.class_id = $2 AND p.class_id = $3 AND (p.rk, p.key) > ($4::bigint, $5)
ORDER BY p.rk, p.key LIMIT $6;

-- name: predictions_of
SELECT p.rk, p.source_id, p.key, p.version, p.split, p.class_id, p.value, p.cluster_id, p.distance, p.probability, p.margin, p.truth_probability,
    i.class_id AS truth_class, i.value AS truth_value, p.label::text AS label, i.label::text AS truth_label
FROM prediction p JOIN model_run r ON r.id = p.run_id
JOIN snapshot_item i ON i.rk = p.rk AND i.source_id = p.source_id AND i.key = p.key AND i.snapshot_id = r.snapshot_id
WHERE p.run_id = $1 AND p.split = $2 ORDER BY p.rk, p.key;

-- Labels of part $2 of a run's snapshot that it says nothing of.
-- name: unanswered_of
SELECT i.rk, i.source_id, i.key, i.version, i.split, i.label::text AS truth_label
FROM model_run r JOIN snapshot_item i ON i.snapshot_id = r.snapshot_id
WHERE r.id = $1 AND i.split = $2 AND i.label IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM prediction p WHERE p.rk = i.rk AND p.source_id = i.source_id AND p.key = i.key AND p.run_id = r.id)
ORDER BY i.rk, i.key;

-- name: analyze_snapshots
ANALYZE snapshot_item;

-- name: analyze_predictions
ANALYZE prediction;

-- name: list_preparations
SELECT source_id, version, operations::text, note, made_by, to_char(made_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS made_at
FROM preparation WHERE source_id = $1 ORDER BY version;

-- name: find_preparation
SELECT source_id, version, operations::text, note, made_by, to_char(made_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS made_at
FROM preparation WHERE source_id = $1 AND ($2 = 0 OR version = $2) ORDER BY version DESC LIMIT 1;

-- name: add_preparation
INSERT INTO preparation AS p (source_id, version, operations, note, made_by, made_at)
SELECT $1, 1 + coalesce(max(version), 0), $2::jsonb, $3, $4, $5::timestamptz FROM preparation WHERE source_id = $1
RETURNING p.source_id, p.version, p.operations::text, p.note, p.made_by, to_char(p.made_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS made_at;

-- name: keep_fit
INSERT INTO preparation_fit (snapshot_id, source_id, version, rows, fitted, fitted_at)
VALUES ($1, $2, $3, $4, $5::jsonb, $6::timestamptz) ON CONFLICT (snapshot_id, source_id, version) DO NOTHING;

-- name: find_fit
SELECT snapshot_id, source_id, version, rows, fitted::text FROM preparation_fit WHERE snapshot_id = $1 AND version = $2;

-- Values that were accepted as the right ones, of the versions in which the wrong ones were found.
-- name: fixes_of
SELECT d.place, c.column_name, c.proposal
FROM unnest($1::bigint[], $2::text[], $3::int[]) WITH ORDINALITY AS d (rk, key, version, place)
JOIN cell_issue c ON c.rk = d.rk AND c.source_id = $4 AND c.key = d.key AND c.version = d.version
WHERE c.state = 'accepted' AND c.proposal IS NOT NULL;

-- What hangs on projects that end.
-- name: snapshots_of_projects
SELECT id, name FROM snapshot WHERE project_id = ANY ($1::bigint[]) OR source_id = $2 ORDER BY name FOR UPDATE;

-- name: runs_of_snapshots
SELECT id FROM model_run WHERE snapshot_id = ANY ($1::bigint[]) ORDER BY id;

-- name: models_of_runs
SELECT name, version, stage, artefact_sha256 FROM model WHERE run_id = ANY ($1::bigint[]) ORDER BY name, version;

-- name: drop_models
DELETE FROM model WHERE run_id = ANY ($1::bigint[]);

-- name: drop_metrics
DELETE FROM metric WHERE run_id = ANY ($1::bigint[]);

-- name: drop_predictions
DELETE FROM prediction WHERE run_id = ANY ($1::bigint[]);

-- name: drop_model_runs
DELETE FROM model_run WHERE id = ANY ($1::bigint[]);

-- name: drop_fits
DELETE FROM preparation_fit WHERE snapshot_id = ANY ($1::bigint[]) OR source_id = $2;

-- name: drop_preparations
DELETE FROM preparation WHERE source_id = $1;

-- name: drop_items
DELETE FROM snapshot_item WHERE snapshot_id = ANY ($1::bigint[]);

-- name: drop_snapshots
DELETE FROM snapshot WHERE id = ANY ($1::bigint[]);

-- name: drop_forecasts_of_run
DELETE FROM forecast WHERE run_id = $1;

-- name: add_forecast
INSERT INTO forecast (run_id, place, slice, predicates, training_rows, judged, labels, error, gain, gain_low, gain_high, share, curve, made_at)
VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $13::jsonb, $14::timestamptz);

-- name: forecasts_of_run
SELECT run_id, slice, predicates::text AS predicates, training_rows, judged, labels, error, gain, gain_low, gain_high, share,
    curve::text AS curve
FROM forecast WHERE run_id = $1 ORDER BY place;

-- The newest run before that has forecasts: of the same source, project and kind of model, with fewer training rows.
-- name: run_with_forecasts
SELECT max(o.id) AS id
FROM model_run r JOIN snapshot s ON s.id = r.snapshot_id
JOIN snapshot t ON t.source_id = s.source_id AND t.project_id IS NOT DISTINCT FROM s.project_id
JOIN model_run o ON o.snapshot_id = t.id AND o.kind = r.kind AND o.id < r.id
    AND o.spec->>'target' IS NOT DISTINCT FROM r.spec->>'target'
JOIN forecast f ON f.run_id = o.id AND f.place = 0 AND f.training_rows < $2
WHERE r.id = $1;

-- name: fits_of_run
SELECT name, labels, fitted FROM run_fit WHERE run_id = $1 ORDER BY name;

-- name: drop_outdated_fits
DELETE FROM run_fit WHERE run_id = $1 AND labels <> $2;

-- name: keep_run_fit
INSERT INTO run_fit (run_id, name, labels, fitted, kept_at) VALUES ($1, $2, $3, $4, $5::timestamptz)
ON CONFLICT (run_id, name) DO UPDATE SET labels = excluded.labels, fitted = excluded.fitted, kept_at = excluded.kept_at;
