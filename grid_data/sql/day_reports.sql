-- name: grid
-- A base grid as it was drawn at a moment (its last form, if it is no more), with the community it lay in.
SELECT grid.id, layer.code AS layer, grid.code, coalesce(drawn.name_zh, grid.code) AS name_zh, drawn.name_en,
       community.code AS community, above.name_zh AS community_zh, above.name_en AS community_en
FROM zone AS grid JOIN layer ON layer.id = grid.layer_id AND layer.kind = 'base_grid'
LEFT JOIN LATERAL (
    SELECT name_zh, name_en, parent_zone_id FROM zone_version WHERE zone_id = grid.id AND upper_inf(recorded)
    ORDER BY valid @> %(at)s::timestamptz DESC, lower(valid) DESC LIMIT 1
) AS drawn ON true
LEFT JOIN zone AS community ON community.id = drawn.parent_zone_id
LEFT JOIN LATERAL (
    SELECT name_zh, name_en FROM zone_version WHERE zone_id = community.id AND upper_inf(recorded)
    ORDER BY valid @> %(at)s::timestamptz DESC, lower(valid) DESC LIMIT 1
) AS above ON true
WHERE grid.code = %(code)s

-- name: posts
-- Posts of a grid within a span: who held them, for whom, and on duty from when to when on the day.
SELECT post.kind, person.name AS person, organisation.code AS organisation, organisation.name_zh AS organisation_zh,
       organisation.name_en AS organisation_en,
       (SELECT jsonb_agg(jsonb_build_object('begins_at', lower(duty.during), 'ends_at', upper(duty.during)) ORDER BY duty.during)
        FROM duty WHERE duty.post_id = post.id AND duty.day = %(day)s::date) AS duties
FROM post LEFT JOIN person ON person.id = post.person_id
LEFT JOIN organisation ON organisation.id = coalesce(post.organisation_id, person.organisation_id)
WHERE post.zone_id = %(grid_id)s AND post.valid && tstzrange(%(start)s::timestamptz, %(stop)s::timestamptz)
ORDER BY array_position(ARRAY['grid_lead', 'police', 'full_time', 'part_time', 'trade', 'window'], post.kind), person.name, post.id

-- name: points
-- Patrol points of a grid within a span, from north to south, and when a report from the grid or a photo taken that day first
-- came from within so many metres of each: no track is kept.
SELECT point.code, point.name_zh, point.name_en, ST_X(point.geom) AS lon, ST_Y(point.geom) AS lat, (
    SELECT min(seen.at) FROM (
        SELECT incident.reported_at AS at FROM incident JOIN case_state ON case_state.incident_id = incident.id
        WHERE incident.reported_at >= %(start)s::timestamptz AND incident.reported_at < %(stop)s::timestamptz
          AND incident.source IN ('grid_worker', 'patrol') AND case_state.reported_grid_id = %(grid_id)s
          AND ST_DWithin(incident.place::geography, point.geom::geography, %(metres)s)
        UNION ALL
        SELECT attachment.taken_at FROM attachment JOIN incident ON incident.id = attachment.incident_id
        JOIN case_state ON case_state.incident_id = incident.id
        WHERE attachment.taken_at >= %(start)s::timestamptz AND attachment.taken_at < %(stop)s::timestamptz
          AND case_state.reported_grid_id = %(grid_id)s
          AND incident.reported_at >= %(start)s::timestamptz AND incident.reported_at < %(stop)s::timestamptz
          AND ST_DWithin(attachment.position::geography, point.geom::geography, %(metres)s)
    ) AS seen
) AS seen_at
FROM patrol_point AS point
JOIN unit_zone ON unit_zone.land_unit_id = point.land_unit_id AND unit_zone.zone_id = %(grid_id)s
    AND upper_inf(unit_zone.recorded) AND unit_zone.valid && tstzrange(%(start)s::timestamptz, %(stop)s::timestamptz)
WHERE point.added_at < %(stop)s::timestamptz AND (point.removed_at IS NULL OR point.removed_at > %(start)s::timestamptz)
ORDER BY ST_Y(point.geom) DESC, point.code

-- name: reports
-- What was reported from a grid by grid workers and patrols within a span, as it stands now.
SELECT incident.number, incident.reported_at, incident.state, incident.source, category.name_zh AS category_zh,
       category.name_en AS category_en, ST_X(incident.place) AS lon, ST_Y(incident.place) AS lat,
       coalesce(kept.outcome, '') = 'self_handled' AS self_handled, kept.reworks > 0 AS reworked, kept.satisfaction,
       EXISTS (SELECT FROM attachment WHERE attachment.incident_id = incident.id) AS has_photo
FROM incident JOIN case_state AS kept ON kept.incident_id = incident.id AND kept.reported_grid_id = %(grid_id)s
JOIN category ON category.id = incident.category_id
WHERE incident.reported_at >= %(start)s::timestamptz AND incident.reported_at < %(stop)s::timestamptz
  AND incident.source IN ('grid_worker', 'patrol')
ORDER BY incident.reported_at, incident.id

-- name: receipts
-- Urgent tasks a grid had to answer on the day: issued before its end and not yet due, or answered on it.
SELECT task.code, task.title_zh, task.title_en, task.due_at, receipt.state, receipt.acknowledged_at, receipt.done_at, receipt.count,
       coalesce(receipt.done_at >= %(start)s::timestamptz AND receipt.done_at < %(stop)s::timestamptz, false) AS done_today,
       coalesce(receipt.acknowledged_at >= %(start)s::timestamptz AND receipt.acknowledged_at < %(stop)s::timestamptz, false)
           AS acknowledged_today
FROM task_receipt AS receipt JOIN urgent_task AS task ON task.id = receipt.task_id
WHERE receipt.grid_id = %(grid_id)s AND receipt.state NOT IN ('moved', 'released')
  AND task.issued_at < %(stop)s::timestamptz AND (task.cancelled_at IS NULL OR task.cancelled_at >= %(stop)s::timestamptz)
  AND (task.due_at >= %(start)s::timestamptz
       OR receipt.done_at >= %(start)s::timestamptz OR receipt.acknowledged_at >= %(start)s::timestamptz)
  AND (receipt.done_at IS NULL OR receipt.done_at >= %(start)s::timestamptz)
ORDER BY task.due_at, task.code
