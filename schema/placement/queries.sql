-- Queries of schema/placement: what is asked of a cluster's coordinator (Citus). The functions and tables that only a cluster has are named in
-- queries called cluster_*, which are sent to nothing else.

-- name: cluster_extension
SELECT extversion AS version, current_setting('max_prepared_transactions')::int AS prepared FROM pg_extension WHERE extname = 'citus';

-- Whether the tables were distributed; a table that lies on the coordinator alone is none of them.
-- name: cluster_tables
SELECT c.relname AS "table", CASE WHEN p.partmethod = 'n' AND p.repmodel = 't' THEN 'reference'
        WHEN p.partmethod = 'h' THEN column_to_column_name(p.logicalrelid, p.partkey) ELSE 'single' END AS place
FROM pg_dist_partition p JOIN pg_class c ON c.oid = p.logicalrelid
WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND (p.partmethod <> 'n' OR p.colocationid <> 0)
ORDER BY 1;

-- name: cluster_nodes
SELECT count(*) FROM citus_get_active_worker_nodes();

-- name: cluster_shards
SELECT count(*) FROM pg_dist_shard WHERE logicalrelid = 'record'::regclass;

-- Who else is connected: nodes talking to each other are nobody.
-- name: others_connected
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND application_name NOT LIKE 'citus\_%';

-- name: cluster_place_everywhere
SELECT create_reference_table($1::text::regclass);

-- name: cluster_place_first
SELECT create_distributed_table($1::text::regclass, $2::text, colocate_with => 'none', shard_count => $3::int);

-- name: cluster_place_beside
SELECT create_distributed_table($1::text::regclass, $2::text, colocate_with => $3::text);

-- Of new sessions: in a transaction that has gone through all records, a reference table that others refer to can be written no other way.
-- name: cluster_set_modes
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET citus.multi_shard_modify_mode TO sequential', current_database()); END $$;
