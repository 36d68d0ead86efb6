-- name: masked
-- The reporter of an incident that is seen, masked.
SELECT told.name, told.phone, told.email
FROM incident CROSS JOIN LATERAL reporter_masked(incident.id) AS told
WHERE incident.number = %(number)s

-- name: unmasked
-- The reporter of an incident that is seen; nothing unless the transaction claims that it may be read.
SELECT incident.id AS incident_id, told.name, told.phone, told.email
FROM incident CROSS JOIN LATERAL reporter_unmasked(incident.id) AS told
WHERE incident.number = %(number)s
