-- name: list_runs
SELECT r.id, s.name AS snapshot, p.name AS project, r.kind, r.state, r.seconds, r.started_at, r.ended_at,
       coalesce((SELECT json_agg(json_build_object('split', m.split, 'name', m.name, 'value', m.value, 'low', m.low, 'high', m.high)
                                 ORDER BY m.split, m.name)
                 FROM metric m WHERE m.run_id = r.id AND m.low IS NOT NULL), '[]') AS metrics
FROM model_run r JOIN snapshot s ON s.id = r.snapshot_id JOIN label_project p ON p.id = s.project_id
WHERE r.id < $1 ORDER BY r.id DESC LIMIT $2;

-- name: run_by_id
SELECT r.id, s.name AS snapshot, p.name AS project, r.kind, r.spec, r.seed, r.code_version, r.state, r.seconds, r.error,
       r.started_at, r.ended_at, r.analysis,
       coalesce((SELECT json_agg(json_build_object('split', m.split, 'name', m.name, 'value', m.value, 'low', m.low, 'high', m.high)
                                 ORDER BY m.split, m.name)
                 FROM metric m WHERE m.run_id = r.id), '[]') AS metrics,
       coalesce((SELECT json_agg(json_build_object('name', m.name, 'version', m.version, 'stage', m.stage)
                                 ORDER BY m.name, m.version)
                 FROM model m WHERE m.run_id = r.id), '[]') AS models
FROM model_run r JOIN snapshot s ON s.id = r.snapshot_id JOIN label_project p ON p.id = s.project_id
WHERE r.id = $1;

-- Rows: the truth; columns: the prediction; counted on the test split.
-- name: confusion_of_run
SELECT coalesce(t.name, '') AS truth, coalesce(q.name, '') AS predicted, c.truth_id, c.predicted_id, c.n AS count
FROM (SELECT i.class_id AS truth_id, p.class_id AS predicted_id, count(*) AS n
      FROM prediction p
      JOIN model_run r ON r.id = p.run_id
      JOIN snapshot_item i ON i.rk = p.rk AND i.source_id = p.source_id AND i.key = p.key AND i.snapshot_id = r.snapshot_id
      WHERE p.run_id = $1 AND i.split = 2 AND i.class_id IS NOT NULL AND p.class_id IS NOT NULL
      GROUP BY i.class_id, p.class_id) c
JOIN (SELECT s.project_id FROM model_run r JOIN snapshot s ON s.id = r.snapshot_id WHERE r.id = $1) o ON true
LEFT JOIN label_class t ON t.project_id = o.project_id AND t.class_id = c.truth_id
LEFT JOIN label_class q ON q.project_id = o.project_id AND q.class_id = c.predicted_id
ORDER BY c.truth_id, c.predicted_id;

-- Progress and figures.

-- name: progress
SELECT json_build_object(
    'source_runs', coalesce((SELECT json_agg(x ORDER BY x.id) FROM
        (SELECT r.id, s.name AS source, r.state, r.read, r.added, r.changed, r.unchanged, r.rejected
         FROM source_run r JOIN source s ON s.id = r.source_id
         WHERE r.state = 'running' OR r.ended_at > $1::timestamptz - interval '10 seconds') x), '[]'),
    'model_runs', coalesce((SELECT json_agg(x ORDER BY x.id) FROM
        (SELECT r.id, r.kind, r.state, r.seconds FROM model_run r
         WHERE r.state = 'running' OR r.ended_at > $1::timestamptz - interval '10 seconds') x), '[]')) AS progress;

-- name: figures
SELECT (SELECT coalesce(sum(added), 0) FROM source_run)::bigint AS records,
       (SELECT coalesce(sum(rejected), 0) FROM source_run)::bigint AS rejected,
       (SELECT count(*) FROM job)::bigint AS jobs,
       (SELECT count(*) FROM label_task WHERE state = 'open')::bigint AS open_tasks,
       crawl.workers, crawl.queued, hosts.fetched, hosts.bytes, hosts.held, hosts.failing
FROM (SELECT count(*) AS workers, coalesce(sum(queued), 0)::bigint AS queued FROM crawl_worker) AS crawl,
     (SELECT coalesce(sum(fetched), 0)::bigint AS fetched, coalesce(sum(bytes), 0)::bigint AS bytes, count(holder) AS held,
             count(*) FILTER (WHERE failures > 0) AS failing FROM frontier_host) AS hosts;

-- name: ping
SELECT 1;
