-- name: known
-- Whether this schema can note what is set aside.
SELECT to_regclass('set_aside_index') IS NOT NULL AS known

-- name: noted
-- What is set aside, with what there is under that name now: nothing, an unfinished index, or a whole one.
SELECT noted.name, noted.definition, index.indexrelid IS NOT NULL AS there, coalesce(index.indisvalid, false) AS whole
FROM set_aside_index AS noted
LEFT JOIN pg_index AS index ON index.indexrelid = to_regclass(quote_ident(noted.name))
ORDER BY noted.definition NOT LIKE '%% USING gin %%', noted.definition LIKE '%% WHERE %%', noted.name

-- name: any_noted
-- Which indexes are set aside.
SELECT name, set_aside_at FROM set_aside_index ORDER BY name

-- name: dear
-- Indexes that a row is dear to enter into: those of many keys, and of places; or every one. Never one that keeps
-- anything unique, nor one that belongs to somebody else. A routing and a case have few besides their keys.
SELECT class.relname AS name,
       substring(pg_get_indexdef(index.indexrelid) FROM ' (ON .*)$') AS definition
FROM pg_index AS index
JOIN pg_class AS class ON class.oid = index.indexrelid
JOIN pg_am AS method ON method.oid = class.relam
WHERE index.indrelid = 'incident'::regclass AND NOT index.indisunique AND index.indisvalid
  AND pg_has_role(class.relowner, 'USAGE')
  AND (%(every)s OR (index.indpred IS NULL AND method.amname IN ('gin', 'gist')))
ORDER BY pg_relation_size(index.indexrelid) DESC, class.relname

-- name: stored
-- Incidents stored: counted while they are few, else what the last look over the table says.
SELECT CASE WHEN reltuples < 1000000 THEN (SELECT count(*) FROM incident) ELSE reltuples::bigint END AS stored
FROM pg_class WHERE oid = 'incident'::regclass

-- name: note
-- Note an index before it goes.
INSERT INTO set_aside_index (name, definition) VALUES (%(name)s, %(definition)s) ON CONFLICT (name) DO NOTHING

-- name: forget
-- It is there again.
DELETE FROM set_aside_index WHERE name = %(name)s

-- name: hold_patience
-- How long to wait for whoever still reads with an index.
SELECT set_config('lock_timeout', %(wait)s, false)

-- name: drop
-- Take an index away without stopping anybody.
DROP INDEX CONCURRENTLY IF EXISTS {name}

-- name: prepare_build
-- Room to sort the keys of an index; a second core where only one index is built at a time.
SELECT set_config('maintenance_work_mem', '512MB', false),
       set_config('max_parallel_maintenance_workers', %(workers)s, false)

-- name: reset_build
-- As the connection was.
RESET ALL

-- name: build
-- Build an index; who writes incidents waits, who reads does not.
CREATE INDEX {name} {definition}

-- name: build_beside_writers
-- Build an index, slower, while incidents are written.
CREATE INDEX CONCURRENTLY {name} {definition}

-- name: others
-- Connections of other programs to this database.
SELECT count(*) AS others FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND application_name <> %(own)s

-- name: try_alone
-- Take the place of an import, until the transaction ends; false where one is under way.
SELECT pg_try_advisory_xact_lock(hashtext('gridgov.import')) AS alone
