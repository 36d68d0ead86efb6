-- name: store
-- Store a report as routed: number, incident, reporter, routing, case, clock, history; nothing when it was sent before.
WITH sent AS MATERIALIZED (
    SELECT * FROM jsonb_to_record(%(sent)s::jsonb) AS told (
        district text, day date, source text, source_ref text, appeal_kind text, category_id bigint, text text,
        address text, lon float8, lat float8, accuracy_m float8, place_problem text, original_lon float8,
        original_lat float8, original_crs text, urgency text, reported_at timestamptz, organisation_id bigint,
        land_unit_id bigint, base_grid_id bigint, zone_ids bigint[], facility_id bigint, routing jsonb, reporter jsonb,
        actor text, history jsonb, clock jsonb)
),
numbered AS (
    -- One row for all reports of a day: locked from here to the commit, which comes in the same message.
    INSERT INTO incident_counter (district, day, last)
    SELECT district, day, 1 FROM sent
    WHERE NOT EXISTS (
        SELECT FROM incident WHERE incident.source = sent.source AND incident.source_ref = sent.source_ref)
    ON CONFLICT (district, day) DO UPDATE SET last = incident_counter.last + 1
    RETURNING last
),
stored AS (
    INSERT INTO incident (number, source, source_ref, appeal_kind, category_id, text, address, place,
                          place_accuracy_m, place_problem, original_lon, original_lat, original_crs, urgency,
                          state, state_since, reported_at, organisation_id, land_unit_id, base_grid_id, zone_ids,
                          facility_id, account_id)
    SELECT district || to_char(day, 'YYYYMMDD') || lpad(last::text, greatest(5, length(last::text)), '0'), source,
           source_ref, appeal_kind, category_id, text, address, ST_Point(lon, lat, 4326), accuracy_m, place_problem,
           original_lon, original_lat, original_crs, urgency, 'reported', now(), reported_at, organisation_id,
           land_unit_id, base_grid_id, zone_ids, facility_id, claimed_account()
    FROM sent CROSS JOIN numbered
    ON CONFLICT (source, source_ref) WHERE source_ref IS NOT NULL DO NOTHING
    RETURNING id, number, source, base_grid_id, state_since, recorded_at
),
opened AS (
    INSERT INTO case_state (incident_id, level, reported_grid_id)
    SELECT id, CASE WHEN source IN ('grid_worker', 'patrol') THEN 'community' ELSE 'district' END,
           CASE WHEN source IN ('grid_worker', 'patrol') THEN base_grid_id END
    FROM stored
),
timed AS (
    INSERT INTO incident_clock (incident_id, kind, started_at, due_at, soon_at, stage, stage_kind, stage_started_at,
                                stage_due_at, stage_soon_at)
    SELECT stored.id, clock.*
    FROM stored CROSS JOIN sent CROSS JOIN LATERAL jsonb_to_record(sent.clock) AS clock (
        kind text, started_at timestamptz, due_at timestamptz, soon_at timestamptz, stage text, stage_kind text,
        stage_started_at timestamptz, stage_due_at timestamptz, stage_soon_at timestamptz)
),
told AS (
    INSERT INTO reporter (incident_id, name, phone, email)
    SELECT stored.id, reporter ->> 'name', reporter ->> 'phone', reporter ->> 'email'
    FROM stored CROSS JOIN sent WHERE jsonb_typeof(reporter) = 'object'
),
routed AS (
    INSERT INTO routing (incident_id, at, method, zone_version_ids, border_evidence, land_unit_id, facility_id,
                         facility_distance_m, rule_id, organisation_id, supporting_ids, runners_up)
    SELECT stored.id, answer.*
    FROM stored CROSS JOIN sent CROSS JOIN LATERAL jsonb_to_record(sent.routing) AS answer (
        at timestamptz, method text, zone_version_ids bigint[], border_evidence jsonb, land_unit_id bigint,
        facility_id bigint, facility_distance_m float8, rule_id bigint, organisation_id bigint,
        supporting_ids bigint[], runners_up jsonb)
),
entered AS (
    INSERT INTO history (actor, action, incident_id, after)
    SELECT actor, 'incident.report', stored.id, history || jsonb_build_object('number', stored.number)
    FROM stored CROSS JOIN sent
    RETURNING seq, at
)
SELECT stored.number, stored.state_since, stored.recorded_at, entered.seq, entered.at
FROM stored CROSS JOIN entered

