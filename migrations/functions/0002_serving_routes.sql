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

INSERT INTO zone_piece (version_id, zone_id, layer_id, code, shape, edge)
SELECT version.id, zone.id, zone.layer_id, zone.code, piece.shape, ST_Boundary(piece.shape)
FROM zone_version AS version JOIN zone ON zone.id = version.zone_id
CROSS JOIN LATERAL ST_Subdivide(version.lattice, 32) AS piece (shape);

INSERT INTO zone_border_piece (version_id, line)
SELECT version.id, piece.line
FROM zone_version AS version CROSS JOIN LATERAL ST_Subdivide(version.border, 32) AS piece (line);

-- The box round the zones of a layer that have no end; box2d is read from a geometry's head.
CREATE FUNCTION layer_extent(layer bigint) RETURNS geometry LANGUAGE sql STABLE AS $$
    SELECT ST_SetSRID(ST_Extent(geom::box2d::geometry)::geometry, 4326)
    FROM zone_version
    WHERE layer_id = layer AND upper_inf(recorded) AND upper_inf(valid)
$$;

CREATE OR REPLACE FUNCTION layer_edition_counts_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE layer SET edition = edition + 1,
                     extent = CASE WHEN parent_layer_id IS NULL THEN layer_extent(id) END
    WHERE id IN (SELECT DISTINCT layer_id FROM changed);
    RETURN NULL;
END $$;

CREATE FUNCTION layer_becomes_a_root() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.extent := CASE WHEN NEW.parent_layer_id IS NULL THEN layer_extent(NEW.id) END;
    RETURN NEW;
END $$;

CREATE TRIGGER layer_becomes_a_root BEFORE UPDATE OF parent_layer_id ON layer
    FOR EACH ROW EXECUTE FUNCTION layer_becomes_a_root();

UPDATE layer SET extent = layer_extent(id) WHERE parent_layer_id IS NULL;

GRANT SELECT, INSERT ON zone_piece, zone_border_piece TO gridgov_app;
