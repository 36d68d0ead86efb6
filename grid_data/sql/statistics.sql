-- name: incidents
-- Incidents counted by the zones they were routed to and by what is wrong with their place. Distinct sets of
-- zones are few: incidents are grouped by the whole set, and only the groups are taken apart. Planned anew for
-- each call.
WITH counted AS MATERIALIZED (
    SELECT zone_ids, place_problem, count(*) AS total,
           count(*) FILTER (WHERE is_open) AS open,
           count(*) FILTER (WHERE urgency = 'urgent') AS urgent
    FROM incident
    WHERE (%(from_time)s::timestamptz IS NULL OR reported_at >= %(from_time)s::timestamptz)
      AND (%(to_time)s::timestamptz IS NULL OR reported_at < %(to_time)s::timestamptz)
      AND (%(category_ids)s::bigint[] IS NULL OR category_id = ANY (%(category_ids)s::bigint[]))
      AND (%(states)s::text[] IS NULL OR state = ANY (%(states)s::text[]))
      AND (%(organisation_ids)s::bigint[] IS NULL OR organisation_id = ANY (%(organisation_ids)s::bigint[]))
    GROUP BY zone_ids, place_problem
),
here AS (
    SELECT zone.id, zone.code, counted.total, counted.open, counted.urgent
    FROM counted CROSS JOIN unnest(counted.zone_ids) AS routed (zone_id)
    JOIN zone ON zone.id = routed.zone_id
    WHERE zone.layer_id = %(layer_id)s
)
SELECT json_build_object(
    'layer', %(layer)s::text,
    'total', coalesce((SELECT sum(total) FROM counted), 0),
    'located', coalesce((SELECT sum(total) FROM counted WHERE place_problem IS NULL), 0),
    'no_zone', coalesce((
        SELECT sum(total) FROM counted
        WHERE place_problem IS NULL
          AND NOT EXISTS (SELECT FROM zone WHERE zone.id = ANY (counted.zone_ids) AND layer_id = %(layer_id)s)), 0),
    'not_located', json_build_object(
        'total', coalesce((SELECT sum(total) FROM counted WHERE place_problem IS NOT NULL), 0),
        'reasons', coalesce((
            SELECT json_object_agg(place_problem, total ORDER BY place_problem)
            FROM (SELECT place_problem, sum(total) AS total FROM counted
                  WHERE place_problem IS NOT NULL GROUP BY 1) AS reasons), '{}')),
    'zones', coalesce((
        SELECT json_agg(json_build_object(
            'code', zones.code,
            'name', json_build_object('zh', coalesce(drawn.name_zh, zones.code), 'en', drawn.name_en),
            'total', zones.total, 'open', zones.open, 'urgent', zones.urgent) ORDER BY zones.code)
        FROM (SELECT id, code, sum(total) AS total, sum(open) AS open, sum(urgent) AS urgent
              FROM here GROUP BY id, code) AS zones
        LEFT JOIN LATERAL (
            SELECT name_zh, name_en FROM zone_version
            WHERE zone_version.zone_id = zones.id AND upper_inf(zone_version.recorded)
            ORDER BY lower(zone_version.valid) DESC LIMIT 1
        ) AS drawn ON true), '[]')
)::text AS document

-- name: layer_by_code
-- The layer of a code.
SELECT id FROM layer WHERE code = %(code)s
