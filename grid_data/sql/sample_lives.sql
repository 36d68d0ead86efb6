-- name: remember
-- The sample's incidents with what their lives are told from, for this transaction; luck is drawn from the reference.
CREATE TEMPORARY TABLE sample_life ON COMMIT DROP AS
SELECT told.*, (told.reached_at - told.reported_at) / nullif(told.share, 0) AS takes, NULL::timestamptz AS due_at,
       told.flow <> 'enterprise' AND (told.public OR told.flow = 'enforcement') AS verifies
FROM (
    SELECT incident.id, incident.reported_at, incident.state, incident.state_since, incident.is_open, incident.source,
           incident.appeal_kind AS flow, incident.urgency, incident.category_id, incident.organisation_id, incident.base_grid_id,
           coalesce(organisation.code, 'LS') AS lead, abs(hashtext(incident.source_ref)) %% 10000 AS luck,
           incident.source IN ('hotline', 'app', 'transfer_110') AS public,
           CASE incident.state WHEN 'archived' THEN incident.state_since - interval '7 days' ELSE incident.state_since END AS reached_at,
           CASE incident.state WHEN 'accepted' THEN 0.04 WHEN 'rejected' THEN 0.06 WHEN 'verified' THEN 0.08
               WHEN 'filed' THEN 0.12 WHEN 'cancelled' THEN 0.14 WHEN 'dispatched' THEN 0.16 WHEN 'handling' THEN 0.24
               WHEN 'fed_back' THEN 0.8 WHEN 'checked' THEN 0.9 WHEN 'evaluated' THEN 0.96 WHEN 'closed' THEN 1
               WHEN 'archived' THEN 1 ELSE 0 END::float8 AS share,
           -- Roughly: work days stretched over weekends.
           CASE WHEN category.time_limit IS NOT NULL THEN split_part(category.time_limit, ' ', 1)::float8
                    * CASE split_part(category.time_limit, ' ', 2) WHEN 'urgent_hour' THEN interval '1 hour'
                          WHEN 'work_hour' THEN interval '4.2 hours' WHEN 'work_day' THEN interval '33.6 hours'
                          ELSE interval '1 day' END
                WHEN incident.urgency = 'urgent' THEN interval '1 day'
                WHEN incident.appeal_kind = 'enterprise' THEN interval '100.8 hours' ELSE interval '7 days' END AS allowed
    FROM incident JOIN category ON category.id = incident.category_id
    LEFT JOIN organisation ON organisation.id = incident.organisation_id
) AS told

-- name: index_lives
-- The database knows what it has just been told.
ANALYZE sample_life

-- name: ended_lately
-- Cases that ended within so many days, with what decides when they were due.
SELECT id, reported_at, category_id, flow, urgency, organisation_id
FROM sample_life
WHERE NOT is_open AND reached_at > %(now)s::timestamptz - make_interval(days => %(days)s)
ORDER BY id

-- name: set_due
-- When cases were due, by their limits and the calendar.
UPDATE sample_life SET due_at = told.due_at
FROM unnest(%(ids)s::bigint[], %(due)s::timestamptz[]) AS told (id, due_at)
WHERE sample_life.id = told.id

-- name: add_wholes
-- Every case that has ended, as its clock would have left it behind.
INSERT INTO case_moment (incident_id, stage, entered_at, due_at, left_at, to_state, reworks, send_backs, extensions)
SELECT id, 'total', reported_at, coalesce(due_at, reported_at + allowed), reached_at,
       CASE state WHEN 'archived' THEN 'closed' ELSE state END,
       (state IN ('closed', 'archived') AND luck %% 100 < 4)::integer, 0, (state IN ('closed', 'archived') AND luck %% 100 IN (4, 5))::integer
FROM sample_life WHERE NOT is_open ORDER BY id

