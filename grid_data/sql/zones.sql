-- name: page
-- One page of the zones valid at a moment, by layer precedence and code; a filter that is NULL does not filter.
SELECT layer.id AS layer_id, zone.code, json_build_object(
    'layer', layer.code,
    'code', zone.code,
    'name', json_build_object('zh', version.name_zh, 'en', version.name_en),
    'parent', parent.code,
    'centre', json_build_array(round(ST_X(centre.point)::numeric, 7), round(ST_Y(centre.point)::numeric, 7)),
    'bounds', json_build_array(ST_XMin(version.geom), ST_YMin(version.geom),
                               ST_XMax(version.geom), ST_YMax(version.geom))
)::text AS item
FROM (
    SELECT zone_version.*
    FROM zone_version
    JOIN layer ON layer.id = zone_version.layer_id
    JOIN zone ON zone.id = zone_version.zone_id
    LEFT JOIN zone AS parent ON parent.id = zone_version.parent_zone_id
    WHERE layer.active AND upper_inf(zone_version.recorded)
      AND zone_version.valid @> coalesce(%(at)s::timestamptz, now())
      AND (%(layer)s::text IS NULL OR layer.code = %(layer)s::text)
      AND (%(parent)s::text IS NULL OR parent.code = %(parent)s::text)
      AND (%(prefix)s::text IS NULL OR zone.code LIKE %(prefix)s::text
           OR zone_version.name_zh ILIKE %(pattern)s::text OR zone_version.name_en ILIKE %(pattern)s::text)
      AND (%(after_layer)s::bigint IS NULL
           OR (layer.id, zone.code) > (%(after_layer)s::bigint, %(after_code)s::text COLLATE "C"))
    ORDER BY layer.id, zone.code
    LIMIT %(limit)s::integer + 1
) AS version
JOIN layer ON layer.id = version.layer_id
JOIN zone ON zone.id = version.zone_id
LEFT JOIN zone AS parent ON parent.id = version.parent_zone_id
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(version.geom) AS point) AS centre
ORDER BY layer.id, zone.code

-- name: zone
-- The id of a zone and what kind of layer it is in.
SELECT zone.id, layer.kind FROM zone JOIN layer ON layer.id = zone.layer_id
WHERE layer.code = %(layer)s AND zone.code = %(code)s

