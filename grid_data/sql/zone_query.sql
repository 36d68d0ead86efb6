-- name: counted
-- Incidents in an area cut into cells, or, without cells, all that a filter means: by category, state and source, by base grid and by step. Planned anew for each call.
SELECT grouping(matching.base_grid_id, matching.step) AS part, matching.category_id, matching.state, matching.source,
       matching.base_grid_id, matching.step, count(*) AS n
FROM (
    SELECT incident.category_id, incident.state, incident.source, incident.base_grid_id,
           width_bucket(incident.reported_at, %(bounds)s::timestamptz[]) AS step
    FROM {within}
    WHERE {filter}
) AS matching
GROUP BY GROUPING SETS ((matching.category_id, matching.state, matching.source), (matching.base_grid_id), (matching.step))

-- name: overdue
-- Open incidents in an area cut into cells, or, without cells, all that a filter means, that are late now. Planned anew for each call.
SELECT count(*) AS n
FROM (
    -- OFFSET 0: those in the area first, whatever is believed of how many are late.
    SELECT incident.id FROM {within} WHERE incident.is_open AND {filter} OFFSET 0
) AS still
JOIN incident_clock AS clock ON clock.incident_id = still.id
WHERE clock_state(clock.due_at, clock.soon_at, clock.paused_at) = 'overdue'

-- name: by_place
-- For the statements that follow: whether bitmaps may be used. Asked cell by cell, an index by place finds little each time;
-- beside it a policy's own index would be read whole for every cell.
SELECT set_config('enable_bitmapscan', %(bitmaps)s, true)

-- name: in_cells
-- Incidents in an area: every one is in one cell at most, and only where a cell is cut the area itself is asked.
(
        -- OFFSET 0: boxes are made beforehand. Beside a policy an index serves only what tells nothing; a function might.
        SELECT cell.*, ST_MakeEnvelope(west, south, east, north, 4326) AS box
        FROM unnest(%(west)s::float8[], %(south)s::float8[], %(east)s::float8[], %(north)s::float8[], %(inside)s::boolean[])
            AS cell (west, south, east, north, inside)
        OFFSET 0
    ) AS cell
    JOIN incident ON incident.place && cell.box
     AND ST_X(incident.place) >= cell.west AND ST_X(incident.place) < cell.east
     AND ST_Y(incident.place) >= cell.south AND ST_Y(incident.place) < cell.north
     AND (cell.inside OR ST_Intersects(%(shape)s::geometry, incident.place))

-- name: anywhere
-- Incidents wherever they are.
incident

-- name: oldest
-- When the first incident was reported that is seen.
SELECT reported_at AS at FROM incident ORDER BY reported_at, id LIMIT 1

-- name: facilities_in_cells
-- Facilities in an area cut into cells, by class: each is where a point on it is.
SELECT coalesce(class.code, category.code) AS class, coalesce(class.name_zh, category.name_zh) AS name_zh,
       coalesce(class.name_en, category.name_en) AS name_en,
       coalesce(class.standard_ref, category.standard_ref) AS standard_ref, sum(found.n)::bigint AS n
FROM (
    SELECT facility.category_id, count(*) AS n
    FROM (
        SELECT cell.*, ST_MakeEnvelope(west, south, east, north, 4326) AS box
        FROM unnest(%(west)s::float8[], %(south)s::float8[], %(east)s::float8[], %(north)s::float8[], %(inside)s::boolean[])
            AS cell (west, south, east, north, inside)
        OFFSET 0
    ) AS cell
    JOIN facility ON facility.geom && cell.box
    CROSS JOIN LATERAL (
        SELECT CASE WHEN GeometryType(facility.geom) = 'POINT' THEN facility.geom ELSE ST_PointOnSurface(facility.geom) END AS point
        OFFSET 0
    ) AS middle
    WHERE facility.state <> 'removed'
      AND ST_X(middle.point) >= cell.west AND ST_X(middle.point) < cell.east
      AND ST_Y(middle.point) >= cell.south AND ST_Y(middle.point) < cell.north
      AND (cell.inside OR ST_Intersects(%(shape)s::geometry, middle.point))
    GROUP BY 1
) AS found
JOIN category ON category.id = found.category_id
LEFT JOIN category AS class ON class.id = category.parent_id
GROUP BY 1, 2, 3, 4 ORDER BY n DESC, standard_ref, class

-- name: facilities_in_zones
-- Facilities that stand in one of some zones, by class.
SELECT coalesce(class.code, category.code) AS class, coalesce(class.name_zh, category.name_zh) AS name_zh,
       coalesce(class.name_en, category.name_en) AS name_en,
       coalesce(class.standard_ref, category.standard_ref) AS standard_ref, sum(found.n)::bigint AS n
