-- name: list
-- Patrol points that are visited, with the grid each is in today; a filter that is NULL does not filter.
SELECT point.code, point.name_zh, point.name_en, ST_X(point.geom) AS lon, ST_Y(point.geom) AS lat, point.added_at,
       zone.code AS grid, version.name_zh AS grid_zh, version.name_en AS grid_en
FROM patrol_point AS point
LEFT JOIN unit_zone ON unit_zone.land_unit_id = point.land_unit_id AND unit_zone.valid @> now()
    AND upper_inf(unit_zone.recorded)
    AND unit_zone.layer_id = (SELECT id FROM layer WHERE kind = 'base_grid')
LEFT JOIN zone ON zone.id = unit_zone.zone_id
LEFT JOIN zone_version AS version ON version.zone_id = zone.id AND version.valid @> now() AND upper_inf(version.recorded)
WHERE point.removed_at IS NULL AND (%(grid)s::text IS NULL OR zone.code = %(grid)s::text)
  AND (%(code)s::text IS NULL OR point.code = %(code)s::text)
  AND (%(after)s::text IS NULL OR point.code > %(after)s::text COLLATE "C")
ORDER BY point.code LIMIT %(limit)s

-- name: add
-- A new patrol point on the unit that covers it, the lowest code on an edge; none when the code is in use.
INSERT INTO patrol_point (code, name_zh, name_en, geom, land_unit_id)
SELECT %(code)s, %(name_zh)s, %(name_en)s, place.geom, (
    SELECT unit.id FROM land_unit AS unit
    WHERE unit.lattice && place.lattice AND ST_Covers(unit.lattice, place.lattice) AND unit.valid @> now()
    ORDER BY unit.code LIMIT 1)
FROM (SELECT ST_SetSRID(ST_Point(%(lon)s, %(lat)s), 4326) AS geom,
             ST_Point(round(%(lon)s * 1e7), round(%(lat)s * 1e7)) AS lattice) AS place
ON CONFLICT (code) DO NOTHING
RETURNING code

-- name: remove
-- A patrol point that is visited no more.
UPDATE patrol_point SET removed_at = now() WHERE code = %(code)s AND removed_at IS NULL

-- name: move
-- Points on units that ended stand on the unit that covers them now; the lowest code on an edge.
UPDATE patrol_point SET land_unit_id = found.unit_id
FROM (
    SELECT DISTINCT ON (point.id) point.id AS point_id, unit.id AS unit_id
    FROM patrol_point AS point
    CROSS JOIN LATERAL (
        SELECT ST_Point(round(ST_X(point.geom) * 1e7), round(ST_Y(point.geom) * 1e7)) AS lattice
    ) AS place
    JOIN land_unit AS unit ON unit.lattice && place.lattice AND ST_Covers(unit.lattice, place.lattice)
    WHERE point.land_unit_id = ANY (%(ids)s::bigint[]) AND unit.valid @> %(at)s::timestamptz
    ORDER BY point.id, unit.code
) AS found
WHERE patrol_point.id = found.point_id

-- name: moving
-- Points of a draft that stand on a unit which moves, with the numbers of the zones before and after.
SELECT DISTINCT ON (point.code) point.code, point.name_zh, point.name_en, ST_X(point.geom) AS lon, ST_Y(point.geom) AS lat,
       plan_unit.base_number, plan_unit.number
FROM plan_unit
JOIN land_unit AS unit ON unit.id = plan_unit.land_unit_id
JOIN patrol_point AS point ON point.removed_at IS NULL AND CASE
    -- Pieces of a cut live in the draft only: what stands on one is found by place.
    WHEN isempty(unit.valid) THEN point.geom && unit.geom
        AND ST_Covers(unit.lattice, ST_Point(round(ST_X(point.geom) * 1e7), round(ST_Y(point.geom) * 1e7)))
    ELSE point.land_unit_id = unit.id END
WHERE plan_unit.plan_id = %(plan)s AND plan_unit.number IS DISTINCT FROM plan_unit.base_number
  -- What is cut is its pieces; those of a cut that was taken back are in no zone.
  AND (plan_unit.number IS NOT NULL OR NOT isempty(unit.valid))
  AND NOT EXISTS (
      SELECT FROM land_unit AS piece JOIN plan_unit AS its ON its.land_unit_id = piece.id AND its.plan_id = plan_unit.plan_id
      WHERE piece.cut_from = unit.id AND its.number IS NOT NULL)
ORDER BY point.code, unit.code
LIMIT %(limit)s

-- name: of_sample
-- A patrol point in each base grid of today: one of its facilities, always the same.
INSERT INTO patrol_point (code, name_zh, name_en, geom, land_unit_id)
SELECT 'PT-' || lpad(row_number() OVER (ORDER BY zone)::text, 4, '0'), coalesce(name_zh, '设施') || '巡查点',
       coalesce(name_en, 'Facility') || ' patrol point', geom, land_unit_id
FROM (
    SELECT DISTINCT ON (zone.code) zone.code AS zone, category.name_zh, category.name_en, facility.geom, facility.land_unit_id
    FROM facility
    JOIN unit_zone ON unit_zone.land_unit_id = facility.land_unit_id AND unit_zone.valid @> now() AND upper_inf(unit_zone.recorded)
    JOIN layer ON layer.id = unit_zone.layer_id AND layer.kind = 'base_grid'
    JOIN zone ON zone.id = unit_zone.zone_id
    JOIN category ON category.id = facility.category_id
    WHERE GeometryType(facility.geom) = 'POINT'
    ORDER BY zone.code, md5(facility.code)
) AS chosen

-- name: by_unit
-- Patrol points on some units; those stored with the ground of pieces are counted for the piece that covers them.
SELECT unit, count(*) AS n FROM (
    SELECT land_unit_id AS unit FROM patrol_point WHERE land_unit_id = ANY (%(units)s::bigint[]) AND removed_at IS NULL
    UNION ALL
    (SELECT DISTINCT ON (point.id) piece.id
    FROM unnest(%(pieces)s::bigint[], %(grounds)s::bigint[]) AS given (piece, ground)
    JOIN patrol_point AS point ON point.land_unit_id = given.ground AND point.removed_at IS NULL
    JOIN land_unit AS piece ON piece.id = given.piece
        AND ST_Covers(piece.lattice, ST_Point(round(ST_X(point.geom) * 1e7), round(ST_Y(point.geom) * 1e7)))
    ORDER BY point.id, piece.code)
) AS counted
GROUP BY unit
