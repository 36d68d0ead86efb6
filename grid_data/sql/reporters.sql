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

-- name: unmaskings
-- Who read contact data whole, when and for what: of incidents that are seen, the newest first, below an entry's number.
SELECT history.seq, history.at, history.actor AS by, incident.number AS incident, history.after ->> 'purpose' AS purpose
FROM history JOIN incident ON incident.id = history.incident_id
WHERE history.action = 'reporter.unmask'
  AND (%(before)s::bigint IS NULL OR history.seq < %(before)s::bigint)
ORDER BY history.seq DESC
LIMIT %(limit)s::integer
