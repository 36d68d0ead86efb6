-- name: list
-- Plans with what they hold, the newest first; a filter that is NULL does not filter, a code asks for one.
SELECT plan.id, plan.code, plan.name_zh, plan.name_en, layer.code AS layer, layer.id AS layer_id,
       layer.kind = 'base_grid' AS nested, plan.state, plan.revision, plan.author, plan.approver, plan.base_at,
       plan.effective_from, plan.rollback_at, plan.rollback_by, plan.band_min, plan.band_max, plan.note_zh, plan.note_en, plan.created_at, plan.area_zone_id,
       area_layer.code AS area_layer, area.code AS area_code, area_version.name_zh AS area_zh,
       area_version.name_en AS area_en, held.zones, units.units, units.households,
       EXISTS (SELECT FROM plan_step WHERE plan_step.plan_id = plan.id AND NOT undone
               AND (%(by)s::text IS NULL OR plan_step.author = %(by)s::text)) AS undo,
       EXISTS (SELECT FROM plan_step WHERE plan_step.plan_id = plan.id AND undone
               AND (%(by)s::text IS NULL OR plan_step.author = %(by)s::text)
               AND NOT EXISTS (SELECT FROM plan_step AS later WHERE later.plan_id = plan.id AND NOT later.undone
                               AND later.author = plan_step.author AND later.seq > plan_step.seq)) AS redo
FROM plan
JOIN layer ON layer.id = plan.layer_id
LEFT JOIN zone AS area ON area.id = plan.area_zone_id
LEFT JOIN layer AS area_layer ON area_layer.id = area.layer_id
LEFT JOIN LATERAL (
    SELECT name_zh, name_en FROM zone_version
    WHERE zone_version.zone_id = area.id AND upper_inf(zone_version.recorded)
    ORDER BY zone_version.valid @> plan.base_at DESC, lower(zone_version.valid) DESC LIMIT 1
) AS area_version ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS zones FROM plan_zone WHERE plan_zone.plan_id = plan.id AND NOT dissolved
) AS held
CROSS JOIN LATERAL (
    SELECT count(*) AS units, coalesce(sum(households), 0)::bigint AS households
    FROM plan_unit WHERE plan_unit.plan_id = plan.id AND number IS NOT NULL
) AS units
WHERE (%(code)s::text IS NULL OR plan.code = %(code)s::text)
  AND (%(layer)s::text IS NULL OR layer.code = %(layer)s::text)
  AND (%(state)s::text IS NULL OR plan.state = %(state)s::text)
ORDER BY plan.created_at DESC, plan.id DESC
LIMIT 500

-- name: seen
-- Whether there is a plan of this code that is seen.
SELECT EXISTS (SELECT FROM plan WHERE code = %(code)s) AS seen

-- name: layer
-- A layer that can be redrawn.
SELECT id, kind, cardinality FROM layer WHERE code = %(code)s AND active

-- name: area
-- A region by its layer's code and its own.
SELECT zone.id FROM zone JOIN layer ON layer.id = zone.layer_id
WHERE layer.code = %(layer)s AND zone.code = %(code)s AND layer.kind = 'region'

-- name: lock
-- What a change needs to know of a plan; one change at a time, readers go on.
SELECT plan.id, plan.code, plan.state, plan.revision, plan.base_at, plan.band_min, plan.band_max,
       layer.kind = 'base_grid' AS nested
FROM plan JOIN layer ON layer.id = plan.layer_id
WHERE plan.code = %(code)s
FOR UPDATE OF plan

-- name: communities_of
-- Communities of units and of zones of a plan.
SELECT land_unit.community_zone_id AS id
FROM plan_unit JOIN land_unit ON land_unit.id = plan_unit.land_unit_id
WHERE plan_unit.plan_id = %(plan)s AND plan_unit.land_unit_id = ANY (%(units)s::bigint[])
UNION
SELECT plan_zone.community_zone_id FROM plan_zone
WHERE plan_zone.plan_id = %(plan)s AND plan_zone.number = ANY (%(zones)s::integer[])
  AND plan_zone.community_zone_id IS NOT NULL

