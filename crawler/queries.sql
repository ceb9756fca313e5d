-- Queries of crawler/. Parameters are $1, $2 ..; times are parameters.

-- name: crawl_figures
SELECT crawl.workers, crawl.queued, hosts.fetched, hosts.bytes, hosts.held, hosts.failing
FROM (SELECT count(*) AS workers, coalesce(sum(queued), 0)::bigint AS queued FROM crawl_worker) AS crawl,
     (SELECT coalesce(sum(fetched), 0)::bigint AS fetched, coalesce(sum(bytes), 0)::bigint AS bytes, count(holder) AS held,
             count(*) FILTER (WHERE failures > 0) AS failing FROM frontier_host) AS hosts;

-- name: count_queued
SELECT count(*) FROM frontier_url WHERE source_id = $1 AND state = 'queued';

-- name: count_known
SELECT count(*) FROM frontier_url WHERE source_id = $1;

-- A new round over what a source has: pages are asked whether they changed, refusals are judged again. $3: only pages that are due.
-- $4: the rules are others, so what was left out by them is asked for, too.
-- name: start_round
UPDATE frontier_url SET state = 'queued', reason = NULL, detail = NULL, attempts = 0, due_at = $2::timestamptz
WHERE source_id = $1 AND ((state = 'done' AND (NOT $3 OR due_at <= $2::timestamptz)) OR state = 'failed'
    OR reason IN ('robots', 'robots-unreachable', 'consent', 'budget', 'http', 'network', 'redirect', 'canonical', 'content_type',
        'too_large', 'address', 'trap', 'no_items', 'no_rules', 'rejected')
        -- What a page does not let us ask for waits until that page is read again.
        AND NOT (reason = 'consent' AND kind IN ('image', 'file') AND fetched_at IS NULL)
    OR ($4 AND (reason IN ('format', 'off') OR (reason = 'too_small' AND fetched_at IS NOT NULL))));

-- Other rules read other things in the same pages: all of them are asked for whole.
-- name: forget_validators
UPDATE frontier_url SET etag = NULL, last_modified = NULL, body_hash = NULL
WHERE source_id = $1 AND kind IN ('page', 'image', 'file') AND body_hash IS NOT NULL;

-- Addresses that the rules of an earlier crawl left out, after $2 in order of discovery.
-- name: left_out_urls
SELECT id, url, host, depth, hops, priority FROM frontier_url
WHERE source_id = $1 AND kind = 'page' AND state = 'skipped' AND reason IN ('scope', 'exclude', 'depth') AND id > $2 ORDER BY id LIMIT $3;

-- name: add_hosts
INSERT INTO frontier_host (host, next_fetch_at)
SELECT host, $2::timestamptz FROM unnest($1::text[]) AS given (host) ORDER BY host
ON CONFLICT DO NOTHING;

-- Pages of a source that wait below each prefix, in the order of the prefixes.
-- name: count_waiting
SELECT given.at, count(waiting.url) AS urls
FROM unnest($2::text[]) WITH ORDINALITY AS given (prefix, at)
LEFT JOIN (SELECT url FROM frontier_url
           WHERE source_id = $1 AND kind = 'page' AND (state = 'queued' OR (state = 'skipped' AND reason = 'budget'))) waiting
    ON starts_with(waiting.url, given.prefix)
GROUP BY given.at ORDER BY given.at;

-- What a source has seen and what waits, by directory: those of a host and at most five steps below it that hold at least five pages
-- and a thousandth of all, so that there are a few thousand however large the site is.
-- name: count_by_directory
SELECT path.directory, count(*) FILTER (WHERE page.seen) AS seen, count(*) FILTER (WHERE NOT page.seen) AS waiting,
    count(*) FILTER (WHERE page.seen AND path.last) AS seen_here, count(*) FILTER (WHERE NOT page.seen AND path.last) AS waiting_here
FROM (SELECT state = 'done' AS seen, string_to_array(split_part(url, '?', 1), '/') AS steps FROM frontier_url
      WHERE source_id = $1 AND kind = 'page' AND (state IN ('queued', 'done') OR (state = 'skipped' AND reason = 'budget'))) AS page
CROSS JOIN LATERAL (SELECT array_to_string(page.steps[1:level], '/') || '/' AS directory, level = cardinality(page.steps) - 1 AS last
                    FROM generate_series(3, least(cardinality(page.steps) - 1, 8)) AS level) AS path
