-- name: layers_of
-- Layers that answer, of some zones.
SELECT DISTINCT layer.id FROM zone JOIN layer ON layer.id = zone.layer_id
WHERE zone.id = ANY (%(zones)s::bigint[]) AND layer.active AND layer.kind <> 'context'

-- name: zones_of_layers
-- Every zone that some layers have or had.
SELECT id FROM zone WHERE layer_id = ANY (%(layers)s::bigint[])

-- name: zones_near
-- Zones of today, of some layers that answer or of all, that can answer for a point in a box in degrees.
SELECT layer.code AS layer, layer.kind, layer.cardinality, layer.nearest_tolerance_m, zone.code, zone.id AS zone_id,
       ST_AsBinary(version.geom) AS shape
FROM layer
CROSS JOIN LATERAL (
    -- Degrees that are never fewer metres than the tolerance.
    SELECT 1.05 * CASE WHEN layer.cardinality = 'exactly_one' THEN layer.nearest_tolerance_m ELSE 0 END / 110574 AS up
) AS margin
JOIN zone_version AS version ON version.layer_id = layer.id AND version.geom && ST_Expand(
    ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326),
    margin.up / cos(radians(least(89, greatest(abs(%(south)s::float8), abs(%(north)s::float8)) + margin.up))), margin.up)
JOIN zone ON zone.id = version.zone_id
WHERE layer.active AND layer.kind <> 'context'
  AND (%(layers)s::bigint[] IS NULL OR layer.id = ANY (%(layers)s::bigint[]))
  AND version.valid @> now() AND upper_inf(version.recorded)
ORDER BY layer.precedence, layer.code, zone.code

-- name: things
-- Facilities or buildings, and the zones that are stored with each; columns packed, by id.
SELECT string_agg(int8send(id), ''::bytea) AS ids, string_agg(array_to_string(zone_ids, ' '), ' ') AS zones,
       string_agg(int2send(cardinality(zone_ids)::int2), ''::bytea) AS counts,
       string_agg(int4send(length(shape)), ''::bytea) AS lengths, string_agg(shape, ''::bytea) AS shapes
FROM (SELECT id, zone_ids, ST_AsBinary(geom) AS shape FROM ({things}) AS chosen ORDER BY id) AS thing

-- name: facility_touched
-- Part of things: facilities that stood in some zones, or that are within reach of what these zones are now.
SELECT * FROM facility WHERE id IN (
    SELECT id FROM facility WHERE zone_ids && %(zones)s::bigint[]
    UNION
    SELECT near.id FROM ({reach}) AS reach JOIN facility AS near ON near.geom && reach.box)

-- name: building_touched
-- Part of things: the same of buildings.
SELECT * FROM building WHERE id IN (
    SELECT id FROM building WHERE zone_ids && %(zones)s::bigint[]
    UNION
    SELECT near.id FROM ({reach}) AS reach JOIN building AS near ON near.geom && reach.box)

-- name: reach
-- Part of what is touched: boxes of some zones as they are now, as far round them as they answer.
SELECT ST_Expand(version.geom, margin.up / cos(radians(
           least(89, greatest(abs(ST_YMin(version.geom)), abs(ST_YMax(version.geom))) + margin.up))), margin.up) AS box
FROM zone_version AS version JOIN layer ON layer.id = version.layer_id
CROSS JOIN LATERAL (
    SELECT (1.05 * CASE WHEN layer.cardinality = 'exactly_one' THEN layer.nearest_tolerance_m ELSE 0 END) / 110574
           + 1e-7 AS up
) AS margin
WHERE version.zone_id = ANY (%(zones)s::bigint[]) AND version.valid @> now() AND upper_inf(version.recorded)

-- name: facility_moved
-- Part of things: facilities by code.
SELECT * FROM facility WHERE code = ANY (%(codes)s::text[])

-- name: facility_stands
-- Facilities stand in these zones now.
UPDATE facility SET zone_ids = told.zones::bigint[]
FROM unnest(%(ids)s::bigint[], %(zones)s::text[]) AS told (id, zones)
WHERE facility.id = told.id

-- name: building_stands
-- Buildings stand in these zones now.
UPDATE building SET zone_ids = told.zones::bigint[]
FROM unnest(%(ids)s::bigint[], %(zones)s::text[]) AS told (id, zones)
WHERE building.id = told.id

-- name: changed_lately
-- Zones with a version that has begun or ended in the last hours: of an edition that was imported before its day.
SELECT DISTINCT zone_id AS id FROM zone_version
WHERE upper_inf(recorded)
  AND (lower(valid) > now() - make_interval(hours => %(hours)s) AND lower(valid) <= now()
       OR upper(valid) > now() - make_interval(hours => %(hours)s) AND upper(valid) <= now())
