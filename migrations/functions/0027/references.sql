-- Reports and steps of cases come one by one: what one row names is looked up without grouping keys as for the thousands of a
-- load, and a row that names what it named before is passed over. What is refused is the same as in 0024/references.sql.

CREATE OR REPLACE FUNCTION incident_references_exist() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    missing record;
    single record;
BEGIN
    PERFORM require_read_committed();
    -- One row, or none: each key is looked up by itself, nothing is sorted.
    SELECT count(*) AS n,
           min(CASE
               WHEN few.category_id IS NOT NULL
                   AND (SELECT true FROM category WHERE category.id = few.category_id) IS NULL THEN 'fk_incident_category_id'
               WHEN few.organisation_id IS NOT NULL
                   AND (SELECT true FROM organisation WHERE organisation.id = few.organisation_id) IS NULL THEN 'fk_incident_organisation_id'
               WHEN few.land_unit_id IS NOT NULL
                   AND (SELECT true FROM land_unit WHERE land_unit.id = few.land_unit_id) IS NULL THEN 'fk_incident_land_unit_id'
               WHEN few.base_grid_id IS NOT NULL
                   AND (SELECT true FROM zone WHERE zone.id = few.base_grid_id) IS NULL THEN 'fk_incident_base_grid_id'
               WHEN few.facility_id IS NOT NULL
                   AND (SELECT true FROM facility WHERE facility.id = few.facility_id) IS NULL THEN 'fk_incident_facility_id'
               END) AS reference,
           min(category_id) AS category_id, min(organisation_id) AS organisation_id,
           min(land_unit_id) AS land_unit_id, min(base_grid_id) AS base_grid_id,
           min(facility_id) AS facility_id
    INTO single FROM (SELECT * FROM new_rows LIMIT 2) AS few;
    IF single.n < 2 THEN
        IF single.reference IS NOT NULL THEN
            PERFORM refuse_reference(single.reference, CASE single.reference
                WHEN 'fk_incident_category_id' THEN single.category_id
                WHEN 'fk_incident_organisation_id' THEN single.organisation_id
                WHEN 'fk_incident_land_unit_id' THEN single.land_unit_id
                WHEN 'fk_incident_base_grid_id' THEN single.base_grid_id
                WHEN 'fk_incident_facility_id' THEN single.facility_id
            END, 'incident');
        END IF;
        RETURN NULL;
    END IF;
    SELECT * INTO missing FROM (
        SELECT CASE WHEN n.category_id IS NOT NULL AND category.id IS NULL THEN 'fk_incident_category_id'
                    WHEN n.organisation_id IS NOT NULL AND organisation.id IS NULL THEN 'fk_incident_organisation_id'
                    WHEN n.land_unit_id IS NOT NULL AND land_unit.id IS NULL THEN 'fk_incident_land_unit_id'
                    WHEN n.base_grid_id IS NOT NULL AND zone.id IS NULL THEN 'fk_incident_base_grid_id'
                    WHEN n.facility_id IS NOT NULL AND facility.id IS NULL THEN 'fk_incident_facility_id'
               END AS reference,
               coalesce(n.category_id, n.organisation_id, n.land_unit_id, n.base_grid_id, n.facility_id) AS id
        FROM (
            SELECT category_id, organisation_id, land_unit_id, base_grid_id, facility_id FROM new_rows
            GROUP BY GROUPING SETS ((category_id), (organisation_id), (land_unit_id), (base_grid_id), (facility_id))
        ) AS n
        LEFT JOIN category ON category.id = n.category_id
        LEFT JOIN organisation ON organisation.id = n.organisation_id
        LEFT JOIN land_unit ON land_unit.id = n.land_unit_id
        LEFT JOIN zone ON zone.id = n.base_grid_id
        LEFT JOIN facility ON facility.id = n.facility_id
    ) AS named WHERE named.reference IS NOT NULL LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_reference(missing.reference, missing.id, 'incident');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION routing_references_exist() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    missing record;
    lowest bigint;
    highest bigint;
    there bigint;
    single record;
