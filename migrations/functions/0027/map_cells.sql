-- Counts per map cell as in 0024/map_cells.sql: one report adds to its cell without grouping or sorting, and a step that moves no
-- count is passed over.

CREATE OR REPLACE FUNCTION incident_cells_follow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    single record;
BEGIN
    IF TG_OP = 'INSERT' THEN
        -- A single report adds to a single cell: nothing to group or to sort.
        SELECT count(*) AS n, min(ST_X(place)) AS lon, min(ST_Y(place)) AS lat, min(category_id) AS category,
               bool_and(is_open) AS open, bool_and(urgency = 'urgent') AS urgent
        INTO single FROM (SELECT * FROM new_rows LIMIT 2) AS few;
        IF single.n < 2 THEN
            IF single.lon IS NOT NULL THEN
                INSERT INTO incident_cell AS cell
                    (x, y, class_id, open, open_urgent, total, total_urgent, open_lon, open_lat, total_lon, total_lat)
                SELECT cell_x(single.lon), cell_y(single.lat), coalesce(parent_id, id), single.open::int,
                       (single.open AND single.urgent)::int, 1, single.urgent::int,
                       CASE WHEN single.open THEN round(single.lon * 1e7)::bigint ELSE 0 END,
                       CASE WHEN single.open THEN round(single.lat * 1e7)::bigint ELSE 0 END,
                       round(single.lon * 1e7)::bigint, round(single.lat * 1e7)::bigint
                FROM category WHERE id = single.category
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
        END IF;
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
        -- No row changed, or one row in a way that moves no count: most steps of a case.
        SELECT count(*) AS n,
               bool_or((new_row.category_id, new_row.is_open, new_row.urgency)
                       IS DISTINCT FROM (old_row.category_id, old_row.is_open, old_row.urgency)
                       OR new_row.place IS DISTINCT FROM old_row.place) AS moved
        INTO single FROM (SELECT * FROM new_rows LIMIT 2) AS new_row CROSS JOIN (SELECT * FROM old_rows LIMIT 2) AS old_row;
        IF single.n = 0 OR (single.n = 1 AND NOT single.moved) THEN
            RETURN NULL;
        END IF;
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
