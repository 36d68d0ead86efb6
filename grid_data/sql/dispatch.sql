-- name: summary
-- Open incidents that a filter means, counted by everything a dispatcher chooses from; read once, grouped at once. Planned anew for each call.
WITH matching AS (
    SELECT incident.state, incident.urgency, incident.source, incident.organisation_id,
           coalesce(category.parent_id, category.id) AS class_id,
           clock_state(clock.due_at, clock.soon_at, clock.paused_at) AS clock, case_state.level
    FROM incident
    JOIN category ON category.id = incident.category_id
    LEFT JOIN incident_clock AS clock ON clock.incident_id = incident.id
    LEFT JOIN case_state ON case_state.incident_id = incident.id AND case_state.closed_at IS NULL
    WHERE {filter}
),
counted AS MATERIALIZED (
    SELECT grouping(state, clock, urgency, level, source, organisation_id, class_id) AS part,
           coalesce(state, clock, urgency, level, source) AS value, organisation_id, class_id, count(*) AS n
    FROM matching
    GROUP BY GROUPING SETS ((state), (clock), (urgency), (level), (source), (organisation_id), (class_id), ())
)
SELECT json_build_object(
    'total', coalesce((SELECT n FROM counted WHERE part = 127), 0),
    'state', (SELECT coalesce(json_object_agg(value, n ORDER BY value), '{}') FROM counted WHERE part = 63),
    'clock', (SELECT coalesce(json_object_agg(value, n ORDER BY value), '{}') FROM counted WHERE part = 95),
    'urgency', (SELECT coalesce(json_object_agg(value, n ORDER BY value), '{}') FROM counted WHERE part = 111),
    'level', (SELECT coalesce(json_object_agg(value, n ORDER BY value), '{}') FROM counted
              WHERE part = 119 AND value IS NOT NULL),
    'source', (SELECT coalesce(json_object_agg(value, n ORDER BY value), '{}') FROM counted WHERE part = 123),
    'organisation', (
        SELECT coalesce(json_agg(json_build_object(
            'code', organisation.code,
            'name', CASE WHEN organisation.id IS NOT NULL THEN json_build_object(
                'zh', organisation.name_zh, 'en', organisation.name_en) END,
            'count', most.n) ORDER BY most.n DESC, organisation.code), '[]')
        FROM (SELECT organisation_id, n FROM counted WHERE part = 125
              ORDER BY n DESC, organisation_id LIMIT %(top)s::integer) AS most
        LEFT JOIN organisation ON organisation.id = most.organisation_id),
    'category', (
        SELECT coalesce(json_agg(json_build_object(
            'key', category.standard_ref || ':' || category.kind || ':' || category.code,
            'name', json_build_object('zh', category.name_zh, 'en', category.name_en),
            'count', counted.n) ORDER BY counted.n DESC, category.code), '[]')
        FROM counted JOIN category ON category.id = counted.class_id WHERE part = 126)
)::text AS document

-- name: queue
-- How many open incidents wait for somebody at a desk, by what for, and how many are due soon.
SELECT count(*) FILTER (WHERE place IS NOT NULL AND organisation_id IS NULL) AS unrouted,
       count(*) FILTER (WHERE place IS NULL) AS distrusted,
       count(*) FILTER (WHERE state IN ('reported', 'accepted', 'verified', 'filed')) AS unassigned,
       (SELECT count(*) FROM case_state JOIN incident AS its ON its.id = case_state.incident_id
        WHERE direct_reason IS NOT NULL AND its.is_open) AS direct_report,
       (SELECT count(*) FROM case_state JOIN incident AS its ON its.id = case_state.incident_id
        WHERE objection IS NOT NULL AND its.is_open) AS objection,
       (SELECT count(*) FROM incident_clock WHERE clock_state(due_at, soon_at, paused_at) = 'due_soon') AS near_due
FROM incident WHERE is_open

