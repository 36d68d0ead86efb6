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
WHERE %(all)s::boolean OR upper_inf(time_limit.valid)
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
-- Open incidents that have no clock yet, with what decides their limits: of some, or the next ones of all.
SELECT incident.id, incident.state, incident.state_since, incident.reported_at, incident.category_id,
       incident.appeal_kind, incident.urgency, incident.source, incident.organisation_id,
       case_state.suspended_at
FROM incident LEFT JOIN case_state ON case_state.incident_id = incident.id
WHERE incident.is_open AND incident.id > %(after)s::bigint
  AND (%(incident_ids)s::bigint[] IS NULL OR incident.id = ANY (%(incident_ids)s::bigint[]))
  AND NOT EXISTS (SELECT FROM incident_clock WHERE incident_clock.incident_id = incident.id)
ORDER BY incident.id LIMIT %(limit)s

-- name: start
-- Clocks of many incidents at once; one that has a clock keeps it.
INSERT INTO incident_clock (incident_id, kind, started_at, due_at, soon_at, stage, stage_kind, stage_started_at,
                            stage_due_at, stage_soon_at, paused_at)
SELECT clock.* FROM unnest(%(incident_id)s::bigint[], %(kind)s::text[], %(started_at)s::timestamptz[],
                           %(due_at)s::timestamptz[], %(soon_at)s::timestamptz[], %(stage)s::text[],
                           %(stage_kind)s::text[], %(stage_started_at)s::timestamptz[],
                           %(stage_due_at)s::timestamptz[], %(stage_soon_at)s::timestamptz[],
                           %(paused_at)s::timestamptz[]) AS clock (id)
JOIN incident ON incident.id = clock.id AND incident.is_open
ON CONFLICT (incident_id) DO NOTHING

-- name: stop_ended
-- Take away the clocks of incidents that ended while one was started for them.
DELETE FROM incident_clock USING incident
WHERE incident.id = incident_clock.incident_id AND NOT incident.is_open

-- name: due_soon
-- Remind of the next clocks that are due soon, in the order in which they are; each due moment once.
WITH page AS MATERIALIZED (
    SELECT incident_id, due_at FROM incident_clock
    WHERE (due_at, incident_id) > (%(after_at)s::timestamptz, %(after_id)s::bigint)
      AND due_at >= now() AND soon_at <= now() AND paused_at IS NULL
      AND EXISTS (SELECT FROM incident WHERE incident.id = incident_clock.incident_id AND incident.is_open)
      AND NOT EXISTS (
          SELECT FROM clock_notice
          WHERE clock_notice.incident_id = incident_clock.incident_id AND kind = 'due_soon' AND stage = 'total'
            AND clock_notice.due_at = incident_clock.due_at)
    ORDER BY due_at, incident_id LIMIT %(limit)s
),
noticed AS (
    INSERT INTO clock_notice (incident_id, kind, stage, due_at, level, organisation_id, post_ids)
    SELECT page.incident_id, 'due_soon', 'total', page.due_at, coalesce(case_state.level, 'district'),
           coalesce(case_state.lead_id, incident.organisation_id),
           posts_on_duty(coalesce(case_state.lead_id, incident.organisation_id),
                         CASE case_state.level WHEN 'community' THEN incident.base_grid_id END)
    FROM page JOIN incident ON incident.id = page.incident_id
    LEFT JOIN case_state ON case_state.incident_id = page.incident_id
    ORDER BY page.due_at, page.incident_id
    ON CONFLICT (incident_id, kind, stage, due_at) DO NOTHING
    RETURNING incident_id, stage, due_at, level, organisation_id, post_ids
),
told AS (
    INSERT INTO history (actor, action, incident_id, after)
    SELECT %(actor)s, 'incident.due_soon', noticed.incident_id,
           jsonb_build_object('due_at', noticed.due_at, 'level', noticed.level, 'organisation', organisation.code,
                              'on_duty', names_on_posts(noticed.post_ids))
    FROM noticed LEFT JOIN organisation ON organisation.id = noticed.organisation_id
)
SELECT (SELECT count(*) FROM noticed) AS noticed, due_at, incident_id
FROM page ORDER BY due_at DESC, incident_id DESC LIMIT 1

