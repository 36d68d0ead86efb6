-- Whom and what the claims of a transaction name. Reasons: docs/decisions/0021-row-security.md. The same definition in Python:
-- governance/access/sight.py.

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

-- Nothing is claimed: nothing is seen. Policies ask once per statement, by (SELECT ...).

CREATE FUNCTION claimed_ids(claim text) RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_to_array(nullif(current_setting(claim, true), ''), ',')::bigint[], '{}')
$$;

CREATE FUNCTION claimed_account() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('gridgov.account', true), '')::bigint
$$;

CREATE FUNCTION claimed_actor() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('gridgov.actor', true), '')
$$;

CREATE FUNCTION claims_households() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(current_setting('gridgov.households', true), '') = 'on'
$$;

-- Whether claims decide here; in functions that run with other rights as well.
CREATE FUNCTION is_scoped() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT current_setting('role', true) NOT IN ('none', 'gridgov_app', 'gridgov_gate')
$$;
