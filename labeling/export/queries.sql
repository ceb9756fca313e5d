-- Labels in and out.

-- A field that labels were taken from.
-- name: note_label_field
UPDATE label_project SET label_fields = array_append(label_fields, $2) WHERE id = $1 AND $2 <> ALL (label_fields);

-- Values of a payload field that are no class, most frequent first: the field $5, or what lies at the path $3.
-- name: unknown_values
SELECT n.value, count(*) AS records FROM (
    SELECT coalesce($4::jsonb ->> f.value, f.value) AS value
    FROM record r JOIN record_version v USING (rk, source_id, key, version)
    CROSS JOIN LATERAL (SELECT coalesce(v.payload ->> $5::text, v.payload #>> $3::text[]) AS value) f
    WHERE r.source_id = $2
) n
WHERE NOT EXISTS (SELECT 1 FROM label_class c WHERE c.project_id = $1 AND c.question = '' AND c.name = n.value)
GROUP BY n.value ORDER BY count(*) DESC, n.value;

-- Labels each record by a payload field, $7 or what lies at the path $3; $4 maps spellings to class names. Returns new, changed and equal labels.
-- name: import_field
WITH known AS (
    SELECT r.rk, r.source_id, r.key, c.class_id, r.version
    FROM record r JOIN record_version v USING (rk, source_id, key, version)
    CROSS JOIN LATERAL (SELECT coalesce(v.payload ->> $7::text, v.payload #>> $3::text[]) AS value) f
    JOIN label_class c ON c.project_id = $1 AND c.question = '' AND c.name = coalesce($4::jsonb ->> f.value, f.value)
    WHERE r.source_id = $2 AND (r.rk & 1048575) < $6::float8 * 1048576
), put AS (
    INSERT INTO ground_truth AS g (rk, source_id, key, project_id, class_id, probability, method, set_at, labeled_version)
    SELECT rk, source_id, key, $1, class_id, 1, 'import', $5::timestamptz, version FROM known ORDER BY rk
    ON CONFLICT (rk, source_id, key, project_id) DO UPDATE SET class_id = excluded.class_id, probability = 1, method = 'import',
        revision = g.revision + 1, set_at = excluded.set_at, labeled_version = excluded.labeled_version
    WHERE (g.class_id, g.probability, g.method, coalesce(g.labeled_version, 1))
            IS DISTINCT FROM (excluded.class_id, excluded.probability, excluded.method, excluded.labeled_version)
        AND g.method <> 'adjudicated'
    RETURNING xmax = 0 AS is_new
)
SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed,
    (SELECT count(*) FROM known) - count(*) AS unchanged
FROM put;

-- name: export_page
SELECT g.rk, g.key, c.name AS label, g.value, g.probability, g.method, g.revision, r.version, t.title, t.body AS text,
    i.width, i.height, v.url, v.payload, encode(v.blob_sha256, 'hex') AS picture, m.kind AS media
FROM (
    SELECT * FROM ground_truth
    WHERE project_id = $1 AND source_id = $2 AND (rk, source_id, key) > ($3::bigint, $2::bigint, $4::text)
    ORDER BY rk, source_id, key LIMIT $5::int
) g
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
JOIN record r ON r.rk = g.rk AND r.source_id = g.source_id AND r.key = g.key
JOIN record_version v ON v.rk = r.rk AND v.source_id = r.source_id AND v.key = r.key AND v.version = r.version
LEFT JOIN content_text t ON t.rk = r.rk AND t.source_id = r.source_id AND t.key = r.key AND t.version = r.version
LEFT JOIN content_image i ON i.rk = r.rk AND i.source_id = r.source_id AND i.key = r.key AND i.version = r.version
LEFT JOIN content_media m ON m.rk = r.rk AND m.source_id = r.source_id AND m.key = r.key AND m.version = r.version
ORDER BY g.rk, g.source_id, g.key;

-- The same of all records that are labeled or answered; a record without a label has no method.
-- name: export_answered_page
SELECT k.rk, k.key, c.name AS label, g.value, g.probability, g.method, g.revision, r.version, t.title, t.body AS text,
    i.width, i.height, v.url, v.payload, encode(v.blob_sha256, 'hex') AS picture, m.kind AS media
FROM (
    (SELECT rk, key FROM ground_truth
     WHERE project_id = $1 AND source_id = $2 AND (rk, source_id, key) > ($3::bigint, $2::bigint, $4::text)
     ORDER BY rk, source_id, key LIMIT $5::int)
    UNION
    (SELECT DISTINCT rk, key FROM annotation
     WHERE project_id = $1 AND source_id = $2 AND (rk, source_id, key) > ($3::bigint, $2::bigint, $4::text)
     ORDER BY rk, key LIMIT $5::int)
    ORDER BY rk, key LIMIT $5::int
) k
JOIN record r ON r.rk = k.rk AND r.source_id = $2 AND r.key = k.key
JOIN record_version v ON v.rk = r.rk AND v.source_id = r.source_id AND v.key = r.key AND v.version = r.version
LEFT JOIN ground_truth g ON g.rk = r.rk AND g.source_id = r.source_id AND g.key = r.key AND g.project_id = $1
LEFT JOIN label_class c ON c.project_id = g.project_id AND c.class_id = g.class_id
LEFT JOIN content_text t ON t.rk = r.rk AND t.source_id = r.source_id AND t.key = r.key AND t.version = r.version
LEFT JOIN content_image i ON i.rk = r.rk AND i.source_id = r.source_id AND i.key = r.key AND i.version = r.version
LEFT JOIN content_media m ON m.rk = r.rk AND m.source_id = r.source_id AND m.key = r.key AND m.version = r.version
ORDER BY k.rk, k.key;

-- Who answered what about records from (rk $3, key $4) to (rk $5, key $6), in the order of an index; not what audits asked. Names are
-- looked up once each (user_names, class_names): a join would do it for each answer.
-- name: answers_between
SELECT a.rk, a.key, a.user_id, a.attempt, a.class_id, a.value, a.milliseconds, a.submitted_at, a.withdrawn_at, a.schema_version
FROM annotation a
WHERE a.project_id = $1 AND a.source_id = $2 AND a.audit_id IS NULL
    AND (a.rk, a.source_id, a.key) >= ($3::bigint, $2::bigint, $4::text) AND (a.rk, a.source_id, a.key) <= ($5::bigint, $2::bigint, $6::text)
ORDER BY a.rk, a.source_id, a.key, a.user_id, a.attempt;

-- name: user_names
SELECT id, name, simulated FROM app_user WHERE id = ANY ($1::bigint[]);

-- name: users_named
SELECT id, name, simulated FROM app_user WHERE name = ANY ($1::text[]);

-- Whether simulated annotators answered in project $1.
-- name: has_simulated_answers
SELECT EXISTS (SELECT 1 FROM label_person n JOIN app_user u ON u.id = n.user_id WHERE n.project_id = $1 AND u.simulated);

-- name: class_names
SELECT class_id AS id, name FROM label_class WHERE project_id = $1 AND class_id = ANY ($2::bigint[]);

-- Whether some box of the labels is turned.
-- name: has_turned_boxes
SELECT EXISTS (SELECT 1 FROM ground_truth WHERE project_id = $1 AND jsonb_path_exists(value, '$[*].rotation'));

-- Whether some span of the labels is of a field.
-- name: has_spans_in_fields
SELECT EXISTS (SELECT 1 FROM ground_truth WHERE project_id = $1 AND jsonb_path_exists(value, '$.**.field'));

-- What there is of these records; with $4 also what answers to them are checked by (no version is 0, which is asked for without).
-- name: records_to_label
SELECT r.key, t.body AS text, i.width, i.height, v.payload, coalesce(m.kind IN ('audio', 'video'), false) AS recorded, m.seconds
FROM unnest($2::bigint[], $3::text[]) AS w (rk, key)
JOIN record r ON r.rk = w.rk AND r.source_id = $1 AND r.key = w.key
LEFT JOIN record_version v ON v.rk = r.rk AND v.source_id = r.source_id AND v.key = r.key AND v.version = r.version * $4::boolean::int
LEFT JOIN content_text t ON t.rk = r.rk AND t.source_id = r.source_id AND t.key = r.key AND t.version = r.version * $4::boolean::int
LEFT JOIN content_image i ON i.rk = r.rk AND i.source_id = r.source_id AND i.key = r.key AND i.version = r.version * $4::boolean::int
LEFT JOIN content_media m ON m.rk = r.rk AND m.source_id = r.source_id AND m.key = r.key AND m.version = r.version * $4::boolean::int;

-- name: keys_page
SELECT rk, key FROM record WHERE source_id = $1 AND (rk, key) > ($2::bigint, $3::text) ORDER BY rk, key LIMIT $4::int;

-- Texts of records by their hashes: without blanks at the end or, with $5, without any; null: it has none.
-- name: texts_page
WITH page AS MATERIALIZED (
    SELECT rk, source_id, key, version FROM record WHERE source_id = $1 AND (rk, key) > ($2::bigint, $3::text) ORDER BY rk, key LIMIT $4::int
), filled AS MATERIALIZED (
    SELECT t.rk, t.key, t.body FROM page p JOIN content_text t ON t.rk = p.rk AND t.source_id = p.source_id AND t.key = p.key AND t.version = p.version
    WHERE t.body <> '' AND t.rk BETWEEN $2::bigint AND (SELECT max(rk) FROM page)
)
SELECT p.rk, p.key, hashtextextended(
    CASE WHEN $5::boolean THEN translate(t.body, E' \t\r\n\x0B\x0C', '') ELSE rtrim(t.body, E' \t\r\n\x0B\x0C') END, 0) AS hash
FROM page p LEFT JOIN filled t USING (rk, key)
ORDER BY p.rk, p.key;

-- name: hashes_of_texts
SELECT n AS rk, '' AS key, hashtextextended(t, 0) AS hash FROM unnest($1::text[]) WITH ORDINALITY AS w (t, n);

-- The values of a payload field, or of what lies at the path $3, a page at a time.
-- name: field_page
SELECT p.rk, p.key, coalesce(v.payload ->> $2::text, v.payload #>> $3::text[]) AS value
FROM (
    SELECT rk, source_id, key, version FROM record WHERE source_id = $1 AND (rk, key) > ($4::bigint, $5::text)
    ORDER BY rk, key LIMIT $6::int
) p JOIN record_version v USING (rk, source_id, key, version)
ORDER BY p.rk, p.key;

-- name: analyze_truth
ANALYZE ground_truth;