GROUP BY path.directory HAVING count(*) >= greatest(5, (SELECT count(*) FROM frontier_url WHERE source_id = $1) / 1000);

-- Queued pages after $2 in order of discovery; if $3 is given only those of at least this priority. Seeds ($4) keep theirs.
-- name: waiting_urls
SELECT id, url, depth, priority, listed_by IS NOT NULL AS listed FROM frontier_url
WHERE source_id = $1 AND id > $2 AND kind = 'page' AND state = 'queued' AND priority < $4 AND ($3::int IS NULL OR priority >= $3::int)
ORDER BY id LIMIT $5;

-- name: set_priorities
UPDATE frontier_url AS url SET priority = given.priority FROM unnest($2::bigint[], $3::int[]) AS given (id, priority)
WHERE url.source_id = $1 AND url.id = given.id;

-- New URLs of a batch. One that was left out only because of how it was found, or was fetched as a page and is none, is taken in
-- when it is found otherwise.
-- name: add_urls
INSERT INTO frontier_url AS known
    (source_id, url_key, url, host, depth, hops, priority, state, reason, detail, found_on, run_id, due_at, kind, context)
SELECT $1, url_key, url, host, depth, hops, priority, CASE WHEN reason IS NULL THEN 'queued' ELSE 'skipped' END, reason, detail,
    found_on, $2, $3::timestamptz, kind, context::jsonb
FROM unnest($4::uuid[], $5::text[], $6::text[], $7::int[], $8::int[], $9::int[], $10::text[], $11::text[], $12::uuid[], $13::text[],
            $14::text[])
    AS given (url_key, url, host, depth, hops, priority, reason, detail, found_on, kind, context)
ON CONFLICT (source_id, url_key) DO UPDATE
SET state = 'queued', reason = NULL, detail = NULL, depth = least(known.depth, excluded.depth), run_id = excluded.run_id,
    due_at = excluded.due_at, kind = CASE WHEN excluded.context IS NULL THEN known.kind ELSE excluded.kind END,
    context = coalesce(known.context, excluded.context), priority = greatest(known.priority, excluded.priority)
WHERE known.state = 'skipped' AND excluded.state = 'queued'
  AND (known.reason IN ('nofollow', 'depth', 'scope', 'exclude', 'budget', 'follow_only')
    OR (excluded.context IS NOT NULL AND known.kind = 'page' AND known.reason = 'content_type')
    OR (excluded.context IS NOT NULL AND known.reason IN ('consent', 'too_small') AND known.fetched_at IS NULL));

-- What a page says now of the images and files that it was the first to lead to.
-- name: update_contexts
UPDATE frontier_url AS url SET context = given.context::jsonb
FROM unnest($2::uuid[], $3::text[]) AS given (url_key, context)
WHERE url.source_id = $1 AND url.url_key = given.url_key AND url.kind IN ('image', 'file')
  AND url.context ->> 'page' IS NOT DISTINCT FROM given.context::jsonb ->> 'page' AND url.context IS DISTINCT FROM given.context::jsonb;

-- name: forget_page_records
DELETE FROM page_record AS held WHERE source_id = $1 AND url_key = ANY ($2::uuid[])
  AND NOT EXISTS (SELECT 1 FROM unnest($3::uuid[], $4::bigint[], $5::text[]) AS given (url_key, rk, key)
                  WHERE given.url_key = held.url_key AND given.rk = held.rk AND given.key = held.key);

-- name: add_page_records
INSERT INTO page_record (source_id, url_key, rk, key)
SELECT $1, url_key, rk, key FROM unnest($2::uuid[], $3::bigint[], $4::text[]) AS given (url_key, rk, key)
ON CONFLICT DO NOTHING;

-- Those of pages that are still stored: a purge may have taken some.
-- name: records_of_pages
SELECT replace(held.url_key::text, '-', '') AS page, held.key FROM page_record AS held
JOIN record AS stored ON stored.rk = held.rk AND stored.source_id = held.source_id AND stored.key = held.key
WHERE held.source_id = $1 AND held.url_key = ANY ($2::uuid[]);

-- Records that were met again after a time.
-- name: seen_later
SELECT key FROM record WHERE source_id = $1 AND rk = ANY ($2::bigint[]) AND last_seen > $3::timestamptz;

