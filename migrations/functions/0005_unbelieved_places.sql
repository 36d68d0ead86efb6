-- Rights, and the closed history of actions on many incidents.

GRANT SELECT, INSERT, UPDATE ON fallback_place TO gridgov_app;
GRANT SELECT, INSERT ON history_incident TO gridgov_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO gridgov_app;

CREATE TRIGGER history_incident_is_append_only BEFORE UPDATE OR DELETE ON history_incident
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER history_incident_is_not_truncated BEFORE TRUNCATE ON history_incident
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
