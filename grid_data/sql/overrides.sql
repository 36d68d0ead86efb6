-- name: incident
-- An incident whose organisation a person sets, and what was computed; nobody else changes it meanwhile.
SELECT hold_incident(incident.id) AS id, incident.overridden, organisation.code AS responsible, computed.id AS computed_id,
       computed.code AS computed
FROM incident
LEFT JOIN organisation ON organisation.id = incident.organisation_id
LEFT JOIN LATERAL (
    SELECT routing.organisation_id FROM routing
    WHERE routing.incident_id = incident.id AND routing.method <> 'manual' ORDER BY routing.id DESC LIMIT 1
) AS latest ON true
LEFT JOIN organisation AS computed ON computed.id = latest.organisation_id
WHERE incident.number = %(number)s
FOR UPDATE OF incident

-- name: organisations
-- Identifiers of organisations.
SELECT code, id FROM organisation WHERE code = ANY (%(codes)s::text[])

-- name: keep
-- A person's choice as a routing of its own; without an organisation it lifts the one before.
INSERT INTO routing (incident_id, at, method, zone_version_ids, organisation_id, supporting_ids, overridden_by,
                     override_reason)
VALUES (%(incident_id)s, now(), 'manual', '{}', %(organisation_id)s, %(supporting_ids)s, %(by)s, %(reason)s)
RETURNING hold_incident(incident_id)

-- name: lift
-- Let routing decide again.
UPDATE incident SET overridden = false, organisation_id = %(organisation_id)s WHERE id = %(incident_id)s

-- name: set
-- A person's choice, on an incident that has none.
UPDATE incident SET overridden = true, organisation_id = %(organisation_id)s WHERE id = %(incident_id)s

-- name: hand_over
-- A case that is being worked on follows the choice: its lead, and work orders in place of those that are open.
WITH moved AS (
    UPDATE case_state SET
        lead_id = %(organisation_id)s, supporting_ids = array_remove(%(supporting_ids)s::bigint[], %(organisation_id)s),
        hand_overs = hand_overs + 1, revision = revision + 1, objection = NULL, extension = NULL
    FROM incident
    WHERE incident.id = %(incident_id)s AND case_state.incident_id = incident.id
      AND incident.state IN ('dispatched', 'handling') AND case_state.lead_id IS DISTINCT FROM %(organisation_id)s
    RETURNING case_state.incident_id
),
finished AS (
    UPDATE work_order SET closed_at = now(), result = %(reason)s
    FROM moved WHERE work_order.incident_id = moved.incident_id AND work_order.closed_at IS NULL
)
INSERT INTO work_order (incident_id, organisation_id, kind)
SELECT moved.incident_id, named.id, CASE WHEN named.place = 1 THEN 'lead' ELSE 'supporting' END
FROM moved CROSS JOIN unnest(
    %(organisation_id)s::bigint || array_remove(%(supporting_ids)s::bigint[], %(organisation_id)s)
) WITH ORDINALITY AS named (id, place)
ORDER BY named.place
