-- name: posts
-- Posts of today that an organisation has or that are in a zone, with who holds them; telephones whole or masked. Of whose organisation or zone nothing is said: all that are seen.
SELECT post.id, post.kind, layer.code AS layer, layer.name_zh AS layer_zh, layer.name_en AS layer_en, layer.kind AS layer_kind,
       zone.id AS zone_id, zone.code AS zone, drawn.name_zh AS zone_zh, drawn.name_en AS zone_en,
       person.id AS person_id, person.name AS person,
       CASE WHEN %(whole)s::boolean OR post.zone_id = ANY (%(whole_zones)s::bigint[])
                 OR post.organisation_id = ANY (%(whole_organisations)s::bigint[]) THEN person.phone
            ELSE overlay(person.phone placing repeat('*', greatest(length(person.phone) - 7, 4)) from 4
                         for greatest(length(person.phone) - 7, 4)) END AS phone,
       organisation.code AS organisation, organisation.name_zh AS organisation_zh, organisation.name_en AS organisation_en
FROM post
JOIN zone ON zone.id = post.zone_id
JOIN layer ON layer.id = zone.layer_id
JOIN zone_version AS drawn ON drawn.zone_id = zone.id AND drawn.valid @> now() AND upper_inf(drawn.recorded)
LEFT JOIN person ON person.id = post.person_id
LEFT JOIN organisation ON organisation.id = coalesce(post.organisation_id, person.organisation_id)
WHERE post.valid @> now()
  AND (%(organisation_ids)s::bigint[] IS NULL
       OR coalesce(post.organisation_id, person.organisation_id) = ANY (%(organisation_ids)s::bigint[])
       OR post.zone_id = ANY (%(grid_ids)s::bigint[]))
  AND (%(zone_ids)s::bigint[] IS NULL OR post.zone_id = ANY (%(zone_ids)s::bigint[]))
ORDER BY layer.precedence, layer.code, zone.code,
         array_position(ARRAY['grid_lead', 'police', 'full_time', 'part_time', 'trade', 'window'], post.kind),
         person.name, post.id

-- name: grids
-- Base grids of today: those below some zones, or all.
WITH RECURSIVE below AS (
    SELECT unnest(%(zone_ids)s::bigint[]) AS id
    UNION
    SELECT version.zone_id
    FROM below JOIN zone_version AS version ON version.parent_zone_id = below.id
    WHERE version.valid @> now() AND upper_inf(version.recorded)
)
SELECT zone.id, zone.code, drawn.name_zh, drawn.name_en, layer.code AS layer, layer.name_zh AS layer_zh, layer.name_en AS layer_en
FROM layer JOIN zone ON zone.layer_id = layer.id
JOIN zone_version AS drawn ON drawn.zone_id = zone.id AND drawn.valid @> now() AND upper_inf(drawn.recorded)
WHERE layer.kind = 'base_grid' AND (%(zone_ids)s::bigint[] IS NULL OR zone.id IN (SELECT id FROM below))
ORDER BY zone.code

-- name: below
-- Some zones and all that lie below them today by nesting.
WITH RECURSIVE below AS (
    SELECT unnest(%(zone_ids)s::bigint[]) AS id
    UNION
    SELECT version.zone_id
    FROM below JOIN zone_version AS version ON version.parent_zone_id = below.id
    WHERE version.valid @> now() AND upper_inf(version.recorded)
)
SELECT id FROM below

-- name: regions
-- Regions that some organisations govern, and base grids they answer for.
SELECT region_zone_id AS id FROM organisation WHERE id = ANY (%(organisation_ids)s::bigint[]) AND region_zone_id IS NOT NULL
UNION
SELECT version.zone_id FROM zone_version AS version JOIN layer ON layer.id = version.layer_id AND layer.kind IN ('region', 'base_grid')
WHERE version.organisation_id = ANY (%(organisation_ids)s::bigint[]) AND version.valid @> now() AND upper_inf(version.recorded)

-- name: open_by_grid
-- Open incidents that a filter means, by base grid. Planned anew for each call.
SELECT incident.base_grid_id AS grid_id, count(*) AS open,
       count(*) FILTER (WHERE clock_state(clock.due_at, clock.soon_at, clock.paused_at) = 'overdue') AS overdue
FROM incident LEFT JOIN incident_clock AS clock ON clock.incident_id = incident.id
WHERE incident.base_grid_id IS NOT NULL AND {filter}
GROUP BY 1

-- name: reported_by_grid
-- Incidents that a filter means, by base grid. Planned anew for each call.
SELECT incident.base_grid_id AS grid_id, count(*) AS n FROM incident
WHERE incident.base_grid_id IS NOT NULL AND {filter}
GROUP BY 1

-- name: handled_by
-- Incidents that a filter means, by base grid and by the person who reported the work done. Planned anew for each call.
SELECT incident.base_grid_id AS grid_id, case_state.handler, handling.code AS organisation, count(*) AS n
FROM incident LEFT JOIN case_state ON case_state.incident_id = incident.id
LEFT JOIN organisation AS handling ON handling.id = case_state.handler_organisation_id
WHERE {filter}
GROUP BY 1, 2, 3
