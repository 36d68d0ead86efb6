-- name: incident
-- An incident whose organisation a person sets, and what was computed; nobody else changes it meanwhile.
SELECT incident.id, incident.overridden, organisation.code AS responsible, computed.id AS computed_id,
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

-- name: lift
-- Let routing decide again.
UPDATE incident SET overridden = false, organisation_id = %(organisation_id)s WHERE id = %(incident_id)s

-- name: set
-- A person's choice, on an incident that has none.
UPDATE incident SET overridden = true, organisation_id = %(organisation_id)s WHERE id = %(incident_id)s
