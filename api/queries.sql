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
