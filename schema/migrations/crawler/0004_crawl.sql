-- The frontier of crawls: whose turn it is, what was met, what it gave, and what later opt-outs say.

-- One row per web host that any source crawls: whose turn it is, and how gently. Held by one worker at a time, so that
-- the delay of a host is kept however many workers there are.
CREATE TABLE frontier_host (
    host          text PRIMARY KEY,               -- lower case, with port when it is not the scheme's default
    next_fetch_at timestamptz NOT NULL,           -- no request before this
    token         bigint NOT NULL DEFAULT 0,      -- fencing: raised by each claim; a batch is stored only under its own token
    holder        text,                           -- machine, boot, process of the worker that has it
    held_until    timestamptz,
    failures      integer NOT NULL DEFAULT 0,     -- network errors, 5xx and 429 in a row
    latency_ms    double precision NOT NULL DEFAULT 0,  -- smoothed
    delay_ms      double precision NOT NULL DEFAULT 0,  -- present delay between requests
    fetched       bigint NOT NULL DEFAULT 0,
    bytes         bigint NOT NULL DEFAULT 0,
    address       text,                           -- the server it leads to: names that share one share its delay
    CONSTRAINT frontier_host_holder CHECK ((holder IS NULL) = (held_until IS NULL))
);

-- The turn of a server that host names lead to.
CREATE TABLE frontier_address (
    address       text CONSTRAINT frontier_address_key PRIMARY KEY,
    next_fetch_at timestamptz NOT NULL,
    holder        text,
    held_until    timestamptz,
    CONSTRAINT frontier_address_holder CHECK ((holder IS NULL) = (held_until IS NULL))
) WITH (fillfactor = 50);

-- Every URL a source ever met: waiting, fetched, or not fetched and why.
CREATE TABLE frontier_url (
    source_id     bigint NOT NULL,
    url_key       uuid NOT NULL,                  -- first 16 bytes of SHA-256(canonical URL)
    id            bigint GENERATED ALWAYS AS IDENTITY,  -- order of discovery
    url           text NOT NULL,
    host          text NOT NULL,
    depth         integer NOT NULL,               -- links away from a seed
    hops          smallint NOT NULL DEFAULT 0,    -- redirects and canonical links on the way
    priority      integer NOT NULL DEFAULT 0,     -- higher first
    state         text NOT NULL,
    reason        text,                           -- why not fetched or not stored: robots, scope, depth, budget, ...
    detail        text,                           -- the rule, the target, the error
    found_on      uuid,                           -- the page that linked here first
    run_id        bigint,                         -- the run that last touched it
    attempts      smallint NOT NULL DEFAULT 0,    -- failed tries in a row
    due_at        timestamptz NOT NULL,
    status        smallint,                       -- last HTTP status
    etag          text,
    last_modified text,
    body_hash     bytea,                          -- SHA-256 of the last body
    fetched_at    timestamptz,
    changed_at    timestamptz,
    kind          text NOT NULL DEFAULT 'page',   -- sitemaps and feeds are fetched for what they list
    visits        integer NOT NULL DEFAULT 0,     -- answers after the first that told whether the page had changed
    changes       integer NOT NULL DEFAULT 0,     -- those that said it had
    watched       double precision NOT NULL DEFAULT 0,  -- seconds between the first and the last visit
    lastmod       timestamptz,                    -- by the sitemap that lists it
    listed_by     uuid,                           -- that sitemap's or feed's key
    listed_run    bigint,                         -- the last run in which it was listed
    gone_at       timestamptz,                    -- since when it answers 404 or 410
    orphaned_at   timestamptz,                    -- since when no complete listing names it
    context       jsonb,                          -- of an image or file: what the page that leads to it says of it
    PRIMARY KEY (source_id, url_key),
    CONSTRAINT frontier_url_state CHECK (state IN ('queued', 'done', 'skipped', 'failed')),
    CONSTRAINT frontier_url_reason CHECK (state IN ('queued', 'done') OR reason IS NOT NULL),
    CONSTRAINT frontier_url_kind CHECK (kind IN ('page', 'sitemap', 'feed', 'image', 'file'))
);
CREATE INDEX frontier_url_queue ON frontier_url (source_id, host, priority DESC, id) WHERE state = 'queued';
COMMENT ON INDEX frontier_url_queue IS 'claiming the next URLs of a host for a source';
CREATE INDEX frontier_url_reasons ON frontier_url (source_id, reason) WHERE reason IS NOT NULL;
COMMENT ON INDEX frontier_url_reasons IS 'what was not fetched, by reason';
CREATE INDEX frontier_url_listed ON frontier_url (source_id, listed_by) WHERE listed_by IS NOT NULL;
COMMENT ON INDEX frontier_url_listed IS 'what a sitemap lists: marking it listed again, or orphaned';

