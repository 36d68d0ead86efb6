-- name: take_number
-- Tasks are numbered one after the other; the lock ends with the transaction.
SELECT pg_advisory_xact_lock(hashtext('urgent_task'))

-- name: next_code
-- The code of the next task: the day in the city and a running number.
SELECT 'T' || today.day || '-' || lpad((1 + coalesce((
    SELECT max(substring(code FROM 11)::integer) FROM urgent_task
    WHERE code LIKE 'T' || today.day || '-%%'), 0))::text, 2, '0') AS code
FROM (SELECT to_char(now() AT TIME ZONE coalesce((SELECT timezone FROM city), 'UTC'), 'YYYYMMDD') AS day) AS today

-- name: zones_named
-- Zones of today by layer and code, in the order asked; for specialist ones the shape.
SELECT asked.n, zone.id, layer.kind, zone.code, version.name_zh, version.name_en,
       CASE WHEN layer.kind NOT IN ('region', 'base_grid') THEN ST_AsBinary(version.geom) END AS shape
FROM unnest(%(layers)s::text[], %(codes)s::text[]) WITH ORDINALITY AS asked (layer, code, n)
JOIN layer ON layer.code = asked.layer AND layer.active
JOIN zone ON zone.layer_id = layer.id AND zone.code = asked.code
JOIN zone_version AS version ON version.zone_id = zone.id AND version.valid @> now() AND upper_inf(version.recorded)
ORDER BY asked.n

-- name: grids_below
-- Base grids of today that some regions or grids are, or hold, by nesting.
WITH RECURSIVE below AS (
    SELECT unnest(%(zones)s::bigint[]) AS id
    UNION
    SELECT version.zone_id
    FROM below JOIN zone_version AS version ON version.parent_zone_id = below.id
    WHERE version.valid @> now() AND upper_inf(version.recorded)
)
SELECT zone.id, zone.code
FROM below JOIN zone ON zone.id = below.id JOIN layer ON layer.id = zone.layer_id AND layer.kind = 'base_grid'
JOIN zone_version AS version ON version.zone_id = zone.id AND version.valid @> now() AND upper_inf(version.recorded)
ORDER BY zone.code

-- name: grids_near
-- Base grids of today whose boxes touch that of an area, with their shapes.
SELECT zone.id, zone.code, ST_AsBinary(version.geom) AS shape
FROM zone_version AS version
JOIN zone ON zone.id = version.zone_id
JOIN layer ON layer.id = zone.layer_id AND layer.kind = 'base_grid'
WHERE version.geom && ST_GeomFromWKB(%(area)s, 4326) AND version.valid @> now() AND upper_inf(version.recorded)
ORDER BY zone.code

-- name: incident_place
-- Where an incident is.
SELECT ST_X(place) AS lon, ST_Y(place) AS lat FROM incident WHERE number = %(number)s

-- name: insert_task
-- A task with a receipt for each grid it is for.
WITH task AS (
    INSERT INTO urgent_task (code, title_zh, title_en, text_zh, text_en, forward_zh, forward_en, area, area_zone_ids,
                             area_about, issued_by, role, organisation_id, remind_at, due_at)
    VALUES (%(code)s, %(title_zh)s, %(title_en)s, %(text_zh)s, %(text_en)s, %(forward_zh)s, %(forward_en)s,
            ST_GeomFromWKB(%(area)s, 4326), %(area_zone_ids)s::bigint[], %(area_about)s, %(by)s, %(role)s,
            %(organisation_id)s, %(remind_at)s, %(due_at)s)
    RETURNING id
), receipts AS (
    INSERT INTO task_receipt (task_id, grid_id) SELECT task.id, unnest(%(grids)s::bigint[]) FROM task
)
SELECT id FROM task

-- name: lock
-- A task by its code, locked until the transaction ends.
SELECT id, code, cancelled_at, due_at, issued_by, organisation_id FROM urgent_task WHERE code = %(code)s FOR UPDATE

