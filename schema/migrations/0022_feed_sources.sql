-- Feeds on the web as sources of their own.
ALTER TABLE source DROP CONSTRAINT source_kind_known;
ALTER TABLE source ADD CONSTRAINT source_kind_known CHECK (kind IN ('crawl', 'files', 'api', 'database', 'feed', 'push'));
COMMENT ON COLUMN record.gone_at IS 'since when its page answers 404 or 410, or a complete listing of its source lacks it';
