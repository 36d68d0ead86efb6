-- name: find_posts
-- Posts that rows of a roster mean, on their day; how many there are says whether a row is clear.
SELECT told.row, zone.id IS NOT NULL AS zone_known,
       array_agg(post.id ORDER BY post.id) FILTER (WHERE post.id IS NOT NULL) AS post_ids
FROM jsonb_to_recordset(%(rows)s::jsonb) AS told (row integer, layer text, zone text, kind text, person text, day date)
LEFT JOIN layer ON layer.code = told.layer
LEFT JOIN zone ON zone.layer_id = layer.id AND zone.code = told.zone
LEFT JOIN LATERAL (
    SELECT post.id FROM post LEFT JOIN person ON person.id = post.person_id
    WHERE post.zone_id = zone.id AND post.kind = told.kind
      AND (told.person IS NULL OR person.code = told.person)
      AND post.valid && tstzrange(told.day::timestamp AT TIME ZONE %(timezone)s,
                                  (told.day + 1)::timestamp AT TIME ZONE %(timezone)s)
) AS post ON true
GROUP BY told.row, zone.id ORDER BY told.row

-- name: clear
-- Take posts off duty on days.
DELETE FROM duty USING unnest(%(post_ids)s::bigint[], %(days)s::date[]) AS told (post_id, day)
WHERE duty.post_id = told.post_id AND duty.day = told.day

-- name: overlapping
-- Rows of a roster that would overlap with what the post has on another day.
SELECT told.row, min(duty.day) AS day
FROM unnest(%(rows)s::integer[], %(post_ids)s::bigint[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
    AS told (row, post_id, begins, ends)
JOIN duty ON duty.post_id = told.post_id AND duty.during && tstzrange(told.begins, told.ends)
GROUP BY told.row ORDER BY told.row

-- name: insert
-- Put posts on duty.
INSERT INTO duty (post_id, day, during)
SELECT told.post_id, told.day, tstzrange(told.begins, told.ends)
FROM unnest(%(post_ids)s::bigint[], %(days)s::date[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
    AS told (post_id, day, begins, ends)

-- name: list
-- The roster of a stretch of days, filtered where a filter is given.
SELECT duty.id, duty.day, lower(duty.during) AS begins_at, upper(duty.during) AS ends_at,
       duty.during @> now() AS now, layer.code AS layer, zone.code AS zone, post.kind,
       person.code AS person_code, person.name AS person,
       organisation.code AS organisation, organisation.name_zh AS organisation_zh, organisation.name_en AS organisation_en
FROM duty JOIN post ON post.id = duty.post_id
JOIN zone ON zone.id = post.zone_id JOIN layer ON layer.id = zone.layer_id
LEFT JOIN person ON person.id = post.person_id
LEFT JOIN organisation ON organisation.id = coalesce(post.organisation_id, person.organisation_id)
WHERE duty.day BETWEEN %(first)s::date AND %(last)s::date
  AND (%(now)s::boolean IS NOT TRUE OR duty.during @> now())
  AND (%(zone)s::text IS NULL OR zone.code = %(zone)s::text)
  AND (%(organisation)s::text IS NULL OR organisation.code = %(organisation)s::text)
  AND duty.id > %(after)s::bigint
ORDER BY duty.id LIMIT %(limit)s

-- name: of_organisations
-- Who is on duty now for organisations of a kind, by name.
SELECT DISTINCT person.name
FROM organisation CROSS JOIN LATERAL unnest(posts_on_duty(organisation.id, NULL)) AS found (post_id)
JOIN post ON post.id = found.post_id JOIN person ON person.id = post.person_id
WHERE organisation.kind = %(kind)s ORDER BY person.name
