-- name: with_a_place
-- How many incidents have a place, from indexes.
SELECT (SELECT count(*) FROM incident) - (SELECT count(*) FROM incident WHERE place IS NULL) AS total

-- name: shared_coordinates
-- Coordinates that many incidents share, most first; what a person located or refuted is left out.
SELECT ST_X(incident.place) AS lon, ST_Y(incident.place) AS lat, count(*) AS incidents
FROM incident
WHERE incident.place IS NOT NULL AND incident.located_at IS NULL
GROUP BY incident.place
HAVING count(*) >= %(least)s::float8
   AND NOT EXISTS (SELECT FROM fallback_place AS known WHERE known.place = incident.place AND known.state = 'refuted')
ORDER BY incidents DESC, lon, lat

-- name: addresses_at
-- The addresses of the incidents at some coordinates, with how many have each.
SELECT asked.n::integer AS n, btrim(incident.address) AS address, count(*) AS incidents
FROM unnest(%(lon)s::float8[], %(lat)s::float8[]) WITH ORDINALITY AS asked (lon, lat, n)
JOIN incident ON incident.place && ST_Point(asked.lon, asked.lat, 4326)
             AND incident.place = ST_Point(asked.lon, asked.lat, 4326)
WHERE incident.located_at IS NULL AND btrim(incident.address) <> ''
GROUP BY asked.n, btrim(incident.address)
ORDER BY asked.n, incidents DESC, address

-- name: area_names
-- Names of the regions valid now, Chinese and English, with the depth of their layer.
SELECT DISTINCT named.name, layer.depth
FROM zone_version JOIN layer ON layer.id = zone_version.layer_id
CROSS JOIN LATERAL (VALUES (zone_version.name_zh), (upper(zone_version.name_en))) AS named (name)
WHERE layer.active AND layer.kind = 'region' AND zone_version.valid @> now() AND upper_inf(zone_version.recorded)
  AND char_length(named.name) >= 2

-- name: named_around
-- How far the streets and regions of some names are from some coordinates, in metres; unknown names have no row.
WITH asked AS (
    SELECT given.n, ST_Point(given.lon, given.lat, 4326) AS place,
           ST_Transform(ST_Point(given.lon, given.lat, 4326), city.metric_srid) AS metric, city.metric_srid
    FROM unnest(%(lon)s::float8[], %(lat)s::float8[]) WITH ORDINALITY AS given (lon, lat, n) CROSS JOIN city
),
named AS (
    SELECT n::integer AS n, name
    FROM unnest(%(of)s::integer[], %(names)s::text[]) AS told (n, name)
)
SELECT asked.n::integer AS n, named.name, layer.depth,
       min(CASE WHEN ST_Covers(zone_version.geom, asked.place) THEN 0
                ELSE ST_Distance(zone_version.border, asked.metric) END) AS distance_m
FROM asked JOIN named ON named.n = asked.n
JOIN zone_version ON named.name IN (zone_version.name_zh, upper(zone_version.name_en))
JOIN layer ON layer.id = zone_version.layer_id
WHERE layer.active AND layer.kind = 'region' AND zone_version.valid @> now() AND upper_inf(zone_version.recorded)
GROUP BY 1, 2, 3
UNION ALL
SELECT asked.n::integer, named.name, 100,
       min(ST_Distance(ST_Transform(road.geom, asked.metric_srid), asked.metric))
FROM asked JOIN named ON named.n = asked.n
JOIN road ON named.name IN (road.name_zh, upper(road.name_en))
GROUP BY 1, 2

-- name: keep_found
-- Keep what the check found at a coordinate; a place a person confirmed stays confirmed.
INSERT INTO fallback_place AS known (place, state, incidents, share, grounds, evidence, found_at)
VALUES (ST_Point(%(lon)s::float8, %(lat)s::float8, 4326), 'suspected', %(incidents)s, %(share)s, %(grounds)s,
        %(evidence)s, now())
ON CONFLICT (place) DO UPDATE SET incidents = excluded.incidents, share = excluded.share,
    grounds = excluded.grounds, evidence = excluded.evidence, found_at = excluded.found_at
WHERE known.state <> 'refuted'

-- name: not_refuted
-- Coordinates held to be fallbacks.
SELECT ST_X(place) AS lon, ST_Y(place) AS lat FROM fallback_place WHERE state <> 'refuted' ORDER BY id

