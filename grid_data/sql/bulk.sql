-- name: reserve_ids
-- Take n identifiers of a table, so that rows can refer to each other before they are stored; packed, in network order.
SELECT string_agg(int8send(id), ''::bytea) AS ids
FROM (SELECT nextval(pg_get_serial_sequence(%(table)s, 'id')) AS id FROM generate_series(1, %(n)s)) AS taken

-- name: prepare_load
-- For the rest of the transaction: room to gather rows for the checks, and index entries.
SELECT set_config('maintenance_work_mem', '256MB', true), set_config('work_mem', '64MB', true)

-- name: insert_city
-- Set the city up.
INSERT INTO city (code, name_zh, name_en, timezone, metric_srid, centre, zoom, outside_limit_m,
                  attribution_zh, attribution_en)
VALUES (%(code)s, %(name_zh)s, %(name_en)s, %(timezone)s, %(metric_srid)s, ST_Point(%(lon)s, %(lat)s, 4326),
        %(zoom)s, %(outside_limit_m)s, %(attribution_zh)s, %(attribution_en)s)

-- name: insert_dataset
-- Note where data come from and whether they are synthetic.
INSERT INTO dataset (code, title_zh, title_en, notice_zh, notice_en, licence, attribution, synthetic, contents)
VALUES (%(code)s, %(title_zh)s, %(title_en)s, %(notice_zh)s, %(notice_en)s, %(licence)s, %(attribution)s,
        %(synthetic)s, %(contents)s)

-- name: dataset_codes
-- Which datasets are loaded.
SELECT code FROM dataset ORDER BY code

-- name: insert_layer
-- Define a layer.
INSERT INTO layer (code, name_zh, name_en, kind, cardinality, parent_layer_id, precedence, depth, code_pattern,
                   nearest_tolerance_m, attribution_zh, attribution_en, synthetic)
VALUES (%(code)s, %(name_zh)s, %(name_en)s, %(kind)s, %(cardinality)s,
        (SELECT id FROM layer WHERE code = %(parent)s), %(precedence)s, %(depth)s, %(code_pattern)s,
        %(nearest_tolerance_m)s, %(attribution_zh)s, %(attribution_en)s, %(synthetic)s)
RETURNING id

-- name: insert_plan
-- Store a redrawing plan.
INSERT INTO plan (code, layer_id, name_zh, name_en, state, author, approver, effective_from, created_at, area_zone_id,
                  base_at, revision, band_min, band_max, note_zh, note_en)
VALUES (%(code)s, (SELECT id FROM layer WHERE code = %(layer)s), %(name_zh)s, %(name_en)s, %(state)s,
        %(author)s, %(approver)s, %(effective_from)s, %(created_at)s,
        (SELECT zone.id FROM zone JOIN layer ON layer.id = zone.layer_id
         WHERE layer.code = %(area_layer)s AND zone.code = %(area)s),
        %(base_at)s, %(revision)s, %(band_min)s, %(band_max)s, %(note_zh)s, %(note_en)s)
RETURNING id

-- name: layer_ids
-- Identifiers of layers by code.
SELECT code, id FROM layer

-- name: zone_ids
-- Identifiers of a layer's zones by code, retired ones included.
SELECT zone.code, zone.id FROM zone JOIN layer ON layer.id = zone.layer_id WHERE layer.code = %(layer)s

-- name: organisation_ids
-- Identifiers of organisations by code.
SELECT code, id FROM organisation

-- name: category_ids
-- Identifiers of categories by key.
SELECT standard_ref || ':' || kind || ':' || code AS code, id FROM category

-- name: land_unit_ids
-- Identifiers of land units by code.
SELECT code, id FROM land_unit

-- name: building_ids
-- Identifiers of buildings by code.
SELECT code, id FROM building

-- name: person_ids
-- Identifiers of persons by code.
SELECT code, id FROM person

-- name: plan_ids
-- Identifiers of plans by code.
SELECT code, id FROM plan

