-- name: one_at_a_time
-- Imports wait for each other: what one has compared, another must not change before it is written.
SELECT pg_advisory_xact_lock(hashtext('gridgov.import'))

-- name: city
-- The city's stored values, to tell a repetition from a contradiction.
SELECT code, name_zh, name_en, timezone, metric_srid, ST_X(centre) AS lon, ST_Y(centre) AS lat, zoom,
       outside_limit_m, attribution_zh, attribution_en
FROM city

-- name: any_category
-- Whether category catalogues are loaded.
SELECT id FROM category LIMIT 1

-- name: facilities
-- Facilities of given codes as an import would bring them.
SELECT facility.code, category.standard_ref, category.code AS category, facility.name_zh,
       supervising.code AS supervising, owning.code AS owning, maintaining.code AS maintaining,
       facility.state, facility.accuracy_class, facility.surveyed_on, ST_AsBinary(facility.geom) AS geom
FROM facility
JOIN category ON category.id = facility.category_id
LEFT JOIN organisation AS supervising ON supervising.id = facility.supervising_id
LEFT JOIN organisation AS owning ON owning.id = facility.owning_id
LEFT JOIN organisation AS maintaining ON maintaining.id = facility.maintaining_id
WHERE facility.code = ANY (%(codes)s::text[])

-- name: update_facilities
-- Bring facilities to what a file says.
UPDATE facility
SET category_id = new.category_id, name_zh = new.name_zh, supervising_id = new.supervising_id,
    owning_id = new.owning_id, maintaining_id = new.maintaining_id, state = new.state,
    accuracy_class = new.accuracy_class, surveyed_on = new.surveyed_on, geom = new.geom::geometry
FROM jsonb_to_recordset(%(rows)s) AS new (
    code text, category_id bigint, name_zh text, supervising_id bigint, owning_id bigint, maintaining_id bigint,
    state text, accuracy_class text, surveyed_on date, geom text)
WHERE facility.code = new.code

-- name: roads
-- Roads of given codes as an import would bring them.
SELECT code, name_zh, name_en, road_class, ST_AsBinary(geom) AS geom
FROM road WHERE code = ANY (%(codes)s::text[])

-- name: update_roads
-- Bring roads to what a file says.
UPDATE road
SET name_zh = new.name_zh, name_en = new.name_en, road_class = new.road_class, geom = new.geom::geometry
FROM jsonb_to_recordset(%(rows)s) AS new (code text, name_zh text, name_en text, road_class text, geom text)
WHERE road.code = new.code

-- name: patrol_points
-- Patrol points of some codes that are visited, as an import would bring them.
SELECT code, name_zh, name_en, ST_AsBinary(geom) AS geom FROM patrol_point
WHERE code = ANY (%(codes)s::text[]) AND removed_at IS NULL

-- name: put_patrol_points
-- Bring patrol points to what a file says, each on the unit that covers it, the lowest code on an edge.
INSERT INTO patrol_point (code, name_zh, name_en, geom, land_unit_id)
SELECT new.code, new.name_zh, new.name_en, ST_SetSRID(ST_Point(new.lon, new.lat), 4326), (
    SELECT unit.id FROM land_unit AS unit
    WHERE unit.lattice && ST_Point(round(new.lon * 1e7), round(new.lat * 1e7))
      AND ST_Covers(unit.lattice, ST_Point(round(new.lon * 1e7), round(new.lat * 1e7))) AND unit.valid @> now()
    ORDER BY unit.code LIMIT 1)
FROM jsonb_to_recordset(%(rows)s) AS new (code text, name_zh text, name_en text, lon float8, lat float8)
ON CONFLICT (code) DO UPDATE SET name_zh = excluded.name_zh, name_en = excluded.name_en, geom = excluded.geom,
    land_unit_id = excluded.land_unit_id, removed_at = NULL

-- name: zones_held
-- Zones of some codes in every layer, and whether they hold now.
SELECT layer.code AS layer, zone.code AS zone, EXISTS (
    SELECT FROM zone_version WHERE zone_id = zone.id AND valid @> now() AND upper_inf(recorded)) AS now
FROM zone JOIN layer ON layer.id = zone.layer_id
WHERE zone.code = ANY (%(zones)s::text[])

-- name: persons
-- Persons of some codes as an import would bring them.
SELECT code, name, phone FROM person WHERE code = ANY (%(codes)s::text[])

-- name: update_persons
-- Call and ring persons as a file says.
UPDATE person SET name = new.name, phone = new.phone
FROM jsonb_to_recordset(%(rows)s) AS new (code text, name text, phone text)
WHERE person.code = new.code