-- name: overdue
-- Tell the level above of the next clocks that are late, in the order in which they were due; each due moment once.
WITH page AS MATERIALIZED (
    SELECT incident_id, due_at FROM incident_clock
    WHERE (due_at, incident_id) > (%(after_at)s::timestamptz, %(after_id)s::bigint)
      AND due_at < now() AND paused_at IS NULL
      AND EXISTS (SELECT FROM incident WHERE incident.id = incident_clock.incident_id AND incident.is_open)
      AND NOT EXISTS (
          SELECT FROM clock_notice
          WHERE clock_notice.incident_id = incident_clock.incident_id AND kind = 'overdue' AND stage = 'total'
            AND clock_notice.due_at = incident_clock.due_at)
    ORDER BY due_at, incident_id LIMIT %(limit)s
),
raised AS (
    SELECT page.incident_id, page.due_at, incident.zone_ids, incident.organisation_id,
           CASE coalesce(case_state.level, 'district') WHEN 'community' THEN 'street' ELSE 'district' END AS level
    FROM page JOIN incident ON incident.id = page.incident_id
    LEFT JOIN case_state ON case_state.incident_id = page.incident_id
),
noticed AS (
    INSERT INTO clock_notice (incident_id, kind, stage, due_at, level, organisation_id, post_ids)
    SELECT raised.incident_id, 'overdue', 'total', raised.due_at, raised.level, governing.id,
           posts_on_duty(governing.id, NULL)
    FROM raised LEFT JOIN LATERAL (
        -- The street that governs the place, or the district.
        SELECT id FROM organisation
        WHERE CASE raised.level WHEN 'street' THEN kind = 'street' AND region_zone_id = ANY (raised.zone_ids)
                                ELSE kind = 'government' END
        ORDER BY code LIMIT 1
    ) AS governing ON true
    ORDER BY raised.due_at, raised.incident_id
    ON CONFLICT (incident_id, kind, stage, due_at) DO NOTHING
    RETURNING incident_id, stage, due_at, level, organisation_id, post_ids
),
told AS (
    INSERT INTO history (actor, action, incident_id, after)
    SELECT %(actor)s, 'incident.overdue', noticed.incident_id,
           jsonb_build_object('due_at', noticed.due_at, 'level', noticed.level, 'organisation', organisation.code,
                              'on_duty', names_on_posts(noticed.post_ids))
    FROM noticed LEFT JOIN organisation ON organisation.id = noticed.organisation_id
)
SELECT (SELECT count(*) FROM noticed) AS noticed, due_at, incident_id,
       (SELECT array_agg(incident.number ORDER BY incident.number)
        FROM noticed JOIN case_state USING (incident_id) JOIN incident ON incident.id = noticed.incident_id
        WHERE case_state.level <> 'district') AS rising
FROM page ORDER BY due_at DESC, incident_id DESC LIMIT 1

