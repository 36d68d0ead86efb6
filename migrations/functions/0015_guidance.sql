-- Rights: versions of texts, direct answers and reminders are only added.

GRANT SELECT, INSERT, UPDATE ON urgent_task, task_receipt, guidance, transfer TO gridgov_app;
GRANT SELECT, INSERT ON task_reminder, guidance_version, direct_answer TO gridgov_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO gridgov_app;

CREATE TRIGGER guidance_version_is_append_only BEFORE UPDATE OR DELETE ON guidance_version
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER guidance_version_is_not_truncated BEFORE TRUNCATE ON guidance_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER direct_answer_is_append_only BEFORE UPDATE OR DELETE ON direct_answer
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER direct_answer_is_not_truncated BEFORE TRUNCATE ON direct_answer
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER task_reminder_is_append_only BEFORE UPDATE OR DELETE ON task_reminder
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER task_reminder_is_not_truncated BEFORE TRUNCATE ON task_reminder
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A clock that leaves a stage, or ends, says so; what was written stays.
GRANT SELECT, INSERT ON case_moment TO gridgov_app;
CREATE TRIGGER case_moment_is_append_only BEFORE UPDATE OR DELETE ON case_moment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER case_moment_is_not_truncated BEFORE TRUNCATE ON case_moment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION case_moment_of_stage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO case_moment (incident_id, stage, entered_at, due_at, left_at, to_state)
    SELECT OLD.incident_id, OLD.stage, OLD.stage_started_at, OLD.stage_due_at,
           greatest(clock_timestamp(), OLD.stage_started_at), incident.state
    FROM incident WHERE incident.id = OLD.incident_id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE FUNCTION case_moment_of_case() RETURNS trigger LANGUAGE plpgsql AS $$
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
