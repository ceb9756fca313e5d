-- What each of the processes that crawl a source has of the work, so that they can part it.
ALTER TABLE crawl_worker
    ADD COLUMN part    text NOT NULL DEFAULT 'own',
    ADD COLUMN hosts   bigint NOT NULL DEFAULT 0,
    ADD COLUMN hungry  boolean NOT NULL DEFAULT true,
    ADD COLUMN granted bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT crawl_worker_part CHECK (part IN ('own', 'job', 'help'));
COMMENT ON COLUMN crawl_worker.hosts IS 'that it holds for this source';
COMMENT ON COLUMN crawl_worker.hungry IS 'it found fewer hosts than it had room for';
COMMENT ON COLUMN crawl_worker.granted IS 'pages that it may still store, of those that the round may keep';
