-- name: turn
-- Whether this transaction may count again what has changed: one does at a time. Whatever it reads it reads by key: the
-- planner takes a run of incidents for a ninth of all there are, and would read whole tables for one of them.
SELECT set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
       set_config('enable_seqscan', 'off', true), pg_try_advisory_xact_lock(hashtext('gridgov.figures')) AS taken

-- name: marks
-- The oldest marks of what has changed since it was counted.
SELECT id, first_id, last_id FROM figure_mark ORDER BY id LIMIT %(limit)s

-- name: as_of
-- Since when something that has changed is not counted yet; now: everything is.
SELECT coalesce(min(at), now()) AS as_of, count(*) AS waiting FROM figure_mark

-- name: shorten
-- A long run of incidents is counted in parts: where the rest of it begins.
UPDATE figure_mark SET first_id = %(first_id)s WHERE id = %(id)s

-- name: add_places
-- Remember sets of zones that some incidents lie in and none did before.
INSERT INTO figure_place (zone_ids, located, base_grid_id, community_id, street_id, district_id)
{places_of}
FROM (SELECT DISTINCT incident.zone_ids, incident.place IS NOT NULL AS located, coalesce(incident.base_grid_id, 0) AS base_grid_id
      FROM unnest(%(first_ids)s::bigint[], %(last_ids)s::bigint[]) AS run (first_id, last_id)
      JOIN incident ON incident.id BETWEEN run.first_id AND run.last_id) AS asked
{above_grids}
WHERE NOT EXISTS (SELECT FROM figure_place AS known WHERE known.zone_ids = asked.zone_ids AND known.located = asked.located
                      AND known.base_grid_id = asked.base_grid_id)

-- name: places_of
-- Of places: those of the zones that are ranked.
SELECT asked.zone_ids, asked.located, asked.base_grid_id,
       coalesce((SELECT id FROM zone WHERE id = ANY (asked.zone_ids) AND layer_id = community.id), 0),
       coalesce((SELECT id FROM zone WHERE id = ANY (asked.zone_ids) AND layer_id = street.id), 0),
       coalesce((SELECT id FROM zone WHERE id = ANY (asked.zone_ids) AND layer_id = street.parent_layer_id), 0)

-- name: above_grids
-- Of places: the layers above the base grids.
LEFT JOIN layer AS base ON base.kind = 'base_grid'
LEFT JOIN layer AS community ON community.id = base.parent_layer_id
LEFT JOIN layer AS street ON street.id = community.parent_layer_id

