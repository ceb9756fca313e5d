-- Queries of schema/backup.

-- name: begin_backup
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;

-- What another program may read the same moment by.
-- name: export_moment
SELECT pg_export_snapshot();

-- name: count_tables
SELECT c.relname AS "table", (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM public.%I', c.relname), false, true, '')))[1]::text::bigint AS rows
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1;

-- name: blob_files
SELECT bk, sha256, encoding, location, size FROM blob
WHERE location IS NOT NULL AND (bk, sha256) > ($1::bigint, $2::bytea) ORDER BY bk, sha256 LIMIT $3;

-- name: is_empty
SELECT NOT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v'));
