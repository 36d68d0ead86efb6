-- name: in_force
-- Pieces of land units that plans of a layer of shapes have left in force at a moment, and all units whose ground they hold.
WITH RECURSIVE made AS (
    -- What a roll-back restores are shapes; pieces stay pieces.
    SELECT land_unit.id, land_unit.cut_from
    FROM plan
    JOIN land_unit ON land_unit.plan_id = plan.id AND isempty(land_unit.valid)
    JOIN plan_unit ON plan_unit.plan_id = plan.id AND plan_unit.land_unit_id = land_unit.id AND plan_unit.number IS NOT NULL
    WHERE plan.layer_id = %(layer)s AND plan.state IN ('published', 'superseded', 'rolled_back')
      AND plan.effective_from <= %(at)s::timestamptz
), above (id) AS (
    SELECT cut_from FROM made
    UNION
    SELECT land_unit.cut_from FROM above JOIN land_unit ON land_unit.id = above.id WHERE isempty(land_unit.valid)
), held (id) AS (
    -- A plan of the base grids may have cut the same unit otherwise: its pieces are the same ground.
    SELECT id FROM above
    UNION
    SELECT land_unit.id FROM held JOIN land_unit ON land_unit.cut_from = held.id AND NOT isempty(land_unit.valid)
)
SELECT id, true AS piece FROM made WHERE id NOT IN (SELECT id FROM above)
UNION ALL
SELECT id, false FROM held

-- name: grounds
-- Where what stands on pieces, or on units that ended, is stored: on other units of the same origin.
WITH RECURSIVE unit AS MATERIALIZED (
    SELECT id, cut_from, NOT isempty(valid) AND upper_inf(valid) AS lives FROM land_unit
    WHERE id = ANY (%(units)s::bigint[]) AND (cut_from IS NOT NULL OR NOT upper_inf(valid))
), above (unit, id, cut_from, lives) AS (
    SELECT id, id, cut_from, lives FROM unit
    UNION
    SELECT above.unit, land_unit.id, land_unit.cut_from, NOT isempty(land_unit.valid) AND upper_inf(land_unit.valid)
    FROM above JOIN land_unit ON land_unit.id = above.cut_from
), below (origin, id, lives) AS (
    SELECT above.id, above.id, upper_inf(land_unit.valid) FROM above JOIN land_unit ON land_unit.id = above.id
    WHERE above.cut_from IS NULL
    UNION
    SELECT below.origin, land_unit.id, upper_inf(land_unit.valid)
    FROM below JOIN land_unit ON land_unit.cut_from = below.id AND NOT isempty(land_unit.valid)
)
SELECT unit.id AS unit, below.id AS ground
FROM unit JOIN above ON above.unit = unit.id AND above.cut_from IS NULL JOIN below ON below.origin = above.id
-- What is on a living unit is stored with it, and what is on its pieces, too; only closed incidents stay with what has
-- ended. Where the unit that a piece was cut from has ended, all of its origin may have what is on the piece.
WHERE NOT below.lives
   OR NOT unit.lives AND (
       EXISTS (SELECT FROM above AS up WHERE up.unit = unit.id AND up.id = below.id)
       OR NOT EXISTS (SELECT FROM above AS up WHERE up.unit = unit.id AND up.lives))
ORDER BY 1, 2

-- name: of_draft
-- Units of a draft that are pieces, or have ended since.
SELECT plan_unit.land_unit_id AS id
FROM plan_unit JOIN land_unit ON land_unit.id = plan_unit.land_unit_id
WHERE plan_unit.plan_id = %(plan)s AND plan_unit.number IS NOT NULL
  AND (land_unit.cut_from IS NOT NULL OR NOT upper_inf(land_unit.valid))

