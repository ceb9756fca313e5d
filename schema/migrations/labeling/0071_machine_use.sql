-- What a machine behind an address has used in all: each request is counted before it is made, and what its reply cost after it, so that limits
-- hold over restarts and for several programs that ask at once.
ALTER TABLE label_machine ADD COLUMN requests bigint NOT NULL DEFAULT 0, ADD COLUMN tokens bigint NOT NULL DEFAULT 0,
    ADD COLUMN cost float8 NOT NULL DEFAULT 0;
UPDATE label_machine m SET requests = s.requests, tokens = s.tokens, cost = s.cost
FROM (SELECT machine_id, count(*) AS requests, sum(input_tokens + output_tokens)::bigint AS tokens, sum(cost) AS cost
      FROM label_suggestion GROUP BY machine_id) s
WHERE s.machine_id = m.id AND m.prompt <> '';