-- name: units
-- Units of a plan that are there, of some communities or all, and those named: columns packed in the order of ids.
WITH unit AS (
    SELECT plan_unit.*, land_unit.code, land_unit.community_zone_id
    FROM plan_unit JOIN land_unit ON land_unit.id = plan_unit.land_unit_id
    WHERE plan_unit.plan_id = %(plan)s
      AND (plan_unit.number IS NOT NULL OR plan_unit.land_unit_id = ANY (%(named)s::bigint[]))
      AND (%(communities)s::bigint[] IS NULL OR land_unit.community_zone_id = ANY (%(communities)s::bigint[])
           OR plan_unit.land_unit_id = ANY (%(named)s::bigint[]))
)
SELECT string_agg(int8send(land_unit_id), ''::bytea ORDER BY land_unit_id) AS id,
       string_agg(code, E'\n' ORDER BY land_unit_id) AS code,
       string_agg(int8send(community_zone_id), ''::bytea ORDER BY land_unit_id) AS community,
       string_agg(int4send(coalesce(number, 0)), ''::bytea ORDER BY land_unit_id) AS zone,
       string_agg(int4send(coalesce(base_number, 0)), ''::bytea ORDER BY land_unit_id) AS base,
       string_agg(int4send(households), ''::bytea ORDER BY land_unit_id) AS households,
       string_agg(int4send(residents), ''::bytea ORDER BY land_unit_id) AS residents,
       string_agg(int4send(buildings), ''::bytea ORDER BY land_unit_id) AS buildings,
       string_agg(int4send(incidents_year), ''::bytea ORDER BY land_unit_id) AS incidents_year,
       string_agg(int4send(facilities), ''::bytea ORDER BY land_unit_id) AS facilities,
       string_agg(float8send(area_m2), ''::bytea ORDER BY land_unit_id) AS area_m2,
       string_agg(float8send(perimeter_m), ''::bytea ORDER BY land_unit_id) AS perimeter_m
FROM unit

-- name: neighbours
-- Units of a plan, and borders that lead from some units to them: what lies round a community.
SELECT DISTINCT other.land_unit_id AS id
FROM (
    SELECT unit_b AS id FROM unit_edge WHERE unit_a = ANY (%(ids)s::bigint[])
    UNION ALL
    SELECT unit_a FROM unit_edge WHERE unit_b = ANY (%(ids)s::bigint[])
) AS edge
JOIN plan_unit AS other ON other.plan_id = %(plan)s AND other.land_unit_id = edge.id AND other.number IS NOT NULL
WHERE edge.id <> ALL (%(ids)s::bigint[])

-- name: shapes
-- Shapes of units of a plan as they are in it.
SELECT land_unit.id, ST_AsBinary(coalesce(plan_unit.geom, land_unit.geom)) AS shape
FROM land_unit LEFT JOIN plan_unit ON plan_unit.land_unit_id = land_unit.id AND plan_unit.plan_id = %(plan)s
WHERE land_unit.id = ANY (%(ids)s::bigint[])
ORDER BY land_unit.id

-- name: zones
-- Zones of a plan by number, of some communities or all, with the posts they have today.
SELECT plan_zone.number, plan_zone.zone_id, plan_zone.code, plan_zone.name_zh, plan_zone.name_en,
       plan_zone.community_zone_id, plan_zone.exempt, plan_zone.lock, plan_zone.dissolved,
       -- A zone that the plan made is stored, too, once the plan is in force.
       EXISTS (SELECT FROM zone_version JOIN plan ON plan.id = plan_zone.plan_id
               WHERE zone_version.zone_id = plan_zone.zone_id AND zone_version.valid @> plan.base_at) AS base,
       (SELECT count(*) FROM post WHERE post.zone_id = plan_zone.zone_id AND post.valid @> now()) AS posts
FROM plan_zone
WHERE plan_zone.plan_id = %(plan)s
  AND (%(communities)s::bigint[] IS NULL OR plan_zone.community_zone_id = ANY (%(communities)s::bigint[]))
ORDER BY plan_zone.number

-- name: next_number
-- The first number no zone of a plan ever had.
SELECT coalesce(max(number), 0) + 1 AS number FROM plan_zone WHERE plan_id = %(plan)s

-- name: steps
-- Steps of a plan, the newest last.
SELECT seq, revision, at, author, kind, units, from_numbers, to_numbers, before, after, undone
FROM plan_step
WHERE plan_id = %(plan)s AND revision > %(since)s
ORDER BY seq

-- name: steps_near
-- Steps of a plan that move any of some units, change zones, or cut: those that a step of the plan can meet.
SELECT seq, revision, at, author, kind, units, from_numbers, to_numbers, before, after, undone
FROM plan_step
WHERE plan_id = %(plan)s
  AND (units && %(units)s::bigint[] OR after -> 'zones' <> '{}'::jsonb OR after -> 'ground' <> '[]'::jsonb)
ORDER BY seq

