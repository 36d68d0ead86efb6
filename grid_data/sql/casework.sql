-- name: open
-- A case for each of some incidents that has none, as its state says; those that are being worked on get a work order.
WITH fresh AS (
    INSERT INTO case_state (incident_id, level, lead_id, outcome, reported_grid_id, closed_at)
    SELECT id, CASE WHEN source IN ('grid_worker', 'patrol') THEN 'community' ELSE 'district' END,
           CASE WHEN state IN ('dispatched', 'handling', 'fed_back', 'checked', 'evaluated', 'closed', 'archived')
                THEN organisation_id END,
           CASE WHEN state IN ('fed_back', 'checked', 'evaluated', 'closed', 'archived') THEN 'handled' END,
           CASE WHEN source IN ('grid_worker', 'patrol') THEN base_grid_id END,
           CASE WHEN NOT is_open THEN state_since END
    FROM incident WHERE id = ANY (%(ids)s::bigint[])
    ORDER BY id
    ON CONFLICT (incident_id) DO NOTHING
    RETURNING incident_id, lead_id
),
ordered AS (
    INSERT INTO work_order (incident_id, organisation_id, kind, opened_at)
    SELECT incident.id, fresh.lead_id, 'lead', incident.state_since
    FROM fresh JOIN incident ON incident.id = fresh.incident_id
    WHERE incident.state IN ('dispatched', 'handling') AND fresh.lead_id IS NOT NULL
    ORDER BY incident.id
)
SELECT count(*) AS n FROM fresh

