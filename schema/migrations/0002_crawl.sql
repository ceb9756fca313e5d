-- The crawl at full strength: sitemaps and feeds among the addresses, when to look again, what is gone, traps, budgets,
-- servers behind host names, who is crawling, and what later opt-outs and purges did.

ALTER TABLE frontier_url
    ADD COLUMN kind text NOT NULL DEFAULT 'page',       -- sitemaps and feeds are fetched for what they list
    ADD COLUMN visits integer NOT NULL DEFAULT 0,       -- answers after the first that told whether the page had changed
    ADD COLUMN changes integer NOT NULL DEFAULT 0,      -- those that said it had
    ADD COLUMN watched double precision NOT NULL DEFAULT 0,  -- seconds between the first and the last visit
    ADD COLUMN lastmod timestamptz,                     -- by the sitemap that lists it
    ADD COLUMN listed_by uuid,                          -- that sitemap's or feed's key
    ADD COLUMN listed_run bigint,                       -- the last run in which it was listed
    ADD COLUMN gone_at timestamptz,                     -- since when it answers 404 or 410
    ADD COLUMN orphaned_at timestamptz,                 -- since when no complete listing names it
    ADD CONSTRAINT frontier_url_kind CHECK (kind IN ('page', 'sitemap', 'feed'));
CREATE INDEX frontier_url_listed ON frontier_url (source_id, listed_by) WHERE listed_by IS NOT NULL;
COMMENT ON INDEX frontier_url_listed IS 'what a sitemap lists: marking it listed again, or orphaned';

-- A record whose page answers 404 or 410. It stays: nothing is deleted because a site dropped it.
ALTER TABLE record ADD COLUMN gone_at timestamptz;

-- The server a host name leads to, and its turn: names that share one server share its delay.
ALTER TABLE frontier_host ADD COLUMN address text;
CREATE TABLE frontier_address (
    address       text CONSTRAINT frontier_address_key PRIMARY KEY,
    next_fetch_at timestamptz NOT NULL,
    holder        text,
    held_until    timestamptz,
    CONSTRAINT frontier_address_holder CHECK ((holder IS NULL) = (held_until IS NULL))
) WITH (fillfactor = 50);

-- How much new text the addresses of one form give; see crawler/trap.hpp.
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

-- Members that were purged after the snapshot was closed: its hash can no longer be computed from what is left.
ALTER TABLE snapshot ADD COLUMN purged bigint NOT NULL DEFAULT 0;
