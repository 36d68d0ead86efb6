-- name: everything
-- Zones, incidents, roads, addresses and facilities that fit what was typed, best first.
WITH hit AS (
    (SELECT CASE WHEN zone.code = %(text)s::text THEN 0 WHEN version.name_zh = %(text)s::text THEN 1
                 WHEN zone.code LIKE %(prefix)s::text THEN 2
                 WHEN version.name_zh LIKE %(prefix)s::text OR version.name_en ILIKE %(prefix)s::text THEN 3 ELSE 4 END AS rank,
            layer.precedence AS within, 'zone' AS type, layer.code AS layer, zone.code,
            version.name_zh AS label_zh, version.name_en AS label_en,
            layer.name_zh || ' ' || zone.code AS detail_zh, coalesce(layer.name_en, layer.name_zh) || ' ' || zone.code AS detail_en,
            version.geom, true AS is_area
     FROM zone_version AS version
     JOIN zone ON zone.id = version.zone_id
     JOIN layer ON layer.id = version.layer_id
     WHERE layer.active AND version.valid @> now() AND upper_inf(version.recorded)
       AND (zone.code LIKE %(prefix)s::text OR version.name_zh ILIKE %(pattern)s::text OR version.name_en ILIKE %(pattern)s::text)
     ORDER BY rank, within, zone.code LIMIT %(limit)s::integer)
    UNION ALL
    (SELECT CASE WHEN incident.number = %(text)s::text THEN 0 ELSE 5 END, 0, 'incident', NULL, incident.number,
            incident.number, incident.number, category.name_zh || coalesce(' · ' || incident.address, ''),
            coalesce(category.name_en, category.name_zh) || coalesce(' · ' || incident.address, ''), incident.place, false
     FROM incident JOIN category ON category.id = incident.category_id
     WHERE %(is_number)s::boolean AND %(incidents)s::boolean AND incident.number LIKE %(prefix)s::text
       AND (%(among)s::bigint[] IS NULL OR incident.id = ANY (%(among)s::bigint[]))
     ORDER BY incident.number DESC LIMIT %(limit)s::integer)
    UNION ALL
    (SELECT CASE WHEN coalesce(road.name_zh = %(text)s::text, false) THEN 1 ELSE 5 END, 1, 'road', NULL, min(road.code),
            coalesce(road.name_zh, road.name_en), road.name_en, '道路', 'Road', ST_Collect(road.geom), true
     FROM road WHERE road.name_zh ILIKE %(pattern)s::text OR road.name_en ILIKE %(pattern)s::text
     GROUP BY road.name_zh, road.name_en
     ORDER BY 1, min(road.code) LIMIT %(limit)s::integer)
    UNION ALL
    (SELECT CASE WHEN building.address = %(text)s::text THEN 1 WHEN building.address LIKE %(prefix)s::text THEN 5 ELSE 6 END,
            2, 'address', NULL, building.code, coalesce(building.name_zh, building.address), coalesce(building.name_en, building.address),
            building.address, building.address, building.geom, false
     FROM building WHERE building.address ILIKE %(pattern)s::text
     ORDER BY 1, length(building.address), building.address LIMIT %(limit)s::integer)
    UNION ALL
    (SELECT CASE WHEN facility.code = %(text)s::text THEN 0 ELSE 7 END, 3, 'facility', NULL, facility.code,
            coalesce(facility.name_zh, category.name_zh), coalesce(facility.name_en, category.name_en),
            category.name_zh || ' ' || facility.code, coalesce(category.name_en, category.name_zh) || ' ' || facility.code,
            facility.geom, false
     FROM facility JOIN category ON category.id = facility.category_id
     WHERE %(is_number)s::boolean AND facility.code LIKE %(prefix)s::text
     ORDER BY facility.code LIMIT %(limit)s::integer)
), best AS (
    SELECT * FROM hit ORDER BY rank, within, length(code), code LIMIT %(limit)s::integer
)
SELECT json_build_object('items', coalesce(json_agg(json_build_object(
    'type', best.type, 'layer', best.layer, 'code', best.code,
    'label', json_build_object('zh', best.label_zh, 'en', best.label_en),
    'detail', json_build_object('zh', best.detail_zh, 'en', best.detail_en),
    'point', CASE WHEN best.geom IS NOT NULL THEN json_build_array(
        round(ST_X(spot.point)::numeric, 7), round(ST_Y(spot.point)::numeric, 7)) END,
    'bounds', CASE WHEN best.is_area THEN json_build_array(ST_XMin(best.geom), ST_YMin(best.geom),
                                                           ST_XMax(best.geom), ST_YMax(best.geom)) END
) ORDER BY best.rank, best.within, length(best.code), best.code), '[]'))::text AS document
FROM best CROSS JOIN LATERAL (SELECT ST_PointOnSurface(best.geom) AS point) AS spot

-- name: incidents
-- Incidents whose number begins so, the newest first.
SELECT id FROM incident WHERE number LIKE %(prefix)s ORDER BY number DESC LIMIT %(limit)s::integer
