-- name: snapshot
-- What follows only reads, and sees the rows of this moment.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY

-- name: edition
-- Which edition of the base grids holds now, since when, and on which clock the city lives.
SELECT layer.code, layer.edition, city.timezone,
       (SELECT max(lower(valid)) FROM zone_version
        WHERE zone_version.layer_id = layer.id AND lower(valid) <= now() AND upper_inf(recorded)) AS since
FROM city LEFT JOIN layer ON layer.kind = 'base_grid'

-- name: incidents_rows
-- How many incidents a filter means, and how many of them have a place.
SELECT count(*) AS rows, count(place) AS placed FROM incident WHERE {filter}

-- name: incidents
-- Incidents for a file, newest first; {filter} says which. Reporters are no part of it.
WITH named AS MATERIALIZED (
    SELECT DISTINCT ON (version.zone_id) version.zone_id AS id, zone.code, layer.code AS layer, version.parent_zone_id AS parent_id,
           CASE WHEN %(english)s::boolean THEN coalesce(version.name_en, version.name_zh) ELSE version.name_zh END AS name
    FROM zone_version AS version
    JOIN zone ON zone.id = version.zone_id
    JOIN layer ON layer.id = zone.layer_id AND layer.kind IN ('region', 'base_grid')
    WHERE upper_inf(version.recorded)
    ORDER BY version.zone_id, lower(version.valid) DESC
), grid AS MATERIALIZED (
    SELECT named.id, named.code, named.name, community.name AS community, street.name AS street
    FROM named LEFT JOIN named AS community ON community.id = named.parent_id
    LEFT JOIN named AS street ON street.id = community.parent_id
)
SELECT incident.number, incident.source, incident.appeal_kind,
       category.standard_ref || ':' || category.kind || ':' || category.code,
       CASE WHEN %(english)s::boolean THEN coalesce(category.name_en, category.name_zh) ELSE category.name_zh END,
       incident.text, incident.address, ST_X(incident.place), ST_Y(incident.place), incident.place_problem,
       incident.reported_at, incident.urgency, incident.state, incident.state_since, case_state.level,
       organisation.code,
       CASE WHEN %(english)s::boolean THEN coalesce(organisation.name_en, organisation.name_zh) ELSE organisation.name_zh END,
       grid.code, grid.name, grid.community, grid.street,
       CASE WHEN NOT incident.is_open THEN 'stopped' ELSE clock_state(clock.due_at, clock.soon_at, clock.paused_at) END,
       coalesce(clock.due_at, case_state.due_at), case_state.closed_at, case_state.supervised_at IS NOT NULL,
       case_state.satisfaction, ST_AsBinary(incident.place)
FROM incident
JOIN category ON category.id = incident.category_id
LEFT JOIN organisation ON organisation.id = incident.organisation_id
LEFT JOIN case_state ON case_state.incident_id = incident.id
LEFT JOIN incident_clock AS clock ON clock.incident_id = incident.id
LEFT JOIN grid ON grid.id = incident.base_grid_id
WHERE {filter}
ORDER BY incident.reported_at DESC, incident.id DESC

-- name: facilities_rows
-- How many facilities a filter means.
SELECT count(*) AS rows, count(*) AS placed FROM facility WHERE {filter}

-- name: facilities
-- Facilities for a file, by code; {filter} says which.
SELECT facility.code, category.standard_ref || ':' || category.kind || ':' || category.code,
       CASE WHEN %(english)s::boolean THEN coalesce(category.name_en, category.name_zh) ELSE category.name_zh END,
       CASE WHEN %(english)s::boolean THEN coalesce(facility.name_en, facility.name_zh) ELSE facility.name_zh END,
       facility.state, facility.accuracy_class, facility.surveyed_on,
       owning.code, CASE WHEN %(english)s::boolean THEN coalesce(owning.name_en, owning.name_zh) ELSE owning.name_zh END,
       maintaining.code,
       CASE WHEN %(english)s::boolean THEN coalesce(maintaining.name_en, maintaining.name_zh) ELSE maintaining.name_zh END,
       supervising.code,
       CASE WHEN %(english)s::boolean THEN coalesce(supervising.name_en, supervising.name_zh) ELSE supervising.name_zh END,
       land_unit.code, ST_X(point.geom), ST_Y(point.geom), ST_AsBinary(facility.geom)