-- name: forget_all_page_records
DELETE FROM page_record WHERE source_id = $1;

-- Workers that hold a host, other than $1.
-- name: holders
SELECT DISTINCT holder FROM frontier_host WHERE holder IS NOT NULL AND holder <> $1;

-- A worker that died may have asked its hosts a moment ago: $2 is the soonest that they may be asked again.
-- name: free_holder
UPDATE frontier_host SET holder = NULL, held_until = NULL, next_fetch_at = greatest(next_fetch_at, $2::timestamptz) WHERE holder = $1;

-- name: free_holder_addresses
UPDATE frontier_address SET holder = NULL, held_until = NULL, next_fetch_at = greatest(next_fetch_at, $2::timestamptz) WHERE holder = $1;

-- Takes up to $5 free hosts that have something due for the source and whose server no other worker asks. $6: only for images and
-- files. $7: only hosts of servers that this worker asks.
-- name: claim_hosts
UPDATE frontier_host AS host SET token = token + 1, holder = $2, held_until = $4::timestamptz
WHERE host.host IN (
    SELECT free.host FROM frontier_host AS free
    WHERE (free.holder IS NULL OR free.held_until < $3::timestamptz)
      AND NOT EXISTS (SELECT 1 FROM frontier_address AS server
                      WHERE server.address = free.address AND server.holder <> $2 AND server.held_until >= $3::timestamptz)
      AND (NOT $7 OR EXISTS (SELECT 1 FROM frontier_address AS own WHERE own.address = free.address AND own.holder = $2))
      AND EXISTS (SELECT 1 FROM frontier_url AS url
                  WHERE url.source_id = $1 AND url.host = free.host AND url.state = 'queued' AND url.due_at <= $3::timestamptz
                    AND (NOT $6 OR url.kind IN ('image', 'file')))
    ORDER BY free.next_fetch_at LIMIT $5 FOR UPDATE SKIP LOCKED)
RETURNING host, token, greatest(0, extract(epoch FROM next_fetch_at - $3::timestamptz) * 1000)::bigint AS wait;

-- name: renew_hosts
UPDATE frontier_host SET held_until = $2::timestamptz WHERE holder = $1 RETURNING host, token, NULL AS wait;

-- name: renew_addresses
UPDATE frontier_address SET held_until = $2::timestamptz WHERE holder = $1;

-- name: release_host
UPDATE frontier_host SET holder = NULL, held_until = NULL, next_fetch_at = $3::timestamptz, failures = $4, latency_ms = $5, delay_ms = $6
WHERE host = $1 AND token = $2;

-- How a held host fares, for those who look on.
-- name: note_host
UPDATE frontier_host SET failures = $3, latency_ms = $4, delay_ms = $5 WHERE host = $1 AND token = $2;

-- Notes where host names lead.
-- name: note_addresses
UPDATE frontier_host AS host SET address = given.address
FROM unnest($1::text[], $2::text[]) AS given (host, address) WHERE host.host = given.host;

-- Takes the turn of servers, where no other worker has it.
-- name: claim_addresses
WITH taken AS (
    INSERT INTO frontier_address AS server (address, next_fetch_at, holder, held_until)
    SELECT DISTINCT address, $3::timestamptz, $2::text, $4::timestamptz FROM unnest($1::text[]) AS given (address) ORDER BY address
    ON CONFLICT (address) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
    WHERE server.holder IS NULL OR server.holder = excluded.holder OR server.held_until < excluded.next_fetch_at
    RETURNING address, next_fetch_at
)
SELECT address, greatest(0, extract(epoch FROM next_fetch_at - $3::timestamptz) * 1000)::bigint AS wait FROM taken;

-- name: release_address
UPDATE frontier_address SET holder = NULL, held_until = NULL, next_fetch_at = $3::timestamptz WHERE address = $1 AND holder = $2;

-- The next URLs of a host that are not among $5.
-- name: next_urls
SELECT replace(url_key::text, '-', '') AS key, id, url, host, depth, hops, priority, attempts, etag, last_modified, kind, visits, changes, watched,
    extract(epoch FROM $3::timestamptz - fetched_at)::float8 AS age, encode(body_hash, 'hex') AS body_sha256, gone_at::text,
    context::text