-- name: cancel
-- A task is called off.
UPDATE urgent_task SET cancelled_at = now(), cancelled_by = %(by)s, cancel_reason = %(reason)s WHERE id = %(task)s

-- name: receipt
-- The receipt of a grid, locked, and whether a person of a name holds a post there today, or in another grid.
SELECT task.id AS task_id, task.code, task.cancelled_at, grid.id AS grid_id, receipt.state, receipt.acknowledged_at,
       receipt.done_at, receipt.note, receipt.count, receipt.attachment_ids, receipt.reason_zh, receipt.reason_en,
       held.here, held.elsewhere
FROM urgent_task AS task
JOIN task_receipt AS receipt ON receipt.task_id = task.id
JOIN zone AS grid ON grid.id = receipt.grid_id AND grid.code = %(grid)s
CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(post.zone_id = grid.id), false) AS here,
           coalesce(bool_or(post.zone_id <> grid.id), false) AS elsewhere
    FROM person JOIN post ON post.person_id = person.id AND post.valid @> now()
    WHERE person.name = %(by)s
) AS held
WHERE task.code = %(code)s
FOR UPDATE OF receipt

-- name: write_receipt
-- What a grid answers.
UPDATE task_receipt
SET state = %(state)s, since = now(),
    acknowledged_at = coalesce(acknowledged_at, now()), acknowledged_by = coalesce(acknowledged_by, %(by)s),
    done_at = CASE WHEN %(state)s = 'done' THEN coalesce(done_at, now()) END,
    done_by = CASE WHEN %(state)s = 'done' THEN coalesce(done_by, %(by)s) END,
    note = %(note)s, count = %(count)s, attachment_ids = %(attachments)s::uuid[]
WHERE task_id = %(task)s AND grid_id = %(grid)s

-- name: remind
-- Remind all who have not finished a task; how many there are.
WITH told AS (
    UPDATE task_receipt SET reminders = reminders + 1, reminded_at = now()
    WHERE task_id = %(task)s AND state IN ('waiting', 'acknowledged')
    RETURNING grid_id
), noted AS (
    INSERT INTO task_reminder (task_id, kind, by, grids)
    SELECT %(task)s, 'manual', %(by)s, count(*) FROM told HAVING count(*) > 0
)
SELECT count(*) AS grids FROM told

-- name: remind_due
-- Remind of every moment that has come and was not reminded of yet. Whoever comes second finds the row and does nothing.
WITH due AS (
    SELECT task.id, moment.kind, open.grids
    FROM urgent_task AS task
    CROSS JOIN LATERAL (VALUES ('due_soon', task.remind_at), ('overdue', task.due_at)) AS moment (kind, at)
    CROSS JOIN LATERAL (
        SELECT count(*) AS grids FROM task_receipt
        WHERE task_receipt.task_id = task.id AND task_receipt.state IN ('waiting', 'acknowledged')
    ) AS open
    WHERE task.cancelled_at IS NULL AND moment.at <= now() AND open.grids > 0
      -- Who missed both moments is told the graver one.
      AND (moment.kind = 'overdue' OR task.due_at > now())
      AND NOT EXISTS (SELECT FROM task_reminder WHERE task_reminder.task_id = task.id AND task_reminder.kind = moment.kind)
), added AS (
    INSERT INTO task_reminder (task_id, kind, by, grids) SELECT id, kind, %(by)s, grids FROM due ORDER BY id, kind
    ON CONFLICT (task_id, kind) WHERE kind <> 'manual' DO NOTHING
    RETURNING task_id, kind, grids
), told AS (
    UPDATE task_receipt SET reminders = reminders + 1, reminded_at = now()
    FROM (SELECT DISTINCT task_id FROM added) AS once
    WHERE task_receipt.task_id = once.task_id AND task_receipt.state IN ('waiting', 'acknowledged')
)
SELECT task.code, added.kind, added.grids
FROM added JOIN urgent_task AS task ON task.id = added.task_id
ORDER BY task.code, added.kind

