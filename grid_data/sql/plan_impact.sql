-- name: open_incidents
-- Open incidents on some units; those stored with the ground of pieces are counted for the piece that covers them, the
-- lowest code.
SELECT unit, count(*) AS n FROM (
    SELECT incident.land_unit_id AS unit FROM incident
    WHERE land_unit_id = ANY (%(units)s::bigint[])
      AND is_open
    UNION ALL
    (SELECT DISTINCT ON (incident.id) piece.id
    FROM unnest(%(pieces)s::bigint[], %(grounds)s::bigint[]) AS given (piece, ground)
    JOIN incident ON incident.land_unit_id = given.ground AND incident.is_open
    JOIN land_unit AS piece ON piece.id = given.piece
        AND ST_Covers(piece.lattice, ST_Point(round(ST_X(incident.place) * 1e7), round(ST_Y(incident.place) * 1e7)))
    ORDER BY incident.id, piece.code)
) AS counted
GROUP BY unit

-- name: figures
-- What the units of a plan carry beside households.
SELECT land_unit_id AS id, incidents_year, facilities, buildings FROM plan_unit WHERE plan_id = %(plan)s
  AND land_unit_id = ANY (%(units)s::bigint[])

-- name: posts
-- Posts of zones today, held or vacant.
SELECT post.zone_id, post.kind, person.name AS person
FROM post LEFT JOIN person ON person.id = post.person_id
WHERE post.zone_id = ANY (%(zones)s::bigint[]) AND post.valid @> now()
ORDER BY post.zone_id, post.kind, post.id

-- name: other_zones
-- Zones of grid layers other than one that meet a box today.
SELECT layer.code AS layer, layer.name_zh AS layer_zh, layer.name_en AS layer_en, zone.code, version.name_zh,
       version.name_en, ST_AsBinary(version.geom) AS shape
FROM zone_version AS version JOIN zone ON zone.id = version.zone_id JOIN layer ON layer.id = version.layer_id
WHERE layer.active AND layer.kind IN ('base_grid', 'specialist', 'jurisdiction') AND layer.id <> %(layer)s AND version.valid @> now()
  AND upper_inf(version.recorded)
  AND version.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
ORDER BY layer.precedence, layer.code, zone.code

-- name: homes
-- Buildings with households on some units: where each stands, and how many there are.
SELECT building.land_unit_id AS unit, ST_X(middle.point) AS x, ST_Y(middle.point) AS y, homes.n AS households
FROM building
CROSS JOIN LATERAL (SELECT count(*) AS n FROM household WHERE household.building_id = building.id) AS homes
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(building.geom) AS point) AS middle
WHERE building.land_unit_id = ANY (%(units)s::bigint[]) AND homes.n > 0

-- name: store_report
-- Keep the impact of a plan as it is approved.
INSERT INTO plan_report (plan_id, report) VALUES (%(plan)s, %(report)s)
ON CONFLICT (plan_id) DO UPDATE SET report = excluded.report, at = now()

-- name: report
-- The impact of a plan as it was approved.
SELECT report FROM plan_report WHERE plan_id = %(plan)s