-- name: count
-- Count for units of a draft what is stored with other units of the same origin, by its place, to within 2 cm.
WITH ground AS MATERIALIZED (
    SELECT given.unit, given.ground, land_unit.code, land_unit.lattice
    FROM unnest(%(units)s::bigint[], %(grounds)s::bigint[]) AS given (unit, ground)
    JOIN land_unit ON land_unit.id = given.unit
), house AS (
    SELECT DISTINCT ON (building.id) building.id, ground.unit
    FROM ground JOIN building ON building.land_unit_id = ground.ground
    CROSS JOIN LATERAL (
        SELECT ST_SetSRID(ST_Scale(ST_PointOnSurface(building.geom), 1e7, 1e7), 0) AS point
    ) AS middle
    WHERE ST_DWithin(ground.lattice, middle.point, 2)
    ORDER BY building.id, ST_Distance(ground.lattice, middle.point), ground.code
), home AS (
    SELECT house.unit, count(DISTINCT house.id) AS buildings, count(household.id) AS households,
           coalesce(sum(household.residents), 0) AS residents
    FROM house LEFT JOIN household ON household.building_id = house.id GROUP BY house.unit
), happened AS (
    SELECT DISTINCT ON (incident.id) incident.id, ground.unit
    FROM plan JOIN incident ON incident.reported_at > plan.created_at - interval '365 days'
        AND incident.reported_at <= plan.created_at
    JOIN ground ON ground.ground = incident.land_unit_id
    CROSS JOIN LATERAL (
        SELECT ST_Point(round(ST_X(incident.place) * 1e7), round(ST_Y(incident.place) * 1e7)) AS point
    ) AS place
    WHERE plan.id = %(plan)s AND ST_DWithin(ground.lattice, place.point, 2)
    ORDER BY incident.id, ST_Distance(ground.lattice, place.point), ground.code
), report AS (SELECT unit, count(*) AS incidents FROM happened GROUP BY unit
), standing AS (
    SELECT DISTINCT ON (facility.id) facility.id, ground.unit
    FROM ground JOIN facility ON facility.land_unit_id = ground.ground AND facility.state <> 'removed'
    CROSS JOIN LATERAL (
        SELECT ST_SetSRID(ST_Scale(ST_PointOnSurface(facility.geom), 1e7, 1e7), 0) AS point
    ) AS middle
    WHERE ST_DWithin(ground.lattice, middle.point, 2)
    ORDER BY facility.id, ST_Distance(ground.lattice, middle.point), ground.code
), stock AS (SELECT unit, count(*) AS facilities FROM standing GROUP BY unit
)
UPDATE plan_unit
SET buildings = plan_unit.buildings + coalesce(home.buildings, 0),
    households = plan_unit.households + coalesce(home.households, 0),
    residents = plan_unit.residents + coalesce(home.residents, 0),
    incidents_year = plan_unit.incidents_year + coalesce(report.incidents, 0),
    facilities = plan_unit.facilities + coalesce(stock.facilities, 0)
FROM (SELECT DISTINCT unit FROM ground) AS counted
LEFT JOIN home ON home.unit = counted.unit
LEFT JOIN report ON report.unit = counted.unit
LEFT JOIN stock ON stock.unit = counted.unit
WHERE plan_unit.plan_id = %(plan)s AND plan_unit.land_unit_id = counted.unit

-- name: around
-- Pieces of a draft and the units round them: shape, and the unit that was never cut on whose ground each lies.
WITH RECURSIVE near AS MATERIALIZED (
    SELECT DISTINCT unit.id, unit.cut_from
    FROM land_unit AS piece
    JOIN land_unit AS unit ON unit.lattice && ST_Expand(piece.lattice, 2)
    JOIN plan_unit ON plan_unit.plan_id = %(plan)s AND plan_unit.land_unit_id = unit.id AND plan_unit.number IS NOT NULL
    WHERE piece.id = ANY (%(pieces)s::bigint[])
), above (unit, id, cut_from) AS (
    SELECT id, id, cut_from FROM near
    UNION ALL
    SELECT above.unit, land_unit.id, land_unit.cut_from FROM above JOIN land_unit ON land_unit.id = above.cut_from
)
SELECT above.unit AS id, above.id AS origin, ST_AsBinary(land_unit.geom) AS shape
FROM above JOIN land_unit ON land_unit.id = above.unit
WHERE above.cut_from IS NULL
ORDER BY above.unit

