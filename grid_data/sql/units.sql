-- name: at
-- Land units at a moment, of the communities below a zone if one is told: columns packed in the order of the ids.
WITH RECURSIVE below (id) AS (
    SELECT %(area)s::bigint
    UNION
    SELECT zone_version.zone_id
    FROM below JOIN zone_version ON zone_version.parent_zone_id = below.id
    JOIN layer ON layer.id = zone_version.layer_id AND layer.kind = 'region'
    WHERE zone_version.valid @> coalesce(%(at)s::timestamptz, now()) AND upper_inf(zone_version.recorded)
), unit AS (
    SELECT land_unit.id, land_unit.code, land_unit.kind, land_unit.community_zone_id, land_unit.area_m2,
           land_unit.perimeter_m
    FROM land_unit
    WHERE land_unit.valid @> coalesce(%(at)s::timestamptz, now())
      AND (%(area)s::bigint IS NULL OR land_unit.community_zone_id IN (SELECT id FROM below))
), house AS (
    SELECT building.land_unit_id AS id, count(*) AS buildings
    FROM unit JOIN building ON building.land_unit_id = unit.id GROUP BY building.land_unit_id
), home AS (
    SELECT building.land_unit_id AS id, count(*) AS households, sum(household.residents) AS residents
    FROM unit JOIN building ON building.land_unit_id = unit.id JOIN household ON household.building_id = building.id
    GROUP BY building.land_unit_id
)
SELECT string_agg(int8send(unit.id), ''::bytea ORDER BY unit.id) AS id,
       string_agg(unit.code, E'\n' ORDER BY unit.id) AS code,
       string_agg(unit.kind, E'\n' ORDER BY unit.id) AS kind,
       string_agg(int8send(unit.community_zone_id), ''::bytea ORDER BY unit.id) AS community,
       string_agg(float8send(unit.area_m2), ''::bytea ORDER BY unit.id) AS area_m2,
       string_agg(float8send(unit.perimeter_m), ''::bytea ORDER BY unit.id) AS perimeter_m,
       string_agg(int8send(coalesce(house.buildings, 0)), ''::bytea ORDER BY unit.id) AS buildings,
       string_agg(int8send(coalesce(home.households, 0)), ''::bytea ORDER BY unit.id) AS households,
       string_agg(int8send(coalesce(home.residents, 0)), ''::bytea ORDER BY unit.id) AS residents
FROM unit LEFT JOIN house ON house.id = unit.id LEFT JOIN home ON home.id = unit.id

-- name: edges
-- Borders and links between units of a sorted list: their ends as identifiers, columns packed.
SELECT string_agg(int8send(unit_a), ''::bytea ORDER BY unit_a, unit_b) AS a,
       string_agg(int8send(unit_b), ''::bytea ORDER BY unit_a, unit_b) AS b,
       string_agg(float8send(length_m), ''::bytea ORDER BY unit_a, unit_b) AS length_m,
       string_agg(int2send(barrier), ''::bytea ORDER BY unit_a, unit_b) AS barrier,
       string_agg(boolsend(joined), ''::bytea ORDER BY unit_a, unit_b) AS joined
FROM unit_edge
WHERE unit_a = ANY (%(ids)s::bigint[]) AND unit_b = ANY (%(ids)s::bigint[])

-- name: communities
-- Codes and names of zones at a moment.
SELECT zone.id, zone.code, version.name_zh, version.name_en
FROM zone
LEFT JOIN LATERAL (
    SELECT zone_version.name_zh, zone_version.name_en FROM zone_version
    WHERE zone_version.zone_id = zone.id AND upper_inf(zone_version.recorded)
    ORDER BY zone_version.valid @> coalesce(%(at)s::timestamptz, now()) DESC, lower(zone_version.valid) DESC
    LIMIT 1
) AS version ON true
WHERE zone.id = ANY (%(ids)s::bigint[])

-- name: shapes
-- Shapes of the living units of some communities (of all, if none is told), and of the units beside them.
WITH wanted AS (
    SELECT id, geom FROM land_unit
    WHERE upper_inf(valid) AND (%(communities)s::bigint[] IS NULL
                                OR community_zone_id = ANY (%(communities)s::bigint[]))
), within AS (SELECT ST_SetSRID(ST_Extent(geom)::geometry, 4326) AS box FROM wanted
), near AS (
    SELECT land_unit.* FROM within JOIN land_unit ON land_unit.geom && within.box WHERE upper_inf(land_unit.valid)
), home AS (
    SELECT building.land_unit_id AS id, count(*) AS households
    FROM near JOIN building ON building.land_unit_id = near.id JOIN household ON household.building_id = building.id
    GROUP BY building.land_unit_id
)
SELECT near.id, near.code, near.kind, near.community_zone_id, ST_AsBinary(near.geom) AS shape,
       %(communities)s::bigint[] IS NULL OR near.community_zone_id = ANY (%(communities)s::bigint[]) AS wanted,
       coalesce(home.households, 0) AS households
FROM near LEFT JOIN home ON home.id = near.id
ORDER BY near.id

-- name: ways
-- Roads and water that meet a box.
SELECT 'road' AS kind, road_class AS class, ST_AsBinary(geom) AS shape FROM road
WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
UNION ALL
SELECT 'water', kind, ST_AsBinary(geom) FROM water
WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)

