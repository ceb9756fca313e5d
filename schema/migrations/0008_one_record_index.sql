-- One index instead of two for record: a lookup knows the source as well as the key, and listing a source in order of rk
-- is the same order. rk stays in the key, so that the table can still be distributed by it.
ALTER TABLE record DROP CONSTRAINT record_key;
DROP INDEX record_by_source;
ALTER TABLE record ADD CONSTRAINT record_key PRIMARY KEY (source_id, rk, key);