BEGIN
    PERFORM require_read_committed();
    -- One row, or none: each key is looked up by itself, nothing is sorted.
    SELECT count(*) AS n,
           min(CASE
               WHEN few.incident_id IS NOT NULL
                   AND (SELECT true FROM incident WHERE incident.id = few.incident_id) IS NULL THEN 'fk_routing_incident_id'
               WHEN few.land_unit_id IS NOT NULL
                   AND (SELECT true FROM land_unit WHERE land_unit.id = few.land_unit_id) IS NULL THEN 'fk_routing_land_unit_id'
               WHEN few.facility_id IS NOT NULL
                   AND (SELECT true FROM facility WHERE facility.id = few.facility_id) IS NULL THEN 'fk_routing_facility_id'
               WHEN few.rule_id IS NOT NULL
                   AND (SELECT true FROM assignment_rule WHERE assignment_rule.id = few.rule_id) IS NULL THEN 'fk_routing_rule_id'
               WHEN few.organisation_id IS NOT NULL
                   AND (SELECT true FROM organisation WHERE organisation.id = few.organisation_id) IS NULL THEN 'fk_routing_organisation_id'
               END) AS reference,
           min(incident_id) AS incident_id, min(land_unit_id) AS land_unit_id,
           min(facility_id) AS facility_id, min(rule_id) AS rule_id,
           min(organisation_id) AS organisation_id
    INTO single FROM (SELECT * FROM new_rows LIMIT 2) AS few;
    IF single.n < 2 THEN
        IF single.reference IS NOT NULL THEN
            PERFORM refuse_reference(single.reference, CASE single.reference
                WHEN 'fk_routing_incident_id' THEN single.incident_id
                WHEN 'fk_routing_land_unit_id' THEN single.land_unit_id
                WHEN 'fk_routing_facility_id' THEN single.facility_id
                WHEN 'fk_routing_rule_id' THEN single.rule_id
                WHEN 'fk_routing_organisation_id' THEN single.organisation_id
            END, 'routing');
        END IF;
        RETURN NULL;
    END IF;
    -- Incidents of one load have one run of ids: when the run is whole, each of them is there.
    SELECT min(incident_id), max(incident_id) INTO lowest, highest FROM new_rows;
    IF highest - lowest < 10000000 THEN
        SELECT count(*) INTO there FROM incident WHERE id BETWEEN lowest AND highest;
    END IF;
    IF there IS DISTINCT FROM highest - lowest + 1 THEN
        SELECT n.incident_id INTO missing FROM new_rows AS n
        WHERE NOT EXISTS (SELECT FROM incident WHERE incident.id = n.incident_id) LIMIT 1;
        IF FOUND THEN
            PERFORM refuse_reference('fk_routing_incident_id', missing.incident_id, 'routing');
        END IF;
    END IF;
    SELECT * INTO missing FROM (
        SELECT CASE WHEN n.land_unit_id IS NOT NULL AND land_unit.id IS NULL THEN 'fk_routing_land_unit_id'
                    WHEN n.facility_id IS NOT NULL AND facility.id IS NULL THEN 'fk_routing_facility_id'
                    WHEN n.rule_id IS NOT NULL AND assignment_rule.id IS NULL THEN 'fk_routing_rule_id'
                    WHEN n.organisation_id IS NOT NULL AND organisation.id IS NULL THEN 'fk_routing_organisation_id'
               END AS reference,
               coalesce(n.land_unit_id, n.facility_id, n.rule_id, n.organisation_id) AS id
        FROM (
            SELECT land_unit_id, facility_id, rule_id, organisation_id FROM new_rows
            GROUP BY GROUPING SETS ((land_unit_id), (facility_id), (rule_id), (organisation_id))
        ) AS n
        LEFT JOIN land_unit ON land_unit.id = n.land_unit_id
        LEFT JOIN facility ON facility.id = n.facility_id
        LEFT JOIN assignment_rule ON assignment_rule.id = n.rule_id
        LEFT JOIN organisation ON organisation.id = n.organisation_id
    ) AS named WHERE named.reference IS NOT NULL LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_reference(missing.reference, missing.id, 'routing');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION reporter_references_exist() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    missing record;
    lowest bigint;
    highest bigint;
    there bigint;
    single record;