-- name: facts
-- What a step of one case needs to know; what few steps need is looked up for those only.
SELECT incident.id, incident.number, incident.state, incident.source, incident.appeal_kind, incident.urgency,
       incident.category_id, incident.reported_at, incident.state_since, incident.organisation_id,
       incident.overridden, proposed.code AS proposed, now() AS now,
       case_state.incident_id IS NOT NULL AS has_case, case_state.revision, case_state.level,
       lead.code AS lead, case_state.lead_id, case_state.supporting_ids, case_state.handler,
       case_state.handler_organisation_id, handler.code AS handler_organisation,
       case_state.reworks, case_state.send_backs, case_state.extensions, case_state.hand_overs, case_state.reopens,
       case_state.suspended_at, case_state.supervised_at, case_state.objection, case_state.extension,
       case_state.direct_reason, case_state.outcome, case_state.satisfaction, case_state.lapses_at, case_state.due_at,
       case_state.closed_at, case_state.condition, case_state.duplicate_of_id,
       CASE WHEN case_state.duplicate_of_id IS NOT NULL THEN (
           SELECT number FROM incident AS main WHERE main.id = case_state.duplicate_of_id) END AS duplicate_of,
       CASE WHEN cardinality(case_state.supporting_ids) > 0 THEN (
           SELECT jsonb_object_agg(code, id) FROM organisation WHERE id = ANY (case_state.supporting_ids)) END AS supporting,
       CASE WHEN cardinality(%(codes)s::text[]) > 0 THEN (
           SELECT jsonb_object_agg(code, id) FROM organisation WHERE code = ANY (%(codes)s::text[])) END AS named,
       CASE WHEN %(proposal)s::boolean THEN (
           SELECT jsonb_object_agg(organisation.code, organisation.id) FROM organisation WHERE organisation.id = ANY ((
               SELECT routing.supporting_ids FROM routing
               WHERE routing.incident_id = incident.id AND routing.method <> 'manual'
               ORDER BY routing.id DESC LIMIT 1)::bigint[])) END AS proposed_supporting,
       CASE WHEN %(proposal)s::boolean AND case_state.reported_grid_id IS NOT NULL THEN (
           -- The grid itself and the community above it.
           SELECT array_agg(DISTINCT organisation.code)
           FROM zone_version AS grid JOIN organisation ON organisation.id = grid.organisation_id
               OR organisation.region_zone_id IN (grid.zone_id, grid.parent_zone_id)
               OR organisation.id IN (
                   SELECT above.organisation_id FROM zone_version AS above
                   WHERE above.zone_id = grid.parent_zone_id AND upper_inf(above.recorded) AND above.valid @> now())
           WHERE grid.zone_id = case_state.reported_grid_id AND upper_inf(grid.recorded) AND grid.valid @> now()
       ) END AS reporter_grid,
       CASE WHEN %(area)s::boolean THEN (
           -- Whoever governs a region the place is in; the district governs what has no place, too.
           SELECT array_agg(DISTINCT organisation.code) FROM organisation
           WHERE organisation.kind = 'government'
              OR organisation.kind IN ('street', 'community') AND (
                  organisation.region_zone_id = ANY (incident.zone_ids)
                  OR organisation.id IN (
                      SELECT zone_version.organisation_id FROM zone_version
                      WHERE zone_version.zone_id = ANY (incident.zone_ids) AND upper_inf(zone_version.recorded)
                        AND zone_version.valid @> now()))
       ) END AS area,
       CASE WHEN %(into)s::text IS NOT NULL THEN (
           SELECT jsonb_build_object('id', main.id, 'number', main.number, 'state', main.state,
                                     'duplicate_of', first.number)
           FROM incident AS main LEFT JOIN case_state AS its ON its.incident_id = main.id
           LEFT JOIN incident AS first ON first.id = its.duplicate_of_id
           WHERE main.number = %(into)s::text) END AS main,
       CASE WHEN cardinality(%(attachments)s::uuid[]) > 0 THEN (
           SELECT jsonb_object_agg(attachment.id, attachment.role) FROM attachment
           WHERE attachment.id = ANY (%(attachments)s::uuid[])
             AND (attachment.incident_id IS NULL OR attachment.incident_id = incident.id)) END AS evidence,
       EXISTS (SELECT FROM case_state AS other WHERE other.duplicate_of_id = incident.id) AS has_duplicates,
       (SELECT revision::text FROM deadline_setting) AS book,
       incident_clock.started_at AS clock_started_at, incident_clock.kind AS clock_kind,
       incident_clock.due_at AS clock_due_at, incident_clock.soon_at AS clock_soon_at,
       incident_clock.stage AS clock_stage, incident_clock.stage_kind, incident_clock.stage_started_at,
       incident_clock.stage_due_at, incident_clock.stage_soon_at, incident_clock.paused_at AS clock_paused_at
FROM incident
LEFT JOIN case_state ON case_state.incident_id = incident.id
LEFT JOIN incident_clock ON incident_clock.incident_id = incident.id
LEFT JOIN organisation AS proposed ON proposed.id = incident.organisation_id
LEFT JOIN organisation AS lead ON lead.id = case_state.lead_id
LEFT JOIN organisation AS handler ON handler.id = case_state.handler_organisation_id
WHERE incident.number = %(number)s