FROM frontier_url
WHERE source_id = $1 AND host = $2 AND state = 'queued' AND due_at <= $3::timestamptz AND id <> ALL ($5::bigint[])
ORDER BY priority DESC, id LIMIT $4;

-- How long until something that waits for its time is due, in milliseconds; no row if nothing is queued.
-- name: next_due
SELECT greatest(0, extract(epoch FROM due_at - $2::timestamptz) * 1000)::bigint
FROM frontier_url WHERE source_id = $1 AND state = 'queued' AND due_at < 'infinity' ORDER BY due_at LIMIT 1;

-- Which of the hosts are still held under these tokens; their rows stay locked until the batch is stored.
-- name: held_hosts
SELECT held.host FROM frontier_host AS held
JOIN unnest($1::text[], $2::bigint[]) AS given (host, token) ON held.host = given.host AND held.token = given.token
ORDER BY held.host FOR UPDATE OF held;

-- name: close_urls
UPDATE frontier_url AS url
SET state = given.state, reason = given.reason, detail = given.detail, attempts = given.attempts, due_at = given.due_at,
    status = given.status, run_id = $2, fetched_at = coalesce(given.fetched_at, url.fetched_at),
    etag = CASE WHEN given.keep THEN url.etag ELSE given.etag END,
    last_modified = CASE WHEN given.keep THEN url.last_modified ELSE given.last_modified END,
    changed_at = CASE WHEN given.keep OR given.body_hash = url.body_hash THEN url.changed_at ELSE given.fetched_at END,
    body_hash = CASE WHEN given.keep THEN url.body_hash ELSE given.body_hash END,
    visits = given.visits, changes = given.changes, watched = given.watched, gone_at = given.gone_at
FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::int[], $8::timestamptz[], $9::int[], $10::timestamptz[],
            $11::bool[], $12::text[], $13::text[], $14::bytea[], $15::int[], $16::int[], $17::float8[], $18::timestamptz[])
    AS given (url_key, state, reason, detail, attempts, due_at, status, fetched_at, keep, etag, last_modified, body_hash,
              visits, changes, watched, gone_at)
WHERE url.source_id = $1 AND url.url_key = given.url_key;

-- name: count_host
UPDATE frontier_host SET fetched = fetched + $2, bytes = bytes + $3 WHERE host = $1;

-- $4: not images and files.
-- name: close_queue
UPDATE frontier_url SET state = 'skipped', reason = $2, run_id = $3
WHERE source_id = $1 AND state = 'queued' AND (NOT $4 OR kind NOT IN ('image', 'file'));

-- name: load_site_file
SELECT status, body, detail FROM site_file
WHERE origin = $1 AND path = $2 AND expires_at > $3::timestamptz AND fetched_at >= $4::timestamptz;

-- name: save_site_file
INSERT INTO site_file AS known (origin, path, status, body, detail, fetched_at, expires_at)
SELECT $1, $2, status, $4::bytea, $5, at, (at AT TIME ZONE 'UTC' + CASE WHEN failed THEN interval '1 minute' ELSE interval '24 hours' END) AT TIME ZONE 'UTC'
FROM (SELECT $3::int AS status, $6::timestamptz AS at, $3 = 0 OR $3 = 429 OR $3 >= 500 AS failed) AS given
ON CONFLICT (origin, path) DO UPDATE SET status = excluded.status, body = excluded.body, detail = excluded.detail,
    fetched_at = excluded.fetched_at,
    expires_at = CASE WHEN (excluded.status = 0 OR excluded.status = 429 OR excluded.status >= 500)
                           AND (known.status = 0 OR known.status = 429 OR known.status >= 500)
                      THEN (excluded.fetched_at AT TIME ZONE 'UTC' + least(interval '1 hour', 2 * (known.expires_at - known.fetched_at))) AT TIME ZONE 'UTC'
                      ELSE excluded.expires_at END;

-- How a source's URLs stand: state and reason.
-- name: skip_reasons
SELECT state, reason, count(*) AS urls FROM frontier_url WHERE source_id = $1 GROUP BY 1, 2 ORDER BY 3 DESC;

-- name: has_kept
SELECT EXISTS (SELECT 1 FROM frontier_url WHERE source_id = $1 AND state = 'done' AND kind IN ('page', 'image', 'file'));

