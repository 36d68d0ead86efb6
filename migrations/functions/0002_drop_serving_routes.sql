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