-- name: step
-- One step, whole: the case, the incident's state, work orders, clock, history; nothing when its revision has passed.
WITH sent AS MATERIALIZED (
    SELECT * FROM jsonb_to_record(%(sent)s::jsonb) AS told (
        incident_id bigint, seen integer, revision integer, level text, lead_id bigint, supporting_ids bigint[],
        handler text, handler_organisation_id bigint, reworks integer, send_backs integer, extensions integer,
        hand_overs integer, reopens integer, suspended_at timestamptz, supervised_at timestamptz, objection jsonb,
        extension jsonb, direct_reason text, outcome text, satisfaction text, duplicate_of_id bigint,
        lapses_at timestamptz, due_at timestamptz, closed_at timestamptz, condition text, state text, moves boolean, orders jsonb,
        closes text, closing_id bigint, result text, clock jsonb, ends boolean, actor text, action text, before jsonb,
        after jsonb)
),
kept AS (
    UPDATE case_state SET
        revision = sent.revision, level = sent.level, lead_id = sent.lead_id, supporting_ids = sent.supporting_ids,
        handler = sent.handler, handler_organisation_id = sent.handler_organisation_id, reworks = sent.reworks,
        send_backs = sent.send_backs, extensions = sent.extensions, hand_overs = sent.hand_overs,
        reopens = sent.reopens, suspended_at = sent.suspended_at, supervised_at = sent.supervised_at,
        objection = nullif(sent.objection, 'null'), extension = nullif(sent.extension, 'null'),
        direct_reason = sent.direct_reason, outcome = sent.outcome, satisfaction = sent.satisfaction,
        duplicate_of_id = sent.duplicate_of_id, lapses_at = sent.lapses_at, due_at = sent.due_at,
        closed_at = sent.closed_at, condition = sent.condition
    FROM sent
    WHERE case_state.incident_id = sent.incident_id AND case_state.revision = sent.seen
    RETURNING case_state.incident_id
),
moved AS (
    UPDATE incident SET state = sent.state, state_since = now()
    FROM sent CROSS JOIN kept
    WHERE incident.id = kept.incident_id AND sent.moves
),
finished AS (
    UPDATE work_order SET closed_at = now(), result = sent.result
    FROM sent
    WHERE (SELECT closes IS NOT NULL FROM sent) AND work_order.incident_id = (SELECT incident_id FROM kept)
      AND work_order.closed_at IS NULL
      AND (sent.closes = 'all' OR sent.closes = 'own' AND work_order.organisation_id = sent.closing_id)
),
ordered AS (
    INSERT INTO work_order (incident_id, organisation_id, kind)
    SELECT kept.incident_id, opened.organisation_id, opened.kind
    FROM sent CROSS JOIN kept CROSS JOIN LATERAL jsonb_to_recordset(sent.orders) AS opened (organisation_id bigint, kind text)
),
timed AS (
    INSERT INTO incident_clock (incident_id, kind, started_at, due_at, soon_at, stage, stage_kind, stage_started_at,
                                stage_due_at, stage_soon_at, paused_at)
    SELECT kept.incident_id, clock.*
    FROM sent CROSS JOIN kept CROSS JOIN LATERAL jsonb_to_record(sent.clock) AS clock (
        kind text, started_at timestamptz, due_at timestamptz, soon_at timestamptz, stage text, stage_kind text,
        stage_started_at timestamptz, stage_due_at timestamptz, stage_soon_at timestamptz, paused_at timestamptz)
    WHERE jsonb_typeof(sent.clock) = 'object'
    ON CONFLICT (incident_id) DO UPDATE SET
        kind = excluded.kind, started_at = excluded.started_at, due_at = excluded.due_at, soon_at = excluded.soon_at,
        stage = excluded.stage, stage_kind = excluded.stage_kind, stage_started_at = excluded.stage_started_at,
        stage_due_at = excluded.stage_due_at, stage_soon_at = excluded.stage_soon_at, paused_at = excluded.paused_at
),
stopped AS (
    -- Asked once, before a row is looked at; and by key: a plan that was made while the table was empty reads all of it.
    DELETE FROM incident_clock
    WHERE (SELECT ends FROM sent) AND incident_id = (SELECT incident_id FROM kept)
),
entered AS (
    INSERT INTO history (actor, action, incident_id, before, after)
    SELECT sent.actor, sent.action, kept.incident_id, sent.before, sent.after FROM sent CROSS JOIN kept
    RETURNING seq, at
)
SELECT seq, at FROM entered

-- name: attach
-- Attachments belong to the case they were named in.
UPDATE attachment SET incident_id = %(incident_id)s, attached_at = coalesce(attached_at, now())
WHERE id = ANY (%(attachments)s::uuid[]) AND incident_id IS NULL

