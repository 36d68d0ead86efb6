-- The checks of references and the counts per cell as before, in one pass over the rows of a statement each.

-- Every different key a statement names is looked up once, by index: right for one row and for many.
CREATE OR REPLACE FUNCTION incident_references_exist() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
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
