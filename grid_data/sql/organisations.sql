-- name: document
-- The tree of organisations as a list, as one JSON document.
SELECT json_build_object('items', coalesce(json_agg(json_build_object(
    'code', organisation.code,
    'name', json_build_object('zh', organisation.name_zh, 'en', organisation.name_en),
    'kind', organisation.kind,
    'parent', parent.code,
    'region', CASE WHEN zone.id IS NOT NULL THEN json_build_object('layer', layer.code, 'code', zone.code) END
) ORDER BY organisation.code), '[]'))::text AS document
FROM organisation
LEFT JOIN organisation AS parent ON parent.id = organisation.parent_id
LEFT JOIN zone ON zone.id = organisation.region_zone_id
LEFT JOIN layer ON layer.id = zone.layer_id

-- name: subtree
-- Ids of an organisation and of all below it.
WITH RECURSIVE below (id) AS (
    SELECT id FROM organisation WHERE code = %(code)s
    UNION
    SELECT organisation.id FROM organisation JOIN below ON organisation.parent_id = below.id
)
SELECT id FROM below
