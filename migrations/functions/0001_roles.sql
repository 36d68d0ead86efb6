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

GRANT USAGE ON SCHEMA public TO gridgov_app;
GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO gridgov_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO gridgov_app;
GRANT DELETE ON unit_zone TO gridgov_app;
REVOKE UPDATE ON history, routing FROM gridgov_app;
REVOKE INSERT, UPDATE ON spatial_ref_sys FROM gridgov_app;
REVOKE ALL ON alembic_version FROM gridgov_app;
GRANT SELECT ON alembic_version TO gridgov_app;
