-- name: route_place
-- Everything about one place at one moment: zones of all layers, land unit, facility, fitting rules, escalation. Nearest zones
-- and the distance of a place that no zone covers are parts: setting them up takes longer than most places need them.
WITH RECURSIVE place AS MATERIALIZED (
    SELECT ST_Point(round(%(lon)s::float8 * 1e7), round(%(lat)s::float8 * 1e7)) AS lattice,
           ST_Point(%(lon)s::float8, %(lat)s::float8, 4326) AS degrees,
           ST_Transform(ST_Point(%(lon)s::float8, %(lat)s::float8, 4326), city.metric_srid) AS metric,
           city.metric_srid
    FROM city
),
touched AS MATERIALIZED (
    -- Zones with a piece here. Deep inside a piece nothing more is asked; within two lattice steps of its edge
    -- (a cut or a border) the zone itself decides.
    SELECT piece.version_id, piece.zone_id, piece.layer_id, piece.code,
           bool_or(ST_Distance(piece.edge, place.lattice) > 2) AS deep
    FROM place JOIN zone_piece AS piece ON ST_DWithin(piece.shape, place.lattice, 2)
    GROUP BY piece.version_id, piece.zone_id, piece.layer_id, piece.code
),
covering AS MATERIALIZED (
    SELECT touched.version_id, touched.zone_id, touched.layer_id, touched.code, layer.kind, version.name_zh,
           version.name_en, version.organisation_id, lower(version.valid) AS valid_from,
           NOT touched.deep AND NOT ST_Contains(version.lattice, place.lattice) AS on_border,
           -- Pieces of the border say which borders may be near, the border itself says how near.
           CASE WHEN touched.version_id = ANY (ARRAY(
                    SELECT piece.version_id
                    FROM place JOIN zone_border_piece AS piece
                      ON ST_DWithin(piece.line, place.metric, %(near_m)s::float8 + 0.01)))
                THEN ST_Distance(version.border, place.metric) END AS border_m,
           layer.cardinality = 'many'
               OR row_number() OVER (PARTITION BY touched.layer_id ORDER BY touched.code) = 1 AS wins
    FROM place CROSS JOIN touched
    CROSS JOIN LATERAL (
        -- OFFSET 0: one look-up by key for each zone, whatever the planner believes of the conditions below.
        SELECT zone_version.* FROM zone_version WHERE zone_version.id = touched.version_id OFFSET 0
    ) AS version
    JOIN layer ON layer.id = touched.layer_id
    WHERE version.valid @> %(at)s::timestamptz AND upper_inf(version.recorded)
      AND (touched.deep OR ST_Covers(version.lattice, place.lattice))
      AND layer.active AND layer.kind <> 'context'
),
nearest AS MATERIALIZED (
    {nearest}
),
chosen AS MATERIALIZED (
    SELECT version_id, zone_id, layer_id, code, kind, name_zh, name_en, organisation_id, valid_from,
           CASE WHEN on_border THEN 'on_border' ELSE 'inside' END AS method,
           CASE WHEN on_border THEN 0 ELSE border_m END AS border_m
    FROM covering WHERE wins
    UNION ALL
    SELECT version_id, zone_id, layer_id, code, kind, name_zh, name_en, organisation_id, valid_from, 'nearest',
           border_m
    FROM nearest
),
outside AS MATERIALIZED (
    {outside}
),
unit AS (
    -- Of the units that cover the place, one of the chosen base grid: unit and grid never disagree.
    SELECT land_unit.id, land_unit.code
    FROM place
    JOIN land_unit ON land_unit.lattice && place.lattice AND ST_Covers(land_unit.lattice, place.lattice)
    CROSS JOIN LATERAL (
        SELECT unit_zone.* FROM unit_zone WHERE unit_zone.land_unit_id = land_unit.id OFFSET 0
    ) AS unit_zone
    JOIN chosen ON chosen.zone_id = unit_zone.zone_id AND chosen.kind = 'base_grid'
    WHERE land_unit.valid @> %(at)s::timestamptz AND unit_zone.valid @> %(at)s::timestamptz
      AND upper_inf(unit_zone.recorded)
    ORDER BY land_unit.code
    LIMIT 1
),
category_line AS (
    SELECT id, parent_id, kind, component_id, level FROM category WHERE id = %(category_id)s::bigint
    UNION ALL
    SELECT category.id, category.parent_id, category.kind, NULL, category.level
    FROM category JOIN category_line ON category.id = category_line.parent_id
),
concerned AS (
    -- The facility of the component class the incident is about, nearest to the place and within its accuracy.
    SELECT facility.id, facility.code, facility.name_zh, facility.name_en, facility.owning_id,
           facility.maintaining_id, facility.category_id, measured.distance_m
    FROM category_line
    CROSS JOIN place
    JOIN facility ON facility.category_id =
        coalesce(category_line.component_id, CASE WHEN category_line.kind = 'component' THEN category_line.id END)
       AND facility.geom && ST_Expand(
           place.degrees, %(radius_m)s::float8 / (111000 * cos(radians(%(lat)s::float8))), %(radius_m)s::float8 / 111000)
    CROSS JOIN LATERAL (
        SELECT ST_Distance(ST_Transform(facility.geom, place.metric_srid), place.metric) AS distance_m
    ) AS measured
    WHERE category_line.id = %(category_id)s::bigint AND facility.state <> 'removed'
      AND measured.distance_m <= %(radius_m)s::float8
    ORDER BY round(measured.distance_m * 1000), facility.code
    LIMIT 1
),
fitting AS MATERIALIZED (
    SELECT rule.id AS rule_id, rule.code, rule.note_zh, rule.note_en, rule.priority, rule.assign_to,
           coalesce(root.level, 0) AS category_depth,
           root.standard_ref || ':' || root.kind || ':' || root.code AS category,
           root.name_zh AS category_zh, root.name_en AS category_en,
           rule.zone_id IS NOT NULL AS names_zone,
           coalesce(rule_layer.depth, 0) AS layer_depth, rule_layer.code AS layer,
           rule_layer.name_zh AS layer_zh, rule_layer.name_en AS layer_en,
           ground.code AS zone, ground.name_zh AS zone_zh, ground.name_en AS zone_en,
           CASE rule.assign_to
               WHEN 'organisation' THEN rule.organisation_id
               WHEN 'zone_organisation' THEN ground.organisation_id
               WHEN 'facility_owner' THEN (SELECT owning_id FROM concerned)
               WHEN 'facility_maintainer' THEN (SELECT maintaining_id FROM concerned)
           END AS organisation_id
    FROM (
        SELECT assignment_rule.* FROM assignment_rule
        WHERE category_id IS NULL OR category_id = ANY (ARRAY(SELECT id FROM category_line))
        OFFSET 0
    ) AS rule
    LEFT JOIN category AS root ON root.id = rule.category_id
    LEFT JOIN layer AS rule_layer ON rule_layer.id = rule.layer_id
    LEFT JOIN LATERAL (
        SELECT chosen.* FROM chosen
        WHERE chosen.layer_id = rule.layer_id AND (rule.zone_id IS NULL OR chosen.zone_id = rule.zone_id)
        ORDER BY chosen.code
        LIMIT 1
    ) AS ground ON true
    WHERE rule.valid @> %(at)s::timestamptz
      AND (rule.layer_id IS NULL OR ground.zone_id IS NOT NULL)
)
SELECT
    (SELECT json_agg(json_build_object(
        'layer', layer.code,
        'layer_name', json_build_object('zh', layer.name_zh, 'en', layer.name_en),
        'kind', layer.kind,
        'depth', layer.depth,
        'precedence', layer.precedence,
        'version', chosen.version_id,
        'zone_id', chosen.zone_id,
        'code', chosen.code,
        'name', json_build_object('zh', chosen.name_zh, 'en', chosen.name_en),
        'valid_from', chosen.valid_from,
        'method', coalesce(chosen.method, {elsewhere}),
        'border_m', chosen.border_m,
        'organisation', (
            SELECT json_build_object('code', organisation.code, 'name',
                                      json_build_object('zh', organisation.name_zh, 'en', organisation.name_en))
            FROM organisation WHERE organisation.id = chosen.organisation_id),
        -- Two zones of a layer at a place are rare: then all of this is asked for.
        'candidates', CASE WHEN EXISTS (SELECT FROM covering WHERE NOT wins) THEN coalesce((
            SELECT json_agg(json_build_object('code', covering.code, 'name', json_build_object(
                                 'zh', covering.name_zh, 'en', covering.name_en)) ORDER BY covering.code)
            FROM covering WHERE covering.layer_id = layer.id AND NOT covering.wins), '[]'::json) ELSE '[]'::json END
        ) ORDER BY layer.precedence, layer.code, chosen.code)
     FROM layer LEFT JOIN chosen ON chosen.layer_id = layer.id
     WHERE layer.active AND layer.kind <> 'context' AND (chosen.zone_id IS NOT NULL OR layer.cardinality <> 'many')
    ) AS zones,
    (SELECT id FROM unit) AS land_unit_id,
    (SELECT code FROM unit) AS land_unit,
    (SELECT json_build_object(
        'id', concerned.id, 'code', concerned.code, 'distance_m', concerned.distance_m,
        'category', category.standard_ref || ':' || category.kind || ':' || category.code,
        'name', json_build_object('zh', coalesce(concerned.name_zh, category.name_zh),
                                   'en', coalesce(concerned.name_en, category.name_en)),
        'owner', (
            SELECT json_build_object('code', organisation.code, 'name',
                                      json_build_object('zh', organisation.name_zh, 'en', organisation.name_en))
            FROM organisation WHERE organisation.id = concerned.owning_id))
     FROM concerned JOIN category ON category.id = concerned.category_id) AS facility,
    (SELECT json_agg(json_build_object(
        'rule_id', fitting.rule_id, 'rule', fitting.code, 'priority', fitting.priority,
        'assign_to', fitting.assign_to,
        'note', json_build_object('zh', fitting.note_zh, 'en', fitting.note_en),
        'category_depth', fitting.category_depth, 'category', fitting.category,
        'category_name', json_build_object('zh', fitting.category_zh, 'en', fitting.category_en),
        'names_zone', fitting.names_zone, 'layer_depth', fitting.layer_depth, 'layer', fitting.layer,
        'layer_name', json_build_object('zh', fitting.layer_zh, 'en', fitting.layer_en),
        'zone', fitting.zone, 'zone_name', json_build_object('zh', fitting.zone_zh, 'en', fitting.zone_en),
        'organisation_id', organisation.id, 'organisation', organisation.code,
        'organisation_name', json_build_object('zh', organisation.name_zh, 'en', organisation.name_en)
        ) ORDER BY organisation.id IS NULL, fitting.category_depth DESC, fitting.names_zone DESC,
                   fitting.layer_depth DESC, fitting.priority DESC, fitting.code COLLATE "C")
     FROM fitting LEFT JOIN organisation ON organisation.id = fitting.organisation_id) AS rules,
    (SELECT json_agg(json_build_object(
        'rule_id', support.rule_id, 'id', organisation.id, 'code', organisation.code,
        'name', json_build_object('zh', organisation.name_zh, 'en', organisation.name_en)) ORDER BY organisation.code)
     FROM assignment_rule_support AS support JOIN organisation ON organisation.id = support.organisation_id
     WHERE support.rule_id IN (SELECT rule_id FROM fitting)) AS supporting,
    (SELECT border_m FROM outside) AS outside_m,
    EXISTS (SELECT FROM covering) AS covered

