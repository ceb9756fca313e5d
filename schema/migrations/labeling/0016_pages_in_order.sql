-- Pages of labels and of members are read in the order of an index, so that one costs the same wherever it lies; and the fields that a
-- project's labels came from, which are never features.
DROP INDEX ground_truth_by_project;
CREATE INDEX ground_truth_by_project ON ground_truth (project_id, rk, source_id, key) INCLUDE (class_id);
COMMENT ON INDEX ground_truth_by_project IS 'labels of a project: counts, export, snapshots';
DROP INDEX snapshot_item_by_snapshot;
CREATE INDEX snapshot_item_by_snapshot ON snapshot_item (snapshot_id, rk, source_id, key) INCLUDE (split);
COMMENT ON INDEX snapshot_item_by_snapshot IS 'reading a snapshot, or one side of it, in a fixed order';
DROP INDEX annotation_by_project;
CREATE INDEX annotation_by_project ON annotation (project_id, rk, source_id, key, user_id, attempt);
COMMENT ON INDEX annotation_by_project IS 'answers of a project: lists, truth inference, agreement and counts per annotator';
CREATE INDEX frontier_url_in_order ON frontier_url (source_id, id);
COMMENT ON INDEX frontier_url_in_order IS 'addresses of a source in the order of discovery, a page at a time';
ALTER TABLE label_project ADD COLUMN label_fields text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN label_project.label_fields IS 'of the records, as paths: what labels were imported from';
