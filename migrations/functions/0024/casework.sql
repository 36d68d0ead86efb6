-- What a case keeps: who was chosen by hand, its files, and when it was in which stage.

-- A person's choice outlasts every later routing, whoever writes it; to choose anew, `overridden` is lifted first.
CREATE FUNCTION overridden_incident_keeps_its_organisation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.organisation_id := OLD.organisation_id;
    RETURN NEW;
END $$;

CREATE TRIGGER overridden_incident_keeps_its_organisation BEFORE UPDATE ON incident
    FOR EACH ROW WHEN (OLD.overridden AND NEW.overridden AND NEW.organisation_id IS DISTINCT FROM OLD.organisation_id)
    EXECUTE FUNCTION overridden_incident_keeps_its_organisation();

CREATE TRIGGER case_state_keeps_its_id BEFORE UPDATE OF incident_id ON case_state FOR EACH ROW
    WHEN (NEW.incident_id IS DISTINCT FROM OLD.incident_id) EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_attachment_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'attachment % belongs to an incident or a task and cannot be changed or removed', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER attachment_named_stays BEFORE UPDATE OR DELETE ON attachment
    FOR EACH ROW WHEN (OLD.attached_at IS NOT NULL) EXECUTE FUNCTION refuse_attachment_change();

CREATE FUNCTION case_moment_of_stage() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO case_moment (incident_id, stage, entered_at, due_at, left_at, to_state)
    SELECT OLD.incident_id, OLD.stage, OLD.stage_started_at, OLD.stage_due_at,
           greatest(clock_timestamp(), OLD.stage_started_at), incident.state
    FROM incident WHERE incident.id = OLD.incident_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE FUNCTION case_moment_of_case() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO case_moment (incident_id, stage, entered_at, due_at, left_at, to_state, reworks, send_backs, extensions)
    SELECT OLD.incident_id, 'total', OLD.started_at, OLD.due_at,
           CASE WHEN incident.is_open THEN clock_timestamp() ELSE greatest(incident.state_since, OLD.started_at) END,
           incident.state, coalesce(kept.reworks, 0), coalesce(kept.send_backs, 0), coalesce(kept.extensions, 0)
    FROM incident LEFT JOIN case_state AS kept ON kept.incident_id = incident.id
    WHERE incident.id = OLD.incident_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER incident_clock_leaves_a_stage AFTER UPDATE OF stage, stage_started_at ON incident_clock FOR EACH ROW
    WHEN (OLD.stage IS NOT NULL AND (OLD.stage, OLD.stage_started_at) IS DISTINCT FROM (NEW.stage, NEW.stage_started_at))
    EXECUTE FUNCTION case_moment_of_stage();

CREATE TRIGGER incident_clock_ends_its_stage AFTER DELETE ON incident_clock FOR EACH ROW
    WHEN (OLD.stage IS NOT NULL) EXECUTE FUNCTION case_moment_of_stage();
CREATE TRIGGER incident_clock_ends AFTER DELETE ON incident_clock FOR EACH ROW EXECUTE FUNCTION case_moment_of_case();
