-- name: incident
-- An incident whose place a person sets; nobody else changes it meanwhile.
SELECT hold_incident(incident.id) AS id, incident.reported_at, ST_X(incident.place) AS lon, ST_Y(incident.place) AS lat,
       incident.place_accuracy_m AS accuracy_m, incident.place_problem, incident.located_at,
       category.standard_ref || ':' || category.kind || ':' || category.code AS category,
       organisation.code AS responsible
FROM incident
JOIN category ON category.id = incident.category_id
LEFT JOIN organisation ON organisation.id = incident.organisation_id
WHERE incident.number = %(number)s
FOR UPDATE OF incident

-- name: locate
-- Put an incident where a person says, with what routing found there; what was sent stays.
UPDATE incident SET
    original_accuracy_m = CASE WHEN located_at IS NULL THEN place_accuracy_m ELSE original_accuracy_m END,
    place = ST_Point(%(lon)s::float8, %(lat)s::float8, 4326), place_problem = NULL,
    place_accuracy_m = %(accuracy_m)s, located_at = now(), located_by = %(actor)s,
    organisation_id = %(organisation_id)s, land_unit_id = %(land_unit_id)s, base_grid_id = %(base_grid_id)s,
    zone_ids = %(zone_ids)s, facility_id = %(facility_id)s
WHERE id = %(incident_id)s
