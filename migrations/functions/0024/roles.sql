-- Roles belong to the whole cluster: another database of it may have made them already.

-- The role requests run under: it owns nothing, and has no right to what must never happen.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridgov_app') THEN
        CREATE ROLE gridgov_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;  -- another database of the cluster was migrated at the same moment
END $$;

DO $$
BEGIN
    EXECUTE format('GRANT gridgov_app TO %I', current_user);
END $$;

-- The role of the gate: reads what requests read, and who may come in. It is entered for that only.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridgov_gate') THEN
        CREATE ROLE gridgov_gate NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;  -- another database of the cluster was migrated at the same moment
END $$;

DO $$
BEGIN
    IF NOT pg_has_role('gridgov_gate', 'gridgov_app', 'USAGE') THEN
        GRANT gridgov_app TO gridgov_gate;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_auth_members
                   WHERE roleid = 'gridgov_gate'::regrole AND member = current_user::regrole) THEN
        EXECUTE format('GRANT gridgov_gate TO %I', current_user);
    END IF;
EXCEPTION WHEN unique_violation OR internal_error THEN
    NULL;  -- the same: roles belong to the whole cluster
END $$;

-- The role of those who do not see all.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridgov_scoped') THEN
        CREATE ROLE gridgov_scoped NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_auth_members
                   WHERE roleid = 'gridgov_scoped'::regrole AND member = current_user::regrole) THEN
        EXECUTE format('GRANT gridgov_scoped TO %I', current_user);
    END IF;
EXCEPTION WHEN unique_violation OR internal_error THEN
    NULL;
END $$;

-- COPY into a table with row-level security is for those only whom it does not concern. Where this is not for us to say, the
-- policies below let gridgov_app see every row all the same, and large imports ask for what docs/row-security.md names.
DO $$
BEGIN
    IF NOT (SELECT rolbypassrls FROM pg_roles WHERE rolname = 'gridgov_app') THEN
        ALTER ROLE gridgov_app BYPASSRLS;
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'gridgov_app cannot be given BYPASSRLS: see docs/row-security.md';
WHEN internal_error THEN
    NULL;  -- two databases at the same moment
END $$;

-- An index serves a condition beside a policy only when the condition tells nothing of rows that are not seen. PostgreSQL
-- takes that from what is declared of the operator's function. These compare what they are given, and say nothing else.
DO $$
DECLARE
    told text;
BEGIN
    FOREACH told IN ARRAY ARRAY[
        'geometry_overlaps(geometry, geometry)', 'arrayoverlap(anyarray, anyarray)', 'arraycontains(anyarray, anyarray)',
        'textlike(text, text)', 'texticlike(text, text)'
    ] LOOP
        EXECUTE format('ALTER FUNCTION %s LEAKPROOF', told);
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'operators cannot be declared leakproof: see docs/row-security.md';
END $$;