-- name: posts
-- Posts in zones of some codes as an import would bring them, the oldest first.
SELECT post.id, layer.code AS layer, zone.code AS zone, post.kind, person.code AS person,
       organisation.code AS organisation, lower(post.valid) AS valid_from, upper(post.valid) AS valid_to
FROM post
JOIN zone ON zone.id = post.zone_id JOIN layer ON layer.id = zone.layer_id
LEFT JOIN person ON person.id = post.person_id
LEFT JOIN organisation ON organisation.id = post.organisation_id
WHERE zone.code = ANY (%(zones)s::text[])
ORDER BY lower(post.valid), post.id

-- name: update_posts
-- Bring posts to what a file says.
UPDATE post
SET person_id = (SELECT id FROM person WHERE code = new.person),
    organisation_id = (SELECT id FROM organisation WHERE code = new.organisation),
    valid = tstzrange(new.valid_from, new.valid_to)
FROM jsonb_to_recordset(%(rows)s) AS new (
    id bigint, person text, organisation text, valid_from timestamptz, valid_to timestamptz)
WHERE post.id = new.id

-- name: organisations
-- All organisations as an import would bring them.
SELECT organisation.code, organisation.name_zh, organisation.name_en, organisation.kind, parent.code AS parent,
       layer.code AS region_layer, zone.code AS region
FROM organisation
LEFT JOIN organisation AS parent ON parent.id = organisation.parent_id
LEFT JOIN zone ON zone.id = organisation.region_zone_id
LEFT JOIN layer ON layer.id = zone.layer_id

-- name: update_organisations
-- Bring organisations to what a file says.
UPDATE organisation
SET name_zh = new.name_zh, name_en = new.name_en, kind = new.kind, parent_id = new.parent_id,
    region_zone_id = new.region_zone_id
FROM jsonb_to_recordset(%(rows)s) AS new (
    code text, name_zh text, name_en text, kind text, parent_id bigint, region_zone_id bigint)
WHERE organisation.code = new.code

-- name: layers
-- All layers as they were defined.
SELECT layer.code, layer.name_zh, layer.name_en, layer.kind, layer.cardinality, parent.code AS parent,
       layer.precedence, layer.depth, layer.code_pattern, layer.nearest_tolerance_m, layer.attribution_zh,
       layer.attribution_en, layer.synthetic
FROM layer LEFT JOIN layer AS parent ON parent.id = layer.parent_layer_id
ORDER BY layer.precedence, layer.code

-- name: zone_versions
-- Versions of a layer's zones as recorded now, of all times.
SELECT zone_version.id, zone.id AS zone_id, zone.code, zone_version.name_zh, zone_version.name_en,
       parent.code AS parent, organisation.code AS organisation,
       lower(zone_version.valid) AS valid_from, upper(zone_version.valid) AS valid_to, zone.retired_at,
       ST_AsBinary(zone_version.geom) AS geometry
FROM zone_version
JOIN zone ON zone.id = zone_version.zone_id
JOIN layer ON layer.id = zone.layer_id
LEFT JOIN zone AS parent ON parent.id = zone_version.parent_zone_id
LEFT JOIN organisation ON organisation.id = zone_version.organisation_id
WHERE layer.code = %(layer)s AND upper_inf(zone_version.recorded)
ORDER BY zone.code, zone_version.valid

-- name: close_versions
-- End versions of zones: from then on something else holds.
UPDATE zone_version SET valid = tstzrange(lower(valid), %(at)s) WHERE id = ANY (%(ids)s::bigint[])

-- name: correct_versions
-- Versions that are known better now: what was recorded stays readable, until now.
UPDATE zone_version SET recorded = tstzrange(lower(recorded), now()) WHERE id = ANY (%(ids)s::bigint[])

-- name: retire_zones
-- Zones that cease; their codes are never used again.
UPDATE zone SET retired_at = %(at)s WHERE id = ANY (%(ids)s::bigint[])

-- name: grid_units
-- Land units with the base grid each is in, as recorded now.
SELECT land_unit.id, land_unit.code, land_unit.kind, zone.code AS grid, upper(land_unit.valid) AS valid_to
FROM land_unit
JOIN unit_zone ON unit_zone.land_unit_id = land_unit.id AND upper_inf(unit_zone.recorded)
JOIN zone ON zone.id = unit_zone.zone_id
JOIN layer ON layer.id = zone.layer_id
WHERE layer.code = %(layer)s

