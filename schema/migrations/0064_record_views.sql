-- What other modules know of records, for those that choose some: one place to ask each of them.
CREATE VIEW record_denied AS SELECT rk, source_id, key FROM consent_denial;
COMMENT ON VIEW record_denied IS 'records whose sites forbid training by now';
CREATE VIEW record_quarantined AS SELECT rk, source_id, key FROM quarantine;
COMMENT ON VIEW record_quarantined IS 'records that a check with severity quarantine found wanting';
CREATE VIEW record_cluster AS
SELECT rk, source_id, key, max(cluster) FILTER (WHERE kind = 'row') AS by_row, max(cluster) FILTER (WHERE kind = 'text') AS by_text,
    max(cluster) FILTER (WHERE kind = 'image') AS by_image
FROM duplicate GROUP BY rk, source_id, key;
COMMENT ON VIEW record_cluster IS 'the clusters of duplicates that records are in; one or none of each kind';