-- name: plan_zone_numbers
-- Numbers of a plan's zones by code.
SELECT code, number AS id FROM plan_zone WHERE plan_id = %(plan)s AND code IS NOT NULL

-- name: take_numbers
-- Advance the running numbers of several days at once; answers the last number of each.
INSERT INTO incident_counter (district, day, last)
SELECT %(district)s, taken.day, taken.n
FROM unnest(%(days)s::date[], %(counts)s::integer[]) AS taken (day, n)
ORDER BY taken.day
ON CONFLICT (district, day) DO UPDATE SET last = incident_counter.last + excluded.last
RETURNING day, last

-- name: analyze
-- Tell the planner what has just been loaded.
ANALYZE

-- name: add_history
-- One action, one entry.
INSERT INTO history (actor, action, incident_id, zone_id, plan_id, before, after)
VALUES (%(actor)s, %(action)s, %(incident_id)s, %(zone_id)s, %(plan_id)s, %(before)s, %(after)s)
RETURNING seq

-- name: change_moments
-- When zones, units' grids or rules changed within a span: between two such moments every answer is the same.
SELECT DISTINCT moment
FROM (
    SELECT unnest(ARRAY[lower(valid), upper(valid)]) AS moment FROM zone_version WHERE upper_inf(recorded)
    UNION ALL
    SELECT unnest(ARRAY[lower(valid), upper(valid)]) FROM unit_zone WHERE upper_inf(recorded)
    UNION ALL
    SELECT unnest(ARRAY[lower(valid), upper(valid)]) FROM land_unit
    UNION ALL
    SELECT unnest(ARRAY[lower(valid), upper(valid)]) FROM assignment_rule
) AS moments
WHERE moment > %(first)s::timestamptz AND moment <= %(last)s::timestamptz
ORDER BY moment

-- name: zone_versions_at
-- Zones of all active layers at a moment, with their shapes, for the router in memory; empty layers too.
SELECT layer.code AS layer, layer.kind, layer.cardinality, layer.nearest_tolerance_m,
       found.code, found.zone_id, found.version_id, found.organisation_id, found.shape
FROM layer LEFT JOIN LATERAL (
    SELECT zone.code, zone.id AS zone_id, zone_version.id AS version_id, zone_version.organisation_id,
           ST_AsBinary(zone_version.geom) AS shape
    FROM zone_version JOIN zone ON zone.id = zone_version.zone_id
    WHERE zone_version.layer_id = layer.id
      AND zone_version.valid @> %(at)s::timestamptz AND upper_inf(zone_version.recorded)
) AS found ON true
WHERE layer.active AND layer.kind <> 'context'
ORDER BY layer.precedence, layer.code, found.code

-- name: land_units_at
-- Land units at a moment with the base grid each belongs to.
SELECT land_unit.code, land_unit.id, unit_zone.zone_id, ST_AsBinary(land_unit.geom) AS shape
FROM land_unit
JOIN unit_zone ON unit_zone.land_unit_id = land_unit.id
JOIN layer ON layer.id = unit_zone.layer_id AND layer.kind = 'base_grid'
WHERE land_unit.valid @> %(at)s::timestamptz AND unit_zone.valid @> %(at)s::timestamptz
  AND upper_inf(unit_zone.recorded)
ORDER BY land_unit.code

-- name: land_units_near
-- Those of the land units at a moment that meet one of some boxes in degrees.
SELECT DISTINCT ON (land_unit.code) land_unit.code, land_unit.id, unit_zone.zone_id, ST_AsBinary(land_unit.geom) AS shape
FROM unnest(%(west)s::float8[], %(south)s::float8[], %(east)s::float8[], %(north)s::float8[])
     AS box (west, south, east, north)
