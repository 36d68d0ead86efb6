-- The role of those who do not see all, and what policies need beside them.

-- Roles belong to the whole cluster: another database of it may have made them already.

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