-- name: incident_by_source_ref
-- What a source sent under a reference, to tell a repetition from a contradiction.
SELECT incident.number, category.standard_ref || ':' || category.kind || ':' || category.code AS category,
       incident.appeal_kind, incident.text, incident.address, incident.original_lon, incident.original_lat,
       incident.original_crs,
       CASE WHEN incident.located_at IS NULL THEN incident.place_accuracy_m ELSE incident.original_accuracy_m
       END AS accuracy_m,
       incident.urgency, incident.reported_at
FROM incident JOIN category ON category.id = incident.category_id
WHERE incident.source = %(source)s AND incident.source_ref = %(source_ref)s

-- name: incident_by_number
-- One incident with its latest computed routing, names as they were in the versions found, and a person's choice.
SELECT incident.number, incident.source, incident.source_ref, incident.appeal_kind,
       category.standard_ref || ':' || category.kind || ':' || category.code AS category,
       category.name_zh AS category_zh, category.name_en AS category_en,
       incident.text, incident.address, ST_X(incident.place) AS lon, ST_Y(incident.place) AS lat,
       incident.place_accuracy_m AS accuracy_m, incident.place_problem, incident.original_lon,
       incident.original_lat, incident.original_crs, incident.located_at, incident.located_by,
       incident.urgency, incident.state, incident.state_since,
       incident.reported_at, incident.recorded_at,
       routing.at, routing.method, routing.border_evidence, routing.facility_distance_m, routing.runners_up,
       (SELECT code FROM land_unit WHERE land_unit.id = routing.land_unit_id) AS land_unit,
       (SELECT jsonb_agg(jsonb_build_object(
            'layer', layer.code, 'layer_name', jsonb_build_object('zh', layer.name_zh, 'en', layer.name_en),
            'kind', layer.kind, 'depth', layer.depth, 'precedence', layer.precedence, 'version', zone_version.id,
            'code', zone.code,
            'name', jsonb_build_object('zh', zone_version.name_zh, 'en', zone_version.name_en),
            'valid_from', lower(zone_version.valid),
            'organisation', CASE WHEN organisation.id IS NOT NULL THEN jsonb_build_object(
                'code', organisation.code,
                'name', jsonb_build_object('zh', organisation.name_zh, 'en', organisation.name_en)) END,
            'evidence', coalesce(routing.border_evidence -> (layer.code || ':' || zone.code),
                                 routing.border_evidence -> layer.code),
            'candidates', coalesce((
                SELECT jsonb_agg(jsonb_build_object('code', other.code, 'name', jsonb_build_object(
                    'zh', coalesce(version.name_zh, other.code), 'en', version.name_en)) ORDER BY other.code)
                FROM jsonb_array_elements_text(routing.border_evidence -> layer.code -> 'candidates') AS listed (code)
                JOIN zone AS other ON other.layer_id = layer.id AND other.code = listed.code
                LEFT JOIN zone_version AS version ON version.zone_id = other.id
                    AND version.valid @> routing.at AND upper_inf(version.recorded)), '[]')
            ) ORDER BY layer.precedence, layer.code, zone.code)
        FROM unnest(routing.zone_version_ids) AS found (version_id)
        JOIN zone_version ON zone_version.id = found.version_id
        JOIN zone ON zone.id = zone_version.zone_id
        JOIN layer ON layer.id = zone.layer_id
        LEFT JOIN organisation ON organisation.id = zone_version.organisation_id) AS zones,
       (SELECT jsonb_agg(jsonb_build_object(
            'layer', layer.code, 'layer_name', jsonb_build_object('zh', layer.name_zh, 'en', layer.name_en),
            'kind', layer.kind, 'precedence', layer.precedence) ORDER BY layer.precedence, layer.code)
        FROM layer WHERE routing.border_evidence -> layer.code ->> 'method' = 'outside') AS outside_layers,
       (SELECT jsonb_build_object(
            'code', facility.code,
            'name', jsonb_build_object('zh', coalesce(facility.name_zh, class.name_zh),
                                       'en', coalesce(facility.name_en, class.name_en)),
            'category', class.standard_ref || ':' || class.kind || ':' || class.code,
            'owner', CASE WHEN owner.id IS NOT NULL THEN jsonb_build_object(
                'code', owner.code, 'name', jsonb_build_object('zh', owner.name_zh, 'en', owner.name_en)) END)
        FROM facility JOIN category AS class ON class.id = facility.category_id
        LEFT JOIN organisation AS owner ON owner.id = facility.owning_id
        WHERE facility.id = routing.facility_id) AS facility,
       (SELECT jsonb_build_object(
            'rule', rule.code, 'assign_to', rule.assign_to, 'priority', rule.priority,
            'category_depth', coalesce(root.level, 0), 'layer_depth', coalesce(rule_layer.depth, 0),
            'names_zone', rule.zone_id IS NOT NULL,
            'zone', (SELECT zone.code FROM zone WHERE zone.id = rule.zone_id),
            'note', jsonb_build_object('zh', rule.note_zh, 'en', rule.note_en),
            'category', root.standard_ref || ':' || root.kind || ':' || root.code,
            'category_name', jsonb_build_object('zh', root.name_zh, 'en', root.name_en),
            'layer', rule_layer.code,
            'layer_name', jsonb_build_object('zh', rule_layer.name_zh, 'en', rule_layer.name_en))
        FROM assignment_rule AS rule
        LEFT JOIN category AS root ON root.id = rule.category_id
        LEFT JOIN layer AS rule_layer ON rule_layer.id = rule.layer_id
        WHERE rule.id = routing.rule_id) AS rule,
       (SELECT jsonb_build_object('code', organisation.code, 'name', jsonb_build_object(
            'zh', organisation.name_zh, 'en', organisation.name_en))
        FROM organisation WHERE organisation.id = incident.organisation_id) AS responsible,
       (SELECT jsonb_build_object('code', organisation.code, 'name', jsonb_build_object(
            'zh', organisation.name_zh, 'en', organisation.name_en))
        FROM organisation WHERE organisation.id = routing.organisation_id) AS computed,
       override.told AS override,
       (SELECT jsonb_agg(jsonb_build_object('code', organisation.code, 'name', jsonb_build_object(
            'zh', organisation.name_zh, 'en', organisation.name_en)) ORDER BY organisation.code)
        FROM organisation WHERE organisation.id = ANY (routing.supporting_ids)) AS supporting,
       (SELECT jsonb_object_agg(organisation.code, jsonb_build_object(
            'zh', organisation.name_zh, 'en', organisation.name_en))
        FROM jsonb_array_elements(routing.runners_up) AS runner
        JOIN organisation ON organisation.code = runner ->> 'organisation') AS runner_up_names,
       (SELECT jsonb_agg(jsonb_build_object(
            'seq', history.seq, 'at', history.at, 'actor', history.actor, 'action', history.action,
            'reason', history.reason) ORDER BY history.seq)
        FROM (SELECT seq, at, actor, action, after ->> 'reason' AS reason FROM history
              WHERE history.incident_id = incident.id
              UNION ALL
              SELECT seq, at, actor, action, reason FROM told_with_others(incident.id)) AS history) AS history