-- name: stage_overdue
-- Tell who holds a case of the next stages that are late, in the order in which they were due; each due moment once.
WITH page AS MATERIALIZED (
    SELECT incident_id, stage, stage_due_at AS due_at FROM incident_clock
    WHERE (stage_due_at, incident_id) > (%(after_at)s::timestamptz, %(after_id)s::bigint)
      AND stage_due_at < now() AND paused_at IS NULL
      AND EXISTS (SELECT FROM incident WHERE incident.id = incident_clock.incident_id AND incident.is_open)
      AND NOT EXISTS (
          SELECT FROM clock_notice
          WHERE clock_notice.incident_id = incident_clock.incident_id AND kind = 'stage_overdue'
            AND clock_notice.stage = incident_clock.stage AND clock_notice.due_at = incident_clock.stage_due_at)
    ORDER BY stage_due_at, incident_id LIMIT %(limit)s
),
noticed AS (
    INSERT INTO clock_notice (incident_id, kind, stage, due_at, level, organisation_id, post_ids)
    SELECT page.incident_id, 'stage_overdue', page.stage, page.due_at, coalesce(case_state.level, 'district'),
           coalesce(case_state.lead_id, incident.organisation_id),
           posts_on_duty(coalesce(case_state.lead_id, incident.organisation_id),
                         CASE case_state.level WHEN 'community' THEN incident.base_grid_id END)
    FROM page JOIN incident ON incident.id = page.incident_id
    LEFT JOIN case_state ON case_state.incident_id = page.incident_id
    ORDER BY page.due_at, page.incident_id
    ON CONFLICT (incident_id, kind, stage, due_at) DO NOTHING
    RETURNING incident_id, stage, due_at, level, organisation_id, post_ids
),
told AS (
    INSERT INTO history (actor, action, incident_id, after)
    SELECT %(actor)s, 'incident.stage_overdue', noticed.incident_id,
           jsonb_build_object('stage', noticed.stage, 'due_at', noticed.due_at, 'level', noticed.level,
                              'organisation', organisation.code, 'on_duty', names_on_posts(noticed.post_ids))
    FROM noticed LEFT JOIN organisation ON organisation.id = noticed.organisation_id
)
SELECT (SELECT count(*) FROM noticed) AS noticed, due_at, incident_id
FROM page ORDER BY due_at DESC, incident_id DESC LIMIT 1

-- name: stage_due_soon
-- Remind who holds a case of the next stages that are due soon, in their order, but for those that end with the whole.
WITH page AS MATERIALIZED (
    SELECT incident_id, stage, stage_due_at AS due_at FROM incident_clock
    WHERE (stage_due_at, incident_id) > (%(after_at)s::timestamptz, %(after_id)s::bigint)
      AND stage_due_at >= now() AND stage_soon_at <= now() AND paused_at IS NULL
      AND stage_due_at IS DISTINCT FROM due_at
      AND EXISTS (SELECT FROM incident WHERE incident.id = incident_clock.incident_id AND incident.is_open)
      AND NOT EXISTS (
          SELECT FROM clock_notice
          WHERE clock_notice.incident_id = incident_clock.incident_id AND kind = 'stage_due_soon'
            AND clock_notice.stage = incident_clock.stage AND clock_notice.due_at = incident_clock.stage_due_at)
    ORDER BY stage_due_at, incident_id LIMIT %(limit)s
),
noticed AS (
    INSERT INTO clock_notice (incident_id, kind, stage, due_at, level, organisation_id, post_ids)
    SELECT page.incident_id, 'stage_due_soon', page.stage, page.due_at, coalesce(case_state.level, 'district'),
           coalesce(case_state.lead_id, incident.organisation_id),
           posts_on_duty(coalesce(case_state.lead_id, incident.organisation_id),
                         CASE case_state.level WHEN 'community' THEN incident.base_grid_id END)
    FROM page JOIN incident ON incident.id = page.incident_id
    LEFT JOIN case_state ON case_state.incident_id = page.incident_id
    ORDER BY page.due_at, page.incident_id
    ON CONFLICT (incident_id, kind, stage, due_at) DO NOTHING
    RETURNING incident_id, stage, due_at, level, organisation_id, post_ids
),
told AS (
    INSERT INTO history (actor, action, incident_id, after)
    SELECT %(actor)s, 'incident.stage_due_soon', noticed.incident_id,
           jsonb_build_object('stage', noticed.stage, 'due_at', noticed.due_at, 'level', noticed.level,
                              'organisation', organisation.code, 'on_duty', names_on_posts(noticed.post_ids))
    FROM noticed LEFT JOIN organisation ON organisation.id = noticed.organisation_id
)
SELECT (SELECT count(*) FROM noticed) AS noticed, due_at, incident_id
FROM page ORDER BY due_at DESC, incident_id DESC LIMIT 1