-- name: step_list
-- Steps of a plan for people, the newest first, without what only the program needs.
SELECT seq, revision, at, author, kind, units, from_numbers, to_numbers, undone,
       (SELECT coalesce(array_agg(key::integer ORDER BY key::integer), '{}')
        FROM jsonb_object_keys(after -> 'zones') AS key) AS zones
FROM plan_step
WHERE plan_id = %(plan)s AND seq < %(before)s
ORDER BY seq DESC
LIMIT %(limit)s

-- name: step_to_undo
-- The step to take back: the one named, or the newest of a person.
SELECT seq, revision, at, author, kind, units, from_numbers, to_numbers, before, after, undone
FROM plan_step
WHERE plan_id = %(plan)s AND NOT undone AND (seq = %(seq)s::integer OR %(seq)s::integer IS NULL AND author = %(by)s)
ORDER BY seq DESC LIMIT 1

-- name: step_to_redo
-- The step to make again: the one named, or the first taken back after the newest of a person.
SELECT seq, revision, at, author, kind, units, from_numbers, to_numbers, before, after, undone
FROM plan_step
WHERE plan_id = %(plan)s AND undone
  AND (seq = %(seq)s::integer
       OR %(seq)s::integer IS NULL AND author = %(by)s
          AND seq > coalesce((SELECT max(seq) FROM plan_step
                              WHERE plan_id = %(plan)s AND NOT undone AND author = %(by)s), 0))
ORDER BY seq LIMIT 1

-- name: moment
-- The moment of this transaction.
SELECT now() AS now

-- name: buildings_cut
-- Buildings of a plan whose footprint reaches into units of more than one zone, each with a place.
WITH reaching AS MATERIALIZED (
    SELECT building.id, building.code, building.geom
    FROM plan_unit
    JOIN land_unit ON land_unit.id = plan_unit.land_unit_id
    JOIN building ON building.land_unit_id = plan_unit.land_unit_id
    WHERE plan_unit.plan_id = %(plan)s AND plan_unit.buildings > 0 AND plan_unit.number IS NOT NULL
      AND NOT ST_CoveredBy(building.geom, coalesce(plan_unit.geom, land_unit.geom))
    UNION
    SELECT building.id, building.code, building.geom
    FROM building WHERE building.land_unit_id = ANY (%(grounds)s::bigint[])
)
SELECT reaching.code, min(found.number) AS number, round(ST_X(ST_PointOnSurface(reaching.geom))::numeric, 7)::float8 AS lon,
       round(ST_Y(ST_PointOnSurface(reaching.geom))::numeric, 7)::float8 AS lat
FROM reaching
CROSS JOIN LATERAL (
    SELECT plan_unit.number
    FROM land_unit JOIN plan_unit ON plan_unit.land_unit_id = land_unit.id AND plan_unit.plan_id = %(plan)s
    WHERE land_unit.geom && reaching.geom AND plan_unit.number IS NOT NULL
      AND ST_Relate(land_unit.geom, reaching.geom, 'T********')
) AS found
GROUP BY reaching.id, reaching.code, reaching.geom
HAVING count(DISTINCT found.number) > 1
ORDER BY reaching.code

-- name: buildings
-- Buildings on units of a plan; those of a piece are stored with other units of its origin, and are found by their place.
WITH standing AS (
    SELECT building.land_unit_id AS unit, building.id, building.code, building.geom, false AS is_piece
    FROM building WHERE building.land_unit_id = ANY (%(units)s::bigint[])
    UNION ALL
    SELECT given.unit, building.id, building.code, building.geom, true
    FROM unnest(%(pieces)s::bigint[], %(grounds)s::bigint[]) AS given (unit, ground)
    JOIN building ON building.land_unit_id = given.ground
)
SELECT DISTINCT ON (standing.id) standing.unit, standing.code, ST_AsBinary(standing.geom) AS shape, homes.households,
       homes.residents
FROM standing
JOIN land_unit AS unit ON unit.id = standing.unit
CROSS JOIN LATERAL (SELECT count(*) AS households, coalesce(sum(residents), 0)::bigint AS residents FROM household
                    WHERE household.building_id = standing.id) AS homes
WHERE NOT standing.is_piece OR ST_Covers(unit.geom, ST_PointOnSurface(standing.geom))
ORDER BY standing.id, standing.is_piece, standing.unit

