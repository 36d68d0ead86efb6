-- name: page
-- One page of incidents, newest first; a filter that is NULL does not filter. Planned anew for each call.
SELECT incident.id, incident.reported_at, json_build_object(
    'number', incident.number,
    'category', json_build_object(
        'key', category.standard_ref || ':' || category.kind || ':' || category.code,
        'name', json_build_object('zh', category.name_zh, 'en', category.name_en)),
    'state', incident.state,
    'urgency', incident.urgency,
    'text', incident.text,
    'address', incident.address,
    'place', CASE WHEN incident.place IS NOT NULL THEN json_build_object(
        'type', 'Point', 'coordinates', json_build_array(ST_X(incident.place), ST_Y(incident.place))) END,
    'place_status', CASE WHEN incident.place IS NULL THEN 'unlocated' ELSE 'located' END,
    'place_problem', CASE WHEN incident.place_problem IS NOT NULL THEN json_build_object(
        'code', incident.place_problem, 'message', %(problem_words)s::json -> incident.place_problem) END,
    'reported_at', incident.reported_at,
    'base_grid', CASE WHEN grid.id IS NOT NULL THEN json_build_object(
        'code', grid.code, 'name', json_build_object('zh', coalesce(drawn.name_zh, grid.code), 'en', drawn.name_en)) END,
    'responsible', CASE WHEN organisation.id IS NOT NULL THEN json_build_object(
        'code', organisation.code,
        'name', json_build_object('zh', organisation.name_zh, 'en', organisation.name_en)) END,
    'source', incident.source
)::text AS item
FROM (
    SELECT * FROM incident
    WHERE (%(zone_id)s::bigint IS NULL OR zone_ids @> ARRAY[%(zone_id)s::bigint])
      AND (%(organisation_ids)s::bigint[] IS NULL OR organisation_id = ANY (%(organisation_ids)s::bigint[]))
      AND (%(category_ids)s::bigint[] IS NULL OR category_id = ANY (%(category_ids)s::bigint[]))
      AND (%(states)s::text[] IS NULL OR state = ANY (%(states)s::text[]))
      -- Said as well where it follows from the states: the indexes of open incidents hold on it.
      AND (NOT %(only_open)s::boolean OR is_open)
      AND (%(sources)s::text[] IS NULL OR source = ANY (%(sources)s::text[]))
      AND (%(from_time)s::timestamptz IS NULL OR reported_at >= %(from_time)s::timestamptz)
      AND (%(to_time)s::timestamptz IS NULL OR reported_at < %(to_time)s::timestamptz)
      AND (%(area)s::geometry IS NULL OR ST_Intersects(place, %(area)s::geometry))
      AND (%(located)s::boolean IS NULL OR (place IS NOT NULL) = %(located)s::boolean)
      AND (%(problems)s::text[] IS NULL OR place IS NULL AND place_problem = ANY (%(problems)s::text[]))
      AND (%(number)s::text IS NULL OR number LIKE %(number)s::text)
      AND (%(number_from)s::timestamptz IS NULL
           OR reported_at >= %(number_from)s::timestamptz AND reported_at < %(number_to)s::timestamptz)
      AND (%(address)s::text IS NULL OR address ILIKE %(address)s::text)
      AND (%(address_as_told)s::text IS NULL OR address LIKE %(address_as_told)s::text)
      AND (%(after_at)s::timestamptz IS NULL
           OR (reported_at, id) < (%(after_at)s::timestamptz, %(after_id)s::bigint))
    ORDER BY reported_at DESC, id DESC
    LIMIT %(limit)s::integer + 1
) AS incident
JOIN category ON category.id = incident.category_id
LEFT JOIN organisation ON organisation.id = incident.organisation_id
LEFT JOIN zone AS grid ON grid.id = incident.base_grid_id
LEFT JOIN LATERAL (
    SELECT name_zh, name_en FROM zone_version
    WHERE zone_version.zone_id = grid.id AND upper_inf(zone_version.recorded)
    ORDER BY lower(zone_version.valid) DESC LIMIT 1
) AS drawn ON true
ORDER BY incident.reported_at DESC, incident.id DESC
