-- name: layer
-- A layer by its code.
SELECT id, code, kind FROM layer WHERE code = %(code)s

-- name: zones
-- Zones of a layer at a moment, with their versions.
SELECT zone.code, version.id, version.name_zh, version.name_en
FROM zone_version AS version JOIN zone ON zone.id = version.zone_id
WHERE version.layer_id = %(layer)s AND version.valid @> %(at)s::timestamptz AND upper_inf(version.recorded)
ORDER BY zone.code

-- name: units
-- Land units at a moment with the zone each is in; 0 stands for "cut from none".
COPY (
    SELECT land_unit.id, land_unit.code, coalesce(land_unit.cut_from, 0), land_unit.area_m2, zone.code
    FROM land_unit
    JOIN unit_zone ON unit_zone.land_unit_id = land_unit.id AND unit_zone.layer_id = %(layer)s
        AND unit_zone.valid @> %(at)s::timestamptz AND upper_inf(unit_zone.recorded)
    JOIN zone ON zone.id = unit_zone.zone_id
    WHERE land_unit.valid @> %(at)s::timestamptz
    ORDER BY land_unit.id
) TO STDOUT (FORMAT csv)

-- name: plan_units
-- Land units as a plan wants them, with the zone of each: its code, or its number where it has none yet.
COPY (
    SELECT land_unit.id, land_unit.code, coalesce(land_unit.cut_from, 0), plan_unit.area_m2,
           coalesce(plan_zone.code, zone.code, 'new:' || plan_zone.number)
    FROM plan_unit JOIN land_unit ON land_unit.id = plan_unit.land_unit_id
    JOIN plan_zone ON plan_zone.plan_id = plan_unit.plan_id AND plan_zone.number = plan_unit.number
    LEFT JOIN zone ON zone.id = plan_zone.zone_id
    WHERE plan_unit.plan_id = %(plan)s
    ORDER BY land_unit.id
) TO STDOUT (FORMAT csv)

-- name: plan_zones
-- Zones of a plan: code (or number), name, and whether they are dissolved.
SELECT coalesce(plan_zone.code, zone.code, 'new:' || plan_zone.number) AS code, zone.code AS base, plan_zone.name_zh,
       plan_zone.name_en, plan_zone.dissolved
FROM plan_zone LEFT JOIN zone ON zone.id = plan_zone.zone_id
WHERE plan_zone.plan_id = %(plan)s

-- name: ancestors
-- What each piece is cut from, over all cuts.
SELECT id, cut_from FROM land_unit WHERE cut_from IS NOT NULL

-- name: unit_shapes
-- Shapes of land units.
SELECT id, ST_AsBinary(geom) AS shape FROM land_unit WHERE id = ANY (%(units)s::bigint[])

-- name: version_shapes
-- Shapes of versions.
SELECT id, ST_AsBinary(geom) AS shape FROM zone_version WHERE id = ANY (%(versions)s::bigint[])

-- name: homes
-- Buildings with households in a box: where each stands, households and residents.
SELECT ST_X(middle.point) AS x, ST_Y(middle.point) AS y, homes.households, homes.residents
FROM building
CROSS JOIN LATERAL (
    SELECT count(*) AS households, coalesce(sum(residents), 0)::bigint AS residents
    FROM household WHERE household.building_id = building.id
) AS homes
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(building.geom) AS point) AS middle
WHERE building.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326) AND homes.households > 0
