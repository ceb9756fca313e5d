-- Queries of crawler/. Parameters are $1, $2 ..; times are parameters.

-- name: count_queued
SELECT count(*) FROM frontier_url WHERE source_id = $1 AND state = 'queued';

-- name: count_known
SELECT count(*) FROM frontier_url WHERE source_id = $1;

-- A new round over what a source has: pages are asked whether they changed, refusals are judged again.
-- name: start_round
UPDATE frontier_url SET state = 'queued', reason = NULL, detail = NULL, attempts = 0, due_at = $2::timestamptz
WHERE source_id = $1 AND (state IN ('done', 'failed') OR reason IN ('robots', 'consent', 'budget', 'http', 'network', 'redirect',
    'canonical', 'content_type', 'too_large', 'address'));

-- Addresses that the rules of an earlier crawl left out, after $2 in order of discovery.
-- name: left_out_urls
SELECT id, url, host, depth, hops, priority FROM frontier_url
WHERE source_id = $1 AND state = 'skipped' AND reason IN ('scope', 'exclude', 'depth') AND id > $2 ORDER BY id LIMIT $3;

-- name: add_hosts
INSERT INTO frontier_host (host, next_fetch_at)
SELECT host, $2::timestamptz FROM unnest($1::text[]) AS given (host) ORDER BY host
ON CONFLICT DO NOTHING;

-- New URLs of a batch. One that was left out only because of how it was found is taken in when it is found otherwise.
-- name: add_urls
INSERT INTO frontier_url AS known
    (source_id, url_key, url, host, depth, hops, priority, state, reason, detail, found_on, run_id, due_at)
SELECT $1, url_key, url, host, depth, hops, priority, CASE WHEN reason IS NULL THEN 'queued' ELSE 'skipped' END, reason, detail,
    found_on, $2, $3::timestamptz
FROM unnest($4::uuid[], $5::text[], $6::text[], $7::int[], $8::int[], $9::int[], $10::text[], $11::text[], $12::uuid[])
    AS given (url_key, url, host, depth, hops, priority, reason, detail, found_on)
ORDER BY url_key
ON CONFLICT (source_id, url_key) DO UPDATE
SET state = 'queued', reason = NULL, detail = NULL, depth = least(known.depth, excluded.depth), run_id = excluded.run_id,
    due_at = excluded.due_at
WHERE known.state = 'skipped' AND known.reason IN ('nofollow', 'depth', 'scope', 'exclude', 'budget') AND excluded.state = 'queued';

-- Workers that hold a host, other than $1.
-- name: holders
SELECT DISTINCT holder FROM frontier_host WHERE holder IS NOT NULL AND holder <> $1;

-- name: free_holder
UPDATE frontier_host SET holder = NULL, held_until = NULL WHERE holder = $1;

-- Takes up to $5 free hosts that have something due for the source.
-- name: claim_hosts
UPDATE frontier_host AS host SET token = token + 1, holder = $2, held_until = $4::timestamptz
WHERE host.host IN (
    SELECT free.host FROM frontier_host AS free
    WHERE (free.holder IS NULL OR free.held_until < $3::timestamptz)
      AND EXISTS (SELECT FROM frontier_url AS url
                  WHERE url.source_id = $1 AND url.host = free.host AND url.state = 'queued' AND url.due_at <= $3::timestamptz)
    ORDER BY free.next_fetch_at LIMIT $5 FOR UPDATE SKIP LOCKED)
RETURNING host, token, greatest(0, extract(epoch FROM next_fetch_at - $3::timestamptz) * 1000)::bigint;

-- name: renew_hosts
UPDATE frontier_host SET held_until = $2::timestamptz WHERE holder = $1;

-- name: release_host
UPDATE frontier_host SET holder = NULL, held_until = NULL, next_fetch_at = $3::timestamptz, failures = $4, latency_ms = $5, delay_ms = $6
WHERE host = $1 AND token = $2;

-- The next URLs of a host that are not among $5.
-- name: next_urls
SELECT url_key, id, url, depth, hops, attempts, coalesce(etag, ''), coalesce(last_modified, '')
FROM frontier_url
WHERE source_id = $1 AND host = $2 AND state = 'queued' AND due_at <= $3::timestamptz AND id <> ALL ($5::bigint[])
ORDER BY priority DESC, id LIMIT $4;

-- How long until something that waits for its time is due, in milliseconds; no row if nothing is queued.
-- name: next_due
SELECT greatest(0, extract(epoch FROM due_at - $2::timestamptz) * 1000)::bigint
FROM frontier_url WHERE source_id = $1 AND state = 'queued' ORDER BY due_at LIMIT 1;

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
    body_hash = CASE WHEN given.keep THEN url.body_hash ELSE given.body_hash END
FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::int[], $8::timestamptz[], $9::int[], $10::timestamptz[],
            $11::bool[], $12::text[], $13::text[], $14::bytea[])
    AS given (url_key, state, reason, detail, attempts, due_at, status, fetched_at, keep, etag, last_modified, body_hash)
WHERE url.source_id = $1 AND url.url_key = given.url_key;

-- name: count_host
UPDATE frontier_host SET fetched = fetched + $2, bytes = bytes + $3 WHERE host = $1;

-- name: close_queue
UPDATE frontier_url SET state = 'skipped', reason = $2, run_id = $3 WHERE source_id = $1 AND state = 'queued';

-- name: load_site_file
SELECT status, body, detail FROM site_file WHERE origin = $1 AND path = $2 AND expires_at > $3::timestamptz;

-- name: save_site_file
INSERT INTO site_file (origin, path, status, body, detail, fetched_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6::timestamptz, $7::timestamptz)
ON CONFLICT (origin, path) DO UPDATE SET status = excluded.status, body = excluded.body, detail = excluded.detail,
    fetched_at = excluded.fetched_at, expires_at = excluded.expires_at;

-- How a source's URLs stand: state and reason.
-- name: skip_reasons
SELECT state, coalesce(reason, ''), count(*) FROM frontier_url WHERE source_id = $1 GROUP BY 1, 2 ORDER BY 3 DESC;

-- name: skipped_urls
SELECT url, state, coalesce(reason, ''), coalesce(detail, ''), coalesce(status, 0) FROM frontier_url
WHERE source_id = $1 AND reason IS NOT NULL AND (state <> 'queued') AND ($2 = '' OR reason = $2) ORDER BY id LIMIT $3;

-- name: host_statistics
SELECT host, count(*), coalesce(sum(bytes), 0), coalesce(avg(millis), 0)::float8, count(*) FILTER (WHERE status = 0 OR status >= 400)
FROM fetch_log WHERE run_id = $1 GROUP BY host ORDER BY 2 DESC;
