-- name: page
-- One page of incidents: {chosen} says which ones, in which order. Planned anew for each call.
SELECT incident.id, incident.reported_at, incident.due_order, json_build_object(
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
    'source', incident.source,
    'level', case_state.level,
    'clock', json_build_object(
        'state', CASE WHEN NOT incident.is_open THEN 'stopped'
                      ELSE clock_state(clock.due_at, clock.soon_at, clock.paused_at) END,
        'due_at', coalesce(clock.due_at, case_state.due_at),
        'soon_at', clock.soon_at,
        'remaining_s', round(extract(epoch FROM clock.due_at - coalesce(clock.paused_at, now()))))
)::text AS item
FROM ({chosen}) AS incident
JOIN category ON category.id = incident.category_id
LEFT JOIN organisation ON organisation.id = incident.organisation_id
LEFT JOIN incident_clock AS clock ON clock.incident_id = incident.id
LEFT JOIN case_state ON case_state.incident_id = incident.id
LEFT JOIN zone AS grid ON grid.id = incident.base_grid_id
LEFT JOIN LATERAL (
    SELECT name_zh, name_en FROM zone_version
    WHERE zone_version.zone_id = grid.id AND upper_inf(zone_version.recorded)
    ORDER BY lower(zone_version.valid) DESC LIMIT 1
) AS drawn ON true
ORDER BY incident.place_in_list

-- name: newest
-- Of a page: newest first.
SELECT incident.*, NULL AS due_order, row_number() OVER (ORDER BY reported_at DESC, id DESC) AS place_in_list FROM (
    SELECT * FROM incident
    WHERE {filter}
      AND (%(after_at)s::timestamptz IS NULL
           OR (reported_at, id) < (%(after_at)s::timestamptz, %(after_id)s::bigint))
    ORDER BY reported_at DESC, id DESC
    LIMIT %(limit)s::integer + 1
) AS incident

-- name: due
-- Of a page: open incidents in the order in which they are due; those without a limit, or standing, at the end.
SELECT incident.*, row_number() OVER (ORDER BY due_order, id) AS place_in_list FROM (
    SELECT incident.*, clock.due_order::text
    FROM incident_clock AS clock JOIN incident ON incident.id = clock.incident_id
    WHERE {filter}
      AND (%(after_at)s::timestamptz IS NULL
           OR (clock.due_order, clock.incident_id) > (%(after_at)s::timestamptz, %(after_id)s::bigint))
    ORDER BY clock.due_order, clock.incident_id
    LIMIT %(limit)s::integer + 1
) AS incident

-- name: without_clock
-- Of a page: open incidents that have no clock yet, which follow those that have one.
SELECT incident.*, NULL AS due_order, row_number() OVER (ORDER BY reported_at, id) AS place_in_list FROM (
    SELECT * FROM incident
    WHERE {filter}
      AND NOT EXISTS (SELECT FROM incident_clock WHERE incident_clock.incident_id = incident.id)
      AND (%(after_at)s::timestamptz IS NULL
           OR (reported_at, id) > (%(after_at)s::timestamptz, %(after_id)s::bigint))
    ORDER BY reported_at, id
    LIMIT %(limit)s::integer + 1
) AS incident

