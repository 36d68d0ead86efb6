-- name: counts
-- What indicators are made of, counted per group: stages and cases due in the span, and reports, acceptances, filings
-- and ends in it. What an incident is, is looked up once for all that happened to it. Planned anew for each call: one
-- may ask for a day, the next for years.
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
), event AS MATERIALIZED (
    -- Nothing is due that is not due yet.
    SELECT passed.incident_id, 'due_' || passed.stage AS kind, passed.left_at < %(stop)s::timestamptz AS done,
           passed.left_at <= passed.due_at AS on_time,
           passed.to_state IN ('rejected', 'cancelled', 'merged') AND passed.left_at < %(stop)s::timestamptz AS gone,
           false AS paused, passed.reworks > 0 AS reworked, passed.extensions > 0 AS extended, passed.left_at
    FROM case_moment AS passed
    WHERE passed.stage = ANY ('{total,accept,verify,dispatch,handle,check}')
      AND passed.due_at >= %(start)s::timestamptz AND passed.due_at < least(%(stop)s::timestamptz, now())
      -- Work that was given back or away in the span is due again, with somebody.
      AND NOT (passed.stage = 'handle' AND passed.to_state IN ('accepted', 'verified', 'filed', 'dispatched')
               AND passed.left_at < %(stop)s::timestamptz)
    UNION ALL
    SELECT running.incident_id, 'due_' || running.stage, false, false, false,
           coalesce(running.paused_at <= running.stage_due_at, false), false, false, NULL
    FROM incident_clock AS running
    WHERE running.stage = ANY ('{accept,verify,dispatch,handle,check}')
      AND running.stage_due_at >= %(start)s::timestamptz AND running.stage_due_at < least(%(stop)s::timestamptz, now())
    UNION ALL
    SELECT running.incident_id, 'due_total', false, false, false, coalesce(running.paused_at <= running.due_at, false),
           kept.reworks > 0, kept.extensions > 0, NULL
    FROM incident_clock AS running LEFT JOIN case_state AS kept ON kept.incident_id = running.incident_id
    WHERE running.due_at >= %(start)s::timestamptz AND running.due_at < least(%(stop)s::timestamptz, now())
    UNION ALL
    SELECT passed.incident_id, CASE passed.stage WHEN 'accept' THEN 'accepted' WHEN 'file' THEN 'filed' ELSE 'closed' END,
           true, passed.due_at IS NULL OR passed.left_at <= passed.due_at, false, false, false, false, passed.left_at
    FROM case_moment AS passed
    WHERE passed.stage = ANY ('{accept,file,total}')
      AND passed.left_at >= %(start)s::timestamptz AND passed.left_at < least(%(stop)s::timestamptz, now())
      AND CASE passed.stage WHEN 'accept' THEN passed.to_state NOT IN ('rejected', 'cancelled', 'merged')
                            WHEN 'file' THEN passed.to_state = 'filed' ELSE passed.to_state IN ('closed', 'archived') END
    UNION ALL
    SELECT incident.id, 'reported', NOT incident.is_open AND incident.state_since < %(stop)s::timestamptz, true, false, false,
           false, false, incident.state_since
    FROM incident
    WHERE incident.reported_at >= %(start)s::timestamptz AND incident.reported_at < least(%(stop)s::timestamptz, now())
), who AS MATERIALIZED (
    SELECT incident.id, incident.place IS NULL AS nowhere, incident.state, incident.state_since,
           incident.source IN ('grid_worker', 'patrol', 'video', 'sensor') AS self_found,
           incident.source IN ('hotline', 'app', 'transfer_110') AS complained,
           incident.source IN ('hotline', 'app') AND category.kind IN ('component', 'matter') AS missed,
           kept.outcome, kept.satisfaction, kept.closed_at, coalesce(kept.send_backs, 0) AS send_backs,
           coalesce(kept.reopens, 0) AS reopens,
           CASE %(group_by)s::text
               WHEN 'district' THEN region.district_id WHEN 'street' THEN region.street_id
               WHEN 'community' THEN region.community_id WHEN 'grid' THEN incident.base_grid_id
               WHEN 'organisation' THEN coalesce(kept.lead_id, incident.organisation_id)
               WHEN 'category' THEN coalesce(category.parent_id, category.id) END AS group_id,
           CASE WHEN %(group_by)s::text = 'source' THEN incident.source END AS group_word
    FROM (SELECT DISTINCT incident_id FROM event) AS told
    JOIN incident ON incident.id = told.incident_id
    JOIN category ON category.id = incident.category_id
    LEFT JOIN case_state AS kept ON kept.incident_id = incident.id
    LEFT JOIN region ON region.grid_id = incident.base_grid_id
    WHERE (%(region)s::bigint IS NULL OR %(region)s::bigint = ANY (incident.zone_ids)
           OR (incident.place IS NULL AND %(nowhere)s::boolean))
      AND (%(category_ids)s::bigint[] IS NULL OR incident.category_id = ANY (%(category_ids)s::bigint[]))
      AND (%(organisation_ids)s::bigint[] IS NULL
           OR coalesce(kept.lead_id, incident.organisation_id) = ANY (%(organisation_ids)s::bigint[]))
      AND (%(sources)s::text[] IS NULL OR incident.source = ANY (%(sources)s::text[]))
)
SELECT who.group_id, who.group_word, event.kind, who.nowhere, event.gone, event.paused,
       count(*) AS n,
       count(*) FILTER (WHERE event.done) AS done,
       count(*) FILTER (WHERE event.done AND event.on_time) AS on_time,
       count(*) FILTER (WHERE event.reworked) AS reworked,
       count(*) FILTER (WHERE event.extended) AS extended,
       count(*) FILTER (WHERE NOT (event.done AND who.state IN ('rejected', 'cancelled'))) AS effective,
       count(*) FILTER (WHERE who.self_found) AS self_found,
       count(*) FILTER (WHERE who.complained) AS complained,
       count(*) FILTER (WHERE who.missed) AS missed,
       count(*) FILTER (WHERE who.outcome = 'direct_answer') AS answered,
       count(*) FILTER (WHERE coalesce(who.satisfaction, '') <> 'unsatisfied' AND coalesce(who.outcome, '') <> 'transferred_110') AS solved,
       count(*) FILTER (WHERE who.satisfaction IN ('satisfied', 'basic', 'unsatisfied')) AS evaluated,
       count(*) FILTER (WHERE who.satisfaction IN ('satisfied', 'basic')) AS satisfied,
       count(*) FILTER (WHERE event.kind = 'filed' AND who.state = 'cancelled' AND who.state_since >= event.left_at
                        AND who.state_since < %(stop)s::timestamptz) AS withdrawn,
       count(*) FILTER (WHERE event.kind = 'due_dispatch' AND who.send_backs > 0 AND EXISTS (
           SELECT FROM case_moment AS back
           WHERE back.incident_id = event.incident_id AND back.stage = 'handle' AND back.to_state IN ('accepted', 'verified', 'filed')
             AND back.entered_at >= event.left_at AND back.left_at < %(stop)s::timestamptz)) AS sent_back,
       -- Whoever was opened again has to be asked when it was closed before.
       count(*) FILTER (WHERE event.kind = 'accepted' AND CASE WHEN who.reopens = 0
           THEN who.state IN ('closed', 'archived') AND who.closed_at < %(stop)s::timestamptz
           ELSE EXISTS (SELECT FROM case_moment AS ended
                        WHERE ended.incident_id = event.incident_id AND ended.stage = 'total' AND ended.to_state = 'closed'
                          AND ended.left_at >= event.left_at AND ended.left_at < %(stop)s::timestamptz) END) AS finished,
       -- Asked for each by its key: a list of all there are would grow with the years.
       count(*) FILTER (WHERE event.kind = 'reported' AND event.done AND (
           SELECT ended.left_at FROM case_moment AS ended
           WHERE ended.incident_id = event.incident_id AND ended.stage = 'total' LIMIT 1) IS NULL) AS untimed
FROM event JOIN who ON who.id = event.incident_id
GROUP BY 1, 2, 3, 4, 5, 6

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
-- whole tables read once instead of looked into for each incident; the planner cannot know how many a span has.
SELECT set_config('work_mem', '64MB', true), set_config('enable_sort', 'off', true),
       set_config('enable_nestloop', CASE WHEN %(stop)s::timestamptz - %(start)s::timestamptz > interval '45 days'
                                          THEN 'off' ELSE 'on' END, true)
