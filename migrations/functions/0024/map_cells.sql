-- Counts per Web Mercator cell, kept with the change that moves them. Cells are updated in key order, so
-- that two statements never wait for each other in a circle. Sums of coordinates are whole lattice steps
-- (degree x 1e7): adding and taking away leaves no rounding behind.

-- Column and row of a longitude and latitude in the tile matrix of zoom 17.
CREATE FUNCTION cell_x(lon double precision) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT floor((lon + 180) / 360 * 131072)::integer
$$;

CREATE FUNCTION cell_y(lat double precision) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT floor((1 - ln(tan(radians(lat)) + 1 / cos(radians(lat))) / pi()) / 2 * 131072)::integer
$$;

-- The same states as incident.is_open.

CREATE FUNCTION is_open_state(state text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT state IN ('reported', 'accepted', 'verified', 'filed', 'dispatched', 'handling', 'fed_back', 'checked', 'evaluated')
$$;

-- Counts per map cell of many incidents at a time are added when their transaction commits: who adds to a cell holds it until
-- then, and two loads at a time would wait for each other from the first table they fill. They are counted with the statement,
-- and kept in one row until the commit.
CREATE FUNCTION incident_cells_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF (SELECT count(*) FROM (SELECT FROM new_rows LIMIT 1000) AS first_rows) = 1000 THEN
            WITH counted AS MATERIALIZED (
                SELECT x, y, coalesce(category.parent_id, category.id) AS class_id,
                       count(*) FILTER (WHERE open) AS open, count(*) FILTER (WHERE open AND urgent) AS open_urgent,
                       count(*) AS total, count(*) FILTER (WHERE urgent) AS total_urgent,
                       coalesce(sum(lon) FILTER (WHERE open), 0)::bigint AS open_lon,
                       coalesce(sum(lat) FILTER (WHERE open), 0)::bigint AS open_lat,
                       sum(lon)::bigint AS total_lon, sum(lat)::bigint AS total_lat
                FROM (
                    SELECT cell_x(ST_X(place)) AS x, cell_y(ST_Y(place)) AS y, round(ST_X(place) * 1e7)::bigint AS lon,
                           round(ST_Y(place) * 1e7)::bigint AS lat, category_id, is_open AS open,
                           urgency = 'urgent' AS urgent
                    FROM new_rows WHERE place IS NOT NULL
                    OFFSET 0
                ) AS moved JOIN category ON category.id = moved.category_id
                GROUP BY 1, 2, 3
            )
            INSERT INTO incident_cell_change
                (x, y, class_id, open, open_urgent, total, total_urgent, open_lon, open_lat, total_lon, total_lat)
            SELECT array_agg(x), array_agg(y), array_agg(class_id), array_agg(open), array_agg(open_urgent),
                   array_agg(total), array_agg(total_urgent), array_agg(open_lon), array_agg(open_lat),
                   array_agg(total_lon), array_agg(total_lat)
            FROM counted HAVING count(*) > 0;
            RETURN NULL;
        END IF;
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

CREATE TRIGGER incident_insert_moves_cells AFTER INSERT ON incident
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION incident_cells_follow();

CREATE TRIGGER incident_update_moves_cells AFTER UPDATE ON incident
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION incident_cells_follow();

-- In the order of the cells, as single reports do: two that add to the same cells never wait for each other in a circle.
CREATE FUNCTION incident_cells_are_added() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO incident_cell AS cell
        (x, y, class_id, open, open_urgent, total, total_urgent, open_lon, open_lat, total_lon, total_lat)
    SELECT * FROM unnest(NEW.x, NEW.y, NEW.class_id, NEW.open, NEW.open_urgent, NEW.total, NEW.total_urgent,
                         NEW.open_lon, NEW.open_lat, NEW.total_lon, NEW.total_lat)
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
    DELETE FROM incident_cell_change WHERE id = NEW.id;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER incident_cell_change_is_added AFTER INSERT ON incident_cell_change
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION incident_cells_are_added();
