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