-- name: add_stages
-- Stages passed by cases of the last months; some nine of ten in time.
INSERT INTO case_moment (incident_id, stage, entered_at, due_at, left_at, to_state)
SELECT life.id, stage.name, life.reported_at + life.takes * stage.begins,
       life.reported_at + life.takes * stage.ends
           + life.takes * (stage.ends - stage.begins)
             * CASE WHEN (life.luck * stage.salt) %% 1000 < 925 THEN 0.1 + ((life.luck * stage.salt) %% 97) / 100.0
                    ELSE -0.4 END,
       life.reported_at + life.takes * stage.ends, stage.to_state
FROM sample_life AS life
CROSS JOIN LATERAL (VALUES
    ('accept', 0::float8, 0.04::float8, 'accepted', true, 7919),
    ('verify', 0.04, 0.08, 'verified', life.verifies, 6101),
    ('file', CASE WHEN life.verifies THEN 0.08 ELSE 0.04 END, 0.12, 'filed', life.flow <> 'enterprise', 4409),
    ('dispatch', CASE WHEN life.flow = 'enterprise' THEN 0.04 ELSE 0.12 END, 0.16, 'dispatched', true, 3307),
    ('handle', 0.16, 0.8, 'fed_back', true, 2203),
    ('check', 0.8, 0.9, 'checked', true, 1103),
    ('evaluate', 0.9, 0.96, 'evaluated', life.public AND life.flow = 'livelihood', 557)
) AS stage (name, begins, ends, to_state, has, salt)
WHERE stage.has AND life.share >= stage.ends AND life.takes IS NOT NULL
  AND life.reported_at > %(now)s::timestamptz - make_interval(days => %(days)s)
ORDER BY life.id

-- name: finish_cases
-- What cases that have ended keep: when they were due, what the appellant said, how often they were done again.
UPDATE case_state
SET due_at = coalesce(life.due_at, life.reported_at + life.allowed), closed_at = life.reached_at,
    reworks = (life.state IN ('closed', 'archived') AND life.luck %% 100 < 4)::integer,
    extensions = (life.state IN ('closed', 'archived') AND life.luck %% 100 IN (4, 5))::integer,
    satisfaction = CASE WHEN life.public AND life.flow <> 'enforcement' AND life.state IN ('closed', 'archived') THEN
        CASE WHEN life.luck %% 50 < 38 THEN 'satisfied' WHEN life.luck %% 50 < 44 THEN 'basic'
             WHEN life.luck %% 50 < 46 THEN 'unsatisfied' ELSE 'lapsed' END END
FROM sample_life AS life
WHERE case_state.incident_id = life.id AND NOT life.is_open

