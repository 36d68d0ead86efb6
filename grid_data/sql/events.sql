-- name: listen
-- Be told when transactions add to the history.
LISTEN gridgov_history

-- name: stand
-- The highest number of the history, and the numbers missing among the last %(window)s.
WITH newest AS (SELECT coalesce(max(seq), 0) AS high FROM history)
SELECT high, coalesce(array_agg(ARRAY[before + 1, seq - 1] ORDER BY seq) FILTER (WHERE seq > before + 1), '{}') AS missing
FROM newest LEFT JOIN LATERAL (
    SELECT seq, lag(seq) OVER (ORDER BY seq) AS before FROM history WHERE seq > high - %(window)s::bigint
) AS listed ON true
GROUP BY high

-- name: drawn
-- The highest number of the history that was drawn, committed or not; the sequence belongs to the column.
SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('history', 'seq')::regclass), 0) AS drawn

-- name: writers
-- Transactions that may hold numbers of the history without having committed: an INSERT takes this lock before it draws one, and it ends after the commit is visible.
SELECT coalesce(array_agg(DISTINCT virtualtransaction), '{}') AS writers
FROM pg_locks
WHERE locktype = 'relation' AND relation = 'history'::regclass AND mode = 'RowExclusiveLock'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())

-- name: since
-- Entries a cursor does not know, in their order, with what whoever watches needs to place them; at most 1,001.
SELECT entry.seq, entry.at, entry.actor AS "by", entry.action, incident.number AS incident, plan.code AS plan,
       incident.state, incident.urgency, organisation.code AS lead,
       ST_X(incident.place) AS lon, ST_Y(incident.place) AS lat,
       category.standard_ref || ':' || category.kind || ':' || category.code AS category, grid.code AS base_grid
FROM (
    SELECT seq, at, actor, action, incident_id, plan_id FROM history WHERE seq > %(high)s::bigint
    UNION ALL
    SELECT seq, at, actor, action, incident_id, plan_id
    FROM unnest(%(firsts)s::bigint[], %(lasts)s::bigint[]) AS gap (first, last)
    JOIN history ON history.seq BETWEEN gap.first AND gap.last
    ORDER BY seq
    LIMIT 1001
) AS entry
LEFT JOIN incident ON incident.id = entry.incident_id
LEFT JOIN category ON category.id = incident.category_id
LEFT JOIN organisation ON organisation.id = incident.organisation_id
LEFT JOIN zone AS grid ON grid.id = incident.base_grid_id
LEFT JOIN plan ON plan.id = entry.plan_id
ORDER BY entry.seq

-- name: in_sight
-- Of some entries those that are about what the principal sees.
SELECT seq FROM entries_in_sight(%(numbers)s::bigint[]) AS seq
