-- name: counts
-- What indicators are made of, counted per group: stages and cases due in the span, and reports, acceptances, filings
-- and ends in it. What an incident is, is found out once for all that happened to it; what was and what is are told in
-- bits, so that only few different ones of very many have to be added up. Planned anew for each call.
WITH region AS MATERIALIZED (
    -- Every base grid there is or was, with the regions around it.
    SELECT grid.id AS grid_id, latest.parent_zone_id AS community_id, community.parent_zone_id AS street_id,
           street.parent_zone_id AS district_id
    FROM zone AS grid JOIN layer ON layer.id = grid.layer_id AND layer.kind = 'base_grid'
    LEFT JOIN LATERAL (SELECT parent_zone_id FROM zone_version WHERE zone_id = grid.id AND upper_inf(recorded)
                       ORDER BY lower(valid) DESC LIMIT 1) AS latest ON true
    LEFT JOIN LATERAL (SELECT parent_zone_id FROM zone_version WHERE zone_id = latest.parent_zone_id AND upper_inf(recorded)
                       ORDER BY lower(valid) DESC LIMIT 1) AS community ON true
    LEFT JOIN LATERAL (SELECT parent_zone_id FROM zone_version WHERE zone_id = community.parent_zone_id AND upper_inf(recorded)
                       ORDER BY lower(valid) DESC LIMIT 1) AS street ON true
    WHERE %(group_by)s::text IN ('district', 'street', 'community')
), event AS (
    -- Nothing is due that is not due yet. What happened is told in bits: 1 done, 2 on time, 4 ended without being handled,
    -- 8 paused, 16 done again, 32 extended.
    SELECT passed.incident_id, 1 AS what, passed.stage, passed.left_at,
           (passed.left_at < %(stop)s::timestamptz)::int + 2 * (passed.left_at <= passed.due_at)::int
           + 4 * (passed.to_state IN ('rejected', 'cancelled', 'merged') AND passed.left_at < %(stop)s::timestamptz)::int
           + 16 * coalesce(passed.reworks > 0, false)::int + 32 * coalesce(passed.extensions > 0, false)::int AS bits
    FROM case_moment AS passed
    WHERE passed.stage = ANY ('{total,accept,verify,dispatch,handle,check}')
      AND passed.due_at >= %(start)s::timestamptz AND passed.due_at < least(%(stop)s::timestamptz, now())
      -- Work that was given back or away in the span is due again, with somebody.
      AND NOT (passed.stage = 'handle' AND passed.to_state IN ('accepted', 'verified', 'filed', 'dispatched')
               AND passed.left_at < %(stop)s::timestamptz)
    UNION ALL
    SELECT running.incident_id, 1, running.stage, NULL, 8 * coalesce(running.paused_at <= running.stage_due_at, false)::int
    FROM incident_clock AS running
    WHERE running.stage = ANY ('{accept,verify,dispatch,handle,check}')
      AND running.stage_due_at >= %(start)s::timestamptz AND running.stage_due_at < least(%(stop)s::timestamptz, now())
    UNION ALL
    SELECT running.incident_id, 1, 'total', NULL,
           8 * coalesce(running.paused_at <= running.due_at, false)::int + 16 * coalesce(kept.reworks > 0, false)::int
           + 32 * coalesce(kept.extensions > 0, false)::int
    FROM incident_clock AS running LEFT JOIN case_state AS kept ON kept.incident_id = running.incident_id
    WHERE running.due_at >= %(start)s::timestamptz AND running.due_at < least(%(stop)s::timestamptz, now())
    UNION ALL
    SELECT passed.incident_id, 2, passed.stage, passed.left_at,
           1 + 2 * (passed.due_at IS NULL OR passed.left_at <= passed.due_at)::int
    FROM case_moment AS passed
    WHERE passed.stage = ANY ('{accept,file,total}')
      AND passed.left_at >= %(start)s::timestamptz AND passed.left_at < least(%(stop)s::timestamptz, now())
      AND CASE passed.stage WHEN 'accept' THEN passed.to_state NOT IN ('rejected', 'cancelled', 'merged')
                            WHEN 'file' THEN passed.to_state = 'filed' ELSE passed.to_state IN ('closed', 'archived') END
    UNION ALL
    SELECT incident.id, 3, '', incident.state_since,
           2 + (NOT incident.is_open AND incident.state_since < %(stop)s::timestamptz)::int
    FROM incident
    WHERE incident.reported_at >= %(start)s::timestamptz AND incident.reported_at < least(%(stop)s::timestamptz, now())
), who AS (
    -- What an incident is, in bits as well: 1 no believed place, 2 rejected or cancelled, 4 self-found, 8 complained of,
    -- 16 a component or matter the public found first, 32 answered at once, 64 solved, 128 evaluated, 256 satisfied.
    SELECT incident.id, incident.state, incident.state_since, kept.closed_at, coalesce(kept.send_backs, 0) AS send_backs,
           coalesce(kept.reopens, 0) AS reopens,
           (incident.place IS NULL)::int + 2 * (incident.state IN ('rejected', 'cancelled'))::int
           + 4 * (incident.source IN ('grid_worker', 'patrol', 'video', 'sensor'))::int
           + 8 * (incident.source IN ('hotline', 'app', 'transfer_110'))::int
           + 16 * (incident.source IN ('hotline', 'app') AND category.kind IN ('component', 'matter'))::int
           + 32 * (coalesce(kept.outcome, '') = 'direct_answer')::int
           + 64 * (coalesce(kept.satisfaction, '') <> 'unsatisfied' AND coalesce(kept.outcome, '') <> 'transferred_110')::int
           + 128 * (coalesce(kept.satisfaction, '') IN ('satisfied', 'basic', 'unsatisfied'))::int
           + 256 * (coalesce(kept.satisfaction, '') IN ('satisfied', 'basic'))::int AS bits,
           CASE %(group_by)s::text
               WHEN 'district' THEN region.district_id WHEN 'street' THEN region.street_id
               WHEN 'community' THEN region.community_id WHEN 'grid' THEN incident.base_grid_id
               WHEN 'organisation' THEN coalesce(kept.lead_id, incident.organisation_id)
               WHEN 'category' THEN coalesce(category.parent_id, category.id) END AS group_id,
           CASE WHEN %(group_by)s::text = 'source' THEN incident.source END AS group_word
    FROM {subject} AS incident
    JOIN category ON category.id = incident.category_id
    LEFT JOIN case_state AS kept ON kept.incident_id = incident.id
    LEFT JOIN region ON region.grid_id = incident.base_grid_id
    WHERE (%(region)s::bigint IS NULL OR %(region)s::bigint = ANY (incident.zone_ids)
           OR (incident.place IS NULL AND %(nowhere)s::boolean))
      AND (%(category_ids)s::bigint[] IS NULL OR incident.category_id = ANY (%(category_ids)s::bigint[]))
      AND (%(organisation_ids)s::bigint[] IS NULL
           OR coalesce(kept.lead_id, incident.organisation_id) = ANY (%(organisation_ids)s::bigint[]))
      AND (%(sources)s::text[] IS NULL OR incident.source = ANY (%(sources)s::text[]))
    OFFSET 0 -- found out first, then joined
), told AS (
    -- Few different ones of very many: the rest is added up from them.
    SELECT who.group_id, who.group_word, event.what, event.stage, event.bits AS was, who.bits AS "is", count(*) AS n,
           count(*) FILTER (WHERE event.what = 2 AND event.stage = 'file' AND who.state = 'cancelled'
                            AND who.state_since >= event.left_at AND who.state_since < %(stop)s::timestamptz) AS withdrawn,
           count(*) FILTER (WHERE event.what = 1 AND event.stage = 'dispatch' AND who.send_backs > 0 AND EXISTS (
               SELECT FROM case_moment AS back
               WHERE back.incident_id = event.incident_id AND back.stage = 'handle' AND back.to_state IN ('accepted', 'verified', 'filed')
                 AND back.entered_at >= event.left_at AND back.left_at < %(stop)s::timestamptz)) AS sent_back,
           -- Whoever was opened again has to be asked when it was closed before.
           count(*) FILTER (WHERE event.what = 2 AND event.stage = 'accept' AND CASE WHEN who.reopens = 0
               THEN who.state IN ('closed', 'archived') AND who.closed_at < %(stop)s::timestamptz
               ELSE EXISTS (SELECT FROM case_moment AS ended
                            WHERE ended.incident_id = event.incident_id AND ended.stage = 'total' AND ended.to_state = 'closed'
                              AND ended.left_at >= event.left_at AND ended.left_at < %(stop)s::timestamptz) END) AS finished,
           -- Asked for each by its key: a list of all there are would grow with the years.
           count(*) FILTER (WHERE event.what = 3 AND event.bits & 1 = 1 AND (
               SELECT ended.left_at FROM case_moment AS ended
               WHERE ended.incident_id = event.incident_id AND ended.stage = 'total' LIMIT 1) IS NULL) AS untimed
    FROM event JOIN who ON who.id = event.incident_id
    GROUP BY 1, 2, 3, 4, 5, 6
)
SELECT group_id, group_word,
       CASE what WHEN 1 THEN 'due_' || stage WHEN 3 THEN 'reported'
                 ELSE CASE stage WHEN 'accept' THEN 'accepted' WHEN 'file' THEN 'filed' ELSE 'closed' END END AS kind,
       "is" & 1 = 1 AS nowhere, was & 4 = 4 AS gone, was & 8 = 8 AS paused,
       sum(n)::bigint AS n,
       coalesce(sum(n) FILTER (WHERE was & 1 = 1), 0)::bigint AS done,
       coalesce(sum(n) FILTER (WHERE was & 3 = 3), 0)::bigint AS on_time,
       coalesce(sum(n) FILTER (WHERE was & 16 = 16), 0)::bigint AS reworked,
       coalesce(sum(n) FILTER (WHERE was & 32 = 32), 0)::bigint AS extended,
       coalesce(sum(n) FILTER (WHERE was & 1 = 0 OR "is" & 2 = 0), 0)::bigint AS effective,
       coalesce(sum(n) FILTER (WHERE "is" & 4 = 4), 0)::bigint AS self_found,
       coalesce(sum(n) FILTER (WHERE "is" & 8 = 8), 0)::bigint AS complained,
       coalesce(sum(n) FILTER (WHERE "is" & 16 = 16), 0)::bigint AS missed,
       coalesce(sum(n) FILTER (WHERE "is" & 32 = 32), 0)::bigint AS answered,
       coalesce(sum(n) FILTER (WHERE "is" & 64 = 64), 0)::bigint AS solved,
       coalesce(sum(n) FILTER (WHERE "is" & 128 = 128), 0)::bigint AS evaluated,
       coalesce(sum(n) FILTER (WHERE "is" & 256 = 256), 0)::bigint AS satisfied,
       sum(withdrawn)::bigint AS withdrawn, sum(sent_back)::bigint AS sent_back, sum(finished)::bigint AS finished,
       sum(untimed)::bigint AS untimed
