-- The checks and counts of before.

CREATE OR REPLACE FUNCTION incident_references_exist() RETURNS trigger LANGUAGE plpgsql
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

CREATE OR REPLACE FUNCTION routing_references_exist() RETURNS trigger LANGUAGE plpgsql
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

CREATE OR REPLACE FUNCTION incident_cells_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO incident_cell AS cell
            (x, y, class_id, open, open_urgent, total, total_urgent, open_lon, open_lat, total_lon, total_lat)
        SELECT cell_x(ST_X(place)), cell_y(ST_Y(place)), coalesce(category.parent_id, category.id),
               coalesce(sum(sign) FILTER (WHERE is_open_state(state)), 0),
               coalesce(sum(sign) FILTER (WHERE is_open_state(state) AND moved.urgency = 'urgent'), 0),
               sum(sign),
               coalesce(sum(sign) FILTER (WHERE moved.urgency = 'urgent'), 0),
               coalesce(sum(sign * round(ST_X(place) * 1e7)::bigint) FILTER (WHERE is_open_state(state)), 0),
               coalesce(sum(sign * round(ST_Y(place) * 1e7)::bigint) FILTER (WHERE is_open_state(state)), 0),
               sum(sign * round(ST_X(place) * 1e7)::bigint),
               sum(sign * round(ST_Y(place) * 1e7)::bigint)
        FROM (SELECT place, category_id, state, urgency, 1 AS sign FROM new_rows) AS moved JOIN category ON category.id = moved.category_id
        WHERE place IS NOT NULL
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
        SELECT cell_x(ST_X(place)), cell_y(ST_Y(place)), coalesce(category.parent_id, category.id),
               coalesce(sum(sign) FILTER (WHERE is_open_state(state)), 0),
               coalesce(sum(sign) FILTER (WHERE is_open_state(state) AND moved.urgency = 'urgent'), 0),
               sum(sign),
               coalesce(sum(sign) FILTER (WHERE moved.urgency = 'urgent'), 0),
               coalesce(sum(sign * round(ST_X(place) * 1e7)::bigint) FILTER (WHERE is_open_state(state)), 0),
               coalesce(sum(sign * round(ST_Y(place) * 1e7)::bigint) FILTER (WHERE is_open_state(state)), 0),
               sum(sign * round(ST_X(place) * 1e7)::bigint),
               sum(sign * round(ST_Y(place) * 1e7)::bigint)
        FROM (SELECT place, category_id, state, urgency, 1 AS sign FROM new_rows
              UNION ALL SELECT place, category_id, state, urgency, -1 FROM old_rows) AS moved JOIN category ON category.id = moved.category_id
        WHERE place IS NOT NULL
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