-- name: end_unit_zones
-- Units that end leave their grid at the same moment.
UPDATE unit_zone SET valid = tstzrange(lower(valid), %(at)s)
WHERE land_unit_id = ANY (%(ids)s::bigint[]) AND upper_inf(valid) AND upper_inf(recorded)

-- name: end_units
-- End the life of land units.
UPDATE land_unit SET valid = tstzrange(lower(valid), %(at)s) WHERE id = ANY (%(ids)s::bigint[])

-- name: redraw_units
-- Draw land units better than before.
UPDATE land_unit SET geom = new.geom::geometry
FROM jsonb_to_recordset(%(rows)s) AS new (id bigint, geom text)
WHERE land_unit.id = new.id

-- name: move_buildings
-- Buildings on ended units stand on the new unit that covers their middle; the lowest code on an edge.
UPDATE building SET land_unit_id = found.unit_id
FROM (
    SELECT DISTINCT ON (building.id) building.id AS building_id, unit.id AS unit_id
    FROM building
    CROSS JOIN LATERAL (
        SELECT ST_SnapToGrid(ST_SetSRID(ST_Scale(ST_PointOnSurface(building.geom), 1e7, 1e7), 0), 1) AS point
    ) AS middle
    JOIN land_unit AS unit ON unit.lattice && middle.point AND ST_Covers(unit.lattice, middle.point)
    WHERE building.land_unit_id = ANY (%(ids)s::bigint[]) AND unit.valid @> %(at)s::timestamptz
    ORDER BY building.id, unit.code
) AS found
WHERE building.id = found.building_id

-- name: living_units
-- Land units without an end, with their community and base grid.
SELECT land_unit.id, land_unit.code, land_unit.kind, community.code AS community, zone.code AS grid,
       ST_AsBinary(land_unit.geom) AS geometry
FROM land_unit
JOIN zone AS community ON community.id = land_unit.community_zone_id
JOIN unit_zone ON unit_zone.land_unit_id = land_unit.id
    AND upper_inf(unit_zone.valid) AND upper_inf(unit_zone.recorded)
JOIN zone ON zone.id = unit_zone.zone_id
JOIN layer ON layer.id = zone.layer_id
WHERE layer.code = %(layer)s AND upper_inf(land_unit.valid)

-- name: grid_codes
-- Codes of a layer's zones, retired ones included: none is given again.
SELECT zone.code FROM zone JOIN layer ON layer.id = zone.layer_id WHERE layer.code = %(layer)s

-- name: units_now
-- Land units without an end.
SELECT id, code, ST_AsBinary(geom) AS geometry FROM land_unit WHERE upper_inf(valid) ORDER BY code

-- name: households
-- Households of given buildings as an import would bring them.
SELECT building.code AS building, household.door_plate, household.stairwell, household.floor, household.residents
FROM household JOIN building ON building.id = household.building_id
WHERE building.code = ANY (%(codes)s::text[])

-- name: update_households
-- Bring households to what a file says.
UPDATE household
SET stairwell = new.stairwell, floor = new.floor, residents = new.residents
FROM jsonb_to_recordset(%(rows)s) AS new (
    building text, door_plate text, stairwell smallint, floor smallint, residents smallint)
JOIN building ON building.code = new.building
WHERE household.building_id = building.id AND household.door_plate = new.door_plate

-- name: any_incident
-- Whether anything was reported yet.
SELECT id FROM incident LIMIT 1

-- name: ask_for_incidents
-- Where the references of a file go to be looked up.
CREATE TEMPORARY TABLE asked (source text NOT NULL, source_ref text NOT NULL) ON COMMIT DROP

-- name: asked_for_incidents
-- They have been.
DROP TABLE asked

-- name: incidents
-- What sources sent before under given references, to tell repetitions from contradictions.
COPY (
    SELECT incident.number, incident.source, incident.source_ref,
           category.standard_ref || ':' || category.kind || ':' || category.code,
           incident.text, incident.address, incident.original_lon, incident.original_lat, incident.original_crs,
           CASE WHEN incident.located_at IS NULL THEN incident.place_accuracy_m ELSE incident.original_accuracy_m END,
           (extract(epoch FROM incident.reported_at) * 1000000)::bigint,
           incident.appeal_kind, incident.urgency
    FROM asked
    JOIN incident ON incident.source = asked.source AND incident.source_ref = asked.source_ref
    JOIN category ON category.id = incident.category_id
) TO STDOUT (FORMAT csv)

-- name: incidents_in_zones
-- How many incidents reported since a moment were routed to some zones.
SELECT count(*) AS n FROM incident WHERE zone_ids && %(zones)s::bigint[] AND reported_at >= %(since)s