-- The first of the addresses that a crawl begins with, or that these lead to, that tells why nothing was kept.
-- name: first_obstacle
SELECT url, reason, coalesce(detail, '') AS detail FROM frontier_url
WHERE source_id = $1 AND kind = 'page' AND state IN ('skipped', 'failed') ORDER BY depth, reason IN ('redirect', 'canonical'), id LIMIT 1;

-- Notes what a sitemap or feed lists. What was not changed since it was fetched, by the sitemap's word, is not asked for again in
-- this round; what was is.
-- name: list_urls
UPDATE frontier_url AS url
SET listed_by = $3, listed_run = $2, lastmod = given.lastmod, orphaned_at = NULL, priority = greatest(url.priority, given.priority),
    due_at = CASE WHEN url.state = 'done' AND given.lastmod > url.fetched_at THEN $4::timestamptz ELSE url.due_at END,
    state = CASE WHEN url.state = 'queued' AND url.attempts = 0 AND url.gone_at IS NULL AND url.body_hash IS NOT NULL
                      AND given.lastmod < url.fetched_at THEN 'done'
                 WHEN url.state = 'done' AND given.lastmod > url.fetched_at THEN 'queued' ELSE url.state END
FROM unnest($5::uuid[], $6::timestamptz[], $7::int[]) AS given (url_key, lastmod, priority)
WHERE url.source_id = $1 AND url.url_key = given.url_key AND url.kind = 'page';

-- A sitemap that did not change lists what it listed.
-- name: list_again
UPDATE frontier_url SET listed_run = $3 WHERE source_id = $1 AND listed_by = $2 AND listed_run < $3;

-- After a complete crawl: what a sitemap that was read whole in this run listed before and no longer does.
-- name: mark_orphans
UPDATE frontier_url AS url SET orphaned_at = $3::timestamptz
FROM frontier_url AS sitemap
WHERE url.source_id = $1 AND url.listed_run < $2 AND url.orphaned_at IS NULL AND sitemap.source_id = $1
  AND sitemap.url_key = url.listed_by AND sitemap.kind = 'sitemap' AND sitemap.state = 'done' AND sitemap.run_id = $2;

-- name: unfinished_listings
SELECT count(*) FROM frontier_url WHERE source_id = $1 AND kind = 'sitemap' AND state <> 'done' AND reason IS DISTINCT FROM 'http';

-- name: mark_gone
UPDATE record AS r SET gone_at = given.gone_at
FROM unnest($2::bigint[], $3::text[], $4::timestamptz[]) AS given (rk, key, gone_at)
WHERE r.source_id = $1 AND r.rk = given.rk AND r.key = given.key AND r.gone_at IS DISTINCT FROM given.gone_at;

-- Locked in one order, so that workers wait for each other instead of dead-locking.
-- name: load_patterns
SELECT pattern, visits, fresh, exact_score, near_score, exact_ring::text, near_ring::text
FROM frontier_pattern WHERE source_id = $1 AND pattern = ANY ($2::text[]) ORDER BY pattern FOR UPDATE;

-- name: save_patterns
INSERT INTO frontier_pattern AS known (source_id, pattern, visits, fresh, exact_score, near_score, exact_ring, near_ring, shut_at)
SELECT $1, pattern, visits, fresh, exact_score, near_score, exact_ring::bigint[], near_ring::bigint[], shut_at
FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::int[], $6::int[], $7::text[], $8::text[], $9::timestamptz[])
    AS given (pattern, visits, fresh, exact_score, near_score, exact_ring, near_ring, shut_at)
ORDER BY pattern
ON CONFLICT (source_id, pattern) DO UPDATE SET visits = excluded.visits, fresh = excluded.fresh, exact_score = excluded.exact_score,
    near_score = excluded.near_score, exact_ring = excluded.exact_ring, near_ring = excluded.near_ring,
    shut_at = coalesce(known.shut_at, excluded.shut_at);

-- Notes what pages name as the real address, and their texts. One that was found to be another page stays found.
-- name: note_canonicals
INSERT INTO frontier_canonical AS known (source_id, url_key, canonical_key, target_key, pattern, verdict, title, body)
SELECT $1, url_key, canonical_key, canonical_key, pattern, 'waits', title, body
FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[]) AS given (url_key, canonical_key, pattern, title, body)
ORDER BY url_key
ON CONFLICT (source_id, url_key) DO UPDATE SET canonical_key = excluded.canonical_key, target_key = excluded.canonical_key,
    pattern = excluded.pattern, title = excluded.title, body = excluded.body,
    verdict = CASE WHEN known.verdict = 'unlike' AND known.canonical_key = excluded.canonical_key THEN 'unlike' ELSE 'waits' END
