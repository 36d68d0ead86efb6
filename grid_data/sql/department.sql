-- name: summary
-- Open incidents that a filter means, by family and urgency: how many are due soon, late, sent back or done again. Planned anew for each call.
WITH matching AS (
    SELECT coalesce(category.parent_id, category.id) AS class_id, incident.urgency,
           clock_state(clock.due_at, clock.soon_at, clock.paused_at) AS clock,
           coalesce(case_state.send_backs, 0) AS send_backs, coalesce(case_state.reworks, 0) AS reworks
    FROM incident
    JOIN category ON category.id = incident.category_id
    LEFT JOIN incident_clock AS clock ON clock.incident_id = incident.id
    LEFT JOIN case_state ON case_state.incident_id = incident.id AND case_state.closed_at IS NULL
    WHERE {filter}
)
SELECT counted.*, category.standard_ref || ':' || category.kind || ':' || category.code AS key, category.name_zh,
       category.name_en
FROM (
    SELECT grouping(class_id, urgency) AS part, class_id, urgency, count(*) AS open,
           count(*) FILTER (WHERE clock = 'due_soon') AS due_soon, count(*) FILTER (WHERE clock = 'overdue') AS overdue,
           count(*) FILTER (WHERE send_backs > 0) AS sent_back, count(*) FILTER (WHERE reworks > 0) AS reworked
    FROM matching GROUP BY GROUPING SETS ((class_id), (urgency), ())
) AS counted
LEFT JOIN category ON category.id = counted.class_id

-- name: by_class
-- Incidents that a filter means, by family. Planned anew for each call.
SELECT category.standard_ref || ':' || category.kind || ':' || category.code AS key, category.name_zh, category.name_en,
       counted.n
FROM (
    SELECT coalesce(category.parent_id, category.id) AS class_id, count(*) AS n
    FROM incident JOIN category ON category.id = incident.category_id
    WHERE {filter}
    GROUP BY 1
) AS counted
JOIN category ON category.id = counted.class_id

-- name: trend
-- Incidents that a filter means, by the step in which they were reported; late: overdue now, or closed after they were due. Planned anew for each call.
SELECT step, count(*) AS n, count(*) FILTER (WHERE late) AS late
FROM (
    SELECT width_bucket(incident.reported_at, %(bounds)s::timestamptz[]) AS step,
           CASE WHEN incident.is_open THEN clock_state(clock.due_at, clock.soon_at, clock.paused_at) = 'overdue'
                ELSE case_state.closed_at > case_state.due_at END AS late
    FROM incident
    LEFT JOIN incident_clock AS clock ON clock.incident_id = incident.id
    LEFT JOIN case_state ON case_state.incident_id = incident.id
    WHERE {filter}
) AS matching
GROUP BY 1

-- name: trend_done
-- Cases among those that a filter means whose work was reported done, or which were closed, by the step in which that was. Planned anew for each call.
SELECT step, count(DISTINCT id) FILTER (WHERE stage <> 'total') AS handled, count(*) FILTER (WHERE stage = 'total') AS closed
FROM (
    SELECT incident.id, passed.stage, width_bucket(passed.left_at, %(bounds)s::timestamptz[]) AS step
    FROM case_moment AS passed JOIN incident ON incident.id = passed.incident_id
    WHERE (passed.stage = ANY ('{accept,handle}') AND passed.to_state = 'fed_back'
           OR passed.stage = 'total' AND passed.to_state IN ('closed', 'archived'))
      AND passed.left_at >= %(since)s::timestamptz AND passed.left_at < %(until)s::timestamptz
      AND {filter}
) AS matching
GROUP BY 1

-- name: categories
-- Incidents that a filter means, by category, since a moment and before it. Planned anew for each call.
SELECT category.standard_ref || ':' || category.kind || ':' || category.code AS key, category.name_zh, category.name_en,
       counted.n, counted.open, counted.overdue, counted.before
