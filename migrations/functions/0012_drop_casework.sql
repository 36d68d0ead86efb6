-- Functions and triggers of before. Those of the tables go with the tables.

CREATE OR REPLACE FUNCTION is_open_state(state text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT state IN ('reported', 'accepted', 'filed', 'dispatched', 'handling', 'fed_back', 'checked', 'evaluated')
$$;

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
                   round(ST_Y(place) * 1e7)::bigint AS lat, category_id, is_open_state(state) AS open,
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
                   round(ST_Y(place) * 1e7)::bigint AS lat, category_id, is_open_state(state) AS open,
                   urgency = 'urgent' AS urgent, sign
            FROM (SELECT place, category_id, state, urgency, 1 AS sign FROM new_rows
                  UNION ALL SELECT place, category_id, state, urgency, -1 FROM old_rows) AS both_rows
            WHERE place IS NOT NULL
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
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER incident_update_names_what_is_there ON incident;
CREATE TRIGGER incident_update_names_what_is_there AFTER UPDATE ON incident
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION incident_references_exist();
DROP FUNCTION incident_changed_references_exist();

CREATE OR REPLACE FUNCTION is_not_referred_to() RETURNS trigger LANGUAGE plpgsql AS $$
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


DROP TRIGGER case_state_insert_names_what_is_there ON case_state;
DROP TRIGGER case_state_update_names_what_is_there ON case_state;
DROP TRIGGER work_order_insert_names_what_is_there ON work_order;
DROP FUNCTION case_state_references_exist();
DROP FUNCTION case_state_names_what_is_there();
DROP FUNCTION work_order_names_what_is_there();