-- name: add_steps
-- Every step of the cases that are open or ended lately, in the order of time, by people of the sample.
WITH person AS (
    SELECT %(names)s::text[] AS names
), step AS (
    SELECT life.id, life.reported_at + coalesce(life.takes, interval '0') * told.at AS at, told.action, told.before, told.after,
           told.role, told.organisation, person.names[1 + (life.luck + told.salt) %% cardinality(person.names)] AS actor, told.said
    FROM sample_life AS life CROSS JOIN person CROSS JOIN LATERAL (VALUES
        (0::float8, 'report', NULL, 'reported', true, NULL, NULL, 0, NULL::jsonb),
        (0.04, 'accept', 'reported', 'accepted', true, 'acceptor', 'LS-ZX', 1, NULL),
        (0.08, 'verify', 'accepted', 'verified', life.verifies, 'supervisor', 'LS-ZX', 2, jsonb_build_object('note', '现场核实，情况属实')),
        (0.12, 'file', CASE WHEN life.verifies THEN 'verified' ELSE 'accepted' END, 'filed', life.flow <> 'enterprise', 'acceptor', 'LS-ZX', 1, NULL),
        (0.16, 'dispatch', CASE WHEN life.flow = 'enterprise' THEN 'accepted' ELSE 'filed' END, 'dispatched', true,
         'dispatcher', 'LS-ZX', 3, jsonb_build_object('lead', life.lead)),
        (0.24, 'start', 'dispatched', 'handling', true, 'officer', life.lead, 5, jsonb_build_object('note', '已安排人员到场')),
        (0.8, 'feed_back', 'handling', 'fed_back', true, 'officer', life.lead, 5, jsonb_build_object('result', '已处置完毕，现场恢复正常')),
        (0.9, 'check_pass', 'fed_back', 'checked', true, 'supervisor', 'LS-ZX', 2, jsonb_build_object('note', '核查通过')),
        (0.96, 'evaluate', 'checked', 'evaluated', life.public AND life.flow = 'livelihood', 'acceptor', 'LS-ZX', 1,
         jsonb_build_object('satisfaction', CASE WHEN life.luck %% 50 < 38 THEN 'satisfied' WHEN life.luck %% 50 < 44 THEN 'basic'
                                                 WHEN life.luck %% 50 < 46 THEN 'unsatisfied' ELSE 'lapsed' END)),
        (1, 'close', CASE WHEN life.public AND life.flow = 'livelihood' THEN 'evaluated' ELSE 'checked' END, 'closed',
         life.state IN ('closed', 'archived'), 'acceptor', 'LS-ZX', 1, NULL)
    ) AS told (at, action, before, after, has, role, organisation, salt, said)
    WHERE told.has AND told.at <= life.share
      AND (life.state NOT IN ('rejected', 'cancelled') OR told.at <= 0.04)
      AND (life.is_open OR life.reached_at > %(now)s::timestamptz - make_interval(days => %(days)s))
    UNION ALL
    SELECT life.id, life.state_since, ended.action, ended.before, life.state, 'acceptor', 'LS-ZX', person.names[1 + life.luck %% cardinality(person.names)],
           ended.said
    FROM sample_life AS life CROSS JOIN person CROSS JOIN LATERAL (VALUES
        ('rejected', 'reject', 'accepted', jsonb_build_object('reason', '不属于受理范围')),
        ('cancelled', 'cancel', 'accepted', jsonb_build_object('reason', '诉求人撤回')),
        ('archived', 'archive', 'closed', NULL)
    ) AS ended (state, action, before, said)
    WHERE ended.state = life.state AND life.reached_at > %(now)s::timestamptz - make_interval(days => %(days)s)
)
INSERT INTO history (at, actor, action, incident_id, before, after)
SELECT step.at, CASE step.action WHEN 'report' THEN 'visitor' ELSE step.actor END, 'incident.' || step.action, step.id,
       CASE WHEN step.before IS NOT NULL THEN jsonb_build_object('state', step.before) END,
       jsonb_strip_nulls(jsonb_build_object('state', step.after, 'from', step.before, 'to', step.after, 'role', step.role,
                                            'organisation', step.organisation)) || coalesce(step.said, '{}')
FROM step WHERE step.at <= %(now)s::timestamptz
ORDER BY step.at, step.id

-- name: count_steps
-- Cases know how many steps they have seen, and who works on them.
UPDATE case_state
SET revision = steps.n,
    handler = CASE WHEN life.share >= 0.24 AND life.state NOT IN ('rejected', 'cancelled')
                   THEN (%(names)s::text[])[1 + (life.luck + 5) %% cardinality(%(names)s::text[])] END,
    handler_organisation_id = CASE WHEN life.share >= 0.24 AND life.state NOT IN ('rejected', 'cancelled') THEN life.organisation_id END,
    lapses_at = CASE WHEN life.state = 'checked' AND life.public AND life.flow = 'livelihood' THEN life.state_since + interval '5 days' END
FROM sample_life AS life
JOIN (SELECT incident_id, count(*) - 1 AS n FROM history WHERE incident_id IS NOT NULL AND action LIKE 'incident.%%'
      GROUP BY 1) AS steps ON steps.incident_id = life.id
WHERE case_state.incident_id = life.id