-- robots.txt and its kin as last fetched; shared by all sources and workers for at most 24 hours.
CREATE TABLE site_file (
    origin     text NOT NULL,                     -- scheme://host[:port]
    path       text NOT NULL,                     -- '/robots.txt', '/.well-known/tdmrep.json', ...
    status     integer NOT NULL,                  -- HTTP status; 0: no answer
    body       bytea NOT NULL,
    detail     text NOT NULL DEFAULT '',          -- the error, if there was no answer
    fetched_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (origin, path)
);

-- Every request made, append only.
CREATE TABLE fetch_log (
    at        timestamptz NOT NULL,
    source_id bigint NOT NULL,
    run_id    bigint NOT NULL,
    host      text NOT NULL,
    url       text NOT NULL,
    status    smallint NOT NULL,                  -- 0: no answer
    outcome   text NOT NULL,                      -- stored, unchanged, skipped, retry, failed
    reason    text,
    bytes     bigint NOT NULL,                    -- on the wire
    millis    integer NOT NULL,
    address   text NOT NULL                       -- of the server
) PARTITION BY RANGE (at);
CREATE TABLE fetch_log_rest PARTITION OF fetch_log DEFAULT;
CREATE INDEX fetch_log_run ON fetch_log (run_id, at);
COMMENT ON INDEX fetch_log_run IS 'statistics per host, fetches of a run';

-- How much new text the addresses of one form give; see crawler/policy/trap.hpp.
CREATE TABLE frontier_pattern (
    source_id   bigint NOT NULL,
    pattern     text NOT NULL,
    visits      bigint NOT NULL,
    fresh       bigint NOT NULL,
    exact_score  integer NOT NULL,
    near_score integer NOT NULL,
    exact_ring   bigint[] NOT NULL,
    near_ring  bigint[] NOT NULL,
    shut_at     timestamptz,
    CONSTRAINT frontier_pattern_key PRIMARY KEY (source_id, pattern)
) WITH (fillfactor = 50);
CREATE INDEX frontier_pattern_shut ON frontier_pattern (source_id) WHERE shut_at IS NOT NULL;
COMMENT ON INDEX frontier_pattern_shut IS 'the traps of a source, asked by each worker every second or so';

-- Pages kept in the present round by what a budget is set for: a host, a path prefix, a depth.
CREATE TABLE frontier_count (
    source_id bigint NOT NULL,
    budget    text NOT NULL,
    kept      bigint NOT NULL,
    CONSTRAINT frontier_count_key PRIMARY KEY (source_id, budget)
) WITH (fillfactor = 50);

-- Processes that crawl a source now, so that a second run is refused or joins the first knowingly.
CREATE TABLE crawl_worker (
    run_id    bigint NOT NULL,
    holder    text NOT NULL,
    source_id bigint NOT NULL,
    seen_at   timestamptz NOT NULL,
    queued    bigint NOT NULL DEFAULT 0,
    CONSTRAINT crawl_worker_key PRIMARY KEY (source_id, run_id, holder)
) WITH (fillfactor = 50);

-- Records that the newest robots.txt, ai.txt or tdmrep.json of their site refuses, whatever was said when they were fetched.
CREATE TABLE consent_denial (
    rk        bigint NOT NULL,
    source_id bigint NOT NULL,
    key       text NOT NULL,
    rule      text NOT NULL,
    at        timestamptz NOT NULL,
    CONSTRAINT consent_denial_key PRIMARY KEY (rk, source_id, key)
);
CREATE INDEX consent_denial_by_source ON consent_denial (source_id);
COMMENT ON INDEX consent_denial_by_source IS 'counting and renewing the denials of a source';

-- The records of pages that give others than one named by their own address, as the page was when it was last read whole: what
-- "not modified" and "gone" mean for them.
CREATE TABLE page_record (
    source_id bigint NOT NULL,
    url_key   uuid NOT NULL,
    rk        bigint NOT NULL,
    key       text NOT NULL,
    CONSTRAINT page_record_key PRIMARY KEY (source_id, url_key, rk, key)
);
