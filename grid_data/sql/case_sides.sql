-- name: case
-- Where a case stands between organisations: its place, who is responsible and leads, and what its latest routing found besides.
SELECT incident.id, incident.number, ST_X(incident.place) AS lon, ST_Y(incident.place) AS lat, incident.place_accuracy_m,
       incident.original_crs, latest.at, latest.zone_version_ids, latest.runners_up, latest.method,
       incident.organisation_id, case_state.lead_id, coalesce(case_state.supporting_ids, latest.supporting_ids, '{}') AS supporting_ids,
       incident.concerned_ids, case_state.objection, coalesce(case_state.hand_overs, 0) AS hand_overs,
       coalesce(case_state.send_backs, 0) AS send_backs,
       (SELECT layer.code FROM assignment_rule JOIN layer ON layer.id = assignment_rule.layer_id
        WHERE assignment_rule.id = latest.rule_id) AS rule_layer
FROM incident
LEFT JOIN case_state ON case_state.incident_id = incident.id
LEFT JOIN LATERAL (
    SELECT routing.* FROM routing WHERE routing.incident_id = incident.id AND routing.method <> 'manual'
    ORDER BY routing.id DESC LIMIT 1
) AS latest ON true
WHERE incident.number = %(number)s

-- name: borders
-- Zones whose border is near a place, as they were at a moment: metres to the border, and whether the place is in it.
SELECT layer.code AS layer, layer.name_zh AS layer_zh, layer.name_en AS layer_en, layer.kind AS layer_kind, version.id AS version_id,
       zone.code, version.name_zh, version.name_en, ST_Distance(version.border, spot.metric) AS distance_m,
       organisation.code AS organisation, organisation.name_zh AS organisation_zh, organisation.name_en AS organisation_en
FROM (SELECT ST_Transform(ST_Point(%(lon)s::float8, %(lat)s::float8, 4326), city.metric_srid) AS metric FROM city) AS spot
JOIN (
    SELECT DISTINCT piece.version_id
    FROM city CROSS JOIN LATERAL (
        SELECT ST_Transform(ST_Point(%(lon)s::float8, %(lat)s::float8, 4326), city.metric_srid) AS metric) AS spot
    JOIN zone_border_piece AS piece ON ST_DWithin(piece.line, spot.metric, %(within_m)s::float8)
) AS near ON true
JOIN zone_version AS version ON version.id = near.version_id
JOIN zone ON zone.id = version.zone_id
JOIN layer ON layer.id = version.layer_id AND layer.active AND layer.kind <> 'context'
LEFT JOIN organisation ON organisation.id = version.organisation_id
WHERE version.valid @> %(at)s::timestamptz AND upper_inf(version.recorded)
ORDER BY layer.precedence, layer.code, distance_m, zone.code

-- name: organisations
-- Organisations by key or by code.
SELECT id, code, name_zh, name_en FROM organisation
WHERE id = ANY (%(ids)s::bigint[]) OR code = ANY (%(codes)s::text[])

-- name: disputes
-- Objections, adjudications, hand-overs and orders sent back, in their order.
SELECT seq, at, actor AS by, substring(action FROM 10) AS action, before, after FROM history
WHERE incident_id = %(incident_id)s
  AND action IN ('incident.object', 'incident.adjudicate', 'incident.hand_over', 'incident.send_back')
ORDER BY seq
