-- Queries of quality/. Parameters are $1, $2 ..; times are parameters.

-- Records of a source in order of rk, after ($2, $3).
-- name: quality_rows
SELECT r.rk, r.key, r.version, v.line, v.payload::text
FROM record r JOIN record_version v USING (rk, source_id, key, version)
WHERE r.source_id = $1 AND (r.rk, r.key) > ($2, $3) AND v.rk >= $2 ORDER BY r.rk, r.key LIMIT $4;

-- name: quality_texts
SELECT r.rk, r.key, r.version, t.title || E'\n' || t.body AS text
FROM record r JOIN content_text t USING (rk, source_id, key, version)
WHERE r.source_id = $1 AND (r.rk, r.key) > ($2, $3) AND t.rk >= $2 ORDER BY r.rk, r.key LIMIT $4;

-- name: quality_images
SELECT r.rk, r.key, r.version, i.phash
FROM record r JOIN content_image i USING (rk, source_id, key, version)
WHERE r.source_id = $1 AND (r.rk, r.key) > ($2, $3) AND i.rk >= $2 ORDER BY r.rk, r.key LIMIT $4;

-- name: quality_contents
SELECT r.rk, r.key, r.version, encode(r.content_sha256, 'hex') AS sha256
FROM record r WHERE r.source_id = $1 AND (r.rk, r.key) > ($2, $3) ORDER BY r.rk, r.key LIMIT $4;

-- name: drop_duplicates
DELETE FROM duplicate WHERE source_id = $1 AND kind = $2 RETURNING rk, key;

-- name: drop_open_issues
DELETE FROM cell_issue WHERE source_id = $1 AND state = 'open' AND code = ANY ($2::text[]);

-- One that was decided stays, unless the value has changed since.
-- name: add_issues
INSERT INTO cell_issue AS known (rk, source_id, key, column_name, version, code, value, proposal, probability, reason, found_at)
SELECT rk, $1, key, column_name, version, code, value, proposal, probability, reason, $2::timestamptz
FROM unnest($3::bigint[], $4::text[], $5::text[], $6::int[], $7::text[], $8::text[], $9::text[], $10::float8[], $11::text[])
    AS given (rk, key, column_name, version, code, value, proposal, probability, reason)
ON CONFLICT (rk, source_id, key, column_name) DO UPDATE SET version = excluded.version, code = excluded.code, value = excluded.value,
    proposal = excluded.proposal, probability = excluded.probability, reason = excluded.reason, state = 'open', decided_by = NULL,
    decided_at = NULL, found_at = excluded.found_at
WHERE known.value <> excluded.value OR known.state = 'open';

-- Open ones are accepted, where there is a proposal, or refused; decided ones are opened again.
-- name: decide_issues
UPDATE cell_issue SET state = $4, decided_by = nullif($5, ''), decided_at = CASE WHEN $4 <> 'open' THEN $6::timestamptz END
WHERE source_id = $1 AND (state = 'open') = ($4 <> 'open') AND ($4 <> 'accepted' OR proposal IS NOT NULL)
    AND ($2 = '' OR column_name = $2) AND probability >= $3 AND ($7 = '' OR key = $7);

-- name: decided_issues
SELECT key, column_name, state, coalesce(decided_by, '') AS decided_by FROM cell_issue WHERE source_id = $1 AND state <> 'open';

-- name: save_profile
INSERT INTO quality_profile (source_id, run_id, made_at, records, sketches) VALUES ($1, $2, $3::timestamptz, $4, $5::jsonb)
ON CONFLICT (source_id, run_id) DO UPDATE SET made_at = excluded.made_at, records = excluded.records, sketches = excluded.sketches;

-- The profile of a run, or the newest one if $2 is 0.
-- name: load_profile
SELECT sketches::text FROM quality_profile WHERE source_id = $1 AND ($2::bigint = 0 OR run_id = $2) ORDER BY run_id DESC LIMIT 1;

-- The newest profile before that of a run.
-- name: load_earlier_profile
SELECT sketches::text FROM quality_profile WHERE source_id = $1 AND run_id < $2 ORDER BY run_id DESC LIMIT 1;

-- Runs that brought records, whether they are over, and whether their part of the profile is kept.
-- name: profile_parts
SELECT r.id AS run_id, r.state <> 'running' AS over, c.added + c.changed AS brought, p.run_id IS NOT NULL AS kept
FROM source_run_count c JOIN source_run r ON r.id = c.run_id LEFT JOIN profile_part p ON p.source_id = r.source_id AND p.run_id = r.id
WHERE c.source_id = $1 AND c.added + c.changed > 0 ORDER BY r.id;

