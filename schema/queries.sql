-- Queries of schema/. Parameters are $1, $2 ..; times are parameters.

-- name: has_migration_table
SELECT to_regclass('schema_migration') IS NOT NULL;

-- name: lock_migrations
SELECT pg_advisory_xact_lock(7410219660712);

-- name: make_migration_table
CREATE TABLE IF NOT EXISTS schema_migration (
    version int CONSTRAINT schema_migration_key PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL
);

-- name: applied_migrations
SELECT version, checksum, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS at FROM schema_migration ORDER BY version;

-- name: note_migration
INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4::timestamptz);

-- name: add_source
INSERT INTO source (name, kind, spec, schedule, created_at) VALUES ($1, $2, $3::jsonb, $4, $5::timestamptz)
ON CONFLICT (name) DO NOTHING RETURNING id;

-- name: find_source
SELECT id, name, kind, spec::text, schedule, CASE WHEN archived_at IS NULL THEN state ELSE 'archived' END AS state
FROM source WHERE name = $1;

-- A source by the settings of a run of it.
-- name: source_of_run
SELECT source.id, name, kind, source_run.spec::text, schedule, CASE WHEN archived_at IS NULL THEN source.state ELSE 'archived' END AS state
FROM source_run JOIN source ON source.id = source_run.source_id WHERE source_run.id = $1;

-- Those in use, and with $3 those in the archive.
-- name: list_sources
WITH page AS MATERIALIZED (
    SELECT * FROM source WHERE (archived_at IS NULL OR $3) AND name > $1 ORDER BY name LIMIT $2
), refused AS MATERIALIZED (
    SELECT source_id, count(*) AS records FROM reject WHERE source_id = ANY (ARRAY(SELECT id FROM page)) AND state = 'open' GROUP BY source_id
), gathered AS MATERIALIZED (
    SELECT source_id, sum(added)::bigint AS records FROM source_run_count WHERE source_id = ANY (ARRAY(SELECT id FROM page)) GROUP BY source_id
)
SELECT s.id, s.name, s.kind, CASE WHEN s.archived_at IS NULL THEN s.state ELSE 'archived' END AS state, s.schedule, s.next_due_at, s.created_at,
       s.spec::text AS spec, greatest(coalesce(t.records, 0) - s.purged, 0) AS records, coalesce(j.records, 0) AS rejected
FROM page s LEFT JOIN refused j ON j.source_id = s.id
LEFT JOIN gathered t ON t.source_id = s.id
ORDER BY s.name;

-- name: show_source
WITH page AS MATERIALIZED (
    SELECT * FROM source WHERE name = $1
), refused AS MATERIALIZED (
    SELECT source_id, count(*) AS records FROM reject WHERE source_id = ANY (ARRAY(SELECT id FROM page)) AND state = 'open' GROUP BY source_id
), gathered AS MATERIALIZED (
    SELECT source_id, sum(added)::bigint AS records FROM source_run_count WHERE source_id = ANY (ARRAY(SELECT id FROM page)) GROUP BY source_id
)
SELECT s.id, s.name, s.kind, CASE WHEN s.archived_at IS NULL THEN s.state ELSE 'archived' END AS state, s.schedule, s.next_due_at, s.created_at,
       s.spec::text AS spec, greatest(coalesce(t.records, 0) - s.purged, 0) AS records, coalesce(j.records, 0) AS rejected
FROM page s LEFT JOIN refused j ON j.source_id = s.id
LEFT JOIN gathered t ON t.source_id = s.id;

-- name: set_source_state
UPDATE source SET state = $2 WHERE id = $1;

-- name: archive_source
UPDATE source SET archived_at = coalesce(archived_at, $2::timestamptz) WHERE id = $1;

-- name: restore_source
UPDATE source SET archived_at = NULL WHERE id = $1;

-- name: set_source_schedule
UPDATE source SET schedule = $2, next_due_at = $3::timestamptz WHERE id = $1;

-- Nothing if these are its settings already; one edit waits for another.
-- name: change_source_spec
UPDATE source SET spec = $2::jsonb WHERE id = $1 AND spec <> $2::jsonb RETURNING id;

-- name: add_source_settings
INSERT INTO source_settings (source_id, version, spec, made_by, made_at)
SELECT $1, 1 + coalesce(max(version), 0), $2::jsonb, $3, $4::timestamptz FROM source_settings WHERE source_id = $1;

-- name: settings_version
SELECT max(version) FROM source_settings WHERE source_id = $1;

-- name: note_maker
UPDATE source_settings SET made_by = $2 WHERE source_id = $1 AND version = 1;

-- name: list_source_settings
SELECT version, spec::text AS spec, made_by, made_at FROM source_settings WHERE source_id = $1 AND version < $2::bigint ORDER BY version DESC LIMIT $3;

-- name: source_settings
SELECT spec::text FROM source_settings WHERE source_id = $1 AND version = $2::bigint;

-- name: rules_ever
SELECT DISTINCT given.rules::text AS rules FROM (
    SELECT spec -> 'rules' AS rules FROM source_settings WHERE source_id = $1
    UNION ALL SELECT spec -> 'rules' FROM source_run WHERE source_id = $1) AS given
WHERE given.rules IS NOT NULL ORDER BY 1;

-- The rules that runs mapped records by, each once, the newest first.
-- name: rules_of_runs
SELECT spec ->> 'rules' AS rules FROM source_run
WHERE source_id = $1 AND jsonb_typeof(spec -> 'rules') = 'object' GROUP BY 1 ORDER BY max(id) DESC;

-- name: rules_of_source
SELECT (spec -> 'rules')::text FROM source WHERE id = $1;

-- name: lock_source
SELECT id FROM source WHERE id = $1 FOR UPDATE;

-- name: drop_rejects
DELETE FROM reject WHERE source_id = $1;

-- name: drop_cursors
DELETE FROM source_cursor WHERE source_id = $1;

-- name: drop_progress
DELETE FROM source_progress WHERE source_id = $1;

-- name: drop_categories
DELETE FROM category WHERE source_id = $1;

-- name: drop_column_sets
DELETE FROM column_set WHERE source_id = $1;

-- name: drop_source_settings
DELETE FROM source_settings WHERE source_id = $1;

-- name: drop_run_counts
DELETE FROM source_run_count WHERE source_id = $1;

-- name: drop_source_runs
DELETE FROM source_run WHERE source_id = $1;

-- name: drop_source
DELETE FROM source WHERE id = $1;

-- Jobs that gather a source or read its rejects again.
-- name: jobs_of_source
SELECT id, leased_until > $2::timestamptz AS held FROM job
WHERE dedup IN ('source:' || $1, 'replay:' || $1) OR starts_with(dedup, 'source:' || $1 || '/') ORDER BY id FOR UPDATE;

-- name: due_sources
SELECT id, name, kind, spec::text, schedule, state FROM source
WHERE state = 'active' AND archived_at IS NULL AND schedule IS NOT NULL AND next_due_at <= $1::timestamptz ORDER BY next_due_at;

-- name: begin_run
INSERT INTO source_run (source_id, state, spec, started_at) VALUES ($1, 'running', $2::jsonb, $3::timestamptz) RETURNING id;

-- name: begin_counts
INSERT INTO source_run_count (run_id, source_id) VALUES ($1, $2);

-- Runs of a source that a killed program left behind.
-- name: close_stale_runs
UPDATE source_run SET state = 'interrupted', ended_at = $2::timestamptz, error = 'the program ended before the run did'
WHERE source_id = $1 AND state = 'running';

-- The transaction need not be on disk when it is committed: a later one that is makes it so.
-- name: commit_without_waiting
SELECT set_config('synchronous_commit', 'off', true);

-- name: end_run
UPDATE source_run SET state = $2, error = $3, ended_at = $4::timestamptz WHERE id = $1;

