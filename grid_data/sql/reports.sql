-- name: figures
-- Incidents counted by everything a report tells; {filter} says which. One pass over them, then their groups.
WITH chosen AS MATERIALIZED (
    SELECT incident.id, incident.category_id, incident.source, incident.state, incident.is_open, incident.urgency,
           incident.base_grid_id, incident.organisation_id, incident.place IS NULL AS nowhere,
           (incident.reported_at AT TIME ZONE %(timezone)s::text)::date AS day,
           CASE WHEN incident.is_open THEN clock_state(clock.due_at, clock.soon_at, clock.paused_at) END AS clock
    FROM incident LEFT JOIN incident_clock AS clock ON clock.incident_id = incident.id
    WHERE {filter}
), category_top AS (
    SELECT category.id, coalesce(top.id, above.id, category.id) AS top_id
    FROM category LEFT JOIN category AS above ON above.id = category.parent_id
    LEFT JOIN category AS top ON top.id = above.parent_id
), by_category AS (
    SELECT category_top.top_id AS id, count(*) AS total, count(*) FILTER (WHERE chosen.is_open) AS open,
           count(*) FILTER (WHERE chosen.clock = 'overdue') AS overdue
    FROM chosen JOIN category_top ON category_top.id = chosen.category_id GROUP BY 1
), by_grid AS (
    SELECT chosen.base_grid_id AS id, count(*) AS total, count(*) FILTER (WHERE chosen.is_open) AS open,
           count(*) FILTER (WHERE chosen.clock = 'overdue') AS overdue
    FROM chosen WHERE chosen.base_grid_id IS NOT NULL GROUP BY 1
), named AS (
    SELECT DISTINCT ON (version.zone_id) version.zone_id AS id, version.parent_zone_id AS parent_id,
           version.name_zh, coalesce(version.name_en, version.name_zh) AS name_en
    FROM zone_version AS version JOIN layer ON layer.id = version.layer_id AND layer.kind IN ('region', 'base_grid')
    WHERE upper_inf(version.recorded) ORDER BY version.zone_id, lower(version.valid) DESC
), by_community AS (
    SELECT community.id, community.name_zh, community.name_en, sum(by_grid.total) AS total, sum(by_grid.open) AS open,
           sum(by_grid.overdue) AS overdue
    FROM by_grid JOIN named ON named.id = by_grid.id JOIN named AS community ON community.id = named.parent_id GROUP BY 1, 2, 3
), by_organisation AS (
    SELECT chosen.organisation_id AS id, count(*) AS total, count(*) FILTER (WHERE chosen.is_open) AS open,
           count(*) FILTER (WHERE chosen.clock = 'overdue') AS overdue
    FROM chosen WHERE chosen.organisation_id IS NOT NULL GROUP BY 1
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM chosen),
    'open', (SELECT count(*) FROM chosen WHERE is_open),
    'urgent', (SELECT count(*) FROM chosen WHERE urgency = 'urgent'),
    'overdue', (SELECT count(*) FROM chosen WHERE clock = 'overdue'),
    'due_soon', (SELECT count(*) FROM chosen WHERE clock = 'due_soon'),
    'nowhere', (SELECT count(*) FROM chosen WHERE nowhere),
    'states', (SELECT coalesce(json_object_agg(state, n), '{}') FROM (SELECT state, count(*) AS n FROM chosen GROUP BY 1) AS told),
    'sources', (SELECT coalesce(json_object_agg(source, n), '{}') FROM (SELECT source, count(*) AS n FROM chosen GROUP BY 1) AS told),
    'days', (SELECT coalesce(json_agg(json_build_array(day, n) ORDER BY day), '[]')
             FROM (SELECT day, count(*) AS n FROM chosen GROUP BY 1) AS told),
    'categories', (SELECT coalesce(json_agg(json_build_object(
            'zh', category.name_zh, 'en', coalesce(category.name_en, category.name_zh), 'total', total, 'open', open,
            'overdue', overdue) ORDER BY total DESC, category.id), '[]')
        FROM by_category JOIN category ON category.id = by_category.id),
    'organisations', (SELECT coalesce(json_agg(json_build_object(
            'zh', organisation.name_zh, 'en', coalesce(organisation.name_en, organisation.name_zh), 'total', total, 'open', open,
            'overdue', overdue) ORDER BY total DESC, organisation.id), '[]')
        FROM by_organisation JOIN organisation ON organisation.id = by_organisation.id),
    'communities', (SELECT coalesce(json_agg(json_build_object(
            'zh', name_zh, 'en', name_en, 'total', total, 'open', open, 'overdue', overdue) ORDER BY total DESC, id), '[]')
        FROM by_community)
)::text AS document