FROM incident
JOIN category ON category.id = incident.category_id
JOIN LATERAL (
    -- What was computed; a person's choice stands beside it.
    SELECT * FROM routing WHERE routing.incident_id = incident.id AND routing.method <> 'manual'
    ORDER BY routing.id DESC LIMIT 1
) AS routing ON true
LEFT JOIN LATERAL (
    SELECT jsonb_build_object(
        'organisation', jsonb_build_object('code', organisation.code, 'name', jsonb_build_object(
            'zh', organisation.name_zh, 'en', organisation.name_en)),
        'supporting', coalesce((
            SELECT jsonb_agg(jsonb_build_object('code', helper.code, 'name', jsonb_build_object(
                'zh', helper.name_zh, 'en', helper.name_en)) ORDER BY helper.code)
            FROM organisation AS helper WHERE helper.id = ANY (chosen.supporting_ids)), '[]'),
        'by', chosen.overridden_by, 'reason', chosen.override_reason, 'at', chosen.routed_at) AS told
    FROM routing AS chosen JOIN organisation ON organisation.id = chosen.organisation_id
    WHERE incident.overridden AND chosen.incident_id = incident.id AND chosen.method = 'manual'
    ORDER BY chosen.id DESC LIMIT 1
) AS override ON true
WHERE incident.number = %(number)s