-- name: nearest
-- Part of route_place: where no zone of a layer covers the place, the nearest one within the layer's tolerance.
SELECT found.*
FROM layer CROSS JOIN place CROSS JOIN LATERAL (
    SELECT zone_version.id AS version_id, zone.id AS zone_id, zone.layer_id, zone.code, layer.kind,
           zone_version.name_zh, zone_version.name_en, zone_version.organisation_id,
           lower(zone_version.valid) AS valid_from,
           ST_Distance(zone_version.border, place.metric) AS border_m
    FROM zone_version JOIN zone ON zone.id = zone_version.zone_id
    WHERE zone_version.layer_id = layer.id
      AND zone_version.valid @> %(at)s::timestamptz AND upper_inf(zone_version.recorded)
      AND ST_DWithin(zone_version.border, place.metric, layer.nearest_tolerance_m)
    -- Whole millimetres, so that a shared corner is a tie and the lowest code decides.
    ORDER BY round(ST_Distance(zone_version.border, place.metric) * 1000), zone.code
    LIMIT 1
) AS found
WHERE layer.active AND layer.kind <> 'context' AND layer.cardinality = 'exactly_one'
  AND layer.nearest_tolerance_m > 0
  AND NOT EXISTS (SELECT FROM covering WHERE covering.layer_id = layer.id)

