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

-- name: by_unit
-- Patrol points on some units; those on a unit that is cut are counted for the piece that covers them.
SELECT unit, count(*) AS n FROM (
    SELECT land_unit_id AS unit FROM patrol_point WHERE land_unit_id = ANY (%(units)s::bigint[]) AND removed_at IS NULL
    UNION ALL
    SELECT piece.id
    FROM patrol_point AS point CROSS JOIN LATERAL (
        SELECT unit.id FROM land_unit AS unit
        WHERE unit.id = ANY (%(pieces)s::bigint[])
          AND ST_Covers(unit.lattice, ST_Point(round(ST_X(point.geom) * 1e7), round(ST_Y(point.geom) * 1e7)))
        ORDER BY unit.code LIMIT 1
    ) AS piece
    WHERE point.land_unit_id = ANY (%(roots)s::bigint[]) AND point.removed_at IS NULL
) AS counted
GROUP BY unit
