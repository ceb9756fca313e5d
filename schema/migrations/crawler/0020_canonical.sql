-- Pages that name another address as the real one: they wait for it, and give way to it only if it gives the same.
CREATE TABLE frontier_canonical (
    source_id     bigint NOT NULL,
    url_key       uuid NOT NULL,                  -- the page that names it
    canonical_key uuid NOT NULL,                  -- what it names
    target_key    uuid NOT NULL,                  -- what it waits for or was compared with: that, or where that leads
    pattern       text NOT NULL,                  -- form of the page's address; see crawler/policy/trap.hpp
    verdict       text NOT NULL,
    title         text,                           -- of the page, while it waits
    body          text,
    CONSTRAINT frontier_canonical_key PRIMARY KEY (source_id, url_key),
    CONSTRAINT frontier_canonical_verdict CHECK (verdict IN ('waits', 'alike', 'unlike'))
);
CREATE INDEX frontier_canonical_named ON frontier_canonical (source_id, canonical_key);
COMMENT ON INDEX frontier_canonical_named IS 'how many pages of one form name an address';
CREATE INDEX frontier_canonical_waits ON frontier_canonical (source_id, target_key) WHERE verdict = 'waits';
COMMENT ON INDEX frontier_canonical_waits IS 'who waits for an address that was settled';
