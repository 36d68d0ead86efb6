-- name: name_incidents
-- Which incidents an action on many was about.
INSERT INTO history_incident (seq, incident_id) SELECT %(seq)s, unnest(%(incident_ids)s::bigint[])