-- name: withdraw
-- Take the place from all incidents at some coordinates that no person located, each with a new routing: no
-- zones, and nobody responsible while it is open. What was sent is kept; closed work keeps who did it.
WITH marked AS (
    UPDATE incident SET
        place = NULL,
        place_problem = 'shared_fallback',
        original_lon = coalesce(incident.original_lon, ST_X(incident.place)),
        original_lat = coalesce(incident.original_lat, ST_Y(incident.place)),
        original_crs = coalesce(incident.original_crs, 'wgs84'),
        organisation_id = CASE WHEN incident.is_open THEN NULL ELSE incident.organisation_id END,
        land_unit_id = NULL, base_grid_id = NULL, zone_ids = '{}', facility_id = NULL
    FROM unnest(%(lon)s::float8[], %(lat)s::float8[]) AS asked (lon, lat)
    WHERE incident.place && ST_Point(asked.lon, asked.lat, 4326)
      AND incident.place = ST_Point(asked.lon, asked.lat, 4326)
      AND incident.located_at IS NULL
    -- A person's choice stays on the incident; what was computed for open work is nobody.
    RETURNING incident.id, incident.reported_at,
              CASE WHEN incident.is_open THEN NULL ELSE incident.organisation_id END AS organisation_id
),
routed AS (
    INSERT INTO routing (incident_id, at, method, zone_version_ids, organisation_id)
    SELECT id, reported_at, 'sql', '{}', organisation_id FROM marked ORDER BY id
)
SELECT id FROM marked ORDER BY id

-- name: withdrawn
-- Incidents that wait because of a fallback place, with what routing needs to give their places back.
SELECT id, category_id, original_lon, original_lat, original_crs, place_accuracy_m, reported_at,
       CASE WHEN is_open THEN NULL ELSE organisation_id END AS done_by
FROM incident
WHERE place IS NULL AND place_problem = 'shared_fallback'
ORDER BY id
FOR UPDATE

-- name: give_back
-- Give incidents their places back, with what routing found there; a problem of its own stays a problem.
UPDATE incident SET
    place = CASE WHEN asked.problem IS NULL THEN ST_Point(%(lon)s::float8, %(lat)s::float8, 4326) END,
    place_problem = asked.problem,
    organisation_id = asked.organisation_id, land_unit_id = asked.land_unit_id,
    base_grid_id = asked.base_grid_id, zone_ids = asked.zone_ids::bigint[], facility_id = asked.facility_id
FROM unnest(%(ids)s::bigint[], %(problems)s::text[], %(organisations)s::bigint[], %(units)s::bigint[],
            %(grids)s::bigint[], %(zones)s::text[], %(facilities)s::bigint[])
    AS asked (id, problem, organisation_id, land_unit_id, base_grid_id, zone_ids, facility_id)
WHERE incident.id = asked.id

-- name: decide
-- A person's decision on a coordinate; one nobody found yet is added.
INSERT INTO fallback_place (place, state, decided_at, decided_by, reason)
VALUES (ST_Point(%(lon)s::float8, %(lat)s::float8, 4326), %(state)s, now(), %(actor)s, %(reason)s)
ON CONFLICT (place) DO UPDATE SET state = excluded.state, decided_at = excluded.decided_at,
    decided_by = excluded.decided_by, reason = excluded.reason

-- name: at
-- What is known of one coordinate; nobody changes it meanwhile.
SELECT state, reason FROM fallback_place
WHERE place = ST_Point(%(lon)s::float8, %(lat)s::float8, 4326)
FOR UPDATE

-- name: list
-- Known fallback places, the most shared first.
SELECT ST_X(place) AS lon, ST_Y(place) AS lat, state, incidents, share, grounds, evidence, found_at, decided_at,
       decided_by, reason
FROM fallback_place
WHERE (%(states)s::text[] IS NULL OR state = ANY (%(states)s::text[]))
  AND (%(lon)s::float8 IS NULL OR place = ST_Point(%(lon)s::float8, %(lat)s::float8, 4326))
ORDER BY incidents DESC NULLS LAST, id

-- name: waiting
-- What was sent for the incidents that wait because of a fallback place, counted.
SELECT original_lon AS lon, original_lat AS lat, original_crs AS crs, count(*) AS incidents
FROM incident
WHERE place IS NULL AND place_problem = 'shared_fallback'
GROUP BY 1, 2, 3

-- name: one_at_a_time
-- Checks and decisions wait for each other until the transaction ends.
SELECT pg_advisory_xact_lock(hashtext('gridgov.fallback_place'))
