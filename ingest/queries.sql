-- Queries of ingest/. Parameters are $1, $2 ..; times are parameters.

-- name: list_rejects
SELECT encode(place_sha256, 'hex'), to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), state, run_id,
    coalesce(file, ''), coalesce(member, ''), coalesce(line, -1), coalesce(byte_offset, -1), coalesce(column_name, ''), code, reason,
    octet_length(raw)
FROM reject
WHERE source_id = $1 AND ($2 = '' OR state = $2) AND ($3 = '' OR code = $3) AND (rk, place_sha256) > ($4, $5)
ORDER BY rk, place_sha256 LIMIT $6;

-- name: show_reject
SELECT encode(place_sha256, 'hex'), to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), state, run_id,
    coalesce(file, ''), coalesce(member, ''), coalesce(line, -1), coalesce(byte_offset, -1), coalesce(column_name, ''), code, reason,
    octet_length(raw), raw
FROM reject WHERE source_id = $1 AND starts_with(encode(place_sha256, 'hex'), $2) ORDER BY rk LIMIT 2;

-- name: count_rejects
SELECT state, code, count(*) FROM reject WHERE source_id = $1 GROUP BY state, code ORDER BY state, count(*) DESC, code;

-- name: expire_rejects
UPDATE reject SET state = 'expired', raw = '' WHERE source_id = $1 AND state = 'open' AND at < $2::timestamptz;

-- name: mark_replayed
UPDATE reject SET state = 'replayed'
FROM unnest($2::bigint[], $3::bytea[]) AS d (rk, place)
WHERE reject.source_id = $1 AND reject.rk = d.rk AND reject.place_sha256 = d.place;
