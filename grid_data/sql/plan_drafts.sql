-- name: codes_today
-- How many plans were made today, by the city's calendar.
SELECT count(*) AS plans, to_char(now() AT TIME ZONE %(timezone)s, 'YYYYMMDD') AS day
FROM plan WHERE code LIKE 'P' || to_char(now() AT TIME ZONE %(timezone)s, 'YYYYMMDD') || '-%%'

-- name: insert
-- Store a new draft; none when the code is in use.
INSERT INTO plan (code, layer_id, name_zh, name_en, author, area_zone_id, base_at, band_min, band_max, note_zh, note_en)
VALUES (%(code)s, %(layer_id)s, %(name_zh)s, %(name_en)s, %(by)s, %(area)s, %(base)s, %(band_min)s, %(band_max)s,
        %(note_zh)s, %(note_en)s)
ON CONFLICT (code) DO NOTHING
RETURNING id

-- name: band_of_zones
-- A plan's band by its zones: the households of the smallest and of the largest that has any.
UPDATE plan SET band_min = least, band_max = most
FROM (
    SELECT min(households) AS least, max(households) AS most
    FROM (SELECT sum(households)::integer AS households FROM plan_unit WHERE plan_id = %(plan)s AND number IS NOT NULL GROUP BY number) AS zone
    WHERE households > 0
) AS zones
WHERE plan.id = %(plan)s AND least IS NOT NULL

-- name: insert_zones
-- Number the zones of the edition a draft starts from, by code: those in its area.
WITH RECURSIVE below (id) AS (
    SELECT %(area)s::bigint
    UNION
    SELECT zone_version.zone_id
    FROM below JOIN zone_version ON zone_version.parent_zone_id = below.id
    JOIN layer ON layer.id = zone_version.layer_id AND layer.kind = 'region'
    WHERE zone_version.valid @> %(at)s::timestamptz AND upper_inf(zone_version.recorded)
)
INSERT INTO plan_zone (plan_id, number, zone_id, code, name_zh, name_en, community_zone_id)
SELECT %(plan)s, row_number() OVER (ORDER BY zone.code), zone.id, zone.code, version.name_zh, version.name_en,
       CASE WHEN layer.kind = 'base_grid' THEN version.parent_zone_id END
FROM zone_version AS version
JOIN zone ON zone.id = version.zone_id
JOIN layer ON layer.id = version.layer_id
WHERE version.layer_id = %(layer_id)s AND version.valid @> %(at)s::timestamptz AND upper_inf(version.recorded)
  AND (%(area)s::bigint IS NULL
       OR layer.kind = 'base_grid' AND version.parent_zone_id IN (SELECT id FROM below)
       OR layer.kind <> 'base_grid' AND EXISTS (
           SELECT FROM zone_version AS region
           WHERE region.zone_id = %(area)s::bigint AND region.valid @> %(at)s::timestamptz
             AND upper_inf(region.recorded) AND ST_Intersects(region.lattice, version.lattice)
             AND NOT ST_Touches(region.lattice, version.lattice)))

