-- The perimeter of a land unit beside its area; rights; and what is stored already is measured and located.

CREATE OR REPLACE FUNCTION land_unit_measures() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE metric geometry := ST_Transform(NEW.geom, city_metric_srid());
BEGIN
    NEW.area_m2 := ST_Area(metric);
    NEW.perimeter_m := ST_Perimeter(metric);
    RETURN NEW;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON unit_edge TO gridgov_app;

-- No unit moves: what watches over their grids need not be asked.
ALTER TABLE land_unit DISABLE TRIGGER USER;
UPDATE land_unit SET perimeter_m = ST_Perimeter(ST_Transform(geom, (SELECT metric_srid FROM city)));
ALTER TABLE land_unit ENABLE TRIGGER USER;

UPDATE facility SET land_unit_id = found.unit_id
FROM (
    SELECT DISTINCT ON (facility.id) facility.id, unit.id AS unit_id
    FROM facility
    CROSS JOIN LATERAL (
        SELECT ST_SnapToGrid(ST_SetSRID(ST_Scale(ST_PointOnSurface(facility.geom), 1e7, 1e7), 0), 1) AS point
    ) AS middle
    JOIN land_unit AS unit ON unit.lattice && middle.point AND ST_Covers(unit.lattice, middle.point)
    WHERE upper_inf(unit.valid)
    ORDER BY facility.id, unit.code
) AS found
WHERE facility.id = found.id;