JOIN land_unit ON land_unit.lattice && ST_MakeEnvelope(box.west * 1e7, box.south * 1e7, box.east * 1e7, box.north * 1e7)
JOIN unit_zone ON unit_zone.land_unit_id = land_unit.id
JOIN layer ON layer.id = unit_zone.layer_id AND layer.kind = 'base_grid'
WHERE land_unit.valid @> %(at)s::timestamptz AND unit_zone.valid @> %(at)s::timestamptz
  AND upper_inf(unit_zone.recorded)
ORDER BY land_unit.code

-- name: rules_at
-- Assignment rules valid at a moment.
SELECT rule.id, rule.code, rule.category_id, coalesce(category.level, 0) AS category_depth,
       category.standard_ref || ':' || category.kind || ':' || category.code AS category,
       layer.code AS layer, coalesce(layer.depth, 0) AS layer_depth, rule.zone_id, rule.assign_to,
       rule.organisation_id, rule.priority,
       (SELECT array_agg(support.organisation_id ORDER BY organisation.code)
        FROM assignment_rule_support AS support JOIN organisation ON organisation.id = support.organisation_id
        WHERE support.rule_id = rule.id) AS supporting_ids
FROM assignment_rule AS rule
LEFT JOIN category ON category.id = rule.category_id
LEFT JOIN layer ON layer.id = rule.layer_id
WHERE rule.valid @> %(at)s::timestamptz
ORDER BY rule.code

-- name: category_tree
-- Every category with its parent and the component it is about.
SELECT id, standard_ref || ':' || kind || ':' || code AS key, parent_id, kind, component_id, urgency, appeal_kind
FROM category

-- name: facilities_of
-- Facilities of some classes in the order of their codes: one row of packed columns (numbers in network order, WKB).
SELECT string_agg(int8send(id), ''::bytea) AS id, string_agg(int8send(category_id), ''::bytea) AS category_id,
       string_agg(int8send(coalesce(owning_id, 0)), ''::bytea) AS owning_id,
       string_agg(int8send(coalesce(maintaining_id, 0)), ''::bytea) AS maintaining_id,
       string_agg(int8send(octet_length(shape)), ''::bytea) AS size, string_agg(shape, ''::bytea) AS shape
FROM (
    SELECT id, category_id, owning_id, maintaining_id, ST_AsBinary(geom) AS shape
    FROM facility
    WHERE category_id = ANY (%(categories)s::bigint[]) AND state <> 'removed'
    ORDER BY category_id, code
) AS listed

-- name: facilities_near
-- Facilities that meet one of some boxes and are of the classes asked there, packed as those of whole classes.
SELECT string_agg(int8send(id), ''::bytea) AS id, string_agg(int8send(category_id), ''::bytea) AS category_id,
       string_agg(int8send(coalesce(owning_id, 0)), ''::bytea) AS owning_id,
       string_agg(int8send(coalesce(maintaining_id, 0)), ''::bytea) AS maintaining_id,
       string_agg(int8send(octet_length(shape)), ''::bytea) AS size, string_agg(shape, ''::bytea) AS shape
FROM (
    SELECT DISTINCT ON (near.category_id, near.code) near.id, near.category_id, near.owning_id, near.maintaining_id,
           ST_AsBinary(near.geom) AS shape
    -- OFFSET 0: classes are read once a box; one look-up in the spatial index for each box, never one in that of the categories.
    FROM (SELECT west, south, east, north, listed::bigint[] AS classes
          FROM unnest(%(west)s::float8[], %(south)s::float8[], %(east)s::float8[], %(north)s::float8[], %(classes)s::text[])
               AS given (west, south, east, north, listed)
          OFFSET 0) AS box
    CROSS JOIN LATERAL (
        SELECT facility.id, facility.category_id, facility.code, facility.owning_id, facility.maintaining_id,
               facility.geom
        FROM facility
        WHERE facility.geom && ST_MakeEnvelope(box.west, box.south, box.east, box.north, 4326)
          AND facility.category_id = ANY (box.classes) AND facility.state <> 'removed'
        OFFSET 0
    ) AS near
    ORDER BY near.category_id, near.code
) AS listed