-- What has ended stays as it ended.
-- name: interrupt_run
UPDATE source_run SET state = 'interrupted', ended_at = $2::timestamptz WHERE id = $1 AND state = 'running';

-- name: add_counts
UPDATE source_run_count SET read = read + $2, added = added + $3, changed = changed + $4, unchanged = unchanged + $5,
    rejected = rejected + $6, bytes = bytes + $7
WHERE run_id = $1;

-- name: run_counts
SELECT read, added, changed, unchanged, rejected FROM source_run_count WHERE run_id = $1;

-- name: source_totals
SELECT count(*), coalesce(sum(added), 0), coalesce(sum(changed), 0), coalesce(sum(unchanged), 0), coalesce(sum(rejected), 0)
FROM source_run_count WHERE source_id = $1;

-- name: recent_runs
SELECT r.id, s.name AS source, r.state, c.read, c.added, c.changed, c.unchanged, c.rejected
FROM source_run r JOIN source s ON s.id = r.source_id JOIN source_run_count c ON c.run_id = r.id
WHERE r.state = 'running' OR r.ended_at > $1::timestamptz ORDER BY r.id;

-- name: run_totals
SELECT coalesce(sum(added), 0)::bigint AS added, coalesce(sum(rejected), 0)::bigint AS rejected FROM source_run_count;

-- name: count_jobs
SELECT count(*) FROM job;

-- name: list_runs
SELECT r.id, r.state, c.read, c.added, c.changed, c.unchanged, c.rejected, c.bytes, r.error, r.started_at, r.ended_at
FROM source_run r JOIN source_run_count c ON c.run_id = r.id WHERE r.source_id = $1 AND r.id < $2 ORDER BY r.id DESC LIMIT $3;

-- name: latest_runs
SELECT r.source_id, r.id, r.state, c.read, c.added, c.changed, c.unchanged, c.rejected, c.bytes, r.error, r.started_at, r.ended_at
FROM unnest($1::bigint[]) AS s (id)
CROSS JOIN LATERAL (SELECT * FROM source_run WHERE source_id = s.id ORDER BY id DESC LIMIT 1) AS r
JOIN source_run_count c ON c.run_id = r.id;

-- name: load_cursor
SELECT position FROM source_cursor WHERE source_id = $1 AND stream = $2;

-- name: save_cursor
INSERT INTO source_cursor (source_id, stream, position, run_id, updated_at) VALUES ($1, $2, $3, $4, $5::timestamptz)
ON CONFLICT (source_id, stream) DO UPDATE SET position = excluded.position, run_id = excluded.run_id, updated_at = excluded.updated_at;

-- name: drop_cursor
DELETE FROM source_cursor WHERE source_id = $1 AND stream = $2;

-- name: latest_columns
SELECT version, columns::text FROM column_set WHERE source_id = $1 ORDER BY version DESC LIMIT 1;

-- name: columns_of
SELECT columns::text FROM column_set WHERE source_id = $1 AND version = $2;

-- name: add_columns
INSERT INTO column_set (source_id, version, columns, created_at) VALUES ($1, $2, $3::jsonb, $4::timestamptz);

-- name: category_codes
SELECT value, code FROM category WHERE source_id = $1 AND column_name = $2 AND value = ANY($3::text[]);

-- name: add_categories
INSERT INTO category (source_id, column_name, value, code)
SELECT $1, $2, v.value, (SELECT coalesce(max(code), -1) FROM category WHERE source_id = $1 AND column_name = $2) + v.place
FROM unnest($3::text[]) WITH ORDINALITY AS v (value, place)
RETURNING value, code;

-- name: category_values
SELECT value, code FROM category WHERE source_id = $1 AND column_name = $2 ORDER BY code;

-- name: find_records
SELECT rk, key, version, content_sha256, last_run FROM record WHERE source_id = $1 AND rk = ANY($2::bigint[]);

-- Which of these present versions ($3 to $5) run $2 wrote itself, and what was the content before.
-- name: versions_of_run
SELECT v.key, p.content_sha256 AS before
FROM unnest($3::bigint[], $4::text[], $5::int[]) AS d (rk, key, version)
JOIN record_version v ON v.rk = d.rk AND v.source_id = $1 AND v.key = d.key AND v.version = d.version AND v.run_id = $2
LEFT JOIN record_version p ON p.rk = v.rk AND p.source_id = v.source_id AND p.key = v.key AND p.version = v.version - 1;

-- name: drop_versions
WITH gone AS (SELECT * FROM unnest($2::bigint[], $3::text[], $4::int[]) AS d (rk, key, version)),
texts AS (DELETE FROM content_text t USING gone g WHERE t.rk = g.rk AND t.source_id = $1 AND t.key = g.key AND t.version = g.version),
numbers AS (DELETE FROM content_numeric t USING gone g WHERE t.rk = g.rk AND t.source_id = $1 AND t.key = g.key AND t.version = g.version),
images AS (DELETE FROM content_image t USING gone g WHERE t.rk = g.rk AND t.source_id = $1 AND t.key = g.key AND t.version = g.version),
media AS (DELETE FROM content_media t USING gone g WHERE t.rk = g.rk AND t.source_id = $1 AND t.key = g.key AND t.version = g.version),
measures AS (DELETE FROM content_quality t USING gone g WHERE t.rk = g.rk AND t.source_id = $1 AND t.key = g.key AND t.version = g.version),
words AS (DELETE FROM record_search t USING gone g WHERE t.rk = g.rk AND t.source_id = $1 AND t.key = g.key)
DELETE FROM record_version t USING gone g WHERE t.rk = g.rk AND t.source_id = $1 AND t.key = g.key AND t.version = g.version;

-- name: mark_seen
UPDATE record r SET last_run = $2, last_seen = $3::timestamptz
FROM unnest($4::bigint[], $5::text[]) AS d (rk, key)
WHERE r.rk = d.rk AND r.source_id = $1 AND r.key = d.key;

-- name: change_records
UPDATE record r SET version = d.version, content_sha256 = d.sha, group_key = d.group_key, record_time = d.record_time,
    last_run = $2, last_seen = $3::timestamptz
FROM unnest($4::bigint[], $5::text[], $6::int[], $7::bytea[], $8::text[], $9::timestamptz[])
    AS d (rk, key, version, sha, group_key, record_time)
WHERE r.rk = d.rk AND r.source_id = $1 AND r.key = d.key AND r.version < d.version + $10::int;

-- name: find_blobs
SELECT sha256 FROM blob WHERE bk = ANY($1::bigint[]);

-- name: load_blob
SELECT encoding, bytes, location, size FROM blob WHERE bk = $1 AND sha256 = $2;

-- name: blob_size
SELECT size FROM blob WHERE bk = $1 AND sha256 = $2;

