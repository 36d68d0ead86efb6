-- name: loaded_city
-- Names of the city that is loaded, if any.
SELECT name_zh, name_en FROM city LIMIT 1

-- name: row_security
-- What row-level security rests on: roles, tables whose policies are switched off, operators an index may not serve beside a policy.
SELECT (SELECT bool_or(rolbypassrls OR rolsuper) FROM pg_roles WHERE rolname = 'gridgov_app') AS app_bypasses,
       (SELECT bool_or(rolbypassrls OR rolsuper) FROM pg_roles WHERE rolname = 'gridgov_scoped') AS scoped_bypasses,
       ARRAY(SELECT DISTINCT polrelid::regclass::text FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
             WHERE NOT relrowsecurity ORDER BY 1) AS switched_off,
       ARRAY(SELECT oid::regprocedure::text FROM pg_proc
             WHERE NOT proleakproof AND oid = ANY (ARRAY[
                 'geometry_overlaps(geometry, geometry)', 'arrayoverlap(anyarray, anyarray)',
                 'arraycontains(anyarray, anyarray)', 'textlike(text, text)', 'texticlike(text, text)'
             ]::regprocedure[]) ORDER BY 1) AS not_leakproof

-- name: limit_scoped
-- For a superuser to run: the role of limited sights obeys policies.
ALTER ROLE gridgov_scoped NOSUPERUSER NOBYPASSRLS

-- name: switch_on
-- For a superuser to run: a table's policies hold.
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY

-- name: let_app_see_all
-- For a superuser to run: COPY, and so imports, into tables with policies.
ALTER ROLE gridgov_app BYPASSRLS

-- name: tell_leakproof
-- For a superuser to run: indexes serve beside policies.
ALTER FUNCTION {function} LEAKPROOF
