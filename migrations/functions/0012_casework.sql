-- Cases: an incident that knows whether it is open, triggers that pass over what does not change, references of cases.

CREATE OR REPLACE FUNCTION is_open_state(state text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT state IN ('reported', 'accepted', 'verified', 'filed', 'dispatched', 'handling', 'fed_back', 'checked', 'evaluated')
$$;

-- The same counts as before; a statement that changes nothing that is counted writes no cell.
CREATE OR REPLACE FUNCTION incident_cells_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO incident_cell AS cell
            (x, y, class_id, open, open_urgent, total, total_urgent, open_lon, open_lat, total_lon, total_lat)
        SELECT x, y, coalesce(category.parent_id, category.id),
               count(*) FILTER (WHERE open), count(*) FILTER (WHERE open AND urgent),
               count(*), count(*) FILTER (WHERE urgent),
               coalesce(sum(lon) FILTER (WHERE open), 0), coalesce(sum(lat) FILTER (WHERE open), 0),
               sum(lon), sum(lat)
        FROM (
            SELECT cell_x(ST_X(place)) AS x, cell_y(ST_Y(place)) AS y, round(ST_X(place) * 1e7)::bigint AS lon,
                   round(ST_Y(place) * 1e7)::bigint AS lat, category_id, is_open AS open,
                   urgency = 'urgent' AS urgent
            FROM new_rows WHERE place IS NOT NULL
            OFFSET 0
        ) AS moved JOIN category ON category.id = moved.category_id
        GROUP BY 1, 2, 3
        ORDER BY 1, 2, 3
        ON CONFLICT (x, y, class_id) DO UPDATE SET
            open = cell.open + excluded.open,
            open_urgent = cell.open_urgent + excluded.open_urgent,
            total = cell.total + excluded.total,
            total_urgent = cell.total_urgent + excluded.total_urgent,
            open_lon = cell.open_lon + excluded.open_lon,
            open_lat = cell.open_lat + excluded.open_lat,
            total_lon = cell.total_lon + excluded.total_lon,
            total_lat = cell.total_lat + excluded.total_lat;
    ELSE
        INSERT INTO incident_cell AS cell
            (x, y, class_id, open, open_urgent, total, total_urgent, open_lon, open_lat, total_lon, total_lat)
        SELECT x, y, coalesce(category.parent_id, category.id),
               coalesce(sum(sign) FILTER (WHERE open), 0), coalesce(sum(sign) FILTER (WHERE open AND urgent), 0),
               sum(sign), coalesce(sum(sign) FILTER (WHERE urgent), 0),
               coalesce(sum(sign * lon) FILTER (WHERE open), 0), coalesce(sum(sign * lat) FILTER (WHERE open), 0),
               sum(sign * lon), sum(sign * lat)
        FROM (
            SELECT cell_x(ST_X(place)) AS x, cell_y(ST_Y(place)) AS y, round(ST_X(place) * 1e7)::bigint AS lon,
                   round(ST_Y(place) * 1e7)::bigint AS lat, category_id, is_open AS open,
                   urgency = 'urgent' AS urgent, sign
            FROM (SELECT place, category_id, is_open, urgency, 1 AS sign FROM new_rows
                  UNION ALL SELECT place, category_id, is_open, urgency, -1 FROM old_rows) AS both_rows
            WHERE place IS NOT NULL
            OFFSET 0
        ) AS moved JOIN category ON category.id = moved.category_id
        GROUP BY 1, 2, 3
        -- A step within the open life moves no count: no cell is written for it.
        HAVING sum(sign) <> 0
            OR coalesce(sum(sign) FILTER (WHERE open), 0) <> 0
            OR coalesce(sum(sign) FILTER (WHERE urgent), 0) <> 0
            OR coalesce(sum(sign) FILTER (WHERE open AND urgent), 0) <> 0
            OR sum(sign * lon) <> 0 OR sum(sign * lat) <> 0
            OR coalesce(sum(sign * lon) FILTER (WHERE open), 0) <> 0
            OR coalesce(sum(sign * lat) FILTER (WHERE open), 0) <> 0
        ORDER BY 1, 2, 3
        ON CONFLICT (x, y, class_id) DO UPDATE SET
            open = cell.open + excluded.open,
            open_urgent = cell.open_urgent + excluded.open_urgent,
            total = cell.total + excluded.total,
            total_urgent = cell.total_urgent + excluded.total_urgent,
            open_lon = cell.open_lon + excluded.open_lon,
            open_lat = cell.open_lat + excluded.open_lat,
            total_lon = cell.total_lon + excluded.total_lon,
            total_lat = cell.total_lat + excluded.total_lat;
    END IF;
    RETURN NULL;
END $$;

-- Of rows that change, only the keys that are named anew are looked up.
CREATE FUNCTION incident_changed_references_exist() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
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

DROP TRIGGER incident_update_names_what_is_there ON incident;
CREATE TRIGGER incident_update_names_what_is_there AFTER UPDATE ON incident
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION incident_changed_references_exist();

-- What cases and work orders name is there: checked once per statement where many come at a time, per row where
-- they change one by one.
CREATE FUNCTION case_state_references_exist() RETURNS trigger LANGUAGE plpgsql
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

CREATE FUNCTION case_state_names_what_is_there() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE FUNCTION work_order_names_what_is_there() RETURNS trigger LANGUAGE plpgsql AS $$
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

CREATE OR REPLACE FUNCTION is_not_referred_to() RETURNS trigger LANGUAGE plpgsql AS $$
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


CREATE TRIGGER case_state_keeps_its_id BEFORE UPDATE OF incident_id ON case_state FOR EACH ROW
    WHEN (NEW.incident_id IS DISTINCT FROM OLD.incident_id) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER case_state_is_not_removed BEFORE DELETE ON case_state FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER case_state_is_not_truncated BEFORE TRUNCATE ON case_state
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER work_order_is_not_removed BEFORE DELETE ON work_order FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER work_order_is_not_truncated BEFORE TRUNCATE ON work_order
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT, UPDATE ON case_state, work_order TO gridgov_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO gridgov_app;

-- A row for every incident there is, as its state says.
INSERT INTO case_state (incident_id, level, lead_id, outcome, reported_grid_id, closed_at)
SELECT id, CASE WHEN source IN ('grid_worker', 'patrol') THEN 'community' ELSE 'district' END,
       CASE WHEN state IN ('dispatched', 'handling', 'fed_back', 'checked', 'evaluated', 'closed', 'archived')
            THEN organisation_id END,
       CASE WHEN state IN ('fed_back', 'checked', 'evaluated', 'closed', 'archived') THEN 'handled' END,
       CASE WHEN source IN ('grid_worker', 'patrol') THEN base_grid_id END,
       CASE WHEN NOT is_open THEN state_since END
FROM incident;
INSERT INTO work_order (incident_id, organisation_id, kind, opened_at)
SELECT id, organisation_id, 'lead', state_since
FROM incident WHERE state IN ('dispatched', 'handling') AND organisation_id IS NOT NULL;
