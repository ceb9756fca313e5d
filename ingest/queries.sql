-- Queries of ingest/. Parameters are $1, $2 ..; times are parameters.

-- name: list_rejects
SELECT encode(place_sha256, 'hex') AS id, at, state, run_id, file, member, line, byte_offset, column_name AS column, code, reason,
    octet_length(raw) AS bytes, encode(substring(raw FROM 1 FOR 2000), 'escape') AS raw
FROM reject
WHERE source_id = $1 AND ($2 = '' OR state = $2) AND ($3 = '' OR code = $3)
    AND (left(coalesce(file, ''), 300), left(coalesce(member, ''), 300), coalesce(line, -1), coalesce(byte_offset, -1), rk, place_sha256)
        > ($4, $5, $6::bigint, $7::bigint, $8::bigint, $9::bytea)
ORDER BY left(coalesce(file, ''), 300), left(coalesce(member, ''), 300), coalesce(line, -1), coalesce(byte_offset, -1), rk, place_sha256
LIMIT $10;

-- Where a reject stands in that order.
-- name: reject_place
SELECT left(coalesce(file, ''), 300) AS file, left(coalesce(member, ''), 300) AS member, coalesce(line, -1) AS line,
    coalesce(byte_offset, -1) AS byte_offset
FROM reject WHERE source_id = $1 AND rk = $2 AND place_sha256 = $3;

-- name: show_reject
SELECT encode(place_sha256, 'hex') AS id, at, state, run_id, file, member, line, byte_offset, column_name AS column, code, reason,
    octet_length(raw) AS bytes, encode(substring(raw FROM 1 FOR 2000), 'escape') AS raw, raw AS content
FROM reject WHERE ($1 = 0 OR source_id = $1) AND starts_with(encode(place_sha256, 'hex'), $2) ORDER BY rk LIMIT 2;

-- name: count_rejects
SELECT state, code, count(*) AS count FROM reject WHERE source_id = $1 GROUP BY state, code ORDER BY state, count(*) DESC, code;

-- What a run rejected, by code, with a reason of each.
-- name: rejects_of_run
SELECT code, count(*) AS count, max(at) AS at, min(reason) AS reason FROM reject WHERE source_id = $1 AND run_id = $2
GROUP BY code ORDER BY max(at) DESC, code;

-- name: expire_rejects
UPDATE reject SET state = 'expired', raw = '' WHERE source_id = $1 AND state = 'open' AND at < $2::timestamptz;

-- name: mark_replayed
UPDATE reject SET state = 'replayed'
FROM unnest($2::bigint[], $3::bytea[]) AS d (rk, place)
WHERE reject.source_id = $1 AND reject.rk = d.rk AND reject.place_sha256 = d.place;

-- name: last_rules
SELECT spec->'rules' AS rules FROM source_run WHERE source_id = $1 AND spec->'rules' IS NOT NULL ORDER BY id DESC LIMIT 1;

-- The run that gathers a day's messages.
-- name: push_run
SELECT id FROM source_run WHERE source_id = $1 AND spec->>'push' = $2 ORDER BY id LIMIT 1;

-- name: begin_push_run
INSERT INTO source_run (source_id, state, spec, started_at, ended_at) VALUES ($1, 'done', $2::jsonb, $3::timestamptz, $3::timestamptz) RETURNING id;

-- name: seen_push_run
UPDATE source_run SET ended_at = $2::timestamptz WHERE id = $1;

-- name: add_receipt
INSERT INTO push_receipt (source_id, message_id, run_id, received_at) VALUES ($1, $2, $3, $4::timestamptz) ON CONFLICT DO NOTHING;

-- name: sweep_receipts
DELETE FROM push_receipt WHERE received_at < $1::timestamptz;

-- name: load_fields
SELECT name, kinds FROM source_field WHERE source_id = $1 ORDER BY name;

-- name: save_field
INSERT INTO source_field (source_id, name, kinds, run_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (source_id, name) DO UPDATE SET kinds = source_field.kinds | excluded.kinds;

-- name: contract_learned
SELECT 1 FROM source_contract WHERE source_id = $1;

-- name: end_learning
INSERT INTO source_contract (source_id, run_id, learned_at) VALUES ($1, $2, $3::timestamptz) ON CONFLICT DO NOTHING;

-- name: add_to_quarantine
INSERT INTO quarantine (rk, source_id, key, check_name, found_at) VALUES ($1, $2, $3, $4, $5::timestamptz) ON CONFLICT DO NOTHING;

-- name: waiting_fields
SELECT substr(check_name, 11) AS name, count(*) AS records FROM quarantine WHERE source_id = $1 AND check_name LIKE 'contract: %' GROUP BY 1 ORDER BY 1;

-- name: leave_quarantine
DELETE FROM quarantine WHERE source_id = $1 AND check_name = $2;

-- What is left of a source that ends.
-- name: drop_receipts
DELETE FROM push_receipt WHERE source_id = $1;

-- name: drop_fields
DELETE FROM source_field WHERE source_id = $1;

-- name: drop_contract
DELETE FROM source_contract WHERE source_id = $1;
