-- Invariants that a table declaration cannot say: closed history, versions never overwritten, every land
-- unit in a base grid for all its life, derived measures that cannot be forgotten.

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON history
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER history_is_not_truncated BEFORE TRUNCATE ON history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER routing_is_append_only BEFORE UPDATE OR DELETE ON routing
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER routing_is_not_truncated BEFORE TRUNCATE ON routing
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER incident_is_not_truncated BEFORE TRUNCATE ON incident
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER zone_is_not_removed BEFORE DELETE ON zone
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER zone_version_is_not_removed BEFORE DELETE ON zone_version
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

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

CREATE FUNCTION land_unit_measures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.area_m2 := ST_Area(ST_Transform(NEW.geom, city_metric_srid()));
    RETURN NEW;
END $$;

CREATE TRIGGER land_unit_measures BEFORE INSERT OR UPDATE OF geom ON land_unit
    FOR EACH ROW EXECUTE FUNCTION land_unit_measures();

-- At commit, a unit's current base-grid ranges must add up to exactly its own life. Together with the
-- exclusion constraint of unit_zone (at most one at any instant) this is freedom from gaps and overlaps.
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
    IF covered IS DISTINCT FROM tstzmultirange(life) THEN
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

-- A layer's edition counts its changes; tiles and caches are keyed by it.
CREATE FUNCTION layer_edition_counts_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE layer SET edition = edition + 1 WHERE id IN (SELECT DISTINCT layer_id FROM changed);
    RETURN NULL;
END $$;

CREATE TRIGGER zone_version_insert_counts AFTER INSERT ON zone_version
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layer_edition_counts_up();
CREATE TRIGGER zone_version_update_counts AFTER UPDATE ON zone_version
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION layer_edition_counts_up();

-- One notice per statement; the payload is the lowest new sequence number (8 kB is the limit of NOTIFY).
CREATE FUNCTION history_is_announced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('gridgov_history', min(seq)::text) FROM added;
    RETURN NULL;
END $$;

CREATE TRIGGER history_is_announced AFTER INSERT ON history
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION history_is_announced();

-- A routing points to the rule that decided: a rule is closed and followed by another, never rewritten.
CREATE FUNCTION assignment_rule_is_only_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.code, NEW.category_id, NEW.layer_id, NEW.zone_id, NEW.assign_to, NEW.organisation_id,
        NEW.priority)
        IS DISTINCT FROM
       (OLD.id, OLD.code, OLD.category_id, OLD.layer_id, OLD.zone_id, OLD.assign_to, OLD.organisation_id,
        OLD.priority)
       OR NOT is_closed_from(OLD.valid, NEW.valid)
    THEN
        RAISE EXCEPTION 'rule % is closed and followed by another, never rewritten', OLD.code
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER assignment_rule_is_only_closed BEFORE UPDATE ON assignment_rule
    FOR EACH ROW EXECUTE FUNCTION assignment_rule_is_only_closed();
CREATE TRIGGER assignment_rule_is_not_removed BEFORE DELETE ON assignment_rule
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