-- name: filter
-- Which incidents a filter means; one that is NULL does not filter.
(%(zone_id)s::bigint IS NULL OR incident.zone_ids @> ARRAY[%(zone_id)s::bigint])
      AND (%(organisation_ids)s::bigint[] IS NULL OR incident.organisation_id = ANY (%(organisation_ids)s::bigint[]))
      AND (%(category_ids)s::bigint[] IS NULL OR incident.category_id = ANY (%(category_ids)s::bigint[]))
      AND (%(states)s::text[] IS NULL OR incident.state = ANY (%(states)s::text[]))
      -- Said as well where it follows from the states: the indexes of open incidents hold on it.
      AND (NOT %(only_open)s::boolean OR incident.is_open)
      AND (%(sources)s::text[] IS NULL OR incident.source = ANY (%(sources)s::text[]))
      AND (%(urgency)s::text IS NULL OR incident.urgency = %(urgency)s::text)
      AND (%(from_time)s::timestamptz IS NULL OR incident.reported_at >= %(from_time)s::timestamptz)
      AND (%(to_time)s::timestamptz IS NULL OR incident.reported_at < %(to_time)s::timestamptz)
      AND (%(area)s::geometry IS NULL OR ST_Intersects(incident.place, %(area)s::geometry))
      AND (%(located)s::boolean IS NULL OR (incident.place IS NOT NULL) = %(located)s::boolean)
      AND (%(problems)s::text[] IS NULL OR incident.place IS NULL AND incident.place_problem = ANY (%(problems)s::text[]))
      AND (%(number)s::text IS NULL OR incident.number LIKE %(number)s::text)
      AND (%(number_from)s::timestamptz IS NULL
           OR incident.reported_at >= %(number_from)s::timestamptz AND incident.reported_at < %(number_to)s::timestamptz)
      AND (%(address)s::text IS NULL OR incident.address ILIKE %(address)s::text)
      AND (%(address_as_told)s::text IS NULL OR incident.address LIKE %(address_as_told)s::text)
      AND (%(clocks)s::text[] IS NULL OR EXISTS (
          SELECT FROM incident_clock AS its
          WHERE its.incident_id = incident.id
            AND clock_state(its.due_at, its.soon_at, its.paused_at) = ANY (%(clocks)s::text[])))
      AND (%(levels)s::text[] IS NULL OR EXISTS (
          SELECT FROM case_state
          WHERE case_state.incident_id = incident.id AND case_state.level = ANY (%(levels)s::text[])
            AND (NOT %(only_open)s::boolean OR case_state.closed_at IS NULL)))
      AND (NOT %(supervised)s::boolean OR incident.id IN (
          SELECT case_state.incident_id FROM case_state WHERE supervised_at IS NOT NULL))
      AND (NOT %(has_duplicates)s::boolean OR incident.id IN (
          SELECT case_state.duplicate_of_id FROM case_state WHERE duplicate_of_id IS NOT NULL))
      AND (%(zone_ids)s::bigint[] IS NULL OR incident.zone_ids && %(zone_ids)s::bigint[])
      AND (%(concerned_ids)s::bigint[] IS NULL OR incident.organisation_id = ANY (%(concerned_ids)s::bigint[])
           OR incident.concerned_ids <> '{}' AND incident.concerned_ids && %(concerned_ids)s::bigint[])
      AND (NOT %(sent_back)s::boolean OR EXISTS (
          SELECT FROM case_state WHERE case_state.incident_id = incident.id AND case_state.send_backs > 0))
      AND (NOT %(reworked)s::boolean OR EXISTS (
          SELECT FROM case_state WHERE case_state.incident_id = incident.id AND case_state.reworks > 0))
      AND (%(handled_from)s::timestamptz IS NULL AND %(handled_to)s::timestamptz IS NULL OR incident.id IN (
          SELECT case_moment.incident_id FROM case_moment
          WHERE case_moment.stage = ANY ('{accept,handle}') AND case_moment.to_state = 'fed_back'
            AND case_moment.left_at >= coalesce(%(handled_from)s::timestamptz, '-infinity')
            AND case_moment.left_at < coalesce(%(handled_to)s::timestamptz, 'infinity')))
      AND (%(queue)s::text IS DISTINCT FROM 'unrouted' OR incident.place IS NOT NULL AND incident.organisation_id IS NULL)
      AND (%(queue)s::text IS DISTINCT FROM 'distrusted' OR incident.place IS NULL)
      AND (%(queue)s::text IS DISTINCT FROM 'unassigned'
           OR incident.state IN ('reported', 'accepted', 'verified', 'filed'))
      AND (%(queue)s::text IS DISTINCT FROM 'direct_report' OR incident.id IN (
          SELECT case_state.incident_id FROM case_state WHERE direct_reason IS NOT NULL))
      AND (%(queue)s::text IS DISTINCT FROM 'objection' OR incident.id IN (
          SELECT case_state.incident_id FROM case_state WHERE objection IS NOT NULL))
