-- Rows that stay as they were written, and rows that are never removed.

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

-- Nothing accepted is lost.
CREATE TRIGGER incident_is_not_removed BEFORE DELETE ON incident
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER history_incident_is_append_only BEFORE UPDATE OR DELETE ON history_incident
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER history_incident_is_not_truncated BEFORE TRUNCATE ON history_incident
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER notice_is_append_only BEFORE UPDATE OR DELETE ON notice
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER notice_is_not_truncated BEFORE TRUNCATE ON notice
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER clock_notice_is_append_only BEFORE UPDATE OR DELETE ON clock_notice
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER clock_notice_is_not_truncated BEFORE TRUNCATE ON clock_notice
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER case_state_is_not_removed BEFORE DELETE ON case_state FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER case_state_is_not_truncated BEFORE TRUNCATE ON case_state
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER work_order_is_not_removed BEFORE DELETE ON work_order FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER work_order_is_not_truncated BEFORE TRUNCATE ON work_order
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

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

CREATE TRIGGER case_moment_is_append_only BEFORE UPDATE OR DELETE ON case_moment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER case_moment_is_not_truncated BEFORE TRUNCATE ON case_moment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
