-- The check as it was: every unit has a life.
CREATE OR REPLACE FUNCTION land_unit_is_always_in_a_base_grid() RETURNS trigger LANGUAGE plpgsql AS $$
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
    IF covered IS DISTINCT FROM tstzmultirange(life) THEN
        RAISE EXCEPTION 'land unit % is not in exactly one base grid for all its life: lives %, has a grid %',
            (SELECT code FROM land_unit WHERE id = unit_id), life, coalesce(covered::text, 'never')
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'land_unit_is_always_in_a_base_grid';
    END IF;
    RETURN NULL;
END $$;
