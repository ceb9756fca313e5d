-- Who works now, and on what: a row for each slot of a worker, written anew every few seconds and gone when it ends.
CREATE TABLE worker (
    name       text NOT NULL,
    doing      text NOT NULL,
    about      text NOT NULL DEFAULT '',
    job_id     bigint,
    version    text NOT NULL,
    started_at timestamptz NOT NULL,
    since      timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    CONSTRAINT worker_key PRIMARY KEY (name),
    CONSTRAINT worker_doing CHECK (doing IN ('idle', 'crawl', 'ingest', 'train', 'quality', 'help'))
) WITH (fillfactor = 50);
COMMENT ON COLUMN worker.about IS 'the source or the snapshot that its work is about';
