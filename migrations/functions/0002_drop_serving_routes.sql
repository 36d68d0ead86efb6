CREATE OR REPLACE FUNCTION incident_cells_follow() RETURNS trigger LANGUAGE plpgsql AS $$
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

DROP TRIGGER layer_becomes_a_root ON layer;
DROP FUNCTION layer_becomes_a_root();

CREATE OR REPLACE FUNCTION layer_edition_counts_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE layer SET edition = edition + 1 WHERE id IN (SELECT DISTINCT layer_id FROM changed);
    RETURN NULL;
END $$;

DROP FUNCTION layer_extent(bigint);
DROP TRIGGER zone_version_is_cut ON zone_version;
DROP FUNCTION zone_version_is_cut();