-- name: turn
-- Open cases take a turn: the step is entered, and the case and its clock say so. One in so many of some states.
WITH candidate AS (
    SELECT life.id, life.lead, life.luck, row_number() OVER (ORDER BY life.luck, life.id) AS n
    FROM sample_life AS life
    JOIN incident_clock AS clock ON clock.incident_id = life.id
    JOIN case_state AS kept ON kept.incident_id = life.id
    WHERE life.is_open AND life.state = ANY (%(states)s::text[])
      AND (%(late)s::boolean IS NULL OR (clock.due_at <= %(now)s::timestamptz) = %(late)s::boolean)
      AND (%(level)s::text IS NULL OR kept.level = %(level)s::text)
      AND num_nonnulls(kept.suspended_at, kept.objection, kept.extension, kept.direct_reason) = 0
      AND (kept.supervised_at IS NULL OR %(turn)s::text <> 'supervise')
), chosen AS (
    SELECT candidate.id, candidate.lead, life.state,
           least(greatest(life.state_since, %(now)s::timestamptz - interval '1 minute' * (30 + candidate.luck %% 600)), %(now)s::timestamptz) AS at,
           (%(names)s::text[])[1 + (candidate.luck + 7) %% cardinality(%(names)s::text[])] AS actor
    FROM candidate JOIN sample_life AS life ON life.id = candidate.id
    WHERE (candidate.n - 1) %% %(every)s::integer = 0
    LIMIT %(most)s::integer
), kept AS (
    UPDATE case_state SET
        revision = revision + 1,
        suspended_at = CASE WHEN %(turn)s::text = 'suspend' THEN chosen.at ELSE suspended_at END,
        supervised_at = CASE WHEN %(turn)s::text = 'supervise' THEN chosen.at ELSE supervised_at END,
        objection = CASE WHEN %(turn)s::text = 'object' THEN jsonb_build_object(
            'by', chosen.actor, 'organisation', chosen.lead, 'reason', %(reason)s::text, 'at', chosen.at) ELSE objection END,
        extension = CASE WHEN %(turn)s::text = 'ask_extension' THEN jsonb_build_object(
            'by', chosen.actor, 'organisation', chosen.lead, 'reason', %(reason)s::text, 'at', chosen.at, 'amount', 2,
            'unit', 'work_day', 'until', NULL) ELSE extension END,
        direct_reason = CASE WHEN %(turn)s::text = 'direct_report' THEN %(reason)s::text ELSE direct_reason END,
        level = CASE %(turn)s::text WHEN 'direct_report' THEN 'district' WHEN 'escalate' THEN 'street' ELSE level END
    FROM chosen WHERE case_state.incident_id = chosen.id
), paused AS (
    UPDATE incident_clock SET paused_at = chosen.at FROM chosen
    WHERE %(turn)s::text = 'suspend' AND incident_clock.incident_id = chosen.id
), entered AS (
    INSERT INTO history (at, actor, action, incident_id, before, after)
    SELECT chosen.at, chosen.actor, 'incident.' || %(turn)s::text, chosen.id, jsonb_build_object('state', chosen.state),
           jsonb_build_object('state', chosen.state, 'from', chosen.state, 'to', chosen.state, 'role', %(role)s::text,
                              'organisation', CASE WHEN %(role)s::text = 'officer' THEN chosen.lead ELSE 'LS-ZX' END,
                              'reason', %(reason)s::text)
    FROM chosen ORDER BY chosen.at, chosen.id
)
SELECT count(*) AS n FROM chosen

-- name: date_task
-- A task of the sample was issued so many hours ago and is due in so many.
UPDATE urgent_task
SET issued_at = %(now)s::timestamptz - make_interval(mins => %(ago)s), due_at = %(now)s::timestamptz + make_interval(mins => %(ahead)s),
    remind_at = %(now)s::timestamptz - make_interval(mins => %(ago)s) + make_interval(mins => (%(ago)s + %(ahead)s) * 3 / 4)