-- name: histogram
-- Open incidents that a filter means, by hour or day of the city's clock in which they were reported; empty ones too. Planned anew for each call.
WITH matching AS MATERIALIZED (
    SELECT date_trunc(%(bucket)s::text, reported_at AT TIME ZONE %(timezone)s::text) AS moment, count(*) AS n,
           count(*) FILTER (WHERE clock_state(clock.due_at, clock.soon_at, clock.paused_at) = 'overdue') AS overdue
    FROM incident LEFT JOIN incident_clock AS clock ON clock.incident_id = incident.id
    WHERE {filter}
    GROUP BY 1
)
SELECT coalesce(json_agg(json_build_object(
    'from', buckets.moment AT TIME ZONE %(timezone)s::text,
    'count', coalesce(matching.n, 0),
    'overdue', coalesce(matching.overdue, 0)) ORDER BY buckets.moment), '[]')::text AS document
FROM generate_series(date_trunc(%(bucket)s::text, %(from_time)s::timestamptz AT TIME ZONE %(timezone)s::text),
                     (%(to_time)s::timestamptz AT TIME ZONE %(timezone)s::text) - interval '1 microsecond',
                     ('1 ' || %(bucket)s::text)::interval) AS buckets (moment)
LEFT JOIN matching ON matching.moment = buckets.moment