FROM told
GROUP BY 1, 2, 3, 4, 5, 6

-- name: few
-- Of a short span: the incidents something happened to.
(SELECT incident.* FROM (SELECT DISTINCT incident_id FROM event) AS told JOIN incident ON incident.id = told.incident_id)

-- name: many
-- Of a long span: all incidents; writing down what happened, to know to which, would take longer.
incident

-- name: zones_told
-- Codes and latest names of zones.
SELECT zone.id, zone.code, coalesce(latest.name_zh, zone.code) AS name_zh, latest.name_en
FROM zone LEFT JOIN LATERAL (
    SELECT name_zh, name_en FROM zone_version WHERE zone_id = zone.id AND upper_inf(recorded)
    ORDER BY lower(valid) DESC LIMIT 1
) AS latest ON true
WHERE zone.id = ANY (%(ids)s::bigint[])

-- name: organisations_told
-- Codes and names of organisations.
SELECT id, code, name_zh, name_en FROM organisation WHERE id = ANY (%(ids)s::bigint[])

-- name: categories_told
-- Keys and names of categories.
SELECT id, standard_ref || ':' || kind || ':' || code AS code, name_zh, name_en
FROM category WHERE id = ANY (%(ids)s::bigint[])

-- name: region
-- A zone by layer and code, and whether it is the region that holds all others.
SELECT zone.id, layer.kind = 'region' AND layer.parent_layer_id IS NULL AS whole
FROM zone JOIN layer ON layer.id = zone.layer_id
WHERE layer.code = %(layer)s AND zone.code = %(code)s

-- name: room
-- For the rest of the transaction: room to gather what a year holds, groups by hash (there are few), and, for long spans,
-- time, and whole tables read once instead of looked into for each incident; the planner cannot know how many a span has.
SELECT set_config('work_mem', '64MB', true), set_config('enable_sort', 'off', true),
       set_config('enable_nestloop', CASE WHEN %(long)s::boolean THEN 'off' ELSE 'on' END, true),
       set_config('statement_timeout', CASE WHEN %(long)s::boolean AND current_setting('statement_timeout') <> '0' THEN '60s'
                                            ELSE current_setting('statement_timeout') END, true)