WHERE code = %(code)s

-- name: answer_task
-- Some of the grids of a task have finished, some have seen it.
UPDATE task_receipt
SET state = CASE WHEN told.n %% 100 < %(done)s THEN 'done' ELSE 'acknowledged' END, since = told.at,
    acknowledged_at = told.at, acknowledged_by = told.worker,
    done_at = CASE WHEN told.n %% 100 < %(done)s THEN told.at END, done_by = CASE WHEN told.n %% 100 < %(done)s THEN told.worker END,
    note = CASE WHEN told.n %% 100 < %(done)s THEN '已逐户通知' END,
    count = CASE WHEN told.n %% 100 < %(done)s THEN 180 + told.n %% 240 END
FROM (
    SELECT receipt.grid_id, abs(hashtext(zone.code || %(code)s)) %% 10000 AS n,
           task.issued_at + (least(%(now)s::timestamptz, task.due_at) - task.issued_at) * ((abs(hashtext(zone.code)) %% 90 + 5) / 100.0) AS at,
           coalesce((SELECT person.name FROM post JOIN person ON person.id = post.person_id
                     WHERE post.zone_id = zone.id AND post.valid @> now() ORDER BY post.kind = 'full_time' DESC, post.id LIMIT 1), '网格员') AS worker
    FROM task_receipt AS receipt JOIN urgent_task AS task ON task.id = receipt.task_id AND task.code = %(code)s
    JOIN zone ON zone.id = receipt.grid_id
) AS told
JOIN urgent_task AS its ON its.code = %(code)s
WHERE task_receipt.task_id = its.id AND task_receipt.grid_id = told.grid_id AND told.n %% 100 < %(seen)s

-- name: answered_directly
-- Enquiries that a guidance text answered when they were taken.
WITH answered AS (
    UPDATE case_state SET outcome = 'direct_answer'
    FROM sample_life AS life
    WHERE case_state.incident_id = life.id AND life.state IN ('closed', 'archived') AND life.category_id = ANY (%(category_ids)s::bigint[])
      AND life.luck %% 10 < 7
    RETURNING life.id, life.reached_at
)
INSERT INTO direct_answer (incident_id, guidance_id, revision, at, by)
SELECT answered.id, guidance.id, guidance.revision, answered.reached_at, %(by)s
FROM answered JOIN guidance ON guidance.code = %(code)s

-- name: duties
-- A roster of the days around a moment: full-time workers by day, leads by turns at night, windows every other day.
INSERT INTO duty (post_id, day, during)
SELECT post.id, day::date, tstzrange((day + hours.begins) AT TIME ZONE city.timezone, (day + hours.ends) AT TIME ZONE city.timezone)
FROM city
CROSS JOIN generate_series(((%(now)s::timestamptz AT TIME ZONE city.timezone)::date - 1)::timestamp,
                           ((%(now)s::timestamptz AT TIME ZONE city.timezone)::date + %(days)s::integer)::timestamp,
                           interval '1 day') AS day
JOIN post ON post.valid @> %(now)s::timestamptz AND post.person_id IS NOT NULL
JOIN (VALUES ('full_time', 1, interval '8 hours', interval '18 hours'), ('grid_lead', 3, interval '18 hours', interval '32 hours'),
             ('window', 2, interval '8 hours 30 minutes', interval '17 hours 30 minutes'))
    AS hours (kind, every, begins, ends) ON hours.kind = post.kind
WHERE (post.id + extract(doy FROM day)::integer) %% hours.every = 0

-- name: for_photos
-- Open incidents in the hands of somebody, the newest first, to hang pictures on.
SELECT incident.id, incident.number, incident.source
FROM incident WHERE incident.is_open AND incident.place IS NOT NULL AND incident.source IN ('grid_worker', 'patrol', 'app', 'video')
ORDER BY incident.reported_at DESC, incident.id LIMIT %(limit)s