-- name: count_again
-- Count some incidents again, in one statement: what they count for now takes the place of what they counted for, sums
-- move by the difference, marks go. What a mark tells of was committed with it, so both are seen or neither is. Nothing here
-- is joined that the planner could take for short and read once for each row: how much waits is known to nobody beforehand.
WITH clock AS MATERIALIZED (
    SELECT coalesce((SELECT timezone FROM city), 'UTC') AS timezone
), forgotten AS (
    DELETE FROM figure_mark WHERE id = ANY (%(mark_ids)s::bigint[])
), told AS MATERIALIZED (
    SELECT DISTINCT incident.id
    FROM unnest(%(first_ids)s::bigint[], %(last_ids)s::bigint[]) AS run (first_id, last_id)
    JOIN incident ON incident.id BETWEEN run.first_id AND run.last_id
), subject AS MATERIALIZED (
    SELECT incident.id, incident.zone_ids, incident.place IS NOT NULL AS located, coalesce(incident.base_grid_id, 0) AS base_grid_id,
           incident.category_id, coalesce(category.parent_id, category.id) AS class_id, incident.source,
           coalesce(kept.lead_id, incident.organisation_id, 0) AS organisation_id,
           (incident.reported_at AT TIME ZONE clock.timezone)::date AS reported_day,
           coalesce(kept.satisfaction IN ('satisfied', 'basic', 'unsatisfied'), false) AS evaluated,
           coalesce(kept.satisfaction IN ('satisfied', 'basic'), false) AS satisfied,
           coalesce(kept.reworks > 0, false) AS reworked, coalesce(kept.extensions > 0, false) AS extended,
           (SELECT id FROM figure_place
            WHERE figure_place.zone_ids = incident.zone_ids AND figure_place.located = (incident.place IS NOT NULL)
              AND figure_place.base_grid_id = coalesce(incident.base_grid_id, 0)) AS place_id
    FROM told JOIN incident ON incident.id = told.id CROSS JOIN clock
    JOIN category ON category.id = incident.category_id
    LEFT JOIN case_state AS kept ON kept.incident_id = incident.id
), new_place AS MATERIALIZED (
    -- Of who has moved since places were added, a moment ago.
    INSERT INTO figure_place (zone_ids, located, base_grid_id, community_id, street_id, district_id)
    {places_of}
    FROM (SELECT DISTINCT zone_ids, located, base_grid_id FROM subject WHERE place_id IS NULL) AS asked
    {above_grids}
    RETURNING id, zone_ids, located, base_grid_id
), fresh AS MATERIALIZED (
    SELECT subject.id AS incident_id, coalesce(lived.n, 1)::smallint AS life,
           coalesce(subject.place_id, (SELECT id FROM new_place
                                       WHERE new_place.zone_ids = subject.zone_ids AND new_place.located = subject.located
                                         AND new_place.base_grid_id = subject.base_grid_id)) AS place_id,
           subject.category_id, subject.class_id, subject.source, subject.organisation_id,
           CASE WHEN coalesce(lived.n, 1) = 1 THEN subject.reported_day END AS reported_day, days.due_day, lived.due_at, days.ended_day,
           CASE WHEN lived.closed THEN days.ended_day END AS closed_day, lived.later_due_at,
           CASE WHEN lived.closed THEN days.later_ended_day END AS later_closed_day,
           CASE WHEN greatest(days.ended_day, days.later_due_day) > days.due_day
                THEN greatest(days.ended_day, days.later_due_day) END AS settled_day,
           coalesce(lived.gone, false) AS gone, coalesce(lived.paused, false) AS paused, coalesce(lived.on_time, false) AS on_time,
           coalesce(lived.reworked, false) AS reworked, coalesce(lived.extended, false) AS extended, subject.evaluated, subject.satisfied
    FROM subject CROSS JOIN clock
    LEFT JOIN LATERAL (
        SELECT life.*, row_number() OVER (ORDER BY ended_at, due_at) AS n,
               lead(due_at) OVER (PARTITION BY due_at IS NULL ORDER BY due_at, ended_at) AS later_due_at,
               lead(ended_at) OVER (PARTITION BY closed ORDER BY ended_at, due_at) AS later_ended_at
        FROM (
            -- What clocks left behind, and what runs.
            SELECT passed.due_at, passed.left_at AS ended_at, passed.to_state IN ('closed', 'archived') AS closed,
                   passed.to_state IN ('rejected', 'cancelled', 'merged') AS gone, false AS paused,
                   passed.left_at <= passed.due_at AS on_time, passed.reworks > 0 AS reworked, passed.extensions > 0 AS extended
            FROM case_moment AS passed WHERE passed.incident_id = subject.id AND passed.stage = 'total'
            UNION ALL
            SELECT running.due_at, NULL, false, false, coalesce(running.paused_at <= running.due_at, false), false,
                   subject.reworked, subject.extended
            FROM incident_clock AS running WHERE running.incident_id = subject.id
        ) AS life
    ) AS lived ON true
    CROSS JOIN LATERAL (
        SELECT (lived.due_at AT TIME ZONE clock.timezone)::date AS due_day, (lived.ended_at AT TIME ZONE clock.timezone)::date AS ended_day,
               (lived.later_due_at AT TIME ZONE clock.timezone)::date AS later_due_day,
               (lived.later_ended_at AT TIME ZONE clock.timezone)::date AS later_ended_day
    ) AS days
), moved AS MATERIALIZED (
    -- What was and is the same cancels out.
    SELECT sum(sign)::integer AS sign, {figure_columns}
    FROM (SELECT 1 AS sign, fresh.* FROM fresh
          UNION ALL
          SELECT -1, case_figure.* FROM told JOIN case_figure ON case_figure.incident_id = told.id) AS both_ways
    GROUP BY {figure_columns} HAVING sum(sign) <> 0
), kept AS (
    INSERT INTO case_figure ({figure_columns})
    SELECT {figure_columns} FROM moved WHERE sign > 0
    ON CONFLICT (incident_id, life) DO UPDATE SET
        place_id = excluded.place_id, category_id = excluded.category_id, class_id = excluded.class_id, source = excluded.source,
        organisation_id = excluded.organisation_id, reported_day = excluded.reported_day, due_day = excluded.due_day,
        due_at = excluded.due_at, ended_day = excluded.ended_day, closed_day = excluded.closed_day,
        later_due_at = excluded.later_due_at, later_closed_day = excluded.later_closed_day, settled_day = excluded.settled_day,
        gone = excluded.gone, paused = excluded.paused, on_time = excluded.on_time, reworked = excluded.reworked,
        extended = excluded.extended, evaluated = excluded.evaluated, satisfied = excluded.satisfied
), ended AS (
    DELETE FROM case_figure USING (SELECT incident_id, life FROM moved GROUP BY 1, 2 HAVING sum(sign) < 0) AS over
    WHERE case_figure.incident_id = over.incident_id AND case_figure.life = over.life
), part AS (
    SELECT moved.reported_day AS day, moved.place_id, moved.class_id, moved.source, moved.organisation_id, moved.sign AS reported,
           moved.sign * (moved.source IN ('grid_worker', 'patrol', 'video', 'sensor'))::integer AS self_found,
           moved.sign * (moved.source IN ('hotline', 'app', 'transfer_110'))::integer AS complained,
           0 AS due, 0 AS due_closed, 0 AS on_time, 0 AS reworked, 0 AS extended, 0 AS excluded, 0 AS closed, 0 AS evaluated, 0 AS satisfied
    FROM moved WHERE moved.reported_day IS NOT NULL
    UNION ALL
    SELECT moved.due_day, moved.place_id, moved.class_id, moved.source, moved.organisation_id, 0, 0, 0,
           moved.sign * counts.due, moved.sign * counts.due * (moved.ended_day IS NOT NULL)::integer,
           moved.sign * counts.due * moved.on_time::integer, moved.sign * counts.due * moved.reworked::integer,
           moved.sign * counts.due * moved.extended::integer, moved.sign * (1 - counts.due), 0, 0, 0
    FROM moved CROSS JOIN LATERAL (SELECT (NOT moved.gone AND NOT moved.paused)::integer AS due) AS counts
    -- Only the last of several times an incident was due or closed.
    WHERE moved.due_day IS NOT NULL AND moved.later_due_at IS NULL
    UNION ALL
    SELECT moved.closed_day, moved.place_id, moved.class_id, moved.source, moved.organisation_id, 0, 0, 0, 0, 0, 0, 0, 0, 0,
           moved.sign, moved.sign * moved.evaluated::integer, moved.sign * moved.satisfied::integer
    FROM moved WHERE moved.closed_day IS NOT NULL AND moved.later_closed_day IS NULL
), dated AS (
    SELECT part.*, date_trunc('month', day)::date AS month,
           date_trunc('month', day)::date + 10 * least((extract(day FROM day)::integer - 1) / 10, 2) AS ten
    FROM part
), summed AS (
    SELECT CASE WHEN grouping(ten) = 0 THEN 0 WHEN grouping(organisation_id) = 0 THEN 4 WHEN grouping(source) = 0 THEN 3
                WHEN grouping(class_id) = 0 THEN 2 ELSE 1 END AS grain,
           coalesce(ten, month) AS starts, place_id, coalesce(class_id, 0) AS class_id, coalesce(source, '') AS source,
           coalesce(organisation_id, 0) AS organisation_id,
           sum(reported) AS reported, sum(self_found) AS self_found, sum(complained) AS complained, sum(due) AS due,
           sum(due_closed) AS due_closed, sum(on_time) AS on_time, sum(reworked) AS reworked, sum(extended) AS extended,
           sum(excluded) AS excluded, sum(closed) AS closed, sum(evaluated) AS evaluated, sum(satisfied) AS satisfied
    FROM dated
    GROUP BY GROUPING SETS ((place_id, ten), (place_id, month), (place_id, month, class_id), (place_id, month, source),
                            (place_id, month, organisation_id))
), entered AS (
    INSERT INTO period_figure AS its (grain, starts, place_id, class_id, source, organisation_id, reported, self_found, complained,
                                      due, due_closed, on_time, reworked, extended, excluded, closed, evaluated, satisfied)
    SELECT * FROM summed
    WHERE (reported, self_found, complained, due, due_closed, on_time, reworked, extended, excluded, closed, evaluated, satisfied)
          <> (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    ORDER BY grain, starts, place_id, class_id, source, organisation_id
    ON CONFLICT (grain, starts, place_id, class_id, source, organisation_id) DO UPDATE SET
        reported = its.reported + excluded.reported, self_found = its.self_found + excluded.self_found,
        complained = its.complained + excluded.complained, due = its.due + excluded.due,
        due_closed = its.due_closed + excluded.due_closed, on_time = its.on_time + excluded.on_time,
        reworked = its.reworked + excluded.reworked, extended = its.extended + excluded.extended,
        excluded = its.excluded + excluded.excluded, closed = its.closed + excluded.closed,
        evaluated = its.evaluated + excluded.evaluated, satisfied = its.satisfied + excluded.satisfied
)
SELECT (SELECT count(*) FROM told) AS incidents, (SELECT count(*) FROM moved) AS moved

-- name: counts
-- Figures of [first, last) per zone of a level: sums of whole periods, single lives of the days at the ends, and lives that
-- count otherwise at the end of the span than they do today. Group 0: in no zone of the level.
WITH place AS MATERIALIZED (
    SELECT id, CASE %(level)s::text WHEN 'district' THEN district_id WHEN 'street' THEN street_id WHEN 'community' THEN community_id
                                    ELSE base_grid_id END AS zone_id, located
    FROM figure_place WHERE %(zone_id)s::bigint IS NULL OR zone_ids @> ARRAY[%(zone_id)s::bigint]
), part AS (
    SELECT place_id, reported, self_found, complained, due, due_closed, on_time, reworked, extended, excluded, closed, evaluated,
           satisfied
    FROM period_figure
    WHERE (grain = %(grain)s::smallint AND starts >= %(first_month)s::date AND starts < %(last_month)s::date
           OR grain = 0 AND starts = ANY (%(tens)s::date[]))
      AND (grain <> 2 OR class_id = %(class_id)s::bigint)
      AND (grain <> 3 OR source = ANY (%(sources)s::text[]))
    UNION ALL
    SELECT place_id, told.reported, told.reported * (source IN ('grid_worker', 'patrol', 'video', 'sensor'))::integer,
           told.reported * (source IN ('hotline', 'app', 'transfer_110'))::integer,
           told.due * told.counted, told.due * told.counted * told.ended, told.due * told.counted * told.ended * on_time::integer,
           told.due * told.counted * reworked::integer, told.due * told.counted * extended::integer, told.due * (1 - told.counted),
           told.closed, told.closed * evaluated::integer, told.closed * satisfied::integer
    FROM case_figure CROSS JOIN LATERAL (
        SELECT ({reported_at_the_ends} IS TRUE)::integer AS reported, ({due_at_the_ends} IS TRUE AND due_at < now()
                   AND (later_due_at < least(%(stop)s::timestamptz, now())) IS NOT TRUE)::integer AS due,
               ({closed_at_the_ends} IS TRUE AND (later_closed_day < %(last)s::date) IS NOT TRUE)::integer AS closed,
               (NOT paused AND (gone AND ended_day < %(last)s::date) IS NOT TRUE)::integer AS counted,
               coalesce(ended_day < %(last)s::date, false)::integer AS ended
    ) AS told
    WHERE ({reported_at_the_ends} OR {due_at_the_ends} OR {closed_at_the_ends}) AND {filter}
    UNION ALL
    SELECT place_id, 0, 0, 0, told.due * told.counted - final.due * final.counted,
           told.due * told.counted * told.ended - final.due * final.counted * final.ended,
           (told.due * told.counted * told.ended - final.due * final.counted * final.ended) * on_time::integer,
           (told.due * told.counted - final.due * final.counted) * reworked::integer,
           (told.due * told.counted - final.due * final.counted) * extended::integer,
           told.due * (1 - told.counted) - final.due * (1 - final.counted), 0, 0, 0
    FROM case_figure CROSS JOIN LATERAL (
        SELECT ((later_due_at < least(%(stop)s::timestamptz, now())) IS NOT TRUE)::integer AS due,
               (NOT paused AND (gone AND ended_day < %(last)s::date) IS NOT TRUE)::integer AS counted,
               coalesce(ended_day < %(last)s::date, false)::integer AS ended
    ) AS told CROSS JOIN LATERAL (
        SELECT (later_due_at IS NULL)::integer AS due, (NOT paused AND NOT gone)::integer AS counted,
               (ended_day IS NOT NULL)::integer AS ended
    ) AS final
    WHERE settled_day IS NOT NULL AND daterange(due_day, settled_day) @> (%(unsettled)s::date - 1)
      AND due_day >= %(first_whole)s::date AND due_day < %(last_whole)s::date AND {filter}
    UNION ALL
    SELECT place_id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, evaluated::integer, satisfied::integer
    FROM case_figure
    WHERE closed_day >= %(first_whole)s::date AND closed_day < %(last_whole)s::date AND later_closed_day >= %(last)s::date AND {filter}
)
SELECT place.zone_id, place.located,
       sum(summed.reported) AS reported, sum(summed.self_found) AS self_found, sum(summed.complained) AS complained,
       sum(summed.due) AS due, sum(summed.due_closed) AS due_closed, sum(summed.on_time) AS on_time, sum(summed.reworked) AS
       reworked, sum(summed.extended) AS extended, sum(summed.excluded) AS excluded, sum(summed.closed) AS closed,
       sum(summed.evaluated) AS evaluated, sum(summed.satisfied) AS satisfied
FROM (SELECT place_id,
             sum(reported) AS reported, sum(self_found) AS self_found, sum(complained) AS complained, sum(due) AS due,
             sum(due_closed) AS due_closed, sum(on_time) AS on_time, sum(reworked) AS reworked, sum(extended) AS extended,
             sum(excluded) AS excluded, sum(closed) AS closed, sum(evaluated) AS evaluated, sum(satisfied) AS satisfied
      FROM part GROUP BY place_id) AS summed
JOIN place ON place.id = summed.place_id
GROUP BY 1, 2

-- name: reported_at_the_ends
-- Of counts: reported on a day of the span that is in no whole period.
(reported_day >= %(first)s::date AND reported_day < %(first_whole)s::date OR reported_day >= %(last_whole)s::date AND reported_day < %(last)s::date)

-- name: due_at_the_ends
-- Of counts: due on a day of the span that is in no whole period.
(due_day >= %(first)s::date AND due_day < %(first_whole)s::date OR due_day >= %(last_whole)s::date AND due_day < %(last)s::date)

-- name: closed_at_the_ends
-- Of counts: closed on a day of the span that is in no whole period.
(closed_day >= %(first)s::date AND closed_day < %(first_whole)s::date OR closed_day >= %(last_whole)s::date AND closed_day < %(last)s::date)

-- name: filter
-- Of counts: which lives are meant.
(%(category_ids)s::bigint[] IS NULL OR category_id = ANY (%(category_ids)s::bigint[]))
      AND (%(class_id)s::bigint IS NULL OR class_id = %(class_id)s::bigint)
      AND (%(sources)s::text[] IS NULL OR source = ANY (%(sources)s::text[]))

-- name: counted
-- Of a list of incidents: those that one figure of the days [first, last) counts.
{filtered}
      AND EXISTS (
          SELECT FROM case_figure AS its
          WHERE its.incident_id = incident.id AND CASE %(counted)s::text
              WHEN 'reported' THEN its.reported_day >= %(counted_first)s::date AND its.reported_day < %(counted_last)s::date
              WHEN 'self_found' THEN its.reported_day >= %(counted_first)s::date AND its.reported_day < %(counted_last)s::date
                  AND its.source IN ('grid_worker', 'patrol', 'video', 'sensor')
              WHEN 'complained' THEN its.reported_day >= %(counted_first)s::date AND its.reported_day < %(counted_last)s::date
                  AND its.source IN ('hotline', 'app', 'transfer_110')
              WHEN 'closed' THEN {closed_then}
              WHEN 'evaluated' THEN {closed_then} AND its.evaluated
              WHEN 'satisfied' THEN {closed_then} AND its.satisfied
              ELSE its.due_day >= %(counted_first)s::date AND its.due_day < %(counted_last)s::date AND its.due_at < now()
                  AND (its.later_due_at < least(%(counted_stop)s::timestamptz, now())) IS NOT TRUE
                  AND (NOT its.paused AND (its.gone AND its.ended_day < %(counted_last)s::date) IS NOT TRUE)
                      = (%(counted)s::text <> 'excluded')
                  AND CASE %(counted)s::text
                      WHEN 'due_closed' THEN its.ended_day < %(counted_last)s::date
                      WHEN 'on_time' THEN its.ended_day < %(counted_last)s::date AND its.on_time
                      WHEN 'overdue' THEN (its.ended_day < %(counted_last)s::date) IS NOT TRUE
                      WHEN 'reworked' THEN its.reworked
                      WHEN 'extended' THEN its.extended
                      ELSE true END
              END)

-- name: closed_then
-- Of counted: the last time it was closed in the span.
its.closed_day >= %(counted_first)s::date AND its.closed_day < %(counted_last)s::date
                  AND (its.later_closed_day < %(counted_last)s::date) IS NOT TRUE

-- name: levels
-- Of other statements: the ranked layers by level.
SELECT base.id AS layer_id, base.code AS layer, 'grid' AS level FROM layer AS base WHERE base.kind = 'base_grid'
    UNION ALL
    SELECT community.id, community.code, 'community'
    FROM layer AS base JOIN layer AS community ON community.id = base.parent_layer_id WHERE base.kind = 'base_grid'
    UNION ALL
    SELECT street.id, street.code, 'street'
    FROM layer AS base JOIN layer AS community ON community.id = base.parent_layer_id
    JOIN layer AS street ON street.id = community.parent_layer_id WHERE base.kind = 'base_grid'
    UNION ALL
    SELECT district.id, district.code, 'district'
    FROM layer AS base JOIN layer AS community ON community.id = base.parent_layer_id
    JOIN layer AS street ON street.id = community.parent_layer_id
    JOIN layer AS district ON district.id = street.parent_layer_id WHERE base.kind = 'base_grid'

-- name: layers
-- The ranked layers by level.
{levels}

-- name: region
-- A zone of the ranked levels by code, and those above it from the top.
WITH RECURSIVE level AS ({levels}), found AS (
    SELECT zone.id, level.layer, level.level, zone.code, 0 AS depth
    FROM level JOIN zone ON zone.layer_id = level.layer_id AND zone.code = %(code)s
    UNION ALL
    SELECT above.id, level.layer, level.level, above.code, found.depth + 1
    FROM found
    CROSS JOIN LATERAL (SELECT parent_zone_id FROM zone_version WHERE zone_id = found.id AND upper_inf(recorded)
                        ORDER BY lower(valid) DESC LIMIT 1) AS latest
    JOIN zone AS above ON above.id = latest.parent_zone_id JOIN level ON level.layer_id = above.layer_id
)
SELECT found.id, found.layer, found.level, found.code, coalesce(latest.name_zh, found.code) AS name_zh, latest.name_en
FROM found LEFT JOIN LATERAL (
    SELECT name_zh, name_en FROM zone_version WHERE zone_id = found.id AND upper_inf(recorded)
    ORDER BY lower(valid) DESC LIMIT 1
) AS latest ON true
ORDER BY found.depth DESC

-- name: zones
-- Zones of a level: those there are today, in one zone if it is named, and some by id. When each began and ended, and what it
-- was made from in a redraw since a moment.
WITH level AS ({levels}), today AS (
    SELECT version.zone_id AS id
    FROM zone_version AS version JOIN level ON level.layer_id = version.layer_id AND level.level = %(level)s::text
    LEFT JOIN LATERAL (SELECT parent_zone_id FROM zone_version
                       WHERE zone_id = version.parent_zone_id AND valid @> now() AND upper_inf(recorded)) AS above ON true
    LEFT JOIN LATERAL (SELECT parent_zone_id FROM zone_version
                       WHERE zone_id = above.parent_zone_id AND valid @> now() AND upper_inf(recorded)) AS higher ON true
    WHERE version.valid @> now() AND upper_inf(version.recorded)
      AND (%(within)s::bigint IS NULL OR %(within)s::bigint IN (version.zone_id, version.parent_zone_id, above.parent_zone_id,
                                                                higher.parent_zone_id))
)
SELECT zone.id, layer.code AS layer, zone.code, coalesce(latest.name_zh, zone.code) AS name_zh, latest.name_en,
       today.id IS NULL AS ended, latest.since,
       made.of AS made_of
FROM (SELECT id FROM today UNION SELECT unnest(%(ids)s::bigint[])) AS wanted
JOIN zone ON zone.id = wanted.id JOIN layer ON layer.id = zone.layer_id
LEFT JOIN today ON today.id = zone.id
LEFT JOIN (
    SELECT step.to_zone_id, array_agg(DISTINCT source.code ORDER BY source.code) AS of
    FROM zone_lineage AS step JOIN zone AS source ON source.id = step.from_zone_id
    JOIN plan ON plan.id = step.plan_id AND plan.effective_from > %(since)s::timestamptz AND plan.state IN ('published', 'superseded')
    WHERE step.kind <> 'unchanged' GROUP BY 1
) AS made ON made.to_zone_id = zone.id
LEFT JOIN LATERAL (
    SELECT name_zh, name_en, (SELECT min(lower(valid)) FROM zone_version WHERE zone_id = zone.id AND upper_inf(recorded)) AS since
    FROM zone_version WHERE zone_id = zone.id AND upper_inf(recorded)
    ORDER BY lower(valid) DESC LIMIT 1
) AS latest ON true
ORDER BY zone.code

-- name: class
-- The class whose categories some are, if they are all of it and nothing else.
SELECT root.id FROM category AS root
WHERE root.id = ANY (%(ids)s::bigint[]) AND root.parent_id IS NULL
  AND NOT EXISTS (SELECT FROM category AS below
                  WHERE below.id = ANY (%(ids)s::bigint[]) AND coalesce(below.parent_id, below.id) <> root.id)

-- name: figure_columns
-- Of count_again: the columns of case_figure.
incident_id, life, place_id, category_id, class_id, source, organisation_id, reported_day, due_day, due_at, ended_day, closed_day,
           later_due_at, later_closed_day, settled_day, gone, paused, on_time, reworked, extended, evaluated, satisfied