BEGIN
    PERFORM require_read_committed();
    -- One row, or none: each key is looked up by itself, nothing is sorted.
    SELECT count(*) AS n,
           min(CASE
               WHEN few.incident_id IS NOT NULL
                   AND (SELECT true FROM incident WHERE incident.id = few.incident_id) IS NULL THEN 'fk_reporter_incident_id'
               END) AS reference,
           min(incident_id) AS incident_id
    INTO single FROM (SELECT * FROM new_rows LIMIT 2) AS few;
    IF single.n < 2 THEN
        IF single.reference IS NOT NULL THEN
            PERFORM refuse_reference(single.reference, CASE single.reference
                WHEN 'fk_reporter_incident_id' THEN single.incident_id
            END, 'reporter');
        END IF;
        RETURN NULL;
    END IF;
    -- Incidents of one load have one run of ids: when the run is whole, each of them is there.
    SELECT min(incident_id), max(incident_id) INTO lowest, highest FROM new_rows;
    IF highest - lowest < 10000000 THEN
        SELECT count(*) INTO there FROM incident WHERE id BETWEEN lowest AND highest;
    END IF;
    IF there IS DISTINCT FROM highest - lowest + 1 THEN
        SELECT n.incident_id INTO missing FROM new_rows AS n
        WHERE NOT EXISTS (SELECT FROM incident WHERE incident.id = n.incident_id) LIMIT 1;
        IF FOUND THEN
            PERFORM refuse_reference('fk_reporter_incident_id', missing.incident_id, 'reporter');
        END IF;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION case_state_references_exist() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    missing record;
    lowest bigint;
    highest bigint;
    there bigint;
    single record;
BEGIN
    PERFORM require_read_committed();
    -- One row, or none: each key is looked up by itself, nothing is sorted.
    SELECT count(*) AS n,
           min(CASE
               WHEN few.incident_id IS NOT NULL
                   AND (SELECT true FROM incident WHERE incident.id = few.incident_id) IS NULL THEN 'fk_case_state_incident_id'
               WHEN few.lead_id IS NOT NULL
                   AND (SELECT true FROM organisation WHERE organisation.id = few.lead_id) IS NULL THEN 'fk_case_state_lead_id'
               WHEN few.reported_grid_id IS NOT NULL
                   AND (SELECT true FROM zone WHERE zone.id = few.reported_grid_id) IS NULL THEN 'fk_case_state_reported_grid_id'
               END) AS reference,
           min(incident_id) AS incident_id, min(lead_id) AS lead_id,
           min(reported_grid_id) AS reported_grid_id
    INTO single FROM (SELECT * FROM new_rows LIMIT 2) AS few;
    IF single.n < 2 THEN
        IF single.reference IS NOT NULL THEN
            PERFORM refuse_reference(single.reference, CASE single.reference
                WHEN 'fk_case_state_incident_id' THEN single.incident_id
                WHEN 'fk_case_state_lead_id' THEN single.lead_id
                WHEN 'fk_case_state_reported_grid_id' THEN single.reported_grid_id
            END, 'case_state');
        END IF;
        RETURN NULL;
    END IF;
    -- Incidents of one load have one run of ids: when the run is whole, each of them is there.
    SELECT min(incident_id), max(incident_id) INTO lowest, highest FROM new_rows;
    IF highest - lowest < 10000000 THEN
        SELECT count(*) INTO there FROM incident WHERE id BETWEEN lowest AND highest;
    END IF;
    IF there IS DISTINCT FROM highest - lowest + 1 THEN
        SELECT n.incident_id INTO missing FROM new_rows AS n
        WHERE NOT EXISTS (SELECT FROM incident WHERE incident.id = n.incident_id) LIMIT 1;
        IF FOUND THEN
            PERFORM refuse_reference('fk_case_state_incident_id', missing.incident_id, 'case_state');
        END IF;
    END IF;
    SELECT * INTO missing FROM (
        SELECT CASE WHEN n.lead_id IS NOT NULL AND lead.id IS NULL THEN 'fk_case_state_lead_id'
                    WHEN n.reported_grid_id IS NOT NULL AND zone.id IS NULL THEN 'fk_case_state_reported_grid_id'
               END AS reference,
               coalesce(n.lead_id, n.reported_grid_id) AS id
        FROM (SELECT lead_id, reported_grid_id FROM new_rows GROUP BY GROUPING SETS ((lead_id), (reported_grid_id))) AS n
        LEFT JOIN organisation AS lead ON lead.id = n.lead_id
        LEFT JOIN zone ON zone.id = n.reported_grid_id
    ) AS named WHERE named.reference IS NOT NULL LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_reference(missing.reference, missing.id, 'case_state');
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION incident_changed_references_exist() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    missing record;
    single record;
