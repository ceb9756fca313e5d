-- Reports on the quality of much data are jobs too.
ALTER TABLE job DROP CONSTRAINT job_kind_known;
ALTER TABLE job ADD CONSTRAINT job_kind_known CHECK (kind IN ('crawl', 'ingest', 'train', 'quality'));