-- name: places
-- Places of the incidents a filter means, the newest ones, at most %(limit)s: for a picture.
SELECT ST_X(incident.place) AS lon, ST_Y(incident.place) AS lat, incident.is_open AS open, incident.urgency = 'urgent' AS urgent
FROM incident WHERE incident.place IS NOT NULL AND ({filter})
ORDER BY incident.reported_at DESC, incident.id DESC
LIMIT %(limit)s::integer

-- name: outlines
-- Streets and communities of today, for a picture; tolerance in degrees.
SELECT layer.code AS layer, layer.depth, version.zone_id AS id, version.name_zh AS zh, coalesce(version.name_en, version.name_zh) AS en,
       ST_AsBinary(ST_SimplifyPreserveTopology(version.geom, %(tolerance)s::float8)) AS shape
FROM zone_version AS version JOIN layer ON layer.id = version.layer_id
WHERE layer.active AND layer.kind = 'region' AND version.valid @> now() AND upper_inf(version.recorded)
ORDER BY layer.depth, version.zone_id

-- name: outline
-- One zone as it is today, for a picture; tolerance in degrees.
SELECT version.name_zh AS zh, coalesce(version.name_en, version.name_zh) AS en,
       ST_AsBinary(ST_SimplifyPreserveTopology(version.geom, %(tolerance)s::float8)) AS shape
FROM zone_version AS version
WHERE version.zone_id = %(zone_id)s::bigint AND version.valid @> now() AND upper_inf(version.recorded)
LIMIT 1

-- name: subscribe
-- Somebody wants the weekly report.
INSERT INTO report_subscription (recipient, language, query, owner, account_id)
VALUES (%(recipient)s, %(language)s, %(query)s, %(owner)s, %(account_id)s)
RETURNING id

-- name: subscriptions
-- Who gets the weekly report, and what became of the last one of each.
SELECT subscription.id, subscription.recipient, subscription.language, subscription.query, subscription.owner,
       subscription.created_at, last.week, last.state, last.attempts, last.last_error, last.sent_at
FROM report_subscription AS subscription
LEFT JOIN LATERAL (SELECT * FROM report_delivery WHERE report_delivery.subscription_id = subscription.id
                   ORDER BY week DESC LIMIT 1) AS last ON true
WHERE subscription.ended_at IS NULL AND (%(id)s::bigint IS NULL OR subscription.id = %(id)s::bigint)
ORDER BY subscription.id

-- name: unsubscribe
-- Nothing more is sent.
UPDATE report_subscription SET ended_at = now() WHERE id = %(id)s AND ended_at IS NULL

-- name: make_due
-- A report of a week for everybody who had subscribed when it was due; nobody gets a second one.
INSERT INTO report_delivery (subscription_id, week)
SELECT id, %(week)s::date FROM report_subscription WHERE ended_at IS NULL AND created_at <= %(due)s::timestamptz
ON CONFLICT (subscription_id, week) DO NOTHING

-- name: claim
-- Take one report that is due; whoever takes it is waited for until the lease ends.
UPDATE report_delivery AS delivery
SET state = 'sending', attempts = attempts + 1, next_at = now() + make_interval(secs => %(lease_s)s)
FROM report_subscription AS subscription
WHERE subscription.id = delivery.subscription_id AND subscription.ended_at IS NULL
  AND (delivery.subscription_id, delivery.week) IN (
      SELECT due.subscription_id, due.week FROM report_delivery AS due
      JOIN report_subscription AS its ON its.id = due.subscription_id AND its.ended_at IS NULL
      WHERE due.state IN ('waiting', 'sending') AND due.next_at <= now()
      ORDER BY due.next_at LIMIT 1 FOR UPDATE OF due SKIP LOCKED)
RETURNING delivery.subscription_id, delivery.week, delivery.attempts, subscription.recipient, subscription.language,
          subscription.query, subscription.owner, subscription.account_id

-- name: finish
-- What became of a report; nothing, if another sender took it over meanwhile.
UPDATE report_delivery
SET state = %(state)s, last_error = %(error)s, next_at = now() + make_interval(secs => %(wait_s)s),
    sent_at = CASE WHEN %(state)s = 'sent' THEN now() END
WHERE subscription_id = %(subscription_id)s AND week = %(week)s AND state = 'sending' AND attempts = %(attempts)s
