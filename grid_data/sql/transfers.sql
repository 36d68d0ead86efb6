-- name: add
-- An incident is handed to 110, with the number it has there if that is known. Handing the same over twice is once.
INSERT INTO transfer (incident_id, reference, by, reason)
SELECT %(incident)s::bigint, %(reference)s::text, %(by)s::text, %(reason)s::text
WHERE NOT EXISTS (SELECT FROM transfer WHERE transfer.incident_id = %(incident)s::bigint
                  AND transfer.reference IS NOT DISTINCT FROM %(reference)s::text)
RETURNING id

-- name: page
-- One page of hand-overs, the newest first: to 110, and from there (incidents whose source is 110).
SELECT * FROM (
    SELECT 'out' AS direction, transfer.id AS transfer, incident.number, transfer.reference, transfer.at, transfer.by,
           transfer.reason, transfer.reply, transfer.replied_at, transfer.replied_by, incident.state, incident.urgency,
           incident.text
    FROM transfer JOIN incident ON incident.id = transfer.incident_id
    WHERE %(direction)s::text IS NULL OR %(direction)s::text = 'out'
    UNION ALL
    SELECT 'in', NULL, incident.number, incident.source_ref, incident.reported_at, '110', NULL, NULL, NULL, NULL,
           incident.state, incident.urgency, incident.text
    FROM incident
    WHERE incident.source = 'transfer_110' AND (%(direction)s::text IS NULL OR %(direction)s::text = 'in')
) AS handed
WHERE (%(reference)s::text IS NULL OR handed.reference = %(reference)s::text)
  AND (%(before)s::timestamptz IS NULL OR (handed.at, handed.number) < (%(before)s::timestamptz, %(before_number)s::text))
ORDER BY handed.at DESC, handed.number DESC
LIMIT %(limit)s

-- name: lock
-- A hand-over to 110, locked until the transaction ends.
SELECT transfer.id, transfer.reference, transfer.reply, transfer.replied_at, incident.id AS incident_id, incident.number
FROM transfer JOIN incident ON incident.id = transfer.incident_id
WHERE transfer.id = %(transfer)s
FOR UPDATE OF transfer

-- name: reply
-- What 110 answered, and the number there if it was not known.
UPDATE transfer
SET reply = %(reply)s, replied_at = now(), replied_by = %(by)s, reference = coalesce(reference, %(reference)s)
WHERE id = %(transfer)s