RETURNING replace(url_key::text, '-', '') AS page, verdict;

-- Pages of one form at several paths ($4 and more) that name one address: their maker's mistake. Those that gave way come back.
-- Asked of the addresses $2 and of what the pages $3 name. OFFSET 0 has the few who name them looked up one by one: joined, the plan of
-- a young crawl, whose tables have no statistics yet, goes through its whole frontier.
-- name: disbelieve_canonicals
WITH asked AS (
    SELECT unnest($2::uuid[]) AS canonical_key
    UNION SELECT canonical_key FROM frontier_canonical WHERE source_id = $1 AND url_key = ANY ($3::uuid[])),
mistaken AS (
    SELECT hint.canonical_key, hint.pattern FROM asked
    CROSS JOIN LATERAL (
        SELECT canonical_key, pattern, url_key FROM frontier_canonical
        WHERE source_id = $1 AND canonical_key = asked.canonical_key AND pattern NOT LIKE '%@%' OFFSET 0) AS hint
    CROSS JOIN LATERAL (SELECT url FROM frontier_url WHERE source_id = $1 AND url_key = hint.url_key OFFSET 0) AS url
    GROUP BY 1, 2 HAVING count(DISTINCT split_part(url.url, '?', 1)) >= $4),
freed AS (
    UPDATE frontier_canonical AS hint SET verdict = 'unlike', title = NULL, body = NULL FROM mistaken
    WHERE hint.source_id = $1 AND hint.canonical_key = mistaken.canonical_key AND hint.pattern = mistaken.pattern
      AND hint.verdict <> 'unlike'
    RETURNING hint.url_key)
SELECT replace(url_key::text, '-', '') AS page FROM freed;

-- name: fetch_disbelieved
UPDATE frontier_url SET state = 'queued', reason = NULL, detail = NULL, due_at = $3::timestamptz
WHERE source_id = $1 AND url_key = ANY ($2::uuid[]) AND (state = 'queued' OR reason = 'canonical');

-- Who waits for one of the addresses $2, or is one of the pages $3; all who wait if $4.
-- name: waiting_canonicals
SELECT replace(url_key::text, '-', '') AS page, replace(target_key::text, '-', '') AS target, title, body
FROM frontier_canonical
WHERE source_id = $1 AND verdict = 'waits' AND ($4 OR target_key = ANY ($2::uuid[]) OR url_key = ANY ($3::uuid[])) ORDER BY url_key;

-- How an address stands, and what it waits for itself.
-- name: canonical_target
SELECT url.url, url.state, url.reason, url.detail, replace(hint.target_key::text, '-', '') AS waits_for
FROM frontier_url AS url
LEFT JOIN frontier_canonical AS hint ON hint.source_id = url.source_id AND hint.url_key = url.url_key AND hint.verdict = 'waits'
WHERE url.source_id = $1 AND url.url_key = $2::uuid;

-- name: kept_texts
SELECT t.title, t.body FROM record r JOIN content_text t USING (rk, source_id, key, version)
WHERE r.source_id = $1 AND r.rk = ANY ($2::bigint[]) AND r.key = ANY ($3::text[]) ORDER BY r.rk, r.key;

-- A page goes on waiting, for what the address that it named leads to.
-- name: wait_for_canonical
WITH named AS (UPDATE frontier_canonical SET target_key = $3::uuid WHERE source_id = $1 AND url_key = $2::uuid)
UPDATE frontier_url SET due_at = 'infinity' WHERE source_id = $1 AND url_key = $2::uuid AND state = 'queued';

-- name: give_way
WITH judged AS (
    UPDATE frontier_canonical SET verdict = 'alike', title = NULL, body = NULL WHERE source_id = $1 AND url_key = $2::uuid)
UPDATE frontier_url SET state = 'skipped', reason = 'canonical', due_at = $3::timestamptz, fetched_at = $3::timestamptz, etag = NULL,
    last_modified = NULL, body_hash = NULL
WHERE source_id = $1 AND url_key = $2::uuid;