FROM facility
JOIN category ON category.id = facility.category_id
LEFT JOIN organisation AS owning ON owning.id = facility.owning_id
LEFT JOIN organisation AS maintaining ON maintaining.id = facility.maintaining_id
LEFT JOIN organisation AS supervising ON supervising.id = facility.supervising_id
LEFT JOIN land_unit ON land_unit.id = facility.land_unit_id
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(facility.geom) AS geom) AS point
WHERE {filter}
ORDER BY facility.code

-- name: facilities_filter
-- Which facilities a filter means; one that is NULL does not filter.
(%(category_ids)s::bigint[] IS NULL OR facility.category_id = ANY (%(category_ids)s::bigint[]))
      AND (%(states)s::text[] IS NULL OR facility.state = ANY (%(states)s::text[]))
      AND (%(organisation_ids)s::bigint[] IS NULL
           OR CASE WHEN %(relation)s::text IN ('owned', 'kept') THEN facility.owning_id
                   WHEN %(relation)s::text = 'maintained' THEN facility.maintaining_id
                   ELSE facility.supervising_id END = ANY (%(organisation_ids)s::bigint[])
           OR (%(relation)s::text = 'kept' AND facility.maintaining_id = ANY (%(organisation_ids)s::bigint[])))
      AND (%(area)s::geometry IS NULL OR ST_Intersects(facility.geom, %(area)s::geometry))
      AND (%(zone_id)s::bigint IS NULL OR ST_Intersects(facility.geom, (
          SELECT zone_version.geom FROM zone_version
          WHERE zone_version.zone_id = %(zone_id)s::bigint AND zone_version.valid @> now() AND upper_inf(zone_version.recorded)
          LIMIT 1)))

-- name: zones_rows
-- How many zones a filter means.
SELECT count(*) AS rows, count(*) AS placed FROM zone_version AS version JOIN zone ON zone.id = version.zone_id JOIN layer ON layer.id = zone.layer_id
WHERE {filter}

-- name: zones
-- Zones that hold at a moment, for a file, by layer and code; {filter} says which.
SELECT layer.code, CASE WHEN %(english)s::boolean THEN coalesce(layer.name_en, layer.name_zh) ELSE layer.name_zh END,
       zone.code, version.name_zh, version.name_en, parent.code, organisation.code,
       CASE WHEN %(english)s::boolean THEN coalesce(organisation.name_en, organisation.name_zh) ELSE organisation.name_zh END,
       round(version.area_m2::numeric, 1)::float8, round(version.perimeter_m::numeric, 1)::float8,
       lower(version.valid), upper(version.valid), ST_X(point.geom), ST_Y(point.geom), ST_AsBinary(version.geom)
FROM zone_version AS version
JOIN zone ON zone.id = version.zone_id
JOIN layer ON layer.id = zone.layer_id
LEFT JOIN zone AS parent ON parent.id = version.parent_zone_id
LEFT JOIN organisation ON organisation.id = version.organisation_id
CROSS JOIN LATERAL (SELECT ST_PointOnSurface(version.geom) AS geom) AS point
WHERE {filter}
ORDER BY layer.id, zone.code

-- name: zones_filter
-- Which zones a filter means; one that is NULL does not filter.
layer.active AND version.valid @> coalesce(%(at)s::timestamptz, now()) AND upper_inf(version.recorded)
      AND (%(layer)s::text IS NULL OR layer.code = %(layer)s::text)
      AND (%(parent)s::text IS NULL OR EXISTS (
          SELECT FROM zone AS around WHERE around.id = version.parent_zone_id AND around.code = %(parent)s::text))
      AND (%(prefix)s::text IS NULL OR zone.code LIKE %(prefix)s::text OR version.name_zh ILIKE %(pattern)s::text
           OR version.name_en ILIKE %(pattern)s::text)

-- name: shapes
-- Shapes of zones of a layer by code: as they are today, or were last.
SELECT DISTINCT ON (zone.code) zone.code, ST_AsBinary(version.geom) AS shape
FROM zone JOIN layer ON layer.id = zone.layer_id JOIN zone_version AS version ON version.zone_id = zone.id
WHERE layer.code = %(layer)s AND zone.code = ANY (%(codes)s::text[]) AND upper_inf(version.recorded)
ORDER BY zone.code, version.valid @> now() DESC, lower(version.valid) DESC
