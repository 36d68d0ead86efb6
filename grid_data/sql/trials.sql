-- name: allow_time
-- A trial over many incidents takes longer than a request may.
SET LOCAL statement_timeout = '120s'

-- name: evidence
-- The newest incidents with a place: category, what routing found, who works on it.
COPY (
    SELECT incident.id, incident.category_id, coalesce(incident.organisation_id, 0), incident.overridden::integer,
           coalesce(incident.base_grid_id, 0), ST_X(incident.place), ST_Y(incident.place),
           extract(epoch FROM incident.reported_at)::float8, found.zone_version_ids,
           coalesce(facility.owning_id, 0), coalesce(facility.maintaining_id, 0)
    FROM (
        SELECT * FROM incident
        WHERE place IS NOT NULL
          AND (%(from_time)s::timestamptz IS NULL OR reported_at >= %(from_time)s::timestamptz)
          AND (%(to_time)s::timestamptz IS NULL OR reported_at < %(to_time)s::timestamptz)
        ORDER BY reported_at DESC, id DESC
        LIMIT %(last)s
    ) AS incident
    JOIN LATERAL (
        SELECT zone_version_ids, facility_id FROM routing
        WHERE routing.incident_id = incident.id AND routing.method <> 'manual'
        ORDER BY routing.id DESC LIMIT 1
    ) AS found ON true
    LEFT JOIN facility ON facility.id = found.facility_id
) TO STDOUT (FORMAT csv)

-- name: unlocated
-- Incidents without a place in a span of time.
SELECT count(*) AS n FROM incident
WHERE place IS NULL
  AND (%(from_time)s::timestamptz IS NULL OR reported_at >= %(from_time)s::timestamptz)
  AND (%(to_time)s::timestamptz IS NULL OR reported_at < %(to_time)s::timestamptz)

-- name: zone_versions
-- Zone versions with their layers, and who answers for them.
SELECT zone_version.id, zone_version.zone_id, zone.code, zone_version.name_zh, zone_version.name_en,
       coalesce(zone_version.organisation_id, 0) AS organisation_id,
       layer.code AS layer, layer.name_zh AS layer_zh, layer.name_en AS layer_en
FROM zone_version JOIN zone ON zone.id = zone_version.zone_id JOIN layer ON layer.id = zone.layer_id
WHERE zone_version.id = ANY (%(ids)s::bigint[])

-- name: category_keys
-- Keys of categories by identifier.
SELECT id, standard_ref || ':' || kind || ':' || code AS key FROM category

-- name: organisation_codes
-- Codes of organisations by identifier.
SELECT id, code FROM organisation

-- name: grids
-- Base grids in their newest version, with a point on each and the community around it.
SELECT zone.id, zone.code, drawn.name_zh, drawn.name_en,
       ST_X(drawn.centre) AS lon, ST_Y(drawn.centre) AS lat,
       around.id AS around_id, around.code AS around, named.name_zh AS around_zh, named.name_en AS around_en,
       ST_X(named.centre) AS around_lon, ST_Y(named.centre) AS around_lat
FROM zone
CROSS JOIN LATERAL (
    SELECT name_zh, name_en, parent_zone_id, ST_PointOnSurface(geom) AS centre FROM zone_version
    WHERE zone_version.zone_id = zone.id AND upper_inf(zone_version.recorded)
    ORDER BY lower(zone_version.valid) DESC LIMIT 1
) AS drawn
LEFT JOIN zone AS around ON around.id = drawn.parent_zone_id
LEFT JOIN LATERAL (
    SELECT name_zh, name_en, ST_PointOnSurface(geom) AS centre FROM zone_version
    WHERE zone_version.zone_id = around.id AND upper_inf(zone_version.recorded)
    ORDER BY lower(zone_version.valid) DESC LIMIT 1
) AS named ON true
WHERE zone.id = ANY (%(ids)s::bigint[])

-- name: incidents
-- What is told of single incidents.
SELECT incident.id, incident.number, incident.address, incident.reported_at
FROM incident WHERE incident.id = ANY (%(ids)s::bigint[])
