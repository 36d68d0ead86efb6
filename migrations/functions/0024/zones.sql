-- Zones: identity, versions that are closed and never overwritten, what is derived from their shapes.

-- A zone keeps its code and layer; it can only be retired.
CREATE FUNCTION zone_keeps_its_identity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.layer_id, NEW.code) IS DISTINCT FROM (OLD.id, OLD.layer_id, OLD.code) THEN
        RAISE EXCEPTION 'zone % keeps its code and layer', OLD.code USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER zone_keeps_its_identity BEFORE UPDATE ON zone
    FOR EACH ROW EXECUTE FUNCTION zone_keeps_its_identity();

-- A range may only be closed: same beginning, an end where there was none (or an earlier one).
CREATE FUNCTION is_closed_from(tstzrange, tstzrange) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT $2 = $1 OR (lower($2) = lower($1) AND NOT isempty($2) AND $2 <@ $1)
$$;

CREATE FUNCTION zone_version_is_only_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.zone_id, NEW.layer_id, NEW.name_zh, NEW.name_en, NEW.parent_zone_id, NEW.organisation_id,
        NEW.plan_id, NEW.area_m2, NEW.perimeter_m)
        IS DISTINCT FROM
       (OLD.id, OLD.zone_id, OLD.layer_id, OLD.name_zh, OLD.name_en, OLD.parent_zone_id, OLD.organisation_id,
        OLD.plan_id, OLD.area_m2, OLD.perimeter_m)
       OR NOT ST_OrderingEquals(NEW.geom, OLD.geom)
       OR NOT is_closed_from(OLD.valid, NEW.valid)
       OR NOT is_closed_from(OLD.recorded, NEW.recorded)
    THEN
        RAISE EXCEPTION 'a zone version is closed and followed by another, never overwritten'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER zone_version_is_only_closed BEFORE UPDATE ON zone_version
    FOR EACH ROW EXECUTE FUNCTION zone_version_is_only_closed();

CREATE FUNCTION city_metric_srid() RETURNS integer LANGUAGE plpgsql STABLE AS $$
DECLARE srid integer;
BEGIN
    SELECT metric_srid INTO srid FROM city;
    IF srid IS NULL THEN
        RAISE EXCEPTION 'the city is not set up yet: its metric coordinate system is needed for areas and distances'
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN srid;
END $$;

-- Areas and distances are computed in the city's metric system, never in degrees.
CREATE FUNCTION zone_version_measures() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE metric geometry := ST_Transform(NEW.geom, city_metric_srid());
BEGIN
    NEW.border := ST_Multi(ST_Boundary(metric));
    NEW.area_m2 := ST_Area(metric);
    NEW.perimeter_m := ST_Length(NEW.border);
    RETURN NEW;
END $$;

CREATE TRIGGER zone_version_measures BEFORE INSERT ON zone_version
    FOR EACH ROW EXECUTE FUNCTION zone_version_measures();

CREATE FUNCTION layer_edition_counts_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE layer SET edition = edition + 1,
                     extent = CASE WHEN parent_layer_id IS NULL THEN layer_extent(id) END
    WHERE id IN (SELECT DISTINCT layer_id FROM changed);
    RETURN NULL;
END $$;

CREATE TRIGGER zone_version_insert_counts AFTER INSERT ON zone_version
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layer_edition_counts_up();

CREATE TRIGGER zone_version_update_counts AFTER UPDATE ON zone_version
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layer_edition_counts_up();

-- Zones and borders in small pieces, so that one place is looked up without reading whole shapes; and the extent
-- of each root layer, so that a place is judged without reading any. All of it derived, kept by triggers.

-- 32 vertices: a row stays in its page. Cutting may move an edge by a fraction of a lattice step, therefore
-- routing asks the zone itself wherever a place is within two steps of a piece's edge.
CREATE FUNCTION zone_version_is_cut() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO zone_piece (version_id, zone_id, layer_id, code, shape, edge)
    SELECT version.id, zone.id, zone.layer_id, zone.code, piece.shape, ST_Boundary(piece.shape)
    FROM added AS version JOIN zone ON zone.id = version.zone_id
    CROSS JOIN LATERAL ST_Subdivide(version.lattice, 32) AS piece (shape);

    INSERT INTO zone_border_piece (version_id, line)
    SELECT version.id, piece.line
    FROM added AS version CROSS JOIN LATERAL ST_Subdivide(version.border, 32) AS piece (line);
    RETURN NULL;
END $$;

CREATE TRIGGER zone_version_is_cut AFTER INSERT ON zone_version
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION zone_version_is_cut();

-- The box round the zones of a layer that have no end; box2d is read from a geometry's head.
CREATE FUNCTION layer_extent(layer bigint) RETURNS geometry LANGUAGE sql STABLE AS $$
    SELECT ST_SetSRID(ST_Extent(geom::box2d::geometry)::geometry, 4326)
    FROM zone_version
    WHERE layer_id = layer AND upper_inf(recorded) AND upper_inf(valid)
$$;

CREATE FUNCTION layer_becomes_a_root() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.extent := CASE WHEN NEW.parent_layer_id IS NULL THEN layer_extent(NEW.id) END;
    RETURN NEW;
END $$;

CREATE TRIGGER layer_becomes_a_root BEFORE UPDATE OF parent_layer_id ON layer
    FOR EACH ROW EXECUTE FUNCTION layer_becomes_a_root();

-- A version knows the edition of its layer in which it was made or last closed: what has changed since an edition is
-- found without comparing shapes.
CREATE FUNCTION zone_version_names_its_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The layer counts up when the statement ends.
    NEW.edition := 1 + (SELECT edition FROM layer WHERE id = NEW.layer_id);
    RETURN NEW;
END $$;

CREATE TRIGGER zone_version_names_its_edition BEFORE INSERT OR UPDATE ON zone_version
    FOR EACH ROW EXECUTE FUNCTION zone_version_names_its_edition();