BEGIN
    PERFORM require_read_committed();
    -- A statement that changed no row, or one row that names what it named before: most steps of a case.
    SELECT count(*) AS n,
           bool_or((new_row.category_id, new_row.organisation_id, new_row.land_unit_id, new_row.base_grid_id, new_row.facility_id)
                   IS DISTINCT FROM (old_row.category_id, old_row.organisation_id, old_row.land_unit_id, old_row.base_grid_id,
                                     old_row.facility_id)) AS named_anew
    INTO single FROM (SELECT * FROM new_rows LIMIT 2) AS new_row CROSS JOIN (SELECT * FROM old_rows LIMIT 2) AS old_row;
    IF single.n = 0 OR (single.n = 1 AND NOT single.named_anew) THEN
        RETURN NULL;
    END IF;
    WITH named_anew AS MATERIALIZED (
        SELECT category_id, organisation_id, land_unit_id, base_grid_id, facility_id FROM new_rows
        EXCEPT
        SELECT category_id, organisation_id, land_unit_id, base_grid_id, facility_id FROM old_rows
    )
    SELECT * INTO missing FROM (
        SELECT CASE WHEN n.category_id IS NOT NULL AND category.id IS NULL THEN 'fk_incident_category_id'
                    WHEN n.organisation_id IS NOT NULL AND organisation.id IS NULL THEN 'fk_incident_organisation_id'
                    WHEN n.land_unit_id IS NOT NULL AND land_unit.id IS NULL THEN 'fk_incident_land_unit_id'
                    WHEN n.base_grid_id IS NOT NULL AND zone.id IS NULL THEN 'fk_incident_base_grid_id'
                    WHEN n.facility_id IS NOT NULL AND facility.id IS NULL THEN 'fk_incident_facility_id'
               END AS reference,
               coalesce(n.category_id, n.organisation_id, n.land_unit_id, n.base_grid_id, n.facility_id) AS id
        FROM (
            SELECT category_id, organisation_id, land_unit_id, base_grid_id, facility_id FROM named_anew
            GROUP BY GROUPING SETS ((category_id), (organisation_id), (land_unit_id), (base_grid_id), (facility_id))
        ) AS n
        LEFT JOIN category ON category.id = n.category_id
        LEFT JOIN organisation ON organisation.id = n.organisation_id
        LEFT JOIN land_unit ON land_unit.id = n.land_unit_id
        LEFT JOIN zone ON zone.id = n.base_grid_id
        LEFT JOIN facility ON facility.id = n.facility_id
    ) AS named WHERE named.reference IS NOT NULL LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_reference(missing.reference, missing.id, 'incident');
    END IF;
    RETURN NULL;
END $$;