-- name: borders
-- What is known of the borders between the grounds of units that were never cut: of each two, that of living units, the
-- longest; what was decided comes first.
WITH RECURSIVE family (origin, id, lives) AS (
    SELECT origin, origin, upper_inf(land_unit.valid)
    FROM unnest(%(origins)s::bigint[]) AS given (origin) JOIN land_unit ON land_unit.id = given.origin
    UNION ALL
    SELECT family.origin, land_unit.id, NOT isempty(land_unit.valid) AND upper_inf(land_unit.valid)
    FROM family JOIN land_unit ON land_unit.cut_from = family.id
)
SELECT DISTINCT ON (1, 2) least(a.origin, b.origin) AS a, greatest(a.origin, b.origin) AS b, edge.barrier, edge.joined
FROM unit_edge AS edge JOIN family AS a ON a.id = edge.unit_a JOIN family AS b ON b.id = edge.unit_b
WHERE a.origin <> b.origin AND edge.length_m > 0
ORDER BY 1, 2, a.lives AND b.lives DESC, edge.by_hand DESC, edge.length_m DESC

-- name: links
-- Links (bridges, ferries) to the grounds of pieces of a draft, as they are known today, each between the two units of the
-- draft that it joined before, or else the two that are nearest to each other.
WITH RECURSIVE above (unit, id, cut_from) AS (
    SELECT land_unit.id, land_unit.id, land_unit.cut_from
    FROM plan_unit JOIN land_unit ON land_unit.id = plan_unit.land_unit_id
    WHERE plan_unit.plan_id = %(plan)s AND plan_unit.number IS NOT NULL
    UNION ALL
    SELECT above.unit, land_unit.id, land_unit.cut_from FROM above JOIN land_unit ON land_unit.id = above.cut_from
), ground AS MATERIALIZED (
    SELECT above.unit, above.id AS origin, land_unit.lattice
    FROM above JOIN land_unit ON land_unit.id = above.unit WHERE above.cut_from IS NULL
), link AS MATERIALIZED (
    SELECT unit_a, unit_b, barrier, joined, by_hand FROM unit_edge WHERE length_m = 0
), climbed (unit, id, cut_from, lives) AS (
    SELECT id, id, cut_from, NOT isempty(valid) AND upper_inf(valid) FROM land_unit
    WHERE id IN (SELECT unit_a FROM link UNION SELECT unit_b FROM link)
    UNION ALL
    SELECT climbed.unit, land_unit.id, land_unit.cut_from, climbed.lives
    FROM climbed JOIN land_unit ON land_unit.id = climbed.cut_from
), known AS (
    SELECT DISTINCT ON (1, 2) least(a.id, b.id) AS a, greatest(a.id, b.id) AS b, link.barrier, link.joined
    FROM link JOIN climbed AS a ON a.unit = link.unit_a AND a.cut_from IS NULL
    JOIN climbed AS b ON b.unit = link.unit_b AND b.cut_from IS NULL
    WHERE a.id <> b.id
      AND EXISTS (SELECT FROM ground WHERE origin IN (a.id, b.id) AND unit = ANY (%(pieces)s::bigint[]))
    ORDER BY 1, 2, a.lives AND b.lives DESC, link.by_hand DESC
)
SELECT DISTINCT ON (known.a, known.b) here.unit AS a, there.unit AS b, known.barrier, known.joined
FROM known JOIN ground AS here ON here.origin = known.a JOIN ground AS there ON there.origin = known.b
LEFT JOIN link AS kept ON kept.unit_a = least(here.unit, there.unit) AND kept.unit_b = greatest(here.unit, there.unit)
ORDER BY known.a, known.b, kept.unit_a IS NULL, ST_Distance(here.lattice, there.lattice), here.unit, there.unit

-- name: keep_borders
-- Borders and links of pieces as they are known today.
INSERT INTO unit_edge (unit_a, unit_b, length_m, barrier, joined, origin)
SELECT least(a, b), greatest(a, b), length_m, barrier, joined, CASE WHEN length_m > 0 THEN 'border' ELSE 'link' END
FROM unnest(%(a)s::bigint[], %(b)s::bigint[], %(length_m)s::float8[], %(barrier)s::smallint[], %(joined)s::boolean[])
     AS edge (a, b, length_m, barrier, joined)
ON CONFLICT (unit_a, unit_b) DO UPDATE SET barrier = excluded.barrier, joined = excluded.joined