-- name: load_part
SELECT sketches::text FROM profile_part WHERE source_id = $1 AND run_id = $2;

-- name: save_part
INSERT INTO profile_part (source_id, run_id, made_at, records, sketches) VALUES ($1, $2, $3::timestamptz, $4, $5::jsonb)
ON CONFLICT (source_id, run_id) DO UPDATE SET made_at = excluded.made_at, records = excluded.records, sketches = excluded.sketches;

-- Runs whose contents were replaced by those of these runs.
-- name: replaced_runs
SELECT DISTINCT p.run_id
FROM record_version v JOIN record_version p ON p.rk = v.rk AND p.source_id = v.source_id AND p.key = v.key AND p.version = v.version - 1
WHERE v.source_id = $1 AND v.run_id = ANY ($2::bigint[]) AND v.version > 1;

-- name: count_present
SELECT count(*) FROM record WHERE source_id = $1;

-- The present contents of a source with the run that brought them.
-- name: profile_rows
SELECT r.rk, r.key, v.run_id, v.payload::text, i.width, i.height, i.channels, i.format
FROM (SELECT * FROM record WHERE source_id = $1 AND (rk, key) > ($2, $3) ORDER BY rk, key LIMIT $4) r
JOIN record_version v USING (rk, source_id, key, version) LEFT JOIN content_image i ON (i.rk, i.source_id, i.key, i.version) = (v.rk, v.source_id, v.key, v.version) ORDER BY r.rk, r.key;

-- name: profile_run_rows
DECLARE profile_run_rows NO SCROLL CURSOR FOR SELECT v.rk, v.key, v.run_id, v.payload::text, i.width, i.height, i.channels, i.format
FROM record_version v JOIN record r USING (rk, source_id, key, version) LEFT JOIN content_image i USING (rk, source_id, key, version)
WHERE v.source_id = $1 AND v.run_id = $2 ORDER BY v.rk, v.key;

-- name: next_profile_run_rows
FETCH 5000 FROM profile_run_rows;

-- name: find_snapshot
SELECT id, project_id, coalesce(spec->>'question', '') AS question FROM snapshot WHERE name = $1;

-- Records of a snapshot in the versions it holds, without a payload if they were purged since; $5 is 3 for all sides. Classes of a form's question are
-- numbered as they follow each other; $7 and $8 are its project and question.
-- name: profile_snapshot_rows
WITH page AS MATERIALIZED (
    SELECT rk, source_id, key FROM snapshot_item
    WHERE snapshot_id = $1 AND ($5::int = 3 OR split = $5) AND (rk, source_id, key) > ($2, $6, $3)
    ORDER BY rk, source_id, key LIMIT $4
), classes AS MATERIALIZED (
    SELECT k.name, CASE WHEN k.question = '' THEN k.class_id ELSE row_number() OVER (ORDER BY k.class_id) - 1 END AS number
    FROM label_class k WHERE k.project_id = $7 AND k.question = $8
)
SELECT s.rk, s.key, s.source_id, coalesce(v.payload::text, '') AS payload, i.width, i.height, i.channels, i.format,
    coalesce(c.name, s.value::text) AS label
FROM page p
JOIN snapshot_item s ON s.snapshot_id = $1 AND (s.rk, s.source_id, s.key) = (p.rk, p.source_id, p.key)
    AND s.rk BETWEEN $2 AND (SELECT max(rk) FROM page)
LEFT JOIN record_version v ON (v.rk, v.source_id, v.key, v.version) = (s.rk, s.source_id, s.key, s.version)
LEFT JOIN content_image i ON (i.rk, i.source_id, i.key, i.version) = (s.rk, s.source_id, s.key, s.version)
LEFT JOIN classes c ON c.number = s.class_id
ORDER BY s.rk, s.source_id, s.key;

-- name: last_checks
SELECT check_name AS name, passed, severity, examined, failed, observed FROM check_result
WHERE source_id = $1 AND checked_at = (SELECT max(checked_at) FROM check_result WHERE source_id = $1)
ORDER BY passed, severity = 'warn', check_name;

-- name: duplicate_counts
SELECT kind, count(*) AS records, count(DISTINCT cluster) AS clusters FROM duplicate WHERE source_id = $1 GROUP BY kind ORDER BY kind;