-- name: follow
-- What was merged into a case ends as it ends, is open again with it, and says so in its own history.
WITH followed AS (
    UPDATE case_state SET closed_at = %(closed_at)s, outcome = %(outcome)s, satisfaction = %(satisfaction)s
    WHERE duplicate_of_id = %(incident_id)s RETURNING incident_id
)
INSERT INTO history_incident (incident_id, seq) SELECT incident_id, %(seq)s FROM followed ORDER BY incident_id

-- name: follow_main
-- What was merged into a case that is merged itself belongs to the new main case.
WITH moved AS (
    UPDATE case_state SET duplicate_of_id = %(main_id)s WHERE duplicate_of_id = %(incident_id)s RETURNING incident_id
)
INSERT INTO history_incident (incident_id, seq) SELECT incident_id, %(seq)s FROM moved ORDER BY incident_id

-- name: led_by_others
-- Open cases led by whom routing had found, where it has found another now, the code of that one, and whether work began.
SELECT incident.number, incident.state = 'handling' AS begun, organisation.code AS lead
FROM unnest(%(incidents)s::bigint[], %(organisations)s::bigint[]) AS told (incident_id, organisation_id)
JOIN incident ON incident.id = told.incident_id AND incident.is_open AND incident.state IN ('dispatched', 'handling')
JOIN case_state ON case_state.incident_id = incident.id AND case_state.lead_id = told.organisation_id
JOIN organisation ON organisation.id = incident.organisation_id AND organisation.id <> told.organisation_id
ORDER BY incident.number

-- name: await_silence
-- Cases that came checked, by import, wait for their appellant from then on, as those do that were checked here.
UPDATE case_state SET lapses_at = incident.state_since + %(silence)s::interval
FROM incident
WHERE incident.id = case_state.incident_id AND incident.is_open AND incident.state = 'checked'
  AND incident.appeal_kind = 'livelihood' AND incident.source = ANY (%(sources)s::text[])
  AND case_state.lapses_at IS NULL

-- name: lapsing
-- Cases whose appellant was silent for long enough.
SELECT incident.number FROM case_state JOIN incident ON incident.id = case_state.incident_id
WHERE case_state.lapses_at <= now() ORDER BY case_state.lapses_at, incident.id LIMIT %(limit)s

-- name: case_by_number
-- A case as it is shown: work orders, duplicates, clock, and every step.
SELECT incident.urgency,
       (SELECT jsonb_object_agg(organisation.code, jsonb_build_object('zh', organisation.name_zh, 'en', organisation.name_en))
        FROM organisation WHERE organisation.id = case_state.lead_id OR organisation.id = ANY (case_state.supporting_ids)
            OR organisation.id = case_state.handler_organisation_id) AS organisations,
       (SELECT jsonb_agg(jsonb_build_object(
            'organisation', jsonb_build_object('code', organisation.code, 'name', jsonb_build_object(
                'zh', organisation.name_zh, 'en', organisation.name_en)),
            'kind', work_order.kind, 'opened_at', work_order.opened_at, 'closed_at', work_order.closed_at,
            'result', work_order.result) ORDER BY work_order.id)
        FROM work_order JOIN organisation ON organisation.id = work_order.organisation_id
        WHERE work_order.incident_id = incident.id) AS work_orders,
       (SELECT array_agg(other.number ORDER BY other.id)
        FROM case_state AS merged JOIN incident AS other ON other.id = merged.incident_id
        WHERE merged.duplicate_of_id = incident.id) AS duplicates,
       (SELECT jsonb_agg(jsonb_build_object(
            'seq', told.seq, 'at', told.at, 'by', told.actor, 'action', split_part(told.action, '.', 2),
            'after', told.after) ORDER BY told.seq)
        FROM (SELECT * FROM history WHERE history.incident_id = incident.id
              UNION ALL
              SELECT history.* FROM history_incident JOIN history USING (seq)
              WHERE history_incident.incident_id = incident.id) AS told
        WHERE told.action LIKE 'incident.%%') AS steps
FROM incident LEFT JOIN case_state ON case_state.incident_id = incident.id
WHERE incident.id = %(incident_id)s
