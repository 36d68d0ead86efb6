-- name: page
-- One page of urgent tasks, the newest first, with their completion; for a grid also its own receipt.
SELECT found.*, mine.state AS my_state, mine.reminders AS my_reminders, mine.reminded_at AS my_reminded_at
FROM (
    SELECT task.id, task.code, task.title_zh, task.title_en, task.text_zh, task.text_en, task.forward_zh,
           task.forward_en, task.issued_at, task.issued_by, task.role, task.due_at, task.cancelled_at,
           task.cancelled_by, task.cancel_reason, task.area_about,
           organisation.code AS organisation, organisation.name_zh AS organisation_zh, organisation.name_en AS organisation_en,
           counted.waiting, counted.acknowledged, counted.done, counted.moved, counted.released, counted.amount,
           CASE WHEN task.cancelled_at IS NOT NULL THEN 'cancelled'
                WHEN counted.waiting + counted.acknowledged = 0 THEN 'done'
                WHEN task.due_at <= now() THEN 'overdue' ELSE 'open' END AS state
    FROM urgent_task AS task
    LEFT JOIN organisation ON organisation.id = task.organisation_id
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting,
               count(*) FILTER (WHERE state = 'acknowledged') AS acknowledged,
               count(*) FILTER (WHERE state = 'done') AS done,
               count(*) FILTER (WHERE state = 'moved') AS moved,
               count(*) FILTER (WHERE state = 'released') AS released,
               coalesce(sum(count) FILTER (WHERE state = 'done'), 0) AS amount
        FROM task_receipt WHERE task_receipt.task_id = task.id
    ) AS counted
    WHERE (%(code)s::text IS NULL OR task.code = %(code)s::text)
      AND (%(before)s::bigint IS NULL OR task.id < %(before)s::bigint)
      AND (%(grid)s::text IS NULL OR EXISTS (
          SELECT FROM task_receipt JOIN zone ON zone.id = task_receipt.grid_id
          WHERE task_receipt.task_id = task.id AND zone.code = %(grid)s::text))
) AS found
LEFT JOIN LATERAL (
    SELECT receipt.state, receipt.reminders, receipt.reminded_at
    FROM task_receipt AS receipt JOIN zone ON zone.id = receipt.grid_id
    WHERE receipt.task_id = found.id AND zone.code = %(grid)s::text
) AS mine ON true
WHERE %(states)s::text[] IS NULL OR found.state = ANY (%(states)s::text[])
ORDER BY found.id DESC
LIMIT %(limit)s

-- name: receipts
-- Receipts of a task in the order of the grids, each with the community and the subdistrict of its grid.
SELECT grid.code, version.name_zh, version.name_en, receipt.state, receipt.since, receipt.acknowledged_at,
       receipt.acknowledged_by, receipt.done_at, receipt.done_by, receipt.note, receipt.count, receipt.attachment_ids,
       receipt.reminders, receipt.reminded_at, plan.code AS plan, receipt.reason_zh, receipt.reason_en,
       ARRAY(SELECT zone.code FROM zone WHERE zone.id = ANY (receipt.from_grid_ids) ORDER BY zone.code) AS sources,
       community.code AS community, community_version.name_zh AS community_zh, community_version.name_en AS community_en,
       street.code AS street, street_version.name_zh AS street_zh, street_version.name_en AS street_en
FROM task_receipt AS receipt
JOIN zone AS grid ON grid.id = receipt.grid_id
LEFT JOIN plan ON plan.id = receipt.plan_id
LEFT JOIN LATERAL (
    SELECT * FROM zone_version WHERE zone_version.zone_id = grid.id AND upper_inf(zone_version.recorded)
    ORDER BY lower(zone_version.valid) DESC LIMIT 1
) AS version ON true
LEFT JOIN zone AS community ON community.id = version.parent_zone_id
LEFT JOIN LATERAL (
    SELECT * FROM zone_version WHERE zone_version.zone_id = community.id AND upper_inf(zone_version.recorded)
    ORDER BY lower(zone_version.valid) DESC LIMIT 1
) AS community_version ON true
LEFT JOIN zone AS street ON street.id = community_version.parent_zone_id
LEFT JOIN LATERAL (
    SELECT * FROM zone_version WHERE zone_version.zone_id = street.id AND upper_inf(zone_version.recorded)
    ORDER BY lower(zone_version.valid) DESC LIMIT 1
) AS street_version ON true
WHERE receipt.task_id = %(task)s
ORDER BY grid.code

-- name: reminders
-- Reminders of a task, the newest first.
SELECT kind, at, by, grids FROM task_reminder WHERE task_id = %(task)s ORDER BY id DESC

-- name: map
-- A task on the map as GeoJSON: its grids with the state of each, and its area.
SELECT json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(drawn.feature), '[]'))::text AS document
FROM (
    SELECT json_build_object(
        'type', 'Feature', 'id', zone.code,
        'geometry', ST_AsGeoJSON(version.geom, 7)::json,
        'properties', json_build_object(
            'kind', 'grid', 'code', zone.code, 'name', version.name_zh, 'name_en', version.name_en, 'state', receipt.state,
            'done_at', receipt.done_at, 'count', receipt.count, 'reminders', receipt.reminders)) AS feature
    FROM urgent_task AS task
    JOIN task_receipt AS receipt ON receipt.task_id = task.id AND receipt.state IN ('waiting', 'acknowledged', 'done')
    JOIN zone ON zone.id = receipt.grid_id
    JOIN zone_version AS version ON version.zone_id = zone.id AND version.valid @> now() AND upper_inf(version.recorded)
    WHERE task.code = %(code)s
    UNION ALL
    SELECT json_build_object(
        'type', 'Feature', 'id', task.code, 'geometry', ST_AsGeoJSON(task.area, 7)::json,
        'properties', json_build_object('kind', 'area', 'code', task.code))
    FROM urgent_task AS task
    WHERE task.code = %(code)s AND task.area IS NOT NULL
) AS drawn