-- name: add_reject
INSERT INTO reject (rk, source_id, place_sha256, run_id, at, raw, file, member, line, byte_offset, column_name, code, reason)
VALUES ($1, $2, $3, $4, $5::timestamptz, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (rk, source_id, place_sha256) DO UPDATE SET run_id = excluded.run_id, at = excluded.at, code = excluded.code,
    reason = excluded.reason, column_name = excluded.column_name, state = 'open';

-- name: has_records
SELECT EXISTS (SELECT 1 FROM record WHERE source_id = $1);

-- name: count_records
SELECT count(*) FROM record WHERE source_id = $1;

-- name: list_records
SELECT r.rk, r.source_id, r.key, r.version, r.group_key, r.first_seen, r.last_seen, v.url, left(v.payload::text, 2000) AS payload,
    t.title, left(t.body, 200) AS snippet, t.language, i.width, i.height, m.kind AS media
FROM (SELECT * FROM record WHERE source_id = $1 AND (rk, key) > ($2, $3) ORDER BY rk, key LIMIT $4) r
JOIN record_version v USING (rk, source_id, key, version)
LEFT JOIN content_text t ON (t.rk, t.source_id, t.key, t.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_image i ON (i.rk, i.source_id, i.key, i.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_media m ON (m.rk, m.source_id, m.key, m.version) = (v.rk, v.source_id, v.key, v.version)
ORDER BY r.rk, r.key;

-- name: show_record
SELECT r.rk, r.version, r.group_key, r.record_time, r.first_seen, r.last_seen, encode(r.content_sha256, 'hex') AS content_sha256, v.payload,
    v.url, v.file, v.member, v.line, v.byte_offset, v.licence, v.consent, v.run_id, v.media_type, encode(v.blob_sha256, 'hex') AS blob_sha256,
    to_char(v.stored_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS stored_at, v.fetched_at,
    t.rk IS NOT NULL AS has_text, t.title, t.body, t.language, t.characters, t.words, n.values::text AS numbers, n.column_set,
    i.rk IS NOT NULL AS has_image, i.width, i.height, i.channels, i.format, q.measures::text, q.language AS measured_language,
    m.kind AS media_kind, m.type AS media_as, m.seconds, m.pages, m.width AS media_width, m.height AS media_height,
    m.channels AS media_channels, m.sample_rate, CASE WHEN v.blob_sha256 IS NOT NULL THEN v.media_type END AS blob_type
FROM record r
JOIN record_version v USING (rk, source_id, key, version)
LEFT JOIN content_text t USING (rk, source_id, key, version)
LEFT JOIN content_numeric n USING (rk, source_id, key, version)
LEFT JOIN content_image i USING (rk, source_id, key, version)
LEFT JOIN content_media m USING (rk, source_id, key, version)
LEFT JOIN content_quality q USING (rk, source_id, key, version)
WHERE r.rk = $1 AND r.source_id = $2 AND r.key = $3;

-- name: records_of_id
SELECT s.id, s.name, s.kind, s.spec, s.schedule, s.state, r.key FROM record r JOIN source s ON s.id = r.source_id
WHERE r.rk = $1 AND r.source_id = $2 AND ($3 = '' OR r.key = $3) ORDER BY r.key LIMIT 2;

-- A record's rk comes of its source's name and its key (record_key()), so each source is one look by the key of the table.
-- name: find_by_key
SELECT r.source_id || '.' || lpad(to_hex(r.rk), 16, '0') AS id, s.name AS source, r.key, t.title, r.version
FROM source s
JOIN record r ON r.source_id = s.id AND r.key = $1
    AND r.rk = ('x' || encode(substr(sha256(convert_to(s.name, 'UTF8') || '\x00'::bytea || convert_to($1, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
LEFT JOIN content_text t ON t.rk = r.rk AND t.source_id = r.source_id AND t.key = r.key AND t.version = r.version
WHERE s.archived_at IS NULL ORDER BY s.name;

-- Of version $4 of a record; null: of its last.
-- name: record_blob
SELECT v.blob_sha256, v.media_type, i.width, i.height, i.channels, i.format
FROM record r
JOIN record_version v ON v.rk = r.rk AND v.source_id = r.source_id AND v.key = r.key AND v.version = coalesce($4::int, r.version)
LEFT JOIN content_image i ON (i.rk, i.source_id, i.key, i.version) = (v.rk, v.source_id, v.key, v.version)
WHERE r.rk = $1 AND r.source_id = $2 AND r.key = $3 AND v.blob_sha256 IS NOT NULL;

-- name: record_media
SELECT v.blob_sha256, m.kind AS media_kind, m.type AS media_as, m.seconds, m.pages, m.width AS media_width, m.height AS media_height,
    m.channels AS media_channels, m.sample_rate, CASE WHEN v.blob_sha256 IS NOT NULL THEN v.media_type END AS blob_type
FROM record r
JOIN record_version v ON v.rk = r.rk AND v.source_id = r.source_id AND v.key = r.key AND v.version = coalesce($4::int, r.version)
LEFT JOIN content_media m ON (m.rk, m.source_id, m.key, m.version) = (v.rk, v.source_id, v.key, v.version)
WHERE r.rk = $1 AND r.source_id = $2 AND r.key = $3 AND v.blob_sha256 IS NOT NULL;

-- Every version of a record: when and by which run it came, from where exactly.
-- name: record_lineage
SELECT v.version, v.run_id AS run, u.state, to_char(u.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started_at,
    v.url, v.file, v.member, v.line, v.byte_offset, to_char(v.fetched_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS fetched_at,
    to_char(v.stored_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS stored_at, encode(v.content_sha256, 'hex') AS content_sha256,
    encode(v.blob_sha256, 'hex') AS blob_sha256, v.licence
FROM record_version v LEFT JOIN source_run u ON u.id = v.run_id
WHERE v.rk = $1 AND v.source_id = $2 AND v.key = $3 ORDER BY v.version;

-- name: record_history
SELECT r.first_run, r.last_run, to_char(r.first_seen AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS first_seen,
    to_char(r.last_seen AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS last_seen,
    to_char(r.gone_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS gone_at,
    (SELECT json_agg(n.name ORDER BY n.id) FROM snapshot_item i JOIN snapshot n ON n.id = i.snapshot_id
     WHERE (i.rk, i.source_id, i.key) = (r.rk, r.source_id, r.key)) AS snapshots
FROM record r WHERE r.rk = $1 AND r.source_id = $2 AND r.key = $3;

-- name: add_job
INSERT INTO job (kind, spec, dedup, due_at, created_at) VALUES ($1, $2::jsonb, $3, $4::timestamptz, $5::timestamptz)
ON CONFLICT (dedup) DO NOTHING RETURNING id;

-- name: job_named
SELECT id FROM job WHERE dedup = $1;

-- Claims come one after the other, since none sees what another has not committed yet.
-- name: begin_claim
SELECT pg_advisory_xact_lock(hashtextextended('the claim of a job', 0));

-- Jobs of one source ('source:NAME', and 'source:NAME/PART' of what was given to it) write its records and the mark from which its next run
-- goes on: one of them at a time is at work.
-- name: claim_job
UPDATE job SET worker = $2, token = token + 1, attempts = attempts + 1, leased_until = $4::timestamptz
WHERE id = (SELECT id FROM job WHERE kind = ANY($1::text[]) AND due_at <= $3::timestamptz AND (leased_until IS NULL OR leased_until < $3::timestamptz)
                AND coalesce(split_part(dedup, '/', 1), '') NOT IN (
                    SELECT split_part(o.dedup, '/', 1) FROM job o WHERE o.leased_until >= $3::timestamptz AND starts_with(o.dedup, 'source:'))
            ORDER BY priority DESC, due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, kind, spec::text, token, attempts;

-- Whether one could be claimed now.
-- name: job_waits
SELECT EXISTS (SELECT 1 FROM job WHERE kind = ANY($1::text[]) AND due_at <= $2::timestamptz AND (leased_until IS NULL OR leased_until < $2::timestamptz)
    AND coalesce(split_part(dedup, '/', 1), '') NOT IN (
        SELECT split_part(o.dedup, '/', 1) FROM job o WHERE o.leased_until >= $2::timestamptz AND starts_with(o.dedup, 'source:')));

-- In the order of their names, so that two that tell at once do not wait for each other.
-- name: tell_workers
INSERT INTO worker AS known (name, doing, about, job_id, version, started_at, since, seen_at)
SELECT name, doing, about, job_id, version, started_at, since, seen_at
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::timestamptz[])
    AS given (name, doing, about, job_id, version, started_at, since, seen_at) ORDER BY name
ON CONFLICT (name) DO UPDATE SET doing = excluded.doing, about = excluded.about, job_id = excluded.job_id, version = excluded.version,
    started_at = excluded.started_at, since = excluded.since, seen_at = excluded.seen_at;

-- name: forget_workers
DELETE FROM worker WHERE seen_at < $1::timestamptz;

-- name: drop_workers
DELETE FROM worker WHERE name = ANY ($1::text[]);

-- name: list_workers
SELECT name, doing, about, job_id AS job, version, started_at, since, seen_at FROM worker WHERE name > $1 ORDER BY name LIMIT $2;

-- name: count_workers
SELECT count(*) AS all, count(*) FILTER (WHERE doing <> 'idle') AS busy FROM worker WHERE seen_at >= $1::timestamptz;

-- name: renew_job
UPDATE job SET leased_until = $3::timestamptz WHERE id = $1 AND token = $2;

-- name: release_job
UPDATE job SET worker = NULL, leased_until = NULL, due_at = $3::timestamptz, attempts = $4 WHERE id = $1 AND token = $2;

-- name: let_go_job
UPDATE job SET leased_until = $3::timestamptz, attempts = $4 WHERE id = $1 AND token = $2;

-- name: finish_job
WITH ended AS (DELETE FROM job WHERE id = $1 AND token = $2 RETURNING *)
INSERT INTO job_history (id, kind, spec, state, attempts, result, created_at, ended_at)
SELECT id, kind, spec, $3, $6::int, $4::jsonb, created_at, $5::timestamptz FROM ended;

-- The jobs of a source name it in what they were told.
-- name: list_jobs
(SELECT id, kind, CASE WHEN leased_until > $1::timestamptz THEN 'running' ELSE 'waiting' END AS state, spec::text AS spec,
     NULL AS result, worker, attempts, created_at, due_at, NULL::timestamptz AS ended_at
 FROM job
 WHERE ($2 = '' OR kind = $2) AND ($3 = '' OR $3 = CASE WHEN leased_until > $1::timestamptz THEN 'running' ELSE 'waiting' END) AND id < $4 AND ($6 = '' OR spec->>'source' = $6)
 ORDER BY id DESC LIMIT $5)
UNION ALL
(SELECT id, kind, state, spec::text, result::text, NULL, attempts, created_at, NULL::timestamptz, ended_at
 FROM job_history
 WHERE ($2 = '' OR kind = $2) AND ($3 = '' OR state = $3) AND id < $4 AND ($6 = '' OR spec->>'source' = $6)
 ORDER BY id DESC LIMIT $5)
ORDER BY id DESC LIMIT $5;

-- name: show_job
SELECT id, kind, CASE WHEN leased_until > $1::timestamptz THEN 'running' ELSE 'waiting' END AS state, spec::text AS spec,
       NULL AS result, worker, attempts, created_at, due_at, NULL::timestamptz AS ended_at
FROM job WHERE id = $2
UNION ALL
SELECT id, kind, state, spec::text, result::text, NULL, attempts, created_at, NULL, ended_at
FROM job_history WHERE id = $2;

-- name: cancel_job
WITH ended AS (DELETE FROM job WHERE id = $1 RETURNING *)
INSERT INTO job_history (id, kind, spec, state, attempts, created_at, ended_at)
SELECT id, kind, spec, 'cancelled', attempts, created_at, $2::timestamptz FROM ended;

------------------------------------------------------------------------------------------------------- webhooks

-- name: add_webhook
INSERT INTO webhook (name, url, secret, events, project, allow_private, state, created_at)
SELECT $1, $2, $3, array(SELECT jsonb_array_elements_text($4::jsonb)), $5, $6::boolean, 'active', $7::timestamptz
ON CONFLICT (name) DO NOTHING;

-- name: list_webhooks
SELECT name, url, secret, to_jsonb(events) AS events, project, allow_private, state, created_at FROM webhook ORDER BY name;

-- name: set_webhook_state
UPDATE webhook SET state = $2 WHERE name = $1;

-- name: remove_webhook
DELETE FROM webhook WHERE name = $1;

-- name: awaited_events
SELECT DISTINCT unnest(events) AS event FROM webhook WHERE state <> 'gone' AND project IN ('', $1);

-- One that is paused is told too, and gets it later.
-- name: tell_webhooks
INSERT INTO webhook_message (webhook_id, event, body, state, due_at, made_at)
SELECT id, $1, $2, 'waiting', $4::timestamptz, $4::timestamptz FROM webhook
WHERE CASE WHEN $5 = '' THEN state <> 'gone' AND $1 = ANY (events) AND project IN ('', $3) ELSE name = $5 END;

-- Of those webhooks only whose names are not in $4.
-- name: claim_messages
WITH due AS (
    SELECT m.id, h.name, h.url, h.secret, h.allow_private FROM webhook h CROSS JOIN LATERAL (
        SELECT id FROM webhook_message WHERE webhook_id = h.id AND state = 'waiting' AND due_at <= $1::timestamptz
        ORDER BY due_at, id LIMIT $3::int FOR UPDATE SKIP LOCKED) m
    WHERE h.state = 'active' AND h.name <> ALL ($4::text[])
)
UPDATE webhook_message m SET attempts = m.attempts + 1, due_at = $2::timestamptz, status = NULL, error = '', milliseconds = NULL
FROM due d WHERE m.id = d.id  -- what the attempt before it came to is no outcome of this one
RETURNING m.id, m.uuid::text AS uuid, d.name, d.url, d.secret, d.allow_private, m.body, m.attempts;

-- name: note_delivery
UPDATE webhook_message SET state = $2, due_at = $3::timestamptz, status = $4::int, error = $5, milliseconds = $6::int,
    ended_at = CASE WHEN $2 <> 'waiting' THEN $7::timestamptz END
WHERE id = $1 AND state = 'waiting';

-- name: list_messages
SELECT m.id, m.uuid::text AS uuid, m.event, m.state, m.attempts, m.made_at, CASE WHEN m.state = 'waiting' THEN m.due_at END AS due_at,
    m.ended_at, m.status, m.error, m.milliseconds, m.body
FROM webhook_message m JOIN webhook h ON h.id = m.webhook_id
WHERE h.name = $1 AND ($2 = '' OR m.state = $2) AND m.id < $3::bigint ORDER BY m.id DESC LIMIT $4;

-- name: retry_messages
UPDATE webhook_message m SET state = 'waiting', attempts = 0, due_at = $3::timestamptz, ended_at = NULL FROM webhook h
WHERE h.id = m.webhook_id AND h.name = $1 AND m.state = 'failed' AND ($2::bigint IS NULL OR m.id = $2);

-- name: forget_messages
DELETE FROM webhook_message WHERE ended_at < $1::timestamptz;

-- name: analyze_records
ANALYZE record (rk, source_id, key, version), record_version (rk, source_id, key, version), content_text (rk, source_id, key, version),
    content_numeric (rk, source_id, key, version), content_image (rk, source_id, key, version), content_media (rk, source_id, key, version), blob (bk, sha256),
    frontier_url (source_id, url_key, host, state, reason, due_at);

-- A sample of 9,000 rows tells the planner what it needs of keys, in a third of the time.
-- name: sample_lightly
SELECT set_config('default_statistics_target', '30', true);

-- Writers write versions before blobs: while this is held, none of them counts on a blob that is about to go.
-- name: lock_for_purge
LOCK TABLE record_version IN SHARE ROW EXCLUSIVE MODE;

-- Records of a host ($1), an address ($2) or a licence ($3).
-- All versions are looked at once, whatever is read of the cursor at a time; what goes meanwhile changes nothing of it.
-- name: purge_targets
DECLARE purge_targets NO SCROLL CURSOR FOR SELECT DISTINCT rk, source_id, key FROM record_version
WHERE ($1 <> '' AND (starts_with(url, 'http://' || $1 || '/') OR starts_with(url, 'https://' || $1 || '/')))
   OR ($2 <> '' AND (url = $2 OR key = $2)) OR ($3 <> '' AND licence = $3)
ORDER BY 1, 2, 3;

-- name: next_purge_targets
FETCH 5000 FROM purge_targets;

-- name: purge_targets_of_source
SELECT rk, source_id, key FROM record WHERE source_id = $1 AND (rk, key) > ($2, $3) ORDER BY rk, key LIMIT $4;

-- name: purge_blob_names
SELECT DISTINCT v.blob_sha256 FROM record_version v JOIN unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key) USING (rk, source_id, key)
WHERE v.blob_sha256 IS NOT NULL;

-- Where the records came from: a page gives the same items again if it is asked for again.
-- name: purge_origins
SELECT DISTINCT v.source_id, v.url FROM record_version v JOIN unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key) USING (rk, source_id, key)
WHERE v.url IS NOT NULL AND v.url <> v.key;

-- name: purge_page_records
DELETE FROM page_record t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_snapshots
WITH held AS (
    SELECT i.snapshot_id, count(*) AS members FROM snapshot_item i
    JOIN unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key) USING (rk, source_id, key) GROUP BY i.snapshot_id)
UPDATE snapshot s SET purged = purged + held.members FROM held WHERE s.id = held.snapshot_id RETURNING s.name, held.members;

-- name: purge_records
DELETE FROM record t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- These many records of each source are destroyed, which its runs have counted.
-- name: note_purged
UPDATE source s SET purged = s.purged + g.records FROM (SELECT source_id, count(*) AS records FROM unnest($1::bigint[]) AS u (source_id) GROUP BY source_id) g
WHERE s.id = g.source_id;

-- name: purge_versions
DELETE FROM record_version t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_texts
DELETE FROM content_text t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_numbers
DELETE FROM content_numeric t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_images
DELETE FROM content_image t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_media
DELETE FROM content_media t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_truth
WITH gone AS (
    DELETE FROM ground_truth t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
    WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key
    RETURNING t.project_id, t.class_id, t.probability, t.set_at
), counted AS (
    INSERT INTO label_tally (project_id, user_id, labels) SELECT project_id, 0, -count(*) FROM gone GROUP BY project_id
), by_part AS (
    INSERT INTO label_truth_tally (project_id, part, number, labels, sureness)
    SELECT project_id, 'class', class_id, -count(*), -sum(round(probability * 1000000000)::bigint)::bigint FROM gone
    WHERE class_id IS NOT NULL GROUP BY project_id, class_id
    UNION ALL
    SELECT project_id, 'hour', floor(extract(epoch FROM set_at) / 3600)::bigint, -count(*), 0 FROM gone GROUP BY 1, 3
)
SELECT 1 FROM gone;

-- name: purge_annotations
WITH gone AS (
    DELETE FROM annotation t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
    WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key RETURNING t.project_id, t.user_id, t.withdrawn_at
), counted AS (
    UPDATE label_person p SET answers = p.answers - g.n
    FROM (SELECT project_id, user_id, count(*) AS n FROM gone WHERE withdrawn_at IS NULL GROUP BY project_id, user_id) g
    WHERE p.project_id = g.project_id AND p.user_id = g.user_id
)
SELECT 1 FROM gone;

-- name: purge_suggestions
DELETE FROM label_suggestion t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_rule_votes
DELETE FROM label_rule_vote t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_drafts
DELETE FROM label_draft d USING label_task t, unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE d.task_id = t.id AND t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_audits
DELETE FROM label_audit_item i USING label_task t, unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE i.task_id = t.id AND t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_comments
DELETE FROM label_comment c USING label_task t, unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE c.task_id = t.id AND t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_predictions
DELETE FROM prediction t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_duplicates
DELETE FROM duplicate t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_issues
DELETE FROM cell_issue t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_quarantine
DELETE FROM quarantine t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_denials
DELETE FROM consent_denial t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- Locks the tasks, so that the next statement sees who has them.
-- name: lock_purged_tasks
SELECT 1 FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key), label_task t
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key AND t.state = 'open' ORDER BY t.id FOR UPDATE OF t;

-- Nobody can have them now: what they were in the counts is taken from them.
-- name: cancel_purged_tasks
WITH task AS (
    UPDATE label_task t SET state = 'cancelled' FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
    WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key AND t.state = 'open'
    RETURNING t.id, t.project_id, t.wanted, t.assigned_to, t.answers + t.leases < t.wanted AS room
), part AS (
    SELECT t.*, l.user_id, l.state = 'skipped' AS skipped FROM task t, label_lease l WHERE l.task_id = t.id AND l.state <> 'released'
), change AS (
    SELECT project_id, 0::bigint AS user_id, -1 AS open, 1 AS cancelled, -wanted AS wanted, -(assigned_to IS NULL AND room)::int AS free,
        -(assigned_to IS NULL AND NOT room)::int AS waiting, 0 AS skipped FROM task
    UNION ALL
    SELECT project_id, user_id, 0, 0, 0, (assigned_to IS NULL AND room)::int, (assigned_to IS NULL AND NOT room)::int, -skipped::int FROM part
    UNION ALL
    SELECT project_id, assigned_to, 0, 0, 0, -room::int, -(NOT room)::int, 0 FROM task t
    WHERE assigned_to IS NOT NULL AND NOT EXISTS (SELECT 1 FROM part p WHERE p.id = t.id AND p.user_id = t.assigned_to)
), counted AS (
    INSERT INTO label_tally (project_id, user_id, open, cancelled, wanted, free, waiting, skipped)
    SELECT project_id, user_id, sum(open), sum(cancelled), sum(wanted), sum(free), sum(waiting), sum(skipped) FROM change GROUP BY project_id, user_id
)
SELECT 1 FROM task;

-- Which of these blobs a version still uses: one pass over the versions, however many are asked for.
-- name: used_blobs
SELECT DISTINCT blob_sha256 FROM record_version WHERE blob_sha256 = ANY ($1::bytea[]);

-- Blobs that no model uses.
-- name: purge_blobs
DELETE FROM blob b USING unnest($1::bigint[], $2::bytea[]) AS g (bk, sha256)
WHERE b.bk = g.bk AND b.sha256 = g.sha256
  AND NOT EXISTS (SELECT 1 FROM model m WHERE m.artefact_sha256 = b.sha256)
RETURNING coalesce(b.location, '') AS location;

-- name: purge_rejects
UPDATE reject SET raw = '', state = 'expired'
WHERE octet_length(raw) > 0 AND (($1 <> '' AND (starts_with(file, 'http://' || $1 || '/') OR starts_with(file, 'https://' || $1 || '/')))
    OR ($2 <> '' AND file = $2));

-- name: purge_addresses
UPDATE frontier_url SET state = 'skipped', reason = 'purged', detail = NULL, etag = NULL, last_modified = NULL, body_hash = NULL,
    listed_by = NULL, gone_at = NULL
WHERE (($1 <> '' AND host = $1) OR ($2 <> '' AND url = $2)) AND reason IS DISTINCT FROM 'purged';

-- name: purge_record_addresses
UPDATE frontier_url t SET state = 'skipped', reason = 'purged', detail = NULL, etag = NULL, last_modified = NULL, body_hash = NULL,
    listed_by = NULL, gone_at = NULL
FROM unnest($1::bigint[], $2::uuid[]) AS g (source_id, url_key)
WHERE t.source_id = g.source_id AND t.url_key = g.url_key AND t.reason IS DISTINCT FROM 'purged';

-- Profiles hold frequent values; they are made anew when they are asked for.
-- name: purge_profiles
DELETE FROM quality_profile WHERE source_id = ANY ($1::bigint[]);

-- name: purge_profile_parts
DELETE FROM profile_part WHERE source_id = ANY ($1::bigint[]);

-- name: audit_purge
INSERT INTO audit_event (at, actor, action, subject, detail) VALUES ($1::timestamptz, $2, 'records.purge', $3, $4::jsonb);

-- Records of a source after ($2, $3), with what conditions may ask for; the payload only if $5 says so.
-- name: record_fields
SELECT r.rk, r.key, r.version, coalesce(r.group_key, ''), CASE WHEN $5 THEN v.payload::text END, t.words, t.characters, t.language, t.title,
    v.url, v.file, v.media_type, coalesce(i.width, m.width), coalesce(i.height, m.height), extract(epoch FROM r.record_time)::float8,
    m.kind, m.seconds, m.pages
FROM (SELECT * FROM record WHERE source_id = $1 AND (rk, key) > ($2, $3) ORDER BY rk, key LIMIT $4) r
JOIN record_version v USING (rk, source_id, key, version)
LEFT JOIN content_text t ON (t.rk, t.source_id, t.key, t.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_image i ON (i.rk, i.source_id, i.key, i.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_media m ON (m.rk, m.source_id, m.key, m.version) = (v.rk, v.source_id, v.key, v.version)
ORDER BY r.rk, r.key;

-- The same of named versions, with their places.
-- name: fields_of_records
SELECT d.rk, d.key, d.version, coalesce(r.group_key, ''), CASE WHEN $5 THEN v.payload::text END, t.words, t.characters, t.language, t.title,
    v.url, v.file, v.media_type, coalesce(i.width, m.width), coalesce(i.height, m.height), extract(epoch FROM r.record_time)::float8,
    m.kind, m.seconds, m.pages, d.place
FROM unnest($2::bigint[], $3::text[], $4::int[]) WITH ORDINALITY AS d (rk, key, version, place)
JOIN record r ON r.source_id = $1 AND r.rk = d.rk AND r.key = d.key
JOIN record_version v ON (v.rk, v.source_id, v.key, v.version) = (r.rk, r.source_id, r.key, d.version)
LEFT JOIN content_text t ON (t.rk, t.source_id, t.key, t.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_image i ON (i.rk, i.source_id, i.key, i.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_media m ON (m.rk, m.source_id, m.key, m.version) = (v.rk, v.source_id, v.key, v.version);

-- name: quality_of
SELECT d.place, q.measures::text, coalesce(q.language, '')
FROM unnest($2::bigint[], $3::text[], $4::int[]) WITH ORDINALITY AS d (rk, key, version, place)
JOIN content_quality q ON q.rk = d.rk AND q.source_id = $1 AND q.key = d.key AND q.version = d.version;

-- name: duplicates_of
WITH asked AS (
    SELECT * FROM unnest($2::bigint[], $3::text[]) WITH ORDINALITY AS d (rk, key, place)
), sketched AS MATERIALIZED (
    SELECT d.place, s.text_hash FROM asked d JOIN text_sketch s ON s.rk = d.rk AND s.source_id = $1 AND s.key = d.key
), held AS MATERIALIZED (
    SELECT d.place, max(m.cluster) FILTER (WHERE m.kind = 'normalised') AS exact, max(m.cluster) FILTER (WHERE m.kind = 'text') AS near
    FROM asked d JOIN duplicate m ON m.rk = d.rk AND m.source_id = $1 AND m.key = d.key GROUP BY d.place
)
SELECT d.place, h.exact, h.near, encode(s.text_hash, 'hex')
FROM asked d LEFT JOIN sketched s USING (place) LEFT JOIN held h USING (place);

-- Where a page joins what some records lack, the others begin at its first rk too: a merge of them would else begin at the table's.
-- name: texts_unmeasured
SELECT r.rk, r.key, r.version, t.body, coalesce(t.language, '')
FROM record r JOIN content_text t USING (rk, source_id, key, version)
WHERE r.source_id = $1 AND (r.rk, r.key) > ($2, $3) AND t.rk >= $2
    AND NOT EXISTS (SELECT 1 FROM content_quality q
                    WHERE (q.rk, q.source_id, q.key, q.version) = (r.rk, r.source_id, r.key, r.version) AND q.rk >= $2)
ORDER BY r.rk, r.key LIMIT $4;

-- name: measured_records
SELECT r.rk, r.key, q.measures::text FROM record r JOIN content_quality q USING (rk, source_id, key, version)
WHERE r.source_id = $1 AND (r.rk, r.key) > ($2, $3) AND q.rk >= $2 ORDER BY r.rk, r.key LIMIT $4;

-- name: purge_quality
DELETE FROM content_quality t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_sketches
DELETE FROM text_sketch t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- name: purge_search
DELETE FROM record_search t USING unnest($1::bigint[], $2::bigint[], $3::text[]) AS g (rk, source_id, key)
WHERE t.rk = g.rk AND t.source_id = g.source_id AND t.key = g.key;

-- Clusters whose first record is no longer of them are named by another of theirs, which new texts find them by.
-- name: rename_clusters
WITH headless AS (
    SELECT m.source_id, m.kind, m.cluster, min(m.rk) AS first FROM duplicate m
    JOIN (SELECT DISTINCT source_id, rk FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS a (rk, source_id, key)) g
        ON m.source_id = g.source_id AND m.cluster = g.rk
    GROUP BY 1, 2, 3 HAVING NOT bool_or(m.rk = m.cluster)),
found AS (
    UPDATE text_sketch s SET leads = s.leads OR h.leads, first = s.first OR h.first
    FROM (SELECT source_id, first AS rk, bool_or(kind = 'text') AS leads, bool_or(kind = 'normalised') AS first FROM headless GROUP BY 1, 2) h
    WHERE s.source_id = h.source_id AND s.rk = h.rk)
UPDATE duplicate d SET cluster = h.first FROM headless h WHERE d.source_id = h.source_id AND d.kind = h.kind AND d.cluster = h.cluster;

-- Texts after ($2, $3) that are new or changed since they were indexed. A tsvector holds 1 MB at most: the words of the first 200,000
-- characters count.
-- name: index_texts
INSERT INTO record_search (rk, source_id, key, version, config, words)
SELECT l.rk, $1, l.key, l.version, l.config, setweight(to_tsvector(l.config::regconfig, left(l.title, 2000)), 'A')
    || setweight(to_tsvector(l.config::regconfig, left(l.body, 200000)), 'D')
FROM (SELECT r.rk, r.key, r.version, t.title, t.body,
          CASE t.language WHEN 'da' THEN 'danish' WHEN 'nl' THEN 'dutch' WHEN 'en' THEN 'english' WHEN 'fi' THEN 'finnish' WHEN 'fr' THEN 'french' WHEN 'de' THEN 'german' WHEN 'hu' THEN 'hungarian' WHEN 'it' THEN 'italian' WHEN 'no' THEN 'norwegian' WHEN 'nb' THEN 'norwegian' WHEN 'nn' THEN 'norwegian' WHEN 'pt' THEN 'portuguese' WHEN 'ro' THEN 'romanian' WHEN 'ru' THEN 'russian' WHEN 'es' THEN 'spanish' WHEN 'sv' THEN 'swedish' WHEN 'tr' THEN 'turkish' WHEN 'ar' THEN 'arabic' WHEN 'hy' THEN 'armenian' WHEN 'eu' THEN 'basque' WHEN 'ca' THEN 'catalan' WHEN 'el' THEN 'greek' WHEN 'hi' THEN 'hindi' WHEN 'id' THEN 'indonesian' WHEN 'ga' THEN 'irish' WHEN 'lt' THEN 'lithuanian' WHEN 'ne' THEN 'nepali' WHEN 'sr' THEN 'serbian' WHEN 'ta' THEN 'tamil' WHEN 'yi' THEN 'yiddish' ELSE 'simple' END AS config
      FROM record r JOIN content_text t USING (rk, source_id, key, version)
      LEFT JOIN record_search s ON s.rk = r.rk AND s.source_id = r.source_id AND s.key = r.key AND s.rk >= $2
      WHERE r.source_id = $1 AND (r.rk, r.key) > ($2, $3) AND t.rk >= $2 AND s.version IS DISTINCT FROM r.version ORDER BY r.rk, r.key LIMIT $4) l
ON CONFLICT (rk, source_id, key) DO UPDATE SET version = excluded.version, config = excluded.config, words = excluded.words
RETURNING rk, key;

-- How many contents were stored by the source's runs, and how many there were when its texts last were all indexed.
-- name: search_extent
SELECT (SELECT coalesce(sum(added + changed), 0)::bigint FROM source_run_count WHERE source_id = $1) AS gathered,
    coalesce((SELECT extent FROM source_progress WHERE source_id = $1 AND work = 'search'), -1) AS indexed;

-- name: note_indexed
INSERT INTO source_progress (source_id, work, extent) VALUES ($1, 'search', $2)
ON CONFLICT (source_id, work) DO UPDATE SET extent = excluded.extent;

-- name: search_has_words
SELECT numnode(websearch_to_tsquery('simple', $1)) > 0;

-- Records that hold the words $2 after ($3, $4, $5), the best first.
-- name: search_records
SELECT h.rk, h.key, h.version, h.rank FROM (
    SELECT s.rk, s.key, s.version, ts_rank_cd(s.words, q.query, 1)::float8 AS rank
    FROM (SELECT c.config, websearch_to_tsquery(c.config::regconfig, $2) AS query
          FROM unnest('{simple,arabic,armenian,basque,catalan,danish,dutch,english,finnish,french,german,greek,hindi,hungarian,indonesian,irish,italian,lithuanian,nepali,norwegian,portuguese,romanian,russian,serbian,spanish,swedish,tamil,turkish,yiddish}'::text[]) AS c (config)) q
    JOIN record_search s ON s.source_id = $1 AND s.config = q.config AND s.words @@ q.query) h
WHERE (-h.rank, h.rk, h.key) > (-$3::float8, $4, $5) ORDER BY h.rank DESC, h.rk, h.key LIMIT $6;

-- What to show of hits.
-- name: search_texts
SELECT d.place, t.title, ts_headline(s.config::regconfig, left(t.body, 100000), websearch_to_tsquery(s.config::regconfig, $2),
        'StartSel="«", StopSel="»", MaxFragments=2, MaxWords=25, MinWords=10, FragmentDelimiter=" … "') AS snippet, coalesce(v.url, '') AS url
FROM unnest($3::bigint[], $4::text[]) WITH ORDINALITY AS d (rk, key, place)
JOIN record_search s ON s.rk = d.rk AND s.source_id = $1 AND s.key = d.key
JOIN content_text t ON t.rk = s.rk AND t.source_id = s.source_id AND t.key = s.key AND t.version = s.version
JOIN record_version v ON v.rk = s.rk AND v.source_id = s.source_id AND v.key = s.key AND v.version = s.version;

-------------------------------------------------------------------------------------------------------------- people

-- name: add_user
INSERT INTO app_user (name, role, created_at) VALUES ($1, $2, $3::timestamptz) ON CONFLICT (name) DO NOTHING
RETURNING id, name, role, simulated, created_at, disabled_at;

-- name: find_user
SELECT id, name, role, simulated, created_at, disabled_at FROM app_user WHERE name = $1;

-- name: list_users
SELECT id, name, role, simulated, created_at, disabled_at FROM app_user WHERE name > $1 ORDER BY name LIMIT $2;

-- name: edit_user
UPDATE app_user
SET role = coalesce($2::text, role),
    disabled_at = CASE WHEN $3::boolean IS NULL THEN disabled_at WHEN $3::boolean THEN $4::timestamptz END
WHERE name = $1
RETURNING id, name, role, simulated, created_at, disabled_at;

-- name: active_admins
SELECT count(*) FROM app_user WHERE role = 'admin' AND disabled_at IS NULL;

-- Of two administrators who disable each other at once, the second waits here for the first.
-- name: lock_admins
SELECT id FROM app_user WHERE role = 'admin' ORDER BY id FOR UPDATE;

-- name: add_token
INSERT INTO access_token (hash, user_id, kind, label, created_at, expires_at, scope, parent)
VALUES ($1, $2, $3, $4, $5::timestamptz, $6::timestamptz, $7, $8)
RETURNING id;

-- name: list_tokens
SELECT t.id, u.name AS "user", t.kind, t.scope, t.label, t.created_at, t.expires_at, t.used_at, t.revoked_at
FROM access_token t JOIN app_user u ON u.id = t.user_id WHERE ($1::bigint IS NULL OR t.user_id = $1) AND t.id > $2 ORDER BY t.id LIMIT $3;

-- With what its user made with it, and the sessions that were opened with these.
-- name: revoke_token
WITH RECURSIVE gone AS (
    SELECT id, user_id FROM access_token WHERE id = $1 AND ($2::bigint IS NULL OR user_id = $2) AND revoked_at IS NULL
    UNION
    SELECT t.id, t.user_id FROM access_token t JOIN gone g ON t.parent = g.id AND t.user_id = g.user_id
), ended AS (
    DELETE FROM web_session s USING gone g WHERE s.token_id = g.id
)
UPDATE access_token t SET revoked_at = $3::timestamptz FROM gone g WHERE t.id = g.id AND t.revoked_at IS NULL;

-- name: user_of_token
SELECT u.id, u.name, u.role, u.simulated, u.created_at, u.disabled_at, t.id AS token, NULL::bigint AS session, NULL AS opened_by, t.scope,
    t.expires_at AS until, t.used_at IS NULL OR t.used_at < $2::timestamptz - interval '1 minute' AS stale
FROM access_token t JOIN app_user u ON u.id = t.user_id
WHERE t.hash = $1 AND t.kind = 'bearer' AND t.revoked_at IS NULL AND u.disabled_at IS NULL
  AND (t.expires_at IS NULL OR t.expires_at > $2::timestamptz);

-- name: touch_token
UPDATE access_token SET used_at = $2::timestamptz WHERE hash = $1;

-- A link signs in once; a bearer token may open a browser's session too, which ends with it.
-- name: redeem_token
UPDATE access_token t SET used_at = $2::timestamptz
FROM app_user u
WHERE t.hash = $1 AND u.id = t.user_id AND u.disabled_at IS NULL AND t.revoked_at IS NULL
  AND (t.expires_at IS NULL OR t.expires_at > $2::timestamptz)
  AND (t.kind = 'bearer' OR t.used_at IS NULL)
RETURNING u.id, u.name, u.role, u.simulated, u.created_at, u.disabled_at, t.id AS token, NULL::bigint AS session, t.scope,
    CASE t.kind WHEN 'bearer' THEN 'token' ELSE 'link' END AS opened_by, CASE WHEN t.kind = 'bearer' THEN t.expires_at END AS until;

-- name: add_session
INSERT INTO web_session (hash, user_id, created_at, expires_at, token_id, opened_by)
VALUES ($1, $2, $3::timestamptz, $4::timestamptz, $5, $6);

-- name: user_of_session
SELECT u.id, u.name, u.role, u.simulated, u.created_at, u.disabled_at, s.token_id AS token, s.id AS session, s.opened_by,
    coalesce(t.scope, 'all') AS scope,
    CASE WHEN t.kind = 'bearer' THEN t.expires_at END AS until
FROM web_session s JOIN app_user u ON u.id = s.user_id LEFT JOIN access_token t ON t.id = s.token_id
WHERE s.hash = $1 AND s.expires_at > $2::timestamptz AND u.disabled_at IS NULL AND t.revoked_at IS NULL;

-- name: list_sessions
SELECT s.id, u.name AS "user", s.opened_by, s.token_id AS token, s.created_at, s.expires_at
FROM web_session s JOIN app_user u ON u.id = s.user_id
WHERE ($1::bigint IS NULL OR s.user_id = $1) AND s.id > $2 AND s.expires_at > $4::timestamptz ORDER BY s.id LIMIT $3;

-- name: end_session_of_id
DELETE FROM web_session WHERE id = $1 AND ($2::bigint IS NULL OR user_id = $2);

-- name: end_session
DELETE FROM web_session WHERE hash = $1;

-- name: end_sessions_of
DELETE FROM web_session WHERE user_id = $1 AND ($2::bigint IS NULL OR id <> $2);

-- name: sweep_sessions
DELETE FROM web_session WHERE expires_at < $1::timestamptz;

-- name: user_with_password
SELECT u.id, u.name, u.role, u.simulated, u.created_at, u.disabled_at, NULL::bigint AS token, NULL::bigint AS session,
    'password' AS opened_by, 'all' AS scope, NULL::timestamptz AS until, p.hash
FROM app_user u JOIN user_password p ON p.user_id = u.id WHERE u.name = $1 AND u.disabled_at IS NULL;

-- name: put_password
INSERT INTO user_password (user_id, hash, changed_at) VALUES ($1, $2, $3::timestamptz)
ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, changed_at = excluded.changed_at;

-- name: password_of
SELECT hash FROM user_password WHERE user_id = $1;

-- name: drop_password
DELETE FROM user_password WHERE user_id = $1;

-- name: has_passwords
SELECT EXISTS (SELECT 1 FROM user_password);

-- A browser that nobody stops could begin as many as it likes: there is room for 10,000.
-- name: begin_openid
INSERT INTO openid_attempt (state, browser, nonce, verifier, address, expires_at)
SELECT $1, $2, $3, $4, $5, $6::timestamptz WHERE (SELECT count(*) FROM openid_attempt) < 10000;

-- name: take_openid
DELETE FROM openid_attempt WHERE state = $1 AND expires_at > $2::timestamptz RETURNING browser, nonce, verifier, address;

-- name: sweep_openid
DELETE FROM openid_attempt WHERE expires_at <= $1::timestamptz;

-- name: user_of_identity
SELECT u.id, u.name, u.role, u.simulated, u.created_at, u.disabled_at
FROM user_identity i JOIN app_user u ON u.id = i.user_id WHERE i.issuer = $1 AND i.subject = $2;

-- name: identities_of
SELECT issuer, subject, linked_at FROM user_identity WHERE user_id = $1 ORDER BY issuer, subject;

-- name: remove_identity
DELETE FROM user_identity WHERE issuer = $1 AND subject = $2;

-- name: add_identity
INSERT INTO user_identity (issuer, subject, user_id, linked_at) VALUES ($1, $2, $3, $4::timestamptz)
ON CONFLICT (issuer, subject) DO NOTHING;

-- name: put_service_address
INSERT INTO service_address (url, since) VALUES ($1, $2::timestamptz)
ON CONFLICT (one) DO UPDATE SET url = excluded.url, since = excluded.since;

-- name: service_address
SELECT url FROM service_address;

-- name: sweep_audit
DELETE FROM audit_event WHERE at < $1::timestamptz;

-- name: add_audit
INSERT INTO audit_event (at, user_id, actor, action, subject, detail)
VALUES ($1::timestamptz, $2, $3, $4, $5, $6::jsonb);

-- name: list_audit
SELECT id, at, actor, action, subject, detail FROM audit_event
WHERE $1::bigint IS NULL OR id < $1 ORDER BY id DESC LIMIT $2;

-- A second request with the key waits here for the first to commit.
-- name: take_key
INSERT INTO idempotent_answer (user_id, key, request_hash, created_at) VALUES ($1, $2, $3, $4::timestamptz)
ON CONFLICT (user_id, key) DO NOTHING;

-- name: kept_answer
SELECT request_hash, status, media_type, body FROM idempotent_answer WHERE user_id = $1 AND key = $2 AND status IS NOT NULL;

-- name: keep_answer
UPDATE idempotent_answer SET status = $3, media_type = $4, body = $5 WHERE user_id = $1 AND key = $2;

-- name: sweep_answers
DELETE FROM idempotent_answer WHERE created_at < $1::timestamptz - interval '1 day';

-- Records that a complete listing, run $2, has not shown.
-- name: mark_gone
UPDATE record SET gone_at = $3::timestamptz WHERE source_id = $1 AND last_run < $2 AND gone_at IS NULL;

-- Those whose present content is from these files, which run $2 has read whole or missed.
-- name: mark_gone_from
UPDATE record AS r SET gone_at = $4::timestamptz
FROM record_version AS v
WHERE r.source_id = $1 AND r.last_run < $2 AND r.gone_at IS NULL
  AND v.rk = r.rk AND v.source_id = r.source_id AND v.key = r.key AND v.version = r.version AND v.file = ANY($3::text[]);

-- name: unmark_gone
UPDATE record SET gone_at = NULL WHERE source_id = $1 AND last_run = $2 AND gone_at IS NOT NULL;

------------------------------------------------------------------------------------------------------------- how large

-- name: table_sizes
SELECT c.relname AS name, greatest(c.reltuples, 0)::bigint AS rows, pg_table_size(c.oid) AS bytes, pg_indexes_size(c.oid) AS indexes
FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' ORDER BY pg_total_relation_size(c.oid) DESC, 1;

-- name: database_bytes
SELECT pg_database_size(current_database());

-- name: may_see_wal
SELECT has_function_privilege('pg_ls_waldir()', 'EXECUTE');

-- name: wal_bytes
SELECT coalesce(sum(size), 0)::bigint FROM pg_ls_waldir();

-- All that is stored of record versions ($2 rk, $3 key, $4 version) of a source but their pictures' bytes.
-- name: stored_rows
SELECT d.place, v.payload::text AS payload, encode(v.content_sha256, 'hex') AS content_sha256, v.url, v.file, v.member, v.line, v.licence,
    to_char(v.fetched_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS fetched_at,
    to_char(v.stored_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS stored_at,
    to_char(r.record_time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS record_time, r.group_key, t.title, t.body,
    n.column_set, array_send(n.values) AS numbers, i.rk IS NOT NULL AS picture, m.type AS media, m.seconds, m.pages
FROM unnest($2::bigint[], $3::text[], $4::int[]) WITH ORDINALITY AS d (rk, key, version, place)
JOIN record_version v ON v.rk = d.rk AND v.source_id = $1 AND v.key = d.key AND v.version = d.version
LEFT JOIN record r ON (r.rk, r.source_id, r.key) = (v.rk, v.source_id, v.key)
LEFT JOIN content_text t ON (t.rk, t.source_id, t.key, t.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_numeric n ON (n.rk, n.source_id, n.key, n.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_image i ON (i.rk, i.source_id, i.key, i.version) = (v.rk, v.source_id, v.key, v.version)
LEFT JOIN content_media m ON (m.rk, m.source_id, m.key, m.version) = (v.rk, v.source_id, v.key, v.version)
ORDER BY d.place;

-- The pictures, sounds, films and documents of record versions ($2 rk, $3 key, $4 version) of a source.
-- name: stored_files
WITH file AS MATERIALIZED (
    SELECT d.place, i.width, i.height, i.channels, i.format, coalesce(m.type, v.media_type, '') AS media_type, v.blob_sha256,
        ('x' || encode(substr(v.blob_sha256, 1, 8), 'hex'))::bit(64)::bigint AS bk
    FROM unnest($2::bigint[], $3::text[], $4::int[]) WITH ORDINALITY AS d (rk, key, version, place)
    JOIN record_version v ON v.rk = d.rk AND v.source_id = $1 AND v.key = d.key AND v.version = d.version
    LEFT JOIN content_image i ON (i.rk, i.source_id, i.key, i.version) = (v.rk, v.source_id, v.key, v.version)
    LEFT JOIN content_media m ON (m.rk, m.source_id, m.key, m.version) = (v.rk, v.source_id, v.key, v.version)
    WHERE i.rk IS NOT NULL OR m.rk IS NOT NULL
)
SELECT f.place, coalesce(f.width, 0) AS width, coalesce(f.height, 0) AS height, coalesce(f.channels, 0) AS channels,
    coalesce(f.format, '') AS format, f.media_type, b.encoding, b.bytes, coalesce(b.location, '') AS location, b.size
FROM file f JOIN blob b ON b.bk = f.bk AND b.sha256 = f.blob_sha256;
