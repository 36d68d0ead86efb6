-- name: subject
-- What an incident is compared by.
SELECT incident.id, incident.category_id, ST_X(incident.place) AS lon, ST_Y(incident.place) AS lat, incident.text,
       incident.reported_at
FROM incident WHERE incident.number = %(number)s

-- name: category
-- The identifier of a category, for a report that is not stored yet.
SELECT id FROM category
WHERE standard_ref || ':' || kind || ':' || code = %(key)s

-- name: candidates
-- Incidents of the same category family, near a place and a moment, with how alike each is; nearest first.
WITH RECURSIVE asked AS MATERIALIZED (
    SELECT id, parent_id, coalesce(component_id, id) AS component_id FROM category WHERE id = %(category_id)s::bigint
),
above AS (
    SELECT id, parent_id FROM asked
    UNION ALL
    SELECT category.id, category.parent_id FROM above JOIN category ON category.id = above.parent_id
),
below AS (
    SELECT id FROM above WHERE parent_id IS NULL
    UNION ALL
    SELECT category.id FROM below JOIN category ON category.parent_id = below.id
),
family AS MATERIALIZED (
    SELECT id FROM below
    UNION
    SELECT category.id FROM asked JOIN category ON category.component_id = asked.component_id
    UNION
    SELECT component_id FROM asked
),
spot AS MATERIALIZED (
    SELECT ST_Point(%(lon)s::float8, %(lat)s::float8, 4326) AS place
),
near AS MATERIALIZED (
    SELECT incident.id, incident.number, incident.category_id, incident.text, incident.address, incident.state,
           incident.is_open, incident.reported_at, incident.place,
           ST_DistanceSphere(incident.place, spot.place) AS distance_m
    FROM spot JOIN incident ON incident.place && ST_Expand(
        spot.place, %(distance_m)s::float8 / (111195 * greatest(cos(radians(%(lat)s::float8)), 0.01)),
        %(distance_m)s::float8 / 111195)
    WHERE incident.reported_at BETWEEN %(from_time)s::timestamptz AND %(to_time)s::timestamptz
      AND incident.state NOT IN ('rejected', 'cancelled', 'merged')
      AND incident.id IS DISTINCT FROM %(incident_id)s::bigint
      AND incident.category_id IN (SELECT id FROM family)
),
compared AS (
    SELECT * FROM near
    WHERE distance_m <= %(distance_m)s::float8 AND NOT EXISTS (
        SELECT FROM duplicate_decision
        WHERE incident_id = least(near.id, %(incident_id)s::bigint) AND other_id = greatest(near.id, %(incident_id)s::bigint))
    ORDER BY distance_m, id LIMIT 200
)
SELECT compared.number, compared.text, compared.address, compared.state, compared.is_open, compared.reported_at,
       ST_X(compared.place) AS lon, ST_Y(compared.place) AS lat, compared.distance_m,
       category.standard_ref || ':' || category.kind || ':' || category.code AS category,
       category.name_zh AS category_zh, category.name_en AS category_en,
       category.id = asked.id AS same_category,
       coalesce(category.component_id, category.id) = asked.component_id AS same_component,
       greatest(similarity(left(compared.text, 400), left(%(text)s::text, 400)),
                word_similarity(left(%(text)s::text, 400), left(compared.text, 400))) AS likeness,
       (SELECT count(*) FROM attachment WHERE attachment.incident_id = compared.id) AS attachments
FROM compared CROSS JOIN asked JOIN category ON category.id = compared.category_id

-- name: pair
-- Two incidents by their numbers.
SELECT number, id FROM incident WHERE number = ANY (%(numbers)s::text[])

-- name: decide
-- Keep that two incidents are two; said again it stays as it was.
INSERT INTO duplicate_decision (incident_id, other_id, decided_by, role, organisation, reason)
VALUES (least(%(incident_id)s::bigint, %(other_id)s::bigint), greatest(%(incident_id)s::bigint, %(other_id)s::bigint),
        %(by)s, %(role)s, %(organisation)s, %(reason)s)
ON CONFLICT DO NOTHING

-- name: undecide
-- Take that back.
DELETE FROM duplicate_decision
WHERE incident_id = least(%(incident_id)s::bigint, %(other_id)s::bigint)
  AND other_id = greatest(%(incident_id)s::bigint, %(other_id)s::bigint)