-- name: detail
-- A zone as it was at a moment; before or after its life, its nearest version.
SELECT version.id AS version_id, counted.moment, sight.homes AS homes_told, claims_households() AS homes_one_by_one,
       json_build_object(
    'layer', layer.code,
    'code', zone.code,
    'name', json_build_object('zh', version.name_zh, 'en', version.name_en),
    'retired', zone.retired_at IS NOT NULL AND zone.retired_at <= coalesce(%(at)s::timestamptz, now()),
    'parent', (
        SELECT json_build_object('layer', parent_layer.code, 'code', parent.code, 'name', json_build_object(
            'zh', coalesce(parent_version.name_zh, parent.code), 'en', parent_version.name_en))
        FROM zone AS parent
        JOIN layer AS parent_layer ON parent_layer.id = parent.layer_id
        LEFT JOIN zone_version AS parent_version ON parent_version.zone_id = parent.id
            AND parent_version.valid @> counted.moment AND upper_inf(parent_version.recorded)
        WHERE parent.id = version.parent_zone_id),
    'organisation', CASE WHEN organisation.id IS NOT NULL THEN json_build_object(
        'code', organisation.code,
        'name', json_build_object('zh', organisation.name_zh, 'en', organisation.name_en)) END,
    'valid_from', lower(version.valid),
    'valid_to', upper(version.valid),
    'bounds', json_build_array(ST_XMin(version.geom), ST_YMin(version.geom),
                               ST_XMax(version.geom), ST_YMax(version.geom)),
    'centre', json_build_array(round(ST_X(centre.point)::numeric, 7), round(ST_Y(centre.point)::numeric, 7)),
    'area_m2', round(version.area_m2::numeric, 1),
    'posts', (
        SELECT coalesce(json_agg(json_build_object(
            'kind', post.kind, 'person', person.name,
            'organisation', CASE WHEN employer.id IS NOT NULL THEN json_build_object(
                'code', employer.code, 'name', json_build_object('zh', employer.name_zh, 'en', employer.name_en)) END
        ) ORDER BY array_position(ARRAY['grid_lead', 'police', 'full_time', 'part_time', 'trade', 'window'], post.kind),
                   post.id), '[]')
        FROM post
        LEFT JOIN person ON person.id = post.person_id
        LEFT JOIN organisation AS employer ON employer.id = post.organisation_id
        WHERE post.zone_id = zone.id AND post.valid @> counted.moment),
    'versions', (
        SELECT json_agg(json_build_object(
            'id', listed.id, 'valid_from', lower(listed.valid), 'valid_to', upper(listed.valid), 'plan', plan.code
        ) ORDER BY lower(listed.valid))
        FROM zone_version AS listed LEFT JOIN plan ON plan.id = listed.plan_id
        WHERE listed.zone_id = zone.id AND upper_inf(listed.recorded)),
    'lineage', (
        SELECT coalesce(json_agg(json_build_object(
            'kind', zone_lineage.kind, 'from', source.code, 'to', target.code, 'plan', plan.code,
            'households', CASE WHEN sight.homes AND (claims_households() OR zone_lineage.households NOT BETWEEN 1 AND 9)
                               THEN zone_lineage.households END
        ) ORDER BY plan.effective_from, zone_lineage.plan_id, source.code, target.code), '[]')
        FROM zone_lineage
        LEFT JOIN plan ON plan.id = zone_lineage.plan_id
        LEFT JOIN zone AS source ON source.id = zone_lineage.from_zone_id
        LEFT JOIN zone AS target ON target.id = zone_lineage.to_zone_id
        WHERE zone_lineage.from_zone_id = zone.id OR zone_lineage.to_zone_id = zone.id),
    'geometry', CASE WHEN %(geometry)s THEN ST_AsGeoJSON(version.geom, 7)::json END
)::jsonb AS document
FROM zone
JOIN layer ON layer.id = zone.layer_id
JOIN LATERAL (
    SELECT zone_version.*
    FROM zone_version
    WHERE zone_version.zone_id = zone.id AND upper_inf(zone_version.recorded)
    ORDER BY zone_version.valid @> coalesce(%(at)s::timestamptz, now()) DESC,
             lower(zone_version.valid) <= coalesce(%(at)s::timestamptz, now()) DESC,
             abs(extract(epoch FROM lower(zone_version.valid) - coalesce(%(at)s::timestamptz, now())))
    LIMIT 1
) AS version ON true
LEFT JOIN organisation ON organisation.id = version.organisation_id
CROSS JOIN LATERAL (SELECT CASE WHEN version.valid @> coalesce(%(at)s::timestamptz, now())
                                THEN coalesce(%(at)s::timestamptz, now()) ELSE lower(version.valid) END AS moment) AS counted
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(version.geom) AS point) AS centre
-- How many live there is told to whose zone it is.
CROSS JOIN (SELECT NOT is_scoped() OR %(zone_id)s::bigint = ANY (claimed_ids('gridgov.zones')) AS homes) AS sight
WHERE zone.id = %(zone_id)s

-- name: population_of_base_grid
-- Buildings, households and residents on the land units a base grid has at a moment.
SELECT count(*) AS buildings, coalesce(sum(homes.households), 0)::bigint AS households,
       coalesce(sum(homes.residents), 0)::bigint AS residents
FROM unit_zone
JOIN building ON building.land_unit_id = unit_zone.land_unit_id
CROSS JOIN LATERAL (SELECT count(*) AS households, sum(residents) AS residents FROM household
                    WHERE household.building_id = building.id) AS homes
WHERE unit_zone.zone_id = %(zone_id)s AND unit_zone.valid @> %(at)s::timestamptz AND upper_inf(unit_zone.recorded)

-- name: population_of_region
-- Buildings, households and residents on the land units of all communities below a region at a moment.
WITH RECURSIVE below (id) AS (
    SELECT %(zone_id)s::bigint
    UNION
    SELECT zone_version.zone_id
    FROM below JOIN zone_version ON zone_version.parent_zone_id = below.id
    JOIN layer ON layer.id = zone_version.layer_id AND layer.kind = 'region'
    WHERE zone_version.valid @> %(at)s::timestamptz AND upper_inf(zone_version.recorded)
), standing AS (
    SELECT building.id
    FROM below
    JOIN land_unit ON land_unit.community_zone_id = below.id AND land_unit.valid @> %(at)s::timestamptz
    JOIN building ON building.land_unit_id = land_unit.id
)
SELECT (SELECT count(*) FROM standing) AS buildings, count(household.id) AS households,
       coalesce(sum(household.residents), 0)::bigint AS residents
FROM household WHERE household.building_id IN (SELECT id FROM standing)

-- name: population_of_shape
-- Buildings, households and residents of a zone version that is not made of land units: by a point in each building.
WITH standing AS (
    SELECT building.id
    FROM zone_version JOIN building ON building.geom && zone_version.geom
    WHERE zone_version.id = %(version_id)s AND ST_Covers(zone_version.geom, ST_PointOnSurface(building.geom))
)
SELECT (SELECT count(*) FROM standing) AS buildings, count(household.id) AS households,
       coalesce(sum(household.residents), 0)::bigint AS residents
FROM household WHERE household.building_id IN (SELECT id FROM standing)