-- name: keep_apart
WITH judged AS (
    UPDATE frontier_canonical SET verdict = 'unlike', title = NULL, body = NULL WHERE source_id = $1 AND url_key = $2::uuid)
UPDATE frontier_url SET reason = NULL, detail = NULL, due_at = $3::timestamptz
WHERE source_id = $1 AND url_key = $2::uuid AND state = 'queued';

-- name: shut_patterns
SELECT pattern FROM frontier_pattern WHERE source_id = $1 AND shut_at IS NOT NULL;

-- A new round judges the patterns again.
-- name: forget_patterns
DELETE FROM frontier_pattern WHERE source_id = $1;

-- name: add_budgets
INSERT INTO frontier_count AS known (source_id, budget, kept)
SELECT $1, budget, kept FROM unnest($2::text[], $3::bigint[]) AS given (budget, kept) ORDER BY budget
ON CONFLICT (source_id, budget) DO UPDATE SET kept = known.kept + excluded.kept RETURNING budget, kept;

-- name: load_budgets
SELECT budget, kept FROM frontier_count WHERE source_id = $1;

-- name: forget_budgets
DELETE FROM frontier_count WHERE source_id = $1;

-- name: seen_worker
INSERT INTO crawl_worker (run_id, holder, source_id, seen_at, queued, part, hosts, hungry)
VALUES ($1, $2, $3, $4::timestamptz, $5, $6, $7, $8)
ON CONFLICT (source_id, run_id, holder) DO UPDATE SET seen_at = excluded.seen_at, queued = excluded.queued, hosts = excluded.hosts,
    hungry = excluded.hungry;

-- name: set_grant
UPDATE crawl_worker SET granted = $3 WHERE source_id = $1 AND holder = $2;

-- name: hold_grant
SELECT granted FROM crawl_worker WHERE source_id = $1 AND holder = $2 FOR UPDATE;

-- name: spend_grant
UPDATE crawl_worker SET granted = greatest(0, granted - $3) WHERE source_id = $1 AND holder = $2;

-- Crawls that are jobs and have more hosts than their workers had room for: those with the fewest workers first.
-- name: crawl_to_help
SELECT source_id AS source, run_id AS run FROM crawl_worker WHERE seen_at >= $1::timestamptz
GROUP BY source_id, run_id HAVING bool_or(part = 'job') AND bool_and(NOT hungry) ORDER BY count(*), source_id LIMIT 1;

-- name: crawl_workers
SELECT run_id, holder, seen_at >= $2::timestamptz AS is_heard, part, queued, hosts, hungry, granted
FROM crawl_worker WHERE source_id = $1 ORDER BY run_id, holder;

-- name: drop_worker
DELETE FROM crawl_worker WHERE source_id = $1 AND holder = $2;

-- Serialises the question whether a source is being crawled.
-- name: lock_crawl
SELECT id FROM source WHERE id = $1 FOR NO KEY UPDATE;

-- How the hosts of a source stand, over all its runs.
-- name: source_hosts
SELECT host.host, host.address, log.requests, log.bytes, log.errors, log.mean_ms::float8, host.delay_ms, host.failures,
    host.holder IS NOT NULL AND host.held_until >= $2::timestamptz AS held, urls.queued, urls.done, urls.left_out
FROM (SELECT host, count(*) FILTER (WHERE state = 'queued') AS queued, count(*) FILTER (WHERE state = 'done') AS done,
             count(*) FILTER (WHERE state IN ('skipped', 'failed')) AS left_out
      FROM frontier_url WHERE source_id = $1 GROUP BY host) AS urls
JOIN frontier_host AS host ON host.host = urls.host
LEFT JOIN (SELECT host, count(*) AS requests, sum(bytes) AS bytes, avg(millis) AS mean_ms,
                  count(*) FILTER (WHERE status = 0 OR status >= 400) AS errors
           FROM fetch_log WHERE source_id = $1 GROUP BY host) AS log ON log.host = host.host
ORDER BY coalesce(log.requests, 0) DESC, host.host LIMIT $3;

-- What a run asked for, the newest first, behind a moment and an address; all of it, or what did not end well.
-- name: fetches_of_run
SELECT at, url, status, outcome, coalesce(reason, '') AS reason, bytes, millis
FROM fetch_log WHERE run_id = $1 AND (at, url) < ($2::timestamptz, $3) AND (NOT $4 OR outcome IN ('skipped', 'retry', 'failed'))
ORDER BY at DESC, url DESC LIMIT $5;

