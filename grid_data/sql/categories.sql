-- name: document
-- All categories, each class before its minor classes, as one JSON document.
SELECT json_build_object('items', coalesce(json_agg(json_build_object(
    'key', category.standard_ref || ':' || category.kind || ':' || category.code,
    'standard_ref', category.standard_ref,
    'kind', category.kind,
    'code', category.code,
    'name', json_build_object('zh', category.name_zh, 'en', category.name_en),
    'parent', parent.standard_ref || ':' || parent.kind || ':' || parent.code,
    'level', category.level,
    'time_limit', category.time_limit,
    'urgency', category.urgency
) ORDER BY category.standard_ref, category.kind, coalesce(parent.code, category.code), category.level,
           category.code), '[]'))::text AS document
FROM category LEFT JOIN category AS parent ON parent.id = category.parent_id

-- name: subtree
-- Ids of a category and of all below it.
WITH RECURSIVE below (id) AS (
    SELECT id FROM category
    WHERE standard_ref = %(standard_ref)s AND kind = %(kind)s AND code = %(code)s
    UNION
    SELECT category.id FROM category JOIN below ON category.parent_id = below.id
)
SELECT id FROM below
