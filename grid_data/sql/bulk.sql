-- name: reserve_ids
-- Take n identifiers of a table's sequence, so that rows can refer to each other before they are stored.
SELECT array_agg(id) AS ids
FROM (SELECT nextval(pg_get_serial_sequence(%(table)s, 'id')) AS id FROM generate_series(1, %(n)s)) AS taken

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
INSERT INTO plan (code, layer_id, name_zh, name_en, state, author, approver, effective_from)
VALUES (%(code)s, (SELECT id FROM layer WHERE code = %(layer)s), %(name_zh)s, %(name_en)s, %(state)s,
        %(author)s, %(approver)s, %(effective_from)s)
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
