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

-- Each key that a statement names is looked up once, by index: right for one row and for many, so that the plan
-- which a session keeps fits both.
CREATE FUNCTION incident_references_exist() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    missing record;
BEGIN
    PERFORM require_read_committed();
    SELECT * INTO missing FROM (
        SELECT 'fk_incident_category_id' AS reference, n.id FROM (SELECT DISTINCT category_id AS id FROM new_rows) AS n
        WHERE NOT EXISTS (SELECT FROM category WHERE category.id = n.id)
        UNION ALL
        SELECT 'fk_incident_organisation_id', n.id FROM (SELECT DISTINCT organisation_id AS id FROM new_rows WHERE organisation_id IS NOT NULL) AS n
        WHERE NOT EXISTS (SELECT FROM organisation WHERE organisation.id = n.id)
        UNION ALL
        SELECT 'fk_incident_land_unit_id', n.id FROM (SELECT DISTINCT land_unit_id AS id FROM new_rows WHERE land_unit_id IS NOT NULL) AS n
        WHERE NOT EXISTS (SELECT FROM land_unit WHERE land_unit.id = n.id)
        UNION ALL
        SELECT 'fk_incident_base_grid_id', n.id FROM (SELECT DISTINCT base_grid_id AS id FROM new_rows WHERE base_grid_id IS NOT NULL) AS n
        WHERE NOT EXISTS (SELECT FROM zone WHERE zone.id = n.id)
        UNION ALL
        SELECT 'fk_incident_facility_id', n.id FROM (SELECT DISTINCT facility_id AS id FROM new_rows WHERE facility_id IS NOT NULL) AS n
        WHERE NOT EXISTS (SELECT FROM facility WHERE facility.id = n.id)
    ) AS named LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_reference(missing.reference, missing.id, 'incident');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION routing_references_exist() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
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
        SELECT 'fk_routing_land_unit_id' AS reference, n.id FROM (SELECT DISTINCT land_unit_id AS id FROM new_rows WHERE land_unit_id IS NOT NULL) AS n
        WHERE NOT EXISTS (SELECT FROM land_unit WHERE land_unit.id = n.id)
        UNION ALL
        SELECT 'fk_routing_facility_id', n.id FROM (SELECT DISTINCT facility_id AS id FROM new_rows WHERE facility_id IS NOT NULL) AS n
        WHERE NOT EXISTS (SELECT FROM facility WHERE facility.id = n.id)
        UNION ALL
        SELECT 'fk_routing_rule_id', n.id FROM (SELECT DISTINCT rule_id AS id FROM new_rows WHERE rule_id IS NOT NULL) AS n
        WHERE NOT EXISTS (SELECT FROM assignment_rule WHERE assignment_rule.id = n.id)
        UNION ALL
        SELECT 'fk_routing_organisation_id', n.id FROM (SELECT DISTINCT organisation_id AS id FROM new_rows WHERE organisation_id IS NOT NULL) AS n
        WHERE NOT EXISTS (SELECT FROM organisation WHERE organisation.id = n.id)
    ) AS named LIMIT 1;
    IF FOUND THEN
        PERFORM refuse_reference(missing.reference, missing.id, 'routing');
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION reporter_references_exist() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
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

-- Removing waits for whoever is writing incidents, and whoever comes later waits for it: one of the two sees
-- the other. Rare, and the price of not locking a row per key of every incident.
CREATE FUNCTION is_not_referred_to() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    referring text;
BEGIN
    PERFORM require_read_committed();
    LOCK TABLE incident, routing IN SHARE ROW EXCLUSIVE MODE;
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
        EXECUTE format('CREATE TRIGGER %1$s_update_names_what_is_there AFTER UPDATE ON %1$I
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