-- name: ended
-- Cases that were reported in the last days and have been handled and closed since, the newest first.
SELECT incident.number, incident.category_id, incident.appeal_kind, incident.urgency, incident.source,
       incident.reported_at, coalesce(case_state.lead_id, incident.organisation_id) AS lead_id, case_state.condition,
       case_state.due_at, case_state.closed_at,
       category.standard_ref || ':' || category.kind || ':' || category.code AS category, category.name_zh, category.name_en
FROM incident JOIN case_state ON case_state.incident_id = incident.id JOIN category ON category.id = incident.category_id
WHERE incident.reported_at >= now() - %(days)s * interval '1 day' AND incident.state IN ('closed', 'archived')
  AND case_state.closed_at IS NOT NULL AND case_state.outcome IN ('handled', 'self_handled')
ORDER BY incident.reported_at DESC, incident.id DESC LIMIT %(limit)s

-- name: put_days
-- Store special days; one that is there already is replaced.
INSERT INTO calendar_day (date, kind, name)
SELECT date, kind, name FROM jsonb_to_recordset(%(days)s::jsonb) AS told (date date, kind text, name text)
ON CONFLICT (date) DO UPDATE SET kind = excluded.kind, name = excluded.name

-- name: clear_days
-- Forget the special days of some years.
DELETE FROM calendar_day WHERE extract(year FROM date)::integer = ANY (%(years)s::integer[])

-- name: days
-- Special days of some years, in their order.
SELECT date, kind, name FROM calendar_day
WHERE extract(year FROM date)::integer = ANY (%(years)s::integer[]) ORDER BY date

-- name: years
-- Years that have special days.
SELECT DISTINCT extract(year FROM date)::integer AS year FROM calendar_day ORDER BY year

-- name: add_limits
-- Add limits, valid from a moment on or ever since; those of categories that do not exist are left out.
INSERT INTO time_limit (category_id, appeal_kind, condition, urgency, stage, amount, kind, warn, valid, note_zh, note_en)
SELECT category.id, told.appeal_kind, told.condition, told.urgency, told.stage, told.amount, told.kind, told.warn,
       tstzrange(told.since, NULL), told.note_zh, told.note_en
FROM jsonb_to_recordset(%(limits)s::jsonb) AS told (
    category text, appeal_kind text, condition text, urgency text, stage text, amount numeric, kind text, warn float8,
    since timestamptz, note_zh text, note_en text)
LEFT JOIN category ON category.standard_ref || ':' || category.kind || ':' || category.code = told.category
WHERE told.category IS NULL OR category.id IS NOT NULL

-- name: end_limits
-- Let limits hold for clocks that have started before a moment only.
UPDATE time_limit SET valid = tstzrange(lower(valid), %(at)s::timestamptz)
WHERE id = ANY (%(ids)s::bigint[]) AND upper_inf(valid)

-- name: put_window
-- Set the business hours of an organisation.
INSERT INTO organisation_window (organisation_id, windows)
SELECT id, %(windows)s FROM organisation WHERE code = %(code)s
ON CONFLICT (organisation_id) DO UPDATE SET windows = excluded.windows

-- name: drop_window
-- Let an organisation have the business hours of the one above it again.
DELETE FROM organisation_window
WHERE organisation_id = (SELECT id FROM organisation WHERE code = %(code)s)

-- name: put_city_windows
-- Set the usual business hours.
UPDATE deadline_setting SET windows = %(windows)s

-- name: lock
-- Let changes of calendars and limits wait for each other: their present state, and the moment changes hold from.
SELECT revision::text, windows, clock_timestamp() AS at FROM deadline_setting FOR UPDATE

-- name: known
-- Which of some keys of categories and codes of organisations exist.
SELECT ARRAY(SELECT told FROM unnest(%(categories)s::text[]) AS told
             WHERE EXISTS (SELECT FROM category
                           WHERE category.standard_ref || ':' || category.kind || ':' || category.code = told))
           AS categories,
       ARRAY(SELECT code FROM organisation WHERE code = ANY (%(organisations)s::text[])) AS organisations

-- name: present
-- The name of the present state, and the usual business hours.
SELECT revision::text, windows FROM deadline_setting
