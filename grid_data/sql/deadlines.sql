-- name: revision
-- The name of the present state of calendars and limits.
SELECT revision::text FROM deadline_setting

-- name: book
-- Everything clocks are computed from, as of one revision.
SELECT deadline_setting.revision::text, deadline_setting.windows,
       coalesce((SELECT timezone FROM city), 'UTC') AS timezone,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(date, kind, name) ORDER BY date), '[]') FROM calendar_day)
           AS days,
       (SELECT coalesce(jsonb_object_agg(id, parent_id), '{}') FROM category) AS parents,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(id, time_limit)), '[]') FROM category
        WHERE time_limit IS NOT NULL) AS catalogue
FROM deadline_setting

-- name: limits
-- Limits that hold now or held once; the category by its key.
SELECT time_limit.id, time_limit.category_id,
       category.standard_ref || ':' || category.kind || ':' || category.code AS category,
       category.name_zh, category.name_en, time_limit.appeal_kind, time_limit.condition, time_limit.urgency,
       time_limit.stage, time_limit.amount::float8, time_limit.kind, time_limit.warn,
       lower(time_limit.valid) AS since, upper(time_limit.valid) AS until, time_limit.note_zh, time_limit.note_en
FROM time_limit LEFT JOIN category ON category.id = time_limit.category_id
WHERE %(all)s::boolean OR time_limit.valid @> now()
ORDER BY array_position(ARRAY['total', 'accept', 'verify', 'file', 'dispatch', 'handle', 'check', 'evaluate'],
                        time_limit.stage), category NULLS FIRST, time_limit.condition NULLS FIRST,
         time_limit.appeal_kind NULLS FIRST, time_limit.urgency NULLS FIRST, since, time_limit.id

-- name: windows
-- Business hours of organisations: their own, else those of the nearest one they are part of.
WITH RECURSIVE inherited (organisation_id, windows, own) AS (
    SELECT organisation_id, windows, true FROM organisation_window
    UNION ALL
    SELECT organisation.id, inherited.windows, false
    FROM inherited JOIN organisation ON organisation.parent_id = inherited.organisation_id
    WHERE NOT EXISTS (SELECT FROM organisation_window WHERE organisation_window.organisation_id = organisation.id)
)
SELECT inherited.organisation_id, organisation.code, organisation.name_zh, organisation.name_en,
       inherited.windows, inherited.own
FROM inherited JOIN organisation ON organisation.id = inherited.organisation_id
ORDER BY organisation.code

-- name: to_start
-- Open incidents that have no clock yet, with what decides their limits.
SELECT incident.id, incident.state, incident.state_since, incident.reported_at, incident.category_id,
       incident.appeal_kind, incident.urgency, incident.organisation_id
FROM incident
WHERE incident.id = ANY (%(incident_ids)s::bigint[])
  AND incident.state NOT IN ('closed', 'archived', 'rejected', 'cancelled', 'merged')
  AND NOT EXISTS (SELECT FROM incident_clock WHERE incident_clock.incident_id = incident.id)
ORDER BY incident.id

-- name: start
-- Clocks of many incidents at once; one that has a clock keeps it.
INSERT INTO incident_clock (incident_id, kind, started_at, due_at, soon_at, stage, stage_kind, stage_started_at,
                            stage_due_at, stage_soon_at)
SELECT * FROM unnest(%(incident_id)s::bigint[], %(kind)s::text[], %(started_at)s::timestamptz[],
                     %(due_at)s::timestamptz[], %(soon_at)s::timestamptz[], %(stage)s::text[],
                     %(stage_kind)s::text[], %(stage_started_at)s::timestamptz[],
                     %(stage_due_at)s::timestamptz[], %(stage_soon_at)s::timestamptz[])
ON CONFLICT (incident_id) DO NOTHING