-- name: clusters
-- Open incidents that a filter means, counted per cell of an 8 by 8 raster in the tile, drawn at their mean point. Planned anew for each call.
WITH matching AS (
    SELECT ST_X(place) AS lon, ST_Y(place) AS lat, urgency,
           clock_state(clock.due_at, clock.soon_at, clock.paused_at) AS clock
    FROM incident LEFT JOIN incident_clock AS clock ON clock.incident_id = incident.id
    WHERE {filter}
      AND place && ST_MakeEnvelope(%(inner_west)s, %(inner_south)s, %(inner_east)s, %(inner_north)s, 4326)
      -- The index compares boxes in single precision: the tile's own edges are held here.
      AND ST_X(place) >= %(inner_west)s AND ST_X(place) < %(inner_east)s
      AND ST_Y(place) > %(inner_south)s AND ST_Y(place) <= %(inner_north)s
), clusters AS (
    SELECT cell_x(lon) >> %(shift)s::integer AS column_, cell_y(lat) >> %(shift)s::integer AS row_, count(*) AS count,
           count(*) FILTER (WHERE clock = 'overdue') AS overdue, count(*) FILTER (WHERE clock = 'due_soon') AS due_soon,
           count(*) FILTER (WHERE urgency = 'urgent') AS urgent, avg(lon) AS lon, avg(lat) AS lat
    FROM matching GROUP BY 1, 2
), shapes AS (
    SELECT row_::bigint * 2097152 + column_ AS id, clusters.count, overdue, due_soon, urgent,
           ST_AsMVTGeom(ST_Transform(ST_Point(lon, lat, 4326), 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64,
                        true) AS geom
    FROM clusters
)
SELECT coalesce(ST_AsMVT(shapes, 'clusters', 4096, 'geom', 'id'), ''::bytea) AS tile FROM shapes WHERE geom IS NOT NULL

-- name: points
-- Open incidents that a filter means, each in exactly one tile. Planned anew for each call.
WITH shapes AS (
    SELECT incident.id, incident.number, incident.state, incident.urgency,
           clock_state(clock.due_at, clock.soon_at, clock.paused_at) AS clock,
           category.standard_ref || ':' || category.kind || ':' || category.code AS category,
           category.name_zh AS category_name_zh, category.name_en AS category_name_en,
           coalesce(class.code, category.code) AS class_code,
           to_char(incident.reported_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS reported_at,
           ST_AsMVTGeom(ST_Transform(incident.place, 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 0, true) AS geom
    FROM incident
    JOIN category ON category.id = incident.category_id
    LEFT JOIN category AS class ON class.id = category.parent_id
    LEFT JOIN incident_clock AS clock ON clock.incident_id = incident.id
    WHERE {filter}
      AND place && ST_MakeEnvelope(%(inner_west)s, %(inner_south)s, %(inner_east)s, %(inner_north)s, 4326)
      AND ST_X(place) >= %(inner_west)s AND ST_X(place) < %(inner_east)s
      AND ST_Y(place) > %(inner_south)s AND ST_Y(place) <= %(inner_north)s
)
SELECT coalesce(ST_AsMVT(shapes, 'incidents', 4096, 'geom', 'id'), ''::bytea) AS tile FROM shapes WHERE geom IS NOT NULL

-- name: near
-- Open incidents within so many metres of one, nearest first.
SELECT json_build_object(
    'number', other.number,
    'category', json_build_object(
        'key', category.standard_ref || ':' || category.kind || ':' || category.code,
        'name', json_build_object('zh', category.name_zh, 'en', category.name_en)),
    'state', other.state, 'urgency', other.urgency, 'text', other.text, 'address', other.address,
    'place', json_build_object('type', 'Point', 'coordinates', json_build_array(ST_X(other.place), ST_Y(other.place))),
    'reported_at', other.reported_at,
    'distance_m', round(other.distance_m::numeric, 1))::text AS item
FROM (
    SELECT incident.*, ST_Distance(incident.place::geography, middle.place::geography) AS distance_m
    FROM incident AS middle
    JOIN incident ON incident.is_open AND incident.id <> middle.id
        -- A degree of longitude is shortest at the place itself; the box is a little larger than the circle.
        AND incident.place && ST_Expand(middle.place, %(metres)s::float8 / (111000 * cos(radians(ST_Y(middle.place)))),
                                        %(metres)s::float8 / 110500)
    WHERE middle.id = %(incident_id)s::bigint
) AS other
JOIN category ON category.id = other.category_id
WHERE other.distance_m <= %(metres)s::float8
ORDER BY other.distance_m, other.id
LIMIT %(limit)s::integer

-- name: incident_place
-- An incident by its number, with where it is.
SELECT id, base_grid_id, zone_ids, place IS NOT NULL AS located FROM incident WHERE number = %(number)s

-- name: posts
-- Who has a post in the grid of an incident now, and in the specialist zones it lies in; telephones whole or masked.
SELECT json_build_object(
    'layer', layer.code, 'zone', zone.code, 'kind', post.kind, 'person', person.name,
    'phone', CASE WHEN %(whole)s::boolean OR post.zone_id = ANY (%(whole_zones)s::bigint[])
                       OR post.organisation_id = ANY (%(whole_organisations)s::bigint[]) THEN person.phone
                  ELSE overlay(person.phone placing repeat('*', greatest(length(person.phone) - 7, 4)) from 4
                               for greatest(length(person.phone) - 7, 4)) END,
    'organisation', CASE WHEN organisation.id IS NOT NULL THEN json_build_object(
        'code', organisation.code,
        'name', json_build_object('zh', organisation.name_zh, 'en', organisation.name_en)) END,
    -- Who is on duty is so on every post of the kind they hold.
    'on_duty_until', (
        SELECT max(upper(duty.during)) FROM post AS held JOIN duty ON duty.post_id = held.id
        WHERE held.person_id = post.person_id AND held.kind = post.kind AND duty.during @> now()))::text AS item
FROM post
JOIN zone ON zone.id = post.zone_id
JOIN layer ON layer.id = zone.layer_id
LEFT JOIN person ON person.id = post.person_id
LEFT JOIN organisation ON organisation.id = coalesce(post.organisation_id, person.organisation_id)
WHERE post.zone_id = ANY (%(zone_ids)s::bigint[]) AND post.valid @> now()
ORDER BY layer.kind <> 'base_grid', layer.precedence,
         array_position(ARRAY['grid_lead', 'police', 'full_time', 'part_time', 'trade', 'window'], post.kind), person.name,
         post.id