-- name: outside
-- Part of route_place: how far a place that no zone covers lies from the nearest one.
-- Metres to the nearest zone of any layer when none covers the place; the place may lie out of the city.
SELECT ST_Distance(version.border, place.metric) AS border_m
FROM place CROSS JOIN zone_border_piece AS piece CROSS JOIN LATERAL (
    SELECT zone_version.* FROM zone_version WHERE zone_version.id = piece.version_id OFFSET 0
) AS version
WHERE version.valid @> %(at)s::timestamptz AND upper_inf(version.recorded)
  AND NOT EXISTS (SELECT FROM covering)
ORDER BY piece.line <-> (SELECT metric FROM place)
LIMIT 1

-- name: elsewhere
-- Part of route_place: what a layer says that neither covers the place nor has a zone near it.
'outside'

-- name: nearest_left_out
-- Part of route_place where the nearest zones are not looked for.
SELECT covering.version_id, covering.zone_id, covering.layer_id, covering.code, covering.kind, covering.name_zh,
       covering.name_en, covering.organisation_id, covering.valid_from, covering.border_m
FROM covering WHERE false

-- name: outside_left_out
-- Part of route_place where distances from outside are not asked for.
SELECT NULL::float8 AS border_m WHERE false

-- name: elsewhere_left_out
-- Part of route_place: a layer that may have a zone near the place says that it was not asked.
CASE WHEN layer.cardinality = 'exactly_one' AND layer.nearest_tolerance_m > 0 THEN 'not_asked' ELSE 'outside' END