-- name: insert_units
-- Put the land units of the area into a draft, each with its zone and its figures; incidents of the year before it. Pieces
-- that are in force on the layer stand for the units whose ground they hold; what is on them is counted by its place.
WITH RECURSIVE below (id) AS (
    SELECT %(area)s::bigint
    UNION
    SELECT zone_version.zone_id
    FROM below JOIN zone_version ON zone_version.parent_zone_id = below.id
    JOIN layer ON layer.id = zone_version.layer_id AND layer.kind = 'region'
    WHERE zone_version.valid @> %(at)s::timestamptz AND upper_inf(zone_version.recorded)
), unit AS MATERIALIZED (
    SELECT land_unit.id, land_unit.area_m2, land_unit.perimeter_m, land_unit.lattice FROM land_unit
    WHERE (land_unit.valid @> %(at)s::timestamptz AND land_unit.id <> ALL (%(held)s::bigint[])
           OR land_unit.id = ANY (%(pieces)s::bigint[]))
      AND (%(area)s::bigint IS NULL OR land_unit.community_zone_id IN (SELECT id FROM below))
), middle AS MATERIALIZED (
    SELECT id, ST_SnapToGrid(ST_PointOnSurface(lattice), 1) AS point FROM unit WHERE NOT %(nested)s
), placed AS (
    SELECT unit_zone.land_unit_id AS id, plan_zone.number
    FROM unit_zone JOIN plan_zone ON plan_zone.plan_id = %(plan)s AND plan_zone.zone_id = unit_zone.zone_id
    WHERE %(nested)s AND unit_zone.layer_id = %(layer_id)s AND unit_zone.valid @> %(at)s::timestamptz
      AND upper_inf(unit_zone.recorded)
    UNION ALL
    -- Unit by unit, by the index of the pieces: the planner knows nothing yet of the rows of a plan just begun.
    SELECT middle.id, found.number
    FROM middle
    CROSS JOIN LATERAL (
        SELECT plan_zone.number
        FROM zone_piece
        JOIN zone_version AS version ON version.id = zone_piece.version_id
            AND version.valid @> %(at)s::timestamptz AND upper_inf(version.recorded)
        JOIN plan_zone ON plan_zone.plan_id = %(plan)s AND plan_zone.zone_id = zone_piece.zone_id
        WHERE zone_piece.layer_id = %(layer_id)s AND zone_piece.shape && middle.point
            AND ST_Covers(zone_piece.shape, middle.point)
        ORDER BY zone_piece.code
        LIMIT 1
    ) AS found
), house AS (
    SELECT building.land_unit_id AS id, count(*) AS buildings
    FROM unit JOIN building ON building.land_unit_id = unit.id GROUP BY building.land_unit_id
), home AS (
    SELECT building.land_unit_id AS id, count(*) AS households, sum(household.residents) AS residents
    FROM unit JOIN building ON building.land_unit_id = unit.id JOIN household ON household.building_id = building.id
    GROUP BY building.land_unit_id
), report AS (
    SELECT incident.land_unit_id AS id, count(*) AS incidents
    FROM plan JOIN incident ON incident.reported_at > plan.created_at - interval '365 days'
        AND incident.reported_at <= plan.created_at
    WHERE plan.id = %(plan)s AND incident.land_unit_id IS NOT NULL
    GROUP BY incident.land_unit_id
), stock AS (
    SELECT facility.land_unit_id AS id, count(*) AS facilities
    FROM facility WHERE facility.state <> 'removed' AND facility.land_unit_id IS NOT NULL
    GROUP BY facility.land_unit_id
)
INSERT INTO plan_unit (plan_id, land_unit_id, base_number, number, households, residents, buildings, incidents_year,
                       facilities, area_m2, perimeter_m)
SELECT %(plan)s, unit.id, placed.number, placed.number, coalesce(home.households, 0), coalesce(home.residents, 0),
       coalesce(house.buildings, 0), coalesce(report.incidents, 0), coalesce(stock.facilities, 0), unit.area_m2,
       unit.perimeter_m
FROM unit
JOIN placed ON placed.id = unit.id
LEFT JOIN house ON house.id = unit.id
LEFT JOIN home ON home.id = unit.id
LEFT JOIN report ON report.id = unit.id
LEFT JOIN stock ON stock.id = unit.id

-- name: has_borders
-- Whether anything is known of the borders between the units of a draft.
SELECT EXISTS (SELECT FROM plan_unit JOIN unit_edge ON unit_edge.unit_a = plan_unit.land_unit_id
               WHERE plan_unit.plan_id = %(plan)s) AS known

-- name: move_units
-- Put units of a draft into zones; null takes them away.
UPDATE plan_unit SET number = moved.number
FROM unnest(%(units)s::bigint[], %(numbers)s::integer[]) AS moved (id, number)
WHERE plan_unit.plan_id = %(plan)s AND plan_unit.land_unit_id = moved.id

-- name: set_zones
-- Zones of a draft as they are to be.
INSERT INTO plan_zone (plan_id, number, code, name_zh, name_en, community_zone_id, exempt, lock, dissolved)
SELECT %(plan)s, zone.number, zone.code, zone.name_zh, zone.name_en, zone.community, zone.exempt, zone.lock,
       zone.dissolved
FROM jsonb_to_recordset(%(zones)s) AS zone (number integer, code text, name_zh text, name_en text, community bigint,
                                            exempt boolean, lock text, dissolved boolean)
ON CONFLICT (plan_id, number) DO UPDATE
SET code = excluded.code, name_zh = excluded.name_zh, name_en = excluded.name_en, exempt = excluded.exempt,
    lock = excluded.lock, dissolved = excluded.dissolved

-- name: insert_step
-- Keep a step.
INSERT INTO plan_step (plan_id, seq, revision, author, kind, units, from_numbers, to_numbers, before, after)
SELECT %(plan)s, coalesce(max(seq), 0) + 1, %(revision)s, %(by)s, %(kind)s, %(units)s::bigint[],
       %(from_numbers)s::integer[], %(to_numbers)s::integer[], %(before)s, %(after)s
FROM plan_step WHERE plan_id = %(plan)s
RETURNING seq

-- name: mark_step
-- A step taken back, or made again.
UPDATE plan_step SET undone = %(undone)s, revision = %(revision)s WHERE plan_id = %(plan)s AND seq = %(seq)s

