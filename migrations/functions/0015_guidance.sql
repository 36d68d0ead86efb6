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
