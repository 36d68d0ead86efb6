-- The roles requests run under. gridgov_app sees every row, owns nothing, and has no right to what must never happen;
-- gridgov_scoped sees what its policies show; gridgov_gate reads what gridgov_app reads, and who may come in: it is entered for
-- that only. Roles belong to the whole cluster: another database of it may have made them already, or make them at this moment.
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['gridgov_app', 'gridgov_gate', 'gridgov_scoped'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', role);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_auth_members
                           WHERE roleid = role::regrole AND member = current_user::regrole) THEN
                EXECUTE format('GRANT %I TO %I', role, current_user);
            END IF;
        EXCEPTION WHEN unique_violation OR internal_error THEN
            NULL;
        END;
    END LOOP;
    IF NOT pg_has_role('gridgov_gate', 'gridgov_app', 'USAGE') THEN
        GRANT gridgov_app TO gridgov_gate;
    END IF;
EXCEPTION WHEN unique_violation OR internal_error THEN
    NULL;
END $$;

-- COPY into a table with row-level security is for those only whom it does not concern. Where this is not for us to say, the
-- policies let gridgov_app see every row all the same, and large imports ask for what docs/row-security.md names.
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
