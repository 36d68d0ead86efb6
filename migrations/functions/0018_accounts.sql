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

GRANT SELECT, INSERT, UPDATE ON account, account_grant, service_token TO gridgov_gate;
GRANT SELECT, INSERT, UPDATE, DELETE ON session, sign_in_attempt, sign_in_flow TO gridgov_gate;
GRANT USAGE ON SEQUENCE account_id_seq, account_grant_id_seq, session_id_seq, service_token_id_seq TO gridgov_gate;

-- Zones with all that lie below them today.
CREATE FUNCTION zones_below(roots bigint[]) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    WITH RECURSIVE below (id) AS (
        SELECT unnest(roots)
        UNION
        SELECT version.zone_id FROM zone_version AS version JOIN below ON version.parent_zone_id = below.id
        WHERE version.valid @> now() AND upper_inf(version.recorded)
    )
    SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM below WHERE id IS NOT NULL
$$;

-- Organisations with all below them.
CREATE FUNCTION organisations_below(roots bigint[]) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    WITH RECURSIVE below (id) AS (
        SELECT unnest(roots)
        UNION
        SELECT organisation.id FROM organisation JOIN below ON organisation.parent_id = below.id
    )
    SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM below WHERE id IS NOT NULL
$$;

-- Zones of the posts that a person holds now.
CREATE FUNCTION zones_of_posts(person bigint) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT zone_id), '{}') FROM post WHERE person_id = person AND valid @> now()
$$;
