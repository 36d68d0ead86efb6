-- name: zones
-- Specialist zones of today in their order, after one: of some organisations, or among some zones, or of a layer; without their shapes.
SELECT zone.id, zone.code, version.id AS version_id, version.name_zh, version.name_en, version.area_m2,
       layer.code AS layer, layer.name_zh AS layer_zh, layer.name_en AS layer_en,
       organisation.code AS organisation, organisation.name_zh AS organisation_zh, organisation.name_en AS organisation_en
FROM zone_version AS version
JOIN zone ON zone.id = version.zone_id
JOIN layer ON layer.id = version.layer_id AND layer.active AND layer.kind IN ('specialist', 'jurisdiction')
LEFT JOIN organisation ON organisation.id = version.organisation_id
WHERE version.valid @> now() AND upper_inf(version.recorded)
  AND (%(layer)s::text IS NULL OR layer.code = %(layer)s::text)
  AND (%(organisation_ids)s::bigint[] IS NULL AND %(own_ids)s::bigint[] IS NULL
       OR version.organisation_id = ANY (%(organisation_ids)s::bigint[]) OR zone.id = ANY (%(own_ids)s::bigint[]))
  AND (%(zone_id)s::bigint IS NULL OR zone.id = %(zone_id)s::bigint
       OR EXISTS (SELECT FROM zone_version AS region
                  WHERE region.zone_id = %(zone_id)s::bigint AND region.valid @> now() AND upper_inf(region.recorded)
                    AND region.layer_id <> version.layer_id AND region.geom && version.geom
                    AND ST_Relate(region.lattice, version.lattice, 'T********')))
  AND (%(after_layer)s::text IS NULL OR (layer.precedence, layer.code, zone.code) > (
       SELECT precedence, code, %(after_code)s::text COLLATE "C" FROM layer AS before WHERE before.code = %(after_layer)s::text))
ORDER BY layer.precedence, layer.code, zone.code
LIMIT %(limit)s::integer + 1

-- name: shapes
-- Shapes of versions.
SELECT id, ST_AsBinary(geom) AS shape FROM zone_version WHERE id = ANY (%(versions)s::bigint[])

-- name: grids_near
-- Base grids of today whose boxes touch those of some versions, with their shapes.
SELECT zone.id, zone.code, version.name_zh, version.name_en, version.area_m2, ST_AsBinary(version.geom) AS shape
FROM zone_version AS version
JOIN zone ON zone.id = version.zone_id
JOIN layer ON layer.id = version.layer_id AND layer.kind = 'base_grid'
WHERE version.valid @> now() AND upper_inf(version.recorded)
  AND EXISTS (SELECT FROM zone_version AS other WHERE other.id = ANY (%(versions)s::bigint[]) AND other.geom && version.geom)
ORDER BY zone.code

-- name: grids_named
-- Base grids by key with their names of today.
SELECT zone.id, zone.code, version.name_zh, version.name_en, version.area_m2
FROM zone JOIN zone_version AS version ON version.zone_id = zone.id AND version.valid @> now() AND upper_inf(version.recorded)
WHERE zone.id = ANY (%(ids)s::bigint[])

-- name: edition
-- The edition of the layer of base grids.
SELECT coalesce(max(edition), 0) AS edition FROM layer WHERE kind = 'base_grid'

-- name: incidents
-- Open incidents by zone and base grid, for some zones.
SELECT routed.zone_id, incident.base_grid_id AS grid_id, count(*) AS n
FROM incident CROSS JOIN unnest(incident.zone_ids) AS routed (zone_id)
WHERE incident.is_open AND incident.zone_ids && %(zones)s::bigint[] AND routed.zone_id = ANY (%(zones)s::bigint[])
  AND incident.base_grid_id IS NOT NULL
GROUP BY 1, 2

-- name: households
-- Households that may be seen one by one, by zone and base grid, for some zones.
SELECT stood.zone_id, ground.grid_id, count(*) AS n
FROM building
JOIN household ON household.building_id = building.id
CROSS JOIN unnest(building.zone_ids) AS stood (zone_id)
JOIN unnest(%(grids)s::bigint[]) AS ground (grid_id) ON ground.grid_id = ANY (building.zone_ids)
WHERE building.zone_ids && %(zones)s::bigint[] AND stood.zone_id = ANY (%(zones)s::bigint[])
GROUP BY 1, 2

-- name: grid_households
-- Households of base grids in one's scope; none where there are fewer than ten and one may not see them.
SELECT grid_id, households, residents FROM grid_households(%(grids)s::bigint[])
