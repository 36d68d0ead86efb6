-- As it was: a land unit knows its area only.

CREATE OR REPLACE FUNCTION land_unit_measures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.area_m2 := ST_Area(ST_Transform(NEW.geom, city_metric_srid()));
    RETURN NEW;
END $$;