-- Members of the first clusters.
-- name: duplicate_examples
SELECT cluster, key FROM duplicate
WHERE source_id = $1 AND kind = $2 AND cluster IN (SELECT DISTINCT cluster FROM duplicate WHERE source_id = $1 AND kind = $2 ORDER BY cluster LIMIT 5)
ORDER BY cluster, key LIMIT 25;

-- Ground truth of a project for the records of a source, as text.
-- name: project_labels
SELECT g.key AS name, coalesce(c.name, g.value #>> '{}', '') AS label, 1 AS count
FROM label_project p JOIN ground_truth g ON g.project_id = p.id LEFT JOIN label_class c ON c.project_id = p.id AND c.class_id = g.class_id
WHERE p.name = $1 AND g.source_id = $2;

-- Who answered how often with what.
-- name: project_annotators
SELECT u.name, coalesce(c.name, a.value #>> '{}', '') AS label, count(*)
FROM label_project p JOIN annotation a ON a.project_id = p.id JOIN app_user u ON u.id = a.user_id
    LEFT JOIN label_class c ON c.project_id = p.id AND c.class_id = a.class_id
WHERE p.name = $1 AND a.withdrawn_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2;

-- Where labelled records came from: the host of a URL, or the file.
-- name: project_origins
SELECT coalesce(substring(v.url FROM '^[a-z]+://([^/?#]+)'), v.file, '') AS name, coalesce(c.name, g.value #>> '{}', '') AS label, count(*)
FROM label_project p JOIN ground_truth g ON g.project_id = p.id JOIN record r ON r.rk = g.rk AND r.source_id = g.source_id AND r.key = g.key
    JOIN record_version v ON v.rk = r.rk AND v.source_id = r.source_id AND v.key = r.key AND v.version = r.version
    LEFT JOIN label_class c ON c.project_id = p.id AND c.class_id = g.class_id
WHERE p.name = $1 GROUP BY 1, 2 ORDER BY 1, 2;

-- name: project_exists
SELECT 1 FROM label_project WHERE name = $1;

-- name: latest_run
SELECT max(run_id) FROM source_run_count WHERE source_id = $1 AND read > 0;

-- name: drop_quarantine
DELETE FROM quarantine WHERE source_id = $1 AND check_name NOT LIKE 'contract: %';

-- name: add_check_result
INSERT INTO check_result (source_id, checked_at, check_name, passed, severity, examined, failed, observed)
VALUES ($1, $2::timestamptz, $3, $4, $5, $6, $7, $8);

-- How many contents were stored by the source's runs, and how many there were when its texts last all had their clusters.
-- name: text_extent
SELECT (SELECT coalesce(sum(added + changed), 0)::bigint FROM source_run_count WHERE source_id = $1) AS gathered,
    coalesce((SELECT extent FROM source_progress WHERE source_id = $1 AND work = 'clusters'), -1) AS clustered;

-- name: note_clustered
INSERT INTO source_progress (source_id, work, extent) VALUES ($1, 'clusters', $2)
ON CONFLICT (source_id, work) DO UPDATE SET extent = excluded.extent;

-- name: texts_to_cluster
SELECT r.rk, r.key, r.version, t.words >= 20 AS long_enough, t.sketch, s.version IS NOT NULL AS had_sketch
FROM record r JOIN content_text t USING (rk, source_id, key, version)
LEFT JOIN text_sketch s USING (rk, source_id, key)
WHERE r.source_id = $1 AND (r.rk, r.key) > ($2, $3) AND (t.words >= 20 OR s.version IS NOT NULL)
    AND s.version IS DISTINCT FROM r.version
ORDER BY r.rk, r.key LIMIT $4;

-- name: text_to_sketch
SELECT title || E'\n' || body FROM content_text WHERE rk = $1 AND source_id = $2 AND key = $3 AND version = $4;

-- The tables grow from nothing while no statistics tell: a plan must not be one for the empty table, nor keep a whole index at hand to
-- compare each text with.
-- name: lock_clusters
SELECT pg_advisory_xact_lock(7410219660713 + $1), set_config('enable_seqscan', 'off', true), set_config('enable_material', 'off', true),
    set_config('plan_cache_mode', 'force_custom_plan', true);

-- name: drop_sketches
DELETE FROM text_sketch t USING unnest($2::bigint[], $3::text[]) AS g (rk, key)
WHERE t.rk = g.rk AND t.source_id = $1 AND t.key = g.key;

-- name: leave_clusters
DELETE FROM duplicate t USING unnest($2::bigint[], $3::text[]) AS g (rk, key)
WHERE t.rk = g.rk AND t.source_id = $1 AND t.key = g.key AND t.kind IN ('text', 'normalised');

-- Clusters whose first record is no longer of them are named by another of theirs, which new texts find them by.
-- name: name_clusters_anew
WITH headless AS (
    SELECT m.kind, m.cluster, min(m.rk) AS first FROM duplicate m
    WHERE m.source_id = $1 AND m.cluster = ANY ($2::bigint[]) AND m.kind IN ('text', 'normalised')
    GROUP BY 1, 2 HAVING NOT bool_or(m.rk = m.cluster)),
found AS (
    UPDATE text_sketch s SET leads = s.leads OR h.leads, first = s.first OR h.first
    FROM (SELECT first AS rk, bool_or(kind = 'text') AS leads, bool_or(kind = 'normalised') AS first FROM headless GROUP BY 1) h
    WHERE s.source_id = $1 AND s.rk = h.rk)
UPDATE duplicate d SET cluster = h.first FROM headless h WHERE d.source_id = $1 AND d.kind = h.kind AND d.cluster = h.cluster;

-- Those that are in no index yet are all read. Into the index one look per new text ($2 holds the bands of each), kept so by lock_clusters:
-- an array of thousands of bands would be compared with every row.
-- name: sketches_sharing
WITH found AS MATERIALIZED (
    SELECT l.* FROM unnest($2::text[]) AS b (bands) JOIN text_sketch l ON l.leads AND l.indexed AND l.bands && b.bands::bigint[]
    UNION SELECT * FROM text_sketch WHERE first AND indexed AND text_hash = ANY ($3::bytea[])
    UNION ALL SELECT * FROM text_sketch WHERE source_id = $1 AND NOT indexed AND (leads OR first)
)
SELECT rk, key, bands::text, low, text_hash, leads, first, indexed FROM found WHERE source_id = $1 ORDER BY rk, key;

-- name: clusters_of_texts
SELECT g.place, max(d.cluster) FILTER (WHERE d.kind = 'text') AS near, max(d.cluster) FILTER (WHERE d.kind = 'normalised') AS exact
FROM unnest($2::bigint[], $3::text[]) WITH ORDINALITY AS g (rk, key, place)
JOIN duplicate d ON d.rk = g.rk AND d.source_id = $1 AND d.key = g.key AND d.kind IN ('text', 'normalised')
GROUP BY g.place;

-- Whether the source has sketches, of any kind and in the indexes.
-- name: sketches_there
SELECT EXISTS (SELECT 1 FROM source_progress WHERE source_id = $1 AND work = 'clusters')
    OR EXISTS (SELECT 1 FROM text_sketch WHERE source_id = $1 AND NOT indexed)
    OR EXISTS (SELECT 1 FROM duplicate WHERE source_id = $1 AND kind IN ('text', 'normalised'));

-- name: index_sketches
UPDATE text_sketch SET indexed = true WHERE source_id = $1 AND NOT indexed;

-- name: merge_clusters
UPDATE duplicate d SET cluster = m.kept FROM unnest($2::bigint[], $3::bigint[]) AS m (merged, kept)
WHERE d.source_id = $1 AND d.kind = 'text' AND d.cluster = m.merged;

-- After clusters were found anew: new texts find those that are the first of one, or of none. Asked text by text, by their keys: no
-- statistics tell of what was just written.
-- name: lead_clusters
UPDATE text_sketch s SET leads = CASE WHEN $2::text = 'text' THEN g.alone ELSE s.leads END,
    first = CASE WHEN $2::text = 'normalised' THEN g.alone ELSE s.first END
FROM unnest($3::bigint[], $4::text[], $5::boolean[]) AS g (rk, key, alone)
WHERE s.rk = g.rk AND s.source_id = $1 AND s.key = g.key
    AND g.alone <> CASE WHEN $2::text = 'text' THEN s.leads ELSE s.first END;

-- What was said of a source that ends.
-- name: drop_check_results
DELETE FROM check_result WHERE source_id = $1;

-- name: drop_profiles
DELETE FROM quality_profile WHERE source_id = $1;

-- name: drop_parts
DELETE FROM profile_part WHERE source_id = $1;
