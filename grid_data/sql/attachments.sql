-- name: lock_content
-- Who stores a content and who removes it take turns, per content.
SELECT pg_advisory_xact_lock(hashtextextended('attachment ' || %(sha256)s::text, 0))

-- name: add
-- A file somebody sent, named by nothing yet.
INSERT INTO attachment (sha256, kind, bytes, width, height, name, taken_at, position, role, uploaded_by)
VALUES (%(sha256)s, %(kind)s, %(bytes)s, %(width)s, %(height)s, %(name)s, %(taken_at)s,
        ST_Point(%(lon)s::float8, %(lat)s::float8, 4326), %(role)s, %(uploaded_by)s)
RETURNING id, uploaded_at

-- name: take_back
-- Remove the row of a file whose content could not be stored.
DELETE FROM attachment WHERE id = %(id)s AND attached_at IS NULL

-- name: by_id
-- A photo or file: what is served, and as what.
SELECT sha256, kind, bytes, name FROM attachment WHERE id = %(id)s

-- name: lock_named
-- What is named, in the order of the list, held until the end of the transaction.
SELECT attachment.id, attachment.sha256, attachment.role, attachment.attached_at, attachment.incident_id
FROM attachment JOIN unnest(%(ids)s::uuid[]) WITH ORDINALITY AS listed (id, position) ON attachment.id = listed.id
ORDER BY listed.position
FOR UPDATE OF attachment

-- name: attach
-- Let photos and files belong to an incident, or to something that names them without one.
UPDATE attachment SET attached_at = now(), incident_id = %(incident_id)s::bigint
WHERE id = ANY (%(ids)s::uuid[]) AND attached_at IS NULL

-- name: attach_to_number
-- The same by the number of the incident; ends the transaction of a report.
UPDATE attachment SET attached_at = now(), incident_id = incident.id
FROM incident WHERE incident.number = %(number)s AND attachment.id = ANY (%(ids)s::uuid[]) AND attached_at IS NULL
RETURNING attachment.id

-- name: of_incident
-- Photos and files of an incident, in the order in which they were named, with the distance of each from its place.
SELECT attachment.id, attachment.sha256, attachment.kind, attachment.bytes, attachment.width, attachment.height,
       attachment.name, attachment.role, attachment.taken_at, ST_X(attachment.position) AS lon,
       ST_Y(attachment.position) AS lat, attachment.uploaded_by, attachment.uploaded_at, attachment.attached_at,
       ST_Distance(attachment.position::geography, incident.place::geography) AS distance_m
FROM incident JOIN attachment ON attachment.incident_id = incident.id
WHERE incident.number = %(number)s
ORDER BY attachment.attached_at, attachment.uploaded_at, attachment.id

-- name: digests_of_number
-- Digests of what belongs to an incident.
SELECT attachment.sha256 FROM incident JOIN attachment ON attachment.incident_id = incident.id
WHERE incident.number = %(number)s

-- name: orphans
-- Contents with a file that nothing has named for so long.
SELECT DISTINCT sha256 FROM attachment
WHERE attached_at IS NULL AND uploaded_at < now() - make_interval(hours => %(hours)s) LIMIT %(limit)s

-- name: remove_orphans
-- Remove the rows of a content that nothing has named for so long; whoever names one now keeps it.
DELETE FROM attachment WHERE id IN (
    SELECT id FROM attachment
    WHERE sha256 = %(sha256)s AND attached_at IS NULL AND uploaded_at < now() - make_interval(hours => %(hours)s)
    FOR UPDATE SKIP LOCKED)

-- name: is_used
-- Whether any row still names the content.
SELECT EXISTS (SELECT FROM attachment WHERE sha256 = %(sha256)s) AS used

-- name: incident_exists
-- Whether there is an incident of this number.
SELECT EXISTS (SELECT FROM incident WHERE number = %(number)s) AS found
