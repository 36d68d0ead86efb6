-- Land units: measured when they are stored, and in a base grid for all their life.

CREATE FUNCTION land_unit_measures() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE metric geometry := ST_Transform(NEW.geom, city_metric_srid());
BEGIN
    NEW.area_m2 := ST_Area(metric);
    NEW.perimeter_m := ST_Perimeter(metric);
    RETURN NEW;
END $$;

CREATE TRIGGER land_unit_measures BEFORE INSERT OR UPDATE OF geom ON land_unit
    FOR EACH ROW EXECUTE FUNCTION land_unit_measures();

-- A piece of a cut unit lives in its draft only until the plan is published: its life is empty, and needs no grid.
CREATE FUNCTION land_unit_is_always_in_a_base_grid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    unit_id bigint;
    life tstzrange;
    covered tstzmultirange;
BEGIN
    IF TG_TABLE_NAME = 'land_unit' THEN
        unit_id := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN
        unit_id := OLD.land_unit_id;
    ELSE
        unit_id := NEW.land_unit_id;
    END IF;
    SELECT valid INTO life FROM land_unit WHERE id = unit_id;
    IF life IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT range_agg(unit_zone.valid) INTO covered
    FROM unit_zone JOIN layer ON layer.id = unit_zone.layer_id AND layer.kind = 'base_grid'
    WHERE unit_zone.land_unit_id = unit_id AND upper_inf(unit_zone.recorded);
    IF coalesce(covered, '{}') IS DISTINCT FROM tstzmultirange(life) THEN
        RAISE EXCEPTION 'land unit % is not in exactly one base grid for all its life: lives %, has a grid %',
            (SELECT code FROM land_unit WHERE id = unit_id), life, coalesce(covered::text, 'never')
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'land_unit_is_always_in_a_base_grid';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER land_unit_is_always_in_a_base_grid AFTER INSERT OR UPDATE ON land_unit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION land_unit_is_always_in_a_base_grid();

CREATE CONSTRAINT TRIGGER unit_zone_is_complete AFTER INSERT OR UPDATE OR DELETE ON unit_zone
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION land_unit_is_always_in_a_base_grid();
