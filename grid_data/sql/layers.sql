-- name: document
-- Active layers in order of precedence, with the number of their zones now, as one JSON document.
SELECT json_build_object('items', coalesce(json_agg(json_build_object(
    'code', layer.code,
    'name', json_build_object('zh', layer.name_zh, 'en', layer.name_en),
    'kind', layer.kind,
    'cardinality', layer.cardinality,
    'parent', parent.code,
    'precedence', layer.precedence,
    'depth', layer.depth,
    'zones', (SELECT count(*) FROM zone_version WHERE zone_version.layer_id = layer.id
              AND zone_version.valid @> now() AND upper_inf(zone_version.recorded)),
    'edition', layer.edition,
    'synthetic', layer.synthetic,
    'tiles', '/tiles/' || layer.code || '.json'
) ORDER BY layer.precedence, layer.code), '[]'))::text AS document
FROM layer LEFT JOIN layer AS parent ON parent.id = layer.parent_layer_id
WHERE layer.active