-- Addresses of a source with state and reason; all of a reason, or all of a state, or all.
-- name: source_urls
SELECT id, url, state, reason, detail, status, depth, kind,
    to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS due_at,
    to_char(gone_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS gone_at,
    to_char(orphaned_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS orphaned_at
FROM frontier_url
WHERE source_id = $1 AND id > $2 AND ($3 = '' OR reason = $3 OR ($3 = 'gone' AND gone_at IS NOT NULL)
    OR ($3 = 'orphaned' AND orphaned_at IS NOT NULL)) AND ($4 = '' OR state = $4)
ORDER BY id LIMIT $5;

-- Site files as last fetched, of the origins that a source's records come from.
-- name: policy_files
SELECT origin, path, status, body FROM site_file WHERE origin = ANY ($1::text[]) AND path IN ('/robots.txt', '/ai.txt', '/.well-known/tdmrep.json');

-- Pages of a source in key order, to be judged by the newest site files.
-- name: stored_pages
SELECT r.rk, r.key, v.url FROM record r JOIN record_version v USING (rk, source_id, key, version)
WHERE r.source_id = $1 AND (r.rk, r.key) > ($2, $3) AND v.url IS NOT NULL ORDER BY r.rk, r.key LIMIT $4;

-- name: forget_denials
DELETE FROM consent_denial WHERE source_id = $1 AND rk = ANY ($2::bigint[]);

-- name: add_denials
INSERT INTO consent_denial (rk, source_id, key, rule, at)
SELECT rk, $1, key, rule, $2::timestamptz FROM unnest($3::bigint[], $4::text[], $5::text[]) AS given (rk, key, rule)
ON CONFLICT (rk, source_id, key) DO UPDATE SET rule = excluded.rule, at = excluded.at;

-- A frontier to rehearse a crawl on: temporary tables that will hide those they copy. (A query ends where a line ends in a semicolon.)
-- name: rehearse
CREATE TEMPORARY TABLE rehearsed_url (LIKE frontier_url INCLUDING ALL)
; CREATE TEMPORARY TABLE rehearsed_host (LIKE frontier_host INCLUDING ALL)
; CREATE TEMPORARY TABLE rehearsed_address (LIKE frontier_address INCLUDING ALL)
; CREATE TEMPORARY TABLE rehearsed_pattern (LIKE frontier_pattern INCLUDING ALL)
; CREATE TEMPORARY TABLE rehearsed_count (LIKE frontier_count INCLUDING ALL);

-- name: rehearse_urls
INSERT INTO rehearsed_url OVERRIDING SYSTEM VALUE SELECT * FROM frontier_url WHERE source_id = $1;

-- name: rehearse_patterns
INSERT INTO rehearsed_pattern SELECT * FROM frontier_pattern WHERE source_id = $1;

-- name: rehearse_counts
INSERT INTO rehearsed_count SELECT * FROM frontier_count WHERE source_id = $1;

-- What is found from here on comes after what is known; no permanent table can be written.
-- name: rehearse_alone
INSERT INTO rehearsed_host (host, next_fetch_at) SELECT DISTINCT host, 'epoch'::timestamptz FROM rehearsed_url
; SELECT setval(pg_get_serial_sequence('rehearsed_url', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM rehearsed_url), false)
; ALTER TABLE rehearsed_url RENAME TO frontier_url
; ALTER TABLE rehearsed_host RENAME TO frontier_host
; ALTER TABLE rehearsed_address RENAME TO frontier_address
; ALTER TABLE rehearsed_pattern RENAME TO frontier_pattern
; ALTER TABLE rehearsed_count RENAME TO frontier_count
; SET TRANSACTION READ ONLY;

-- What a crawl knew of a source that ends.
-- name: drop_urls
DELETE FROM frontier_url WHERE source_id = $1;

-- name: drop_patterns
DELETE FROM frontier_pattern WHERE source_id = $1;

-- name: drop_counts
DELETE FROM frontier_count WHERE source_id = $1;

-- name: drop_workers
DELETE FROM crawl_worker WHERE source_id = $1;

-- name: drop_log
DELETE FROM fetch_log WHERE source_id = $1;