-- name: open_tasks_of
-- Tasks that are not cancelled and not finished, locked, with the receipts of the grids that a plan touched.
SELECT task.id, task.code, ST_AsBinary(task.area) AS area, task.area_zone_ids,
       coalesce((SELECT json_object_agg(receipt.grid_id, receipt.state) FROM task_receipt AS receipt
                 WHERE receipt.task_id = task.id AND receipt.grid_id = ANY (%(grids)s::bigint[])), '{}') AS receipts
FROM urgent_task AS task
WHERE task.cancelled_at IS NULL
  AND EXISTS (SELECT FROM task_receipt AS receipt
              WHERE receipt.task_id = task.id AND receipt.state IN ('waiting', 'acknowledged'))
ORDER BY task.id
FOR UPDATE OF task

-- name: lineage_of
-- From which grid to which ground went, or stayed, in a plan for base grids.
SELECT DISTINCT lineage.from_zone_id, lineage.to_zone_id
FROM zone_lineage AS lineage
JOIN plan ON plan.id = lineage.plan_id
JOIN layer ON layer.id = plan.layer_id AND layer.kind = 'base_grid'
WHERE lineage.plan_id = %(plan)s

-- name: grids_today
-- Of some grids those that there are today, with shape and all regions around; codes of all of them.
WITH RECURSIVE above AS (
    SELECT zone.id AS grid_id, version.parent_zone_id AS id
    FROM zone JOIN zone_version AS version ON version.zone_id = zone.id AND version.valid @> now() AND upper_inf(version.recorded)
    WHERE zone.id = ANY (%(grids)s::bigint[])
    UNION
    SELECT above.grid_id, version.parent_zone_id
    FROM above JOIN zone_version AS version ON version.zone_id = above.id AND version.valid @> now() AND upper_inf(version.recorded)
)
SELECT zone.id, zone.code, version.id IS NOT NULL AS alive, ST_AsBinary(version.geom) AS shape,
       ARRAY(SELECT above.id FROM above WHERE above.grid_id = zone.id AND above.id IS NOT NULL) AS around
FROM zone
LEFT JOIN zone_version AS version ON version.zone_id = zone.id AND version.valid @> now() AND upper_inf(version.recorded)
WHERE zone.id = ANY (%(grids)s::bigint[])

-- name: move_receipts
-- What a plan makes of the receipts of a task; a receipt taken over whole keeps who finished it first.
WITH change AS (
    SELECT * FROM jsonb_to_recordset(%(changes)s) AS change (grid bigint, state text, sources bigint[], zh text, en text)
)
INSERT INTO task_receipt AS receipt (task_id, grid_id, state, acknowledged_at, acknowledged_by, done_at, done_by,
                                     plan_id, from_grid_ids, reason_zh, reason_en)
SELECT %(task)s, change.grid, change.state, origin.acknowledged_at, origin.acknowledged_by, origin.done_at,
       origin.done_by, %(plan)s, change.sources, change.zh, change.en
FROM change
LEFT JOIN LATERAL (
    SELECT old.acknowledged_at, old.acknowledged_by, old.done_at, old.done_by
    FROM task_receipt AS old
    WHERE change.state = 'done' AND old.task_id = %(task)s AND old.grid_id = ANY (change.sources)
    ORDER BY old.done_at DESC LIMIT 1
) AS origin ON true
ON CONFLICT (task_id, grid_id) DO UPDATE
SET state = excluded.state, since = now(), plan_id = excluded.plan_id, from_grid_ids = excluded.from_grid_ids,
    reason_zh = excluded.reason_zh, reason_en = excluded.reason_en,
    done_at = CASE WHEN excluded.state IN ('waiting', 'acknowledged') THEN NULL ELSE coalesce(excluded.done_at, receipt.done_at) END,
    done_by = CASE WHEN excluded.state IN ('waiting', 'acknowledged') THEN NULL ELSE coalesce(excluded.done_by, receipt.done_by) END

-- name: extend_area
-- Successors of grids that a task names are named, too.
UPDATE urgent_task SET area_zone_ids = %(zones)s::bigint[] WHERE id = %(task)s
