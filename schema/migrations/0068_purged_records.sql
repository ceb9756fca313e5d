-- How many records of a source a purge destroyed: its runs tell how many came. What was purged before is what is missing of them.
ALTER TABLE source ADD COLUMN purged bigint NOT NULL DEFAULT 0;
UPDATE source s SET purged = greatest(r.added - (SELECT count(*) FROM record WHERE source_id = s.id), 0)
FROM (SELECT source_id, sum(added)::bigint AS added FROM source_run GROUP BY source_id) r
WHERE r.source_id = s.id AND EXISTS (SELECT 1 FROM audit_event WHERE action LIKE '%purge%');
