-- name: page
-- One page of guidance texts as they hold today, by code.
SELECT guidance.id, guidance.code, guidance.revision, guidance.retired_at,
       category.standard_ref || ':' || category.kind || ':' || category.code AS category,
       category.name_zh AS category_zh, category.name_en AS category_en,
       organisation.code AS organisation, organisation.name_zh AS organisation_zh, organisation.name_en AS organisation_en,
       version.title_zh, version.title_en, version.text_zh, version.text_en, version.review_on, version.at, version.by,
       version.review_on < today.day AS overdue,
       (SELECT count(*) FROM direct_answer WHERE direct_answer.guidance_id = guidance.id) AS answers
FROM guidance
JOIN guidance_version AS version ON version.guidance_id = guidance.id AND version.revision = guidance.revision
JOIN category ON category.id = guidance.category_id
JOIN organisation ON organisation.id = version.organisation_id
CROSS JOIN (SELECT (now() AT TIME ZONE coalesce((SELECT timezone FROM city), 'UTC'))::date AS day) AS today
WHERE (%(code)s::text IS NULL OR guidance.code = %(code)s::text)
  AND (%(category_ids)s::bigint[] IS NULL OR guidance.category_id = ANY (%(category_ids)s::bigint[]))
  AND (%(organisation_ids)s::bigint[] IS NULL OR version.organisation_id = ANY (%(organisation_ids)s::bigint[]))
  AND (%(pattern)s::text IS NULL OR version.title_zh ILIKE %(pattern)s::text OR version.title_en ILIKE %(pattern)s::text
       OR version.text_zh ILIKE %(pattern)s::text OR version.text_en ILIKE %(pattern)s::text)
  AND (NOT %(overdue)s::boolean OR (version.review_on < today.day AND guidance.retired_at IS NULL))
  AND (%(retired)s::boolean OR guidance.retired_at IS NULL)
  AND (%(after)s::text IS NULL OR guidance.code > %(after)s::text COLLATE "C")
ORDER BY guidance.code
LIMIT %(limit)s

-- name: versions
-- Every version of a text, the newest first.
SELECT version.revision, organisation.code AS organisation, organisation.name_zh AS organisation_zh,
       organisation.name_en AS organisation_en, version.title_zh, version.title_en, version.text_zh, version.text_en,
       version.review_on, version.at, version.by, version.reason
FROM guidance_version AS version JOIN organisation ON organisation.id = version.organisation_id
WHERE version.guidance_id = %(guidance)s
ORDER BY version.revision DESC

-- name: chain
-- A category with all above it: texts for any of them fit its incidents.
WITH RECURSIVE above AS (
    SELECT id, parent_id FROM category
    WHERE standard_ref = %(standard_ref)s AND kind = %(kind)s AND code = %(code)s
    UNION
    SELECT category.id, category.parent_id FROM category JOIN above ON category.id = above.parent_id
)
SELECT id FROM above

-- name: owners_above
-- An organisation and all above it, by code.
WITH RECURSIVE above AS (
    SELECT id, parent_id, code FROM organisation WHERE code = %(code)s
    UNION
    SELECT organisation.id, organisation.parent_id, organisation.code
    FROM organisation JOIN above ON organisation.id = above.parent_id
)
SELECT code FROM above

-- name: take_number
-- Texts are numbered one after the other; the lock ends with the transaction.
SELECT pg_advisory_xact_lock(hashtext('guidance'))

-- name: insert
-- A text with its first version; the code is the next number.
WITH numbered AS (
    SELECT 'G' || lpad((1 + coalesce(max(substring(code FROM 2)::integer), 0))::text, 4, '0') AS code
    FROM guidance WHERE code ~ '^G[0-9]{4,9}$'
), made AS (
    INSERT INTO guidance (code, category_id, revision) SELECT numbered.code, %(category_id)s, 1 FROM numbered
    RETURNING id, code
), first AS (
    INSERT INTO guidance_version (guidance_id, revision, organisation_id, title_zh, title_en, text_zh, text_en, review_on,
                                  by, reason)
    SELECT made.id, 1, %(organisation_id)s, %(title_zh)s, %(title_en)s, %(text_zh)s, %(text_en)s, %(review_on)s, %(by)s,
           %(reason)s
    FROM made
)
SELECT id, code FROM made

-- name: lock
-- A text by its code, locked until the transaction ends, with its present version.
SELECT guidance.id, guidance.code, guidance.revision, guidance.retired_at, organisation.code AS organisation,
       version.organisation_id, version.title_zh, version.title_en, version.text_zh, version.text_en, version.review_on
FROM guidance
JOIN guidance_version AS version ON version.guidance_id = guidance.id AND version.revision = guidance.revision
JOIN organisation ON organisation.id = version.organisation_id
WHERE guidance.code = %(code)s
FOR UPDATE OF guidance

-- name: add_version
-- A new version of a text, which holds from now on.
WITH next AS (
    UPDATE guidance SET revision = revision + 1 WHERE id = %(guidance)s RETURNING id, revision
)
INSERT INTO guidance_version (guidance_id, revision, organisation_id, title_zh, title_en, text_zh, text_en, review_on, by,
                              reason)
SELECT next.id, next.revision, %(organisation_id)s, %(title_zh)s, %(title_en)s, %(text_zh)s, %(text_en)s, %(review_on)s,
       %(by)s, %(reason)s
FROM next

-- name: retire
-- A text is used no more; what it answered still names it.
UPDATE guidance SET retired_at = now() WHERE id = %(guidance)s

-- name: add_answer
-- An incident is answered by the version of a text that holds; the same twice is once.
INSERT INTO direct_answer (incident_id, guidance_id, revision, by)
SELECT %(incident)s, guidance.id, guidance.revision, %(by)s
FROM guidance WHERE guidance.code = %(code)s AND guidance.retired_at IS NULL
ON CONFLICT (incident_id) DO NOTHING

-- name: usable
-- Whether a text is there and not retired.
SELECT EXISTS (SELECT FROM guidance WHERE code = %(code)s AND retired_at IS NULL) AS usable

-- name: answer_of
-- Which text answered an incident.
SELECT guidance.code, direct_answer.revision, direct_answer.at, direct_answer.by
FROM direct_answer JOIN guidance ON guidance.id = direct_answer.guidance_id
JOIN incident ON incident.id = direct_answer.incident_id
WHERE incident.number = %(number)s

-- name: urgency
-- How urgent incidents of a category usually are.
SELECT urgency FROM category WHERE standard_ref = %(standard_ref)s AND kind = %(kind)s AND code = %(code)s
