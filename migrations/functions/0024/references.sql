-- What incidents, routings and reporters refer to, checked once per statement instead of once per row and key.
-- As strict as foreign keys: at the end of a statement everything named is there; what is named keeps its id,
-- and is removed only while nothing names it. Reasons: docs/decisions/0010-references-per-statement.md.

CREATE FUNCTION refuse_reference(reference text, id bigint, tab text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'insert or update on table "%" violates foreign key constraint "%"', tab, reference
        USING ERRCODE = 'foreign_key_violation', DETAIL = format('There is nothing with the id %s.', id),
              TABLE = tab, CONSTRAINT = reference;
END $$;

-- A snapshot older than the statement could show what has been removed meanwhile.
CREATE FUNCTION require_read_committed() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'incidents and their routings are written at isolation level "read committed" only'
            USING ERRCODE = 'feature_not_supported';
    END IF;
END $$;

-- Every different key a statement names is looked up once, by index: right for one row and for many.
CREATE FUNCTION incident_references_exist() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    missing record;
BEGIN
    PERFORM require_read_committed();
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

CREATE FUNCTION routing_references_exist() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    missing record;
    lowest bigint;
    highest bigint;
    there bigint;
BEGIN
    PERFORM require_read_committed();
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

CREATE FUNCTION reporter_references_exist() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    missing record;
    lowest bigint;
    highest bigint;
    there bigint;
BEGIN
    PERFORM require_read_committed();
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

CREATE FUNCTION is_not_referred_to() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    referring text;
BEGIN
    PERFORM require_read_committed();
    LOCK TABLE incident, routing, case_state, work_order IN SHARE ROW EXCLUSIVE MODE;
    CASE TG_TABLE_NAME
        WHEN 'category' THEN
            SELECT 'incident' INTO referring FROM incident
            WHERE category_id IN (SELECT id FROM old_rows) LIMIT 1;
        WHEN 'organisation' THEN
            SELECT 'incident' INTO referring FROM incident
            WHERE organisation_id IN (SELECT id FROM old_rows) LIMIT 1;
            IF NOT FOUND THEN
                SELECT 'routing' INTO referring FROM routing
                WHERE organisation_id IN (SELECT id FROM old_rows) LIMIT 1;
            END IF;
            IF NOT FOUND THEN
                SELECT 'case_state' INTO referring FROM case_state
                WHERE lead_id IN (SELECT id FROM old_rows) OR handler_organisation_id IN (SELECT id FROM old_rows)
                   OR EXISTS (SELECT FROM old_rows WHERE old_rows.id = ANY (supporting_ids)) LIMIT 1;
            END IF;
            IF NOT FOUND THEN
                SELECT 'work_order' INTO referring FROM work_order
                WHERE organisation_id IN (SELECT id FROM old_rows) LIMIT 1;
            END IF;
        WHEN 'land_unit' THEN
            SELECT 'incident' INTO referring FROM incident
            WHERE land_unit_id IN (SELECT id FROM old_rows) LIMIT 1;
            IF NOT FOUND THEN
                SELECT 'routing' INTO referring FROM routing
                WHERE land_unit_id IN (SELECT id FROM old_rows) LIMIT 1;
            END IF;
        WHEN 'facility' THEN
            SELECT 'incident' INTO referring FROM incident
            WHERE facility_id IN (SELECT id FROM old_rows) LIMIT 1;
            IF NOT FOUND THEN
                SELECT 'routing' INTO referring FROM routing
                WHERE facility_id IN (SELECT id FROM old_rows) LIMIT 1;
            END IF;
    END CASE;
    IF referring IS NOT NULL THEN
        RAISE EXCEPTION 'delete on table "%" violates foreign key constraint "fk_%_%_id" on table "%"',
            TG_TABLE_NAME, referring, TG_TABLE_NAME, referring
            USING ERRCODE = 'foreign_key_violation', TABLE = referring,
                  CONSTRAINT = format('fk_%s_%s_id', referring, TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END $$;

DO $$
DECLARE
    tab text;
BEGIN
    FOREACH tab IN ARRAY ARRAY['incident', 'routing', 'reporter'] LOOP
        EXECUTE format('CREATE TRIGGER %1$s_insert_names_what_is_there AFTER INSERT ON %1$I
                        REFERENCING NEW TABLE AS new_rows
                        FOR EACH STATEMENT EXECUTE FUNCTION %1$s_references_exist()', tab);
    END LOOP;
    -- Zones, rules and incidents are never removed; the rest may be while nothing refers to it.
    FOREACH tab IN ARRAY ARRAY['category', 'organisation', 'land_unit', 'facility'] LOOP
        EXECUTE format('CREATE TRIGGER %1$s_removed_is_not_referred_to AFTER DELETE ON %1$I
                        REFERENCING OLD TABLE AS old_rows
                        FOR EACH STATEMENT EXECUTE FUNCTION is_not_referred_to()', tab);
    END LOOP;
    -- A zone and a rule keep their id by triggers of their own.
    FOREACH tab IN ARRAY ARRAY['category', 'organisation', 'land_unit', 'facility', 'incident'] LOOP
        EXECUTE format('CREATE TRIGGER %1$s_keeps_its_id BEFORE UPDATE OF id ON %1$I FOR EACH ROW
                        WHEN (NEW.id IS DISTINCT FROM OLD.id) EXECUTE FUNCTION refuse_change()', tab);
    END LOOP;
    FOREACH tab IN ARRAY ARRAY['category', 'organisation', 'land_unit', 'facility', 'zone', 'assignment_rule'] LOOP
        EXECUTE format('CREATE TRIGGER %1$s_is_not_truncated BEFORE TRUNCATE ON %1$I
                        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', tab);
    END LOOP;
END $$;

-- An incident is changed often and names little anew: what changes is checked further down.
CREATE TRIGGER routing_update_names_what_is_there AFTER UPDATE ON routing
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION routing_references_exist();
CREATE TRIGGER reporter_update_names_what_is_there AFTER UPDATE ON reporter
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION reporter_references_exist();

-- Of rows that change, only the keys that are named anew are looked up.
CREATE FUNCTION incident_changed_references_exist() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    missing record;
BEGIN
    PERFORM require_read_committed();
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

CREATE TRIGGER incident_update_names_what_is_there AFTER UPDATE ON incident
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION incident_changed_references_exist();

-- What cases and work orders name is there: checked once per statement where many come at a time, per row where
-- they change one by one.
CREATE FUNCTION case_state_references_exist() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    missing record;
    lowest bigint;
    highest bigint;
    there bigint;
BEGIN
    PERFORM require_read_committed();
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

CREATE TRIGGER case_state_insert_names_what_is_there AFTER INSERT ON case_state
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION case_state_references_exist();

CREATE FUNCTION case_state_names_what_is_there() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM require_read_committed();
    IF NEW.lead_id IS NOT NULL AND NOT EXISTS (SELECT FROM organisation WHERE id = NEW.lead_id) THEN
        PERFORM refuse_reference('fk_case_state_lead_id', NEW.lead_id, 'case_state');
    END IF;
    IF NEW.handler_organisation_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM organisation WHERE id = NEW.handler_organisation_id) THEN
        PERFORM refuse_reference('fk_case_state_handler_organisation_id', NEW.handler_organisation_id, 'case_state');
    END IF;
    IF NEW.duplicate_of_id IS NOT NULL AND NOT EXISTS (SELECT FROM incident WHERE id = NEW.duplicate_of_id) THEN
        PERFORM refuse_reference('fk_case_state_duplicate_of_id', NEW.duplicate_of_id, 'case_state');
    END IF;
    IF NEW.reported_grid_id IS NOT NULL AND NOT EXISTS (SELECT FROM zone WHERE id = NEW.reported_grid_id) THEN
        PERFORM refuse_reference('fk_case_state_reported_grid_id', NEW.reported_grid_id, 'case_state');
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER case_state_update_names_what_is_there AFTER UPDATE ON case_state FOR EACH ROW
    WHEN ((NEW.lead_id, NEW.handler_organisation_id, NEW.duplicate_of_id, NEW.reported_grid_id)
          IS DISTINCT FROM (OLD.lead_id, OLD.handler_organisation_id, OLD.duplicate_of_id, OLD.reported_grid_id))
    EXECUTE FUNCTION case_state_names_what_is_there();

CREATE FUNCTION work_order_names_what_is_there() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM require_read_committed();
    IF NOT EXISTS (SELECT FROM incident WHERE id = NEW.incident_id) THEN
        PERFORM refuse_reference('fk_work_order_incident_id', NEW.incident_id, 'work_order');
    END IF;
    IF NOT EXISTS (SELECT FROM organisation WHERE id = NEW.organisation_id) THEN
        PERFORM refuse_reference('fk_work_order_organisation_id', NEW.organisation_id, 'work_order');
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER work_order_insert_names_what_is_there AFTER INSERT ON work_order
    FOR EACH ROW EXECUTE FUNCTION work_order_names_what_is_there();

CREATE TRIGGER work_order_keeps_what_it_names BEFORE UPDATE ON work_order FOR EACH ROW
    WHEN ((NEW.id, NEW.incident_id, NEW.organisation_id, NEW.kind, NEW.opened_at)
          IS DISTINCT FROM (OLD.id, OLD.incident_id, OLD.organisation_id, OLD.kind, OLD.opened_at))
    EXECUTE FUNCTION refuse_change();