FROM (
    SELECT incident.category_id, count(*) FILTER (WHERE incident.reported_at >= %(since)s::timestamptz) AS n,
           count(*) FILTER (WHERE incident.reported_at >= %(since)s::timestamptz AND incident.is_open) AS open,
           count(*) FILTER (WHERE incident.reported_at >= %(since)s::timestamptz AND incident.is_open
                            AND clock_state(clock.due_at, clock.soon_at, clock.paused_at) = 'overdue') AS overdue,
           count(*) FILTER (WHERE incident.reported_at < %(since)s::timestamptz) AS before
    FROM incident LEFT JOIN incident_clock AS clock ON clock.incident_id = incident.id
    WHERE {filter}
    GROUP BY 1
) AS counted
JOIN category ON category.id = counted.category_id
ORDER BY counted.n DESC, counted.before DESC, key

-- name: hours
-- Incidents that a filter means, by weekday (Monday is 0) and hour of the city's clock. Planned anew for each call.
SELECT (extract(isodow FROM local) - 1)::integer AS day, extract(hour FROM local)::integer AS hour, sum(n)::bigint AS n
FROM (
    -- Whole hours first: there are fewer of them than incidents, and each is put on the city's clock once.
    SELECT date_bin('15 minutes', incident.reported_at, 'epoch'::timestamptz) AT TIME ZONE %(timezone)s::text AS local,
           count(*) AS n
    FROM {within}
    WHERE {filter}
    GROUP BY date_bin('15 minutes', incident.reported_at, 'epoch'::timestamptz)
) AS counted
GROUP BY 1, 2

-- name: repeat_places
-- Places where incidents of one category that a filter means lie so near to each other that each has another within some metres. Planned anew for each call.
WITH matching AS MATERIALIZED (
    SELECT incident.id, incident.number, incident.category_id, incident.address, incident.is_open, incident.reported_at,
           incident.base_grid_id, ST_Transform(incident.place, city.metric_srid) AS metric
    FROM {within} CROSS JOIN city
    WHERE incident.place IS NOT NULL AND {filter}
), clustered AS (
    -- One is enough to be a cluster: so they are all that hang together, whatever the order.
    SELECT matching.*, ST_ClusterDBSCAN(metric, %(metres)s::float8, 1) OVER (PARTITION BY category_id) AS spot
    FROM matching
), spots AS (
    SELECT category_id, spot, count(*) AS n, count(*) FILTER (WHERE is_open) AS open, min(reported_at) AS first,
           max(reported_at) AS last, ST_Centroid(ST_Collect(metric)) AS middle, ST_Collect(metric) AS all_of_it,
           (array_agg(number ORDER BY reported_at DESC, number DESC))[1:50] AS numbers,
           (array_agg(address ORDER BY reported_at DESC, number DESC) FILTER (WHERE address IS NOT NULL))[1] AS address,
           mode() WITHIN GROUP (ORDER BY base_grid_id) AS base_grid_id
    FROM clustered
    GROUP BY category_id, spot
    HAVING count(*) >= %(least)s::integer
    ORDER BY n DESC, last DESC, category_id LIMIT %(limit)s::integer
)
SELECT spots.n, spots.open, spots.first, spots.last, spots.numbers, spots.address,
       ST_X(degrees.point) AS lon, ST_Y(degrees.point) AS lat, ST_MaxDistance(spots.middle, spots.all_of_it) AS extent_m,
       category.standard_ref || ':' || category.kind || ':' || category.code AS key, category.name_zh, category.name_en,
       zone.code AS grid, drawn.name_zh AS grid_zh, drawn.name_en AS grid_en
FROM spots
CROSS JOIN LATERAL (SELECT ST_Transform(spots.middle, 4326) AS point) AS degrees
JOIN category ON category.id = spots.category_id
LEFT JOIN zone ON zone.id = spots.base_grid_id
LEFT JOIN LATERAL (
    SELECT name_zh, name_en FROM zone_version
    WHERE zone_version.zone_id = zone.id AND upper_inf(zone_version.recorded)
    ORDER BY lower(zone_version.valid) DESC LIMIT 1
) AS drawn ON true
ORDER BY spots.n DESC, spots.last DESC, key