FROM (
    SELECT facility.category_id, count(*) AS n FROM facility
    WHERE facility.zone_ids && %(zones)s::bigint[] AND facility.state <> 'removed'
    GROUP BY 1
) AS found
JOIN category ON category.id = found.category_id
LEFT JOIN category AS class ON class.id = category.parent_id
GROUP BY 1, 2, 3, 4 ORDER BY n DESC, standard_ref, class

-- name: households_in_cells
-- Households that may be seen one by one, in buildings of which a point lies in an area cut into cells.
SELECT count(household.id) AS n
FROM unnest(%(west)s::float8[], %(south)s::float8[], %(east)s::float8[], %(north)s::float8[], %(inside)s::boolean[])
         AS cell (west, south, east, north, inside)
JOIN building ON building.geom && ST_MakeEnvelope(cell.west, cell.south, cell.east, cell.north, 4326)
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(building.geom) AS point OFFSET 0) AS middle
JOIN household ON household.building_id = building.id
WHERE ST_X(middle.point) >= cell.west AND ST_X(middle.point) < cell.east
  AND ST_Y(middle.point) >= cell.south AND ST_Y(middle.point) < cell.north
  AND (cell.inside OR ST_Intersects(%(shape)s::geometry, middle.point))

-- name: households_in_zones
-- Households that may be seen one by one, in buildings that stand in one of some zones.
SELECT count(household.id) AS n
FROM building JOIN household ON household.building_id = building.id
WHERE building.zone_ids && %(zones)s::bigint[]

-- name: grids_near
-- Base grids of today whose boxes touch that of an area, with their shapes.
SELECT zone.id, zone.code, version.name_zh, version.name_en, version.area_m2, ST_AsBinary(version.geom) AS shape
FROM zone_version AS version
JOIN zone ON zone.id = version.zone_id
JOIN layer ON layer.id = version.layer_id AND layer.kind = 'base_grid'
WHERE version.geom && ST_GeomFromWKB(%(area)s, 4326) AND version.valid @> now() AND upper_inf(version.recorded)
ORDER BY zone.code

-- name: grids_below
-- Base grids of today that some regions or grids are, or hold, by nesting.
WITH RECURSIVE below AS (
    SELECT unnest(%(zones)s::bigint[]) AS id
    UNION
    SELECT version.zone_id
    FROM below JOIN zone_version AS version ON version.parent_zone_id = below.id
    WHERE version.valid @> now() AND upper_inf(version.recorded)
)
SELECT zone.id, zone.code, version.name_zh, version.name_en, version.area_m2
FROM below JOIN zone ON zone.id = below.id JOIN layer ON layer.id = zone.layer_id AND layer.kind = 'base_grid'
JOIN zone_version AS version ON version.zone_id = zone.id AND version.valid @> now() AND upper_inf(version.recorded)
ORDER BY zone.code

-- name: zones_named
-- Zones of today by layer and code, in the order asked, with their shapes.
SELECT asked.n, zone.id, layer.id AS layer_id, layer.kind, layer.cardinality, version.area_m2, ST_AsBinary(version.geom) AS shape
FROM unnest(%(layers)s::text[], %(codes)s::text[]) WITH ORDINALITY AS asked (layer, code, n)
JOIN layer ON layer.code = asked.layer AND layer.active
JOIN zone ON zone.layer_id = layer.id AND zone.code = asked.code
JOIN zone_version AS version ON version.zone_id = zone.id AND version.valid @> now() AND upper_inf(version.recorded)
ORDER BY asked.n

-- name: road_shapes
-- All pieces of the road that has a piece of this code: those of its name, or that one where it has none.
SELECT ST_AsBinary(piece.geom) AS shape
FROM road JOIN road AS piece
  ON piece.id = road.id OR (piece.name_zh, coalesce(piece.name_en, '')) = (road.name_zh, coalesce(road.name_en, ''))
WHERE road.code = %(code)s

-- name: facility_shape
-- The shape of a facility.
SELECT ST_AsBinary(geom) AS shape FROM facility WHERE code = %(code)s

-- name: categories
-- Keys, names and families of categories.
SELECT category.id, coalesce(class.id, category.id) AS class_id,
       coalesce(class.standard_ref || ':' || class.kind || ':' || class.code,
                category.standard_ref || ':' || category.kind || ':' || category.code) AS class_key,
       coalesce(class.name_zh, category.name_zh) AS name_zh, coalesce(class.name_en, category.name_en) AS name_en
FROM category LEFT JOIN category AS class ON class.id = category.parent_id
WHERE category.id = ANY (%(ids)s::bigint[])