-- name: facility_seen
-- Whether a facility is seen by who asks.
SELECT EXISTS (SELECT FROM facility WHERE id = %(id)s) AS seen

-- name: asked
-- What is needed before a place is routed: the city with what it is judged by, and the category asked about.
SELECT city.code, city.metric_srid, city.outside_limit_m, city.timezone,
       ST_X(city.centre) AS centre_lon, ST_Y(city.centre) AS centre_lat,
       ST_XMin(box.extent) AS west, ST_YMin(box.extent) AS south,
       ST_XMax(box.extent) AS east, ST_YMax(box.extent) AS north,
       (SELECT array_agg(ARRAY[ST_X(place), ST_Y(place)]) FROM fallback_place WHERE state = 'confirmed') AS fallbacks,
       category.id AS category_id, category.name_zh AS category_zh, category.name_en AS category_en,
       category.urgency, category.appeal_kind, (SELECT revision::text FROM deadline_setting) AS book
FROM city
CROSS JOIN LATERAL (
    SELECT ST_Extent(extent) AS extent FROM layer WHERE active AND parent_layer_id IS NULL
) AS box
LEFT JOIN category ON category.standard_ref = %(standard_ref)s::text AND category.kind = %(kind)s::text
    AND category.code = %(category)s::text

-- name: insert_routing
-- Keep one routing of an incident with its evidence.
INSERT INTO routing (incident_id, at, method, zone_version_ids, border_evidence, land_unit_id, facility_id,
                     facility_distance_m, rule_id, organisation_id, supporting_ids, runners_up)
VALUES (%(incident_id)s, %(at)s, %(method)s, %(zone_version_ids)s, %(border_evidence)s, %(land_unit_id)s,
        %(facility_id)s, %(facility_distance_m)s, %(rule_id)s, %(organisation_id)s, %(supporting_ids)s,
        %(runners_up)s)