-- name: advance
-- The plan has changed.
UPDATE plan SET revision = %(revision)s WHERE id = %(plan)s

-- name: insert_pieces
-- Pieces of cut units, which live in the draft only.
INSERT INTO land_unit (code, community_zone_id, kind, geom, valid, plan_id, cut_from)
SELECT parent.code || '.' || piece.number, parent.community_zone_id, parent.kind,
       ST_SetSRID(piece.shape::geometry, 4326), 'empty', %(plan)s, parent.id
FROM jsonb_to_recordset(%(pieces)s) AS piece (parent bigint, number integer, shape text)
JOIN land_unit AS parent ON parent.id = piece.parent
ORDER BY piece.number
RETURNING id, code

-- name: lock_units
-- Nobody else cuts these units until this transaction ends.
SELECT id FROM land_unit WHERE id = ANY (%(units)s::bigint[]) ORDER BY id FOR NO KEY UPDATE

-- name: count_pieces
-- How many pieces units have been cut into so far, in any plan: pieces are numbered behind them.
SELECT land_unit.cut_from AS parent, count(*) AS pieces FROM land_unit
WHERE land_unit.cut_from = ANY (%(units)s::bigint[]) GROUP BY land_unit.cut_from

-- name: pieces_of
-- Pieces of units that are in a draft now.
WITH RECURSIVE below (unit, id) AS (
    SELECT id, id FROM unnest(%(units)s::bigint[]) AS cut (id)
    UNION ALL
    SELECT below.unit, land_unit.id FROM below
    JOIN land_unit ON land_unit.cut_from = below.id AND land_unit.plan_id = %(plan)s
)
SELECT below.unit, below.id AS piece
FROM below JOIN plan_unit ON plan_unit.plan_id = %(plan)s AND plan_unit.land_unit_id = below.id
WHERE plan_unit.number IS NOT NULL
ORDER BY 1, 2

-- name: insert_piece_units
-- Pieces as units of the draft, with what they carry, in no zone yet.
INSERT INTO plan_unit (plan_id, land_unit_id, base_number, households, residents, buildings, incidents_year, facilities,
                       area_m2, perimeter_m)
SELECT %(plan)s, piece.id, parent.base_number, piece.households, piece.residents, piece.buildings,
       piece.incidents_year, piece.facilities, piece.area_m2, piece.perimeter_m
FROM jsonb_to_recordset(%(pieces)s) AS piece (id bigint, parent bigint, households integer, residents integer,
                                              buildings integer, incidents_year integer, facilities integer,
                                              area_m2 float8, perimeter_m float8)
JOIN plan_unit AS parent ON parent.plan_id = %(plan)s AND parent.land_unit_id = piece.parent

-- name: insert_borders
-- Borders of pieces; what somebody decided about a border or link of the unit they are cut from is decided for them, too.
INSERT INTO unit_edge (unit_a, unit_b, length_m, barrier, joined, origin, by_hand)
SELECT least(a, b), greatest(a, b), length_m, barrier, joined, CASE WHEN length_m > 0 THEN 'border' ELSE 'link' END,
       EXISTS (SELECT FROM unnest(ARRAY[a, one.cut_from]) AS here (id) CROSS JOIN unnest(ARRAY[b, other.cut_from]) AS there (id)
               JOIN unit_edge AS known ON known.unit_a = least(here.id, there.id) AND known.unit_b = greatest(here.id, there.id)
               WHERE known.by_hand)
FROM unnest(%(a)s::bigint[], %(b)s::bigint[], %(length_m)s::float8[], %(barrier)s::smallint[], %(joined)s::boolean[])
     AS edge (a, b, length_m, barrier, joined)
JOIN land_unit AS one ON one.id = edge.a JOIN land_unit AS other ON other.id = edge.b
ON CONFLICT (unit_a, unit_b) DO NOTHING

-- name: set_shapes
-- Shapes of units whose border has received a vertex, or lost it again; one beyond the plan's area joins it for that.
INSERT INTO plan_unit (plan_id, land_unit_id, households, residents, buildings, incidents_year, facilities, area_m2,
                       perimeter_m, geom)
SELECT %(plan)s, unit.id, 0, 0, 0, 0, 0, unit.area_m2, unit.perimeter_m,
       CASE WHEN ST_OrderingEquals(given.shape, unit.geom) THEN NULL ELSE given.shape END
FROM (
    SELECT id, ST_SetSRID(shape::geometry, 4326) AS shape FROM jsonb_to_recordset(%(shapes)s) AS new (id bigint, shape text)
) AS given
JOIN land_unit AS unit ON unit.id = given.id
ON CONFLICT (plan_id, land_unit_id) DO UPDATE SET geom = excluded.geom