-- name: store_edges
-- Bring the edges of some units to what was computed; what was told about a border stays as it was told.
WITH given AS (
    SELECT * FROM unnest(%(a)s::bigint[], %(b)s::bigint[], %(length_m)s::float8[], %(barrier)s::smallint[],
                         %(joined)s::boolean[]) AS edge (unit_a, unit_b, length_m, barrier, joined)
), gone AS (
    DELETE FROM unit_edge
    WHERE (unit_a = ANY (%(units)s::bigint[]) OR unit_b = ANY (%(units)s::bigint[]))
      AND unit_a = ANY (%(around)s::bigint[]) AND unit_b = ANY (%(around)s::bigint[])
      AND NOT (by_hand AND origin = 'link')
      AND NOT EXISTS (SELECT FROM given
                      WHERE given.unit_a = unit_edge.unit_a AND given.unit_b = unit_edge.unit_b)
)
INSERT INTO unit_edge (unit_a, unit_b, length_m, barrier, joined, origin)
SELECT unit_a, unit_b, length_m, barrier, joined, CASE WHEN length_m > 0 THEN 'border' ELSE 'link' END FROM given
ON CONFLICT (unit_a, unit_b) DO UPDATE
SET length_m = excluded.length_m, origin = excluded.origin,
    barrier = CASE WHEN unit_edge.by_hand THEN unit_edge.barrier ELSE excluded.barrier END,
    joined = CASE WHEN unit_edge.by_hand THEN unit_edge.joined ELSE excluded.joined END
WHERE (unit_edge.length_m, unit_edge.origin) IS DISTINCT FROM (excluded.length_m, excluded.origin)
   OR NOT unit_edge.by_hand
      AND (unit_edge.barrier, unit_edge.joined) IS DISTINCT FROM (excluded.barrier, excluded.joined)

-- name: locate_facilities
-- Facilities that may stand elsewhere now stand on the living unit that covers their middle; the lowest code on an edge.
UPDATE facility SET land_unit_id = found.unit_id
FROM (
    SELECT DISTINCT ON (facility.id) facility.id, unit.id AS unit_id
    FROM facility
    LEFT JOIN land_unit AS before ON before.id = facility.land_unit_id AND upper_inf(before.valid)
    CROSS JOIN LATERAL (
        SELECT ST_SnapToGrid(ST_SetSRID(ST_Scale(ST_PointOnSurface(facility.geom), 1e7, 1e7), 0), 1) AS point
    ) AS middle
    LEFT JOIN land_unit AS unit ON upper_inf(unit.valid) AND unit.lattice && middle.point
        AND ST_Covers(unit.lattice, middle.point)
    WHERE before.id IS NULL OR facility.code = ANY (%(codes)s::text[]) OR before.id = ANY (%(units)s::bigint[])
    ORDER BY facility.id, unit.code
) AS found
WHERE facility.id = found.id AND facility.land_unit_id IS DISTINCT FROM found.unit_id

-- name: living_unit
-- A land unit that has not ended, by its code.
SELECT id, community_zone_id FROM land_unit WHERE code = %(code)s AND upper_inf(valid)

-- name: edge
-- The border or link between two units.
SELECT length_m, barrier, joined, origin FROM unit_edge WHERE unit_a = %(a)s AND unit_b = %(b)s

-- name: decide_edge
-- Whether a grid may hold together by two units, as somebody decided; units without a border get a link.
INSERT INTO unit_edge (unit_a, unit_b, length_m, barrier, joined, origin, by_hand)
VALUES (%(a)s, %(b)s, 0, 1, %(joined)s, 'link', true)
ON CONFLICT (unit_a, unit_b) DO UPDATE SET joined = excluded.joined, by_hand = true

-- name: take_edges
-- Barriers and crossings as a file tells them, by codes of living units; borders that are none are passed over.
WITH told AS (
    SELECT least(first.id, second.id) AS unit_a, greatest(first.id, second.id) AS unit_b,
           edge.barrier, edge.joined, edge.link
    FROM unnest(%(a)s::text[], %(b)s::text[], %(barrier)s::smallint[], %(joined)s::boolean[], %(link)s::boolean[])
        AS edge (a, b, barrier, joined, link)
    JOIN land_unit AS first ON first.code = edge.a AND upper_inf(first.valid)
    JOIN land_unit AS second ON second.code = edge.b AND upper_inf(second.valid)
    WHERE first.id <> second.id
), linked AS (
    INSERT INTO unit_edge (unit_a, unit_b, length_m, barrier, joined, origin, by_hand)
    SELECT unit_a, unit_b, 0, barrier, joined, 'link', true FROM told WHERE link
    ON CONFLICT DO NOTHING
)
UPDATE unit_edge SET barrier = told.barrier, joined = told.joined, by_hand = true
FROM told
WHERE unit_edge.unit_a = told.unit_a AND unit_edge.unit_b = told.unit_b
  AND (unit_edge.barrier, unit_edge.joined) IS DISTINCT FROM (told.barrier, told.joined)

-- name: community_shapes
-- Shapes of zones as they are today.
SELECT zone_id, ST_AsBinary(geom) AS shape FROM zone_version
WHERE zone_id = ANY (%(ids)s::bigint[]) AND valid @> now() AND upper_inf(recorded)

-- name: stray_facilities
-- Facilities on land units that have ended.
SELECT count(*) AS facilities FROM facility JOIN land_unit ON land_unit.id = facility.land_unit_id
WHERE NOT upper_inf(land_unit.valid)
