-- name: counts
-- What indicators are made of, counted per group: stages and cases due in the span, and reports, acceptances, filings
-- and ends in it. Planned anew for each call: one may ask for a day, the next for years.
WITH span AS (
    -- Nothing is due that is not due yet.
    SELECT %(start)s::timestamptz AS start, least(%(stop)s::timestamptz, now()) AS stop
), region AS MATERIALIZED (
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
), event AS (
    SELECT passed.incident_id, 'due_' || passed.stage AS kind, passed.left_at < span.stop AS done,
           passed.left_at <= passed.due_at AS on_time, passed.to_state, passed.left_at,
           passed.reworks > 0 AS reworked, passed.extensions > 0 AS extended, false AS paused
    FROM span JOIN case_moment AS passed ON passed.due_at >= span.start AND passed.due_at < span.stop
    WHERE passed.stage = ANY ('{total,accept,verify,dispatch,handle,check}')
      -- Work that was given back or away in the span is due again, with somebody.
      AND NOT (passed.stage = 'handle' AND passed.to_state IN ('accepted', 'verified', 'filed', 'dispatched')
               AND passed.left_at < span.stop)
    UNION ALL
    SELECT running.incident_id, 'due_' || running.stage, false, false, NULL, NULL, false, false,
           coalesce(running.paused_at <= running.stage_due_at, false)
    FROM span JOIN incident_clock AS running
        ON running.stage_due_at >= span.start AND running.stage_due_at < span.stop AND running.stage_due_at <= now()
    WHERE running.stage = ANY ('{accept,verify,dispatch,handle,check}')
    UNION ALL
    SELECT running.incident_id, 'due_total', false, false, NULL, NULL, kept.reworks > 0, kept.extensions > 0,
           coalesce(running.paused_at <= running.due_at, false)
    FROM span JOIN incident_clock AS running ON running.due_at >= span.start AND running.due_at < span.stop
    LEFT JOIN case_state AS kept ON kept.incident_id = running.incident_id
    UNION ALL
    SELECT passed.incident_id, CASE passed.stage WHEN 'accept' THEN 'accepted' WHEN 'file' THEN 'filed' ELSE 'closed' END,
           true, passed.due_at IS NULL OR passed.left_at <= passed.due_at, passed.to_state, passed.left_at, false, false, false
    FROM span JOIN case_moment AS passed ON passed.left_at >= span.start AND passed.left_at < span.stop
    WHERE (passed.stage = 'accept' AND passed.to_state NOT IN ('rejected', 'cancelled', 'merged'))
       OR (passed.stage = 'file' AND passed.to_state = 'filed')
       OR (passed.stage = 'total' AND passed.to_state IN ('closed', 'archived'))
    UNION ALL
    SELECT incident.id, 'reported', NOT incident.is_open AND incident.state_since < span.stop, true, incident.state,
           incident.state_since, false, false, false
    FROM span JOIN incident ON incident.reported_at >= span.start AND incident.reported_at < span.stop
), told AS (
    SELECT event.*, incident.source, incident.place IS NULL AS nowhere, kept.outcome, kept.satisfaction,
           category.kind IN ('component', 'matter') AS patrolled,
           CASE %(group_by)s::text
               WHEN 'district' THEN region.district_id WHEN 'street' THEN region.street_id
               WHEN 'community' THEN region.community_id WHEN 'grid' THEN incident.base_grid_id
               WHEN 'organisation' THEN coalesce(kept.lead_id, incident.organisation_id)
               WHEN 'category' THEN coalesce(category.parent_id, category.id) END AS group_id,
           CASE WHEN %(group_by)s::text = 'source' THEN incident.source END AS group_word
    FROM event
    JOIN incident ON incident.id = event.incident_id
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
SELECT told.group_id, told.group_word, told.kind, told.nowhere,
       coalesce(told.to_state, '') IN ('rejected', 'cancelled', 'merged') AND told.left_at < (SELECT stop FROM span)
           AND told.kind <> 'reported' AS gone,
       told.paused,
       count(*) AS n,
       count(*) FILTER (WHERE told.done) AS done,
       count(*) FILTER (WHERE told.done AND told.on_time) AS on_time,
       count(*) FILTER (WHERE told.reworked) AS reworked,
       count(*) FILTER (WHERE told.extended) AS extended,
       count(*) FILTER (WHERE told.kind = 'reported' AND NOT (told.done AND told.to_state IN ('rejected', 'cancelled'))) AS effective,
       count(*) FILTER (WHERE told.source IN ('grid_worker', 'patrol', 'video', 'sensor')) AS self_found,
       count(*) FILTER (WHERE told.source IN ('hotline', 'app', 'transfer_110')) AS complained,
       count(*) FILTER (WHERE told.source IN ('hotline', 'app') AND told.patrolled) AS missed,
       count(*) FILTER (WHERE told.outcome = 'direct_answer') AS answered,
       count(*) FILTER (WHERE coalesce(told.satisfaction, '') <> 'unsatisfied'
                        AND coalesce(told.outcome, '') <> 'transferred_110') AS solved,
       count(*) FILTER (WHERE told.satisfaction IN ('satisfied', 'basic', 'unsatisfied')) AS evaluated,
       count(*) FILTER (WHERE told.satisfaction IN ('satisfied', 'basic')) AS satisfied,
       count(*) FILTER (WHERE told.kind = 'filed' AND EXISTS (
           SELECT FROM case_moment AS ended
           WHERE ended.incident_id = told.incident_id AND ended.stage = 'total' AND ended.to_state = 'cancelled'
             AND ended.left_at >= told.left_at AND ended.left_at < (SELECT stop FROM span))) AS withdrawn,
       count(*) FILTER (WHERE told.kind = 'due_dispatch' AND EXISTS (
           SELECT FROM case_moment AS back
           WHERE back.incident_id = told.incident_id AND back.stage = 'handle' AND back.to_state IN ('accepted', 'verified', 'filed')
             AND back.entered_at >= told.left_at AND back.left_at < (SELECT stop FROM span))) AS sent_back,
       count(*) FILTER (WHERE told.kind = 'accepted' AND EXISTS (
           SELECT FROM case_moment AS ended
           WHERE ended.incident_id = told.incident_id AND ended.stage = 'total' AND ended.to_state IN ('closed', 'archived')
             AND ended.left_at >= told.left_at AND ended.left_at < (SELECT stop FROM span))) AS finished,
       count(*) FILTER (WHERE told.kind = 'reported' AND told.done AND NOT EXISTS (
           SELECT FROM case_moment AS ended WHERE ended.incident_id = told.incident_id AND ended.stage = 'total')) AS untimed
FROM told
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
