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

CREATE FUNCTION is_open_state(state text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT state IN ('reported', 'accepted', 'filed', 'dispatched', 'handling', 'fed_back', 'checked', 'evaluated')
$$;

CREATE FUNCTION incident_cells_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved text := 'SELECT place, category_id, state, urgency, 1 AS sign FROM new_rows';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        moved := moved || ' UNION ALL SELECT place, category_id, state, urgency, -1 FROM old_rows';
    END IF;
    EXECUTE format($sql$
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
        FROM (%s) AS moved JOIN category ON category.id = moved.category_id
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
            total_lat = cell.total_lat + excluded.total_lat
    $sql$, moved);
    RETURN NULL;
END $$;

CREATE TRIGGER incident_insert_moves_cells AFTER INSERT ON incident
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION incident_cells_follow();
CREATE TRIGGER incident_update_moves_cells AFTER UPDATE ON incident
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION incident_cells_follow();

-- Nothing accepted is lost.
CREATE TRIGGER incident_is_not_removed BEFORE DELETE ON incident
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