-- name: unit_of_building
-- The unit a building stands on in a plan, by what is stored: a piece is found among all of its unit's origin.
WITH RECURSIVE above (id, cut_from) AS (
    SELECT land_unit.id, land_unit.cut_from FROM building JOIN land_unit ON land_unit.id = building.land_unit_id
    WHERE building.code = %(code)s
    UNION ALL
    SELECT land_unit.id, land_unit.cut_from FROM above JOIN land_unit ON land_unit.id = above.cut_from
), below (id) AS (
    SELECT id FROM above WHERE cut_from IS NULL
    UNION ALL
    SELECT land_unit.id FROM below JOIN land_unit ON land_unit.cut_from = below.id
)
SELECT plan_unit.land_unit_id AS unit
FROM below
JOIN plan_unit ON plan_unit.plan_id = %(plan)s AND plan_unit.land_unit_id = below.id AND plan_unit.number IS NOT NULL
JOIN land_unit ON land_unit.id = below.id
JOIN building ON building.code = %(code)s
ORDER BY ST_Area(ST_Intersection(land_unit.geom, building.geom)) DESC, ST_Distance(land_unit.geom, building.geom), below.id
LIMIT 1

-- name: happened
-- Places of a year's incidents and of the facilities on units of a plan; ``pieces`` and ``grounds`` as for buildings.
WITH stored (unit, ground) AS (
    SELECT unit, unit FROM unnest(%(units)s::bigint[]) AS given (unit)
    UNION
    SELECT unit, ground FROM unnest(%(pieces)s::bigint[], %(grounds)s::bigint[]) AS given (unit, ground)
)
SELECT stored.unit, 'incident' AS kind, ST_AsBinary(incident.place) AS shape
FROM stored
JOIN plan ON plan.id = %(plan)s
JOIN land_unit AS unit ON unit.id = stored.unit
JOIN incident ON incident.place && unit.geom AND incident.land_unit_id = stored.ground
WHERE ST_Covers(unit.geom, incident.place) AND incident.reported_at > plan.created_at - interval '365 days'
  AND incident.reported_at <= plan.created_at
UNION ALL
SELECT stored.unit, 'facility', ST_AsBinary(ST_PointOnSurface(facility.geom))
FROM stored
JOIN land_unit AS unit ON unit.id = stored.unit
JOIN facility ON facility.land_unit_id = stored.ground
WHERE facility.state <> 'removed' AND ST_Covers(unit.geom, ST_PointOnSurface(facility.geom))

-- name: beyond
-- Shapes of units that are not in a plan, near some that are.
SELECT DISTINCT unit.id, ST_AsBinary(coalesce(beside.geom, unit.geom)) AS shape
FROM land_unit AS near
JOIN land_unit AS unit ON unit.geom && near.geom
JOIN plan ON plan.id = %(plan)s
LEFT JOIN plan_unit AS beside ON beside.plan_id = plan.id AND beside.land_unit_id = unit.id
WHERE near.id = ANY (%(units)s::bigint[]) AND unit.valid @> plan.base_at
  AND beside.number IS NULL AND beside.base_number IS NULL
  -- Units whose ground pieces of the plan hold are in it as these.
  AND NOT EXISTS (SELECT FROM land_unit AS piece
                  JOIN plan_unit ON plan_unit.plan_id = plan.id AND plan_unit.land_unit_id = piece.id
                      AND plan_unit.base_number IS NOT NULL
                  WHERE isempty(piece.valid) AND piece.lattice && unit.lattice
                    AND ST_Relate(piece.lattice, unit.lattice, 'T********'))

-- name: numbering
-- What numbering needs to know of a plan's layer: what its codes look like, and all that were ever given.
SELECT layer.code_pattern, (SELECT coalesce(array_agg(zone.code), '{}') FROM zone WHERE zone.layer_id = layer.id) AS codes
FROM plan JOIN layer ON layer.id = plan.layer_id
WHERE plan.id = %(plan)s

-- name: communities
-- Communities of a plan by their codes; all without any.
SELECT DISTINCT zone.id, zone.code
FROM plan_zone JOIN zone ON zone.id = plan_zone.community_zone_id
WHERE plan_zone.plan_id = %(plan)s AND (%(codes)s::text[] IS NULL OR zone.code = ANY (%(codes)s::text[]))
ORDER BY zone.code

-- name: ways
-- Roads, but for paths, and borders of waters in a box: what a line can be led along.
SELECT ST_AsBinary(geom) AS shape FROM road
WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326) AND road_class <> 'path'
UNION ALL
-- Of large waters the bank that is near.
SELECT ST_AsBinary(ST_Intersection(CASE WHEN ST_Dimension(geom) = 2 THEN ST_Boundary(geom) ELSE geom END,
                                   ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)))
FROM water WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
