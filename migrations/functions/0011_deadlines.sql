-- Whoever keeps calendars and limits in memory learns from one row that they have changed. The name of a state is
-- random, not counted: one that was rolled back never comes again, and copies of a database may share what they keep.
INSERT INTO deadline_setting DEFAULT VALUES;

CREATE FUNCTION deadlines_have_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE deadline_setting SET revision = gen_random_uuid();
    RETURN NULL;
END $$;

CREATE TRIGGER deadlines_have_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON calendar_day
    FOR EACH STATEMENT EXECUTE FUNCTION deadlines_have_changed();
CREATE TRIGGER deadlines_have_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON time_limit
    FOR EACH STATEMENT EXECUTE FUNCTION deadlines_have_changed();
CREATE TRIGGER deadlines_have_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON organisation_window
    FOR EACH STATEMENT EXECUTE FUNCTION deadlines_have_changed();
CREATE TRIGGER deadlines_have_changed AFTER UPDATE OF windows ON deadline_setting
    FOR EACH STATEMENT EXECUTE FUNCTION deadlines_have_changed();
-- What limits and hours are inherited by, and the clock they are read on.
CREATE TRIGGER deadlines_have_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON category
    FOR EACH STATEMENT EXECUTE FUNCTION deadlines_have_changed();
CREATE TRIGGER deadlines_have_changed AFTER INSERT OR UPDATE OF parent_id OR DELETE OR TRUNCATE ON organisation
    FOR EACH STATEMENT EXECUTE FUNCTION deadlines_have_changed();
CREATE TRIGGER deadlines_have_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON city
    FOR EACH STATEMENT EXECUTE FUNCTION deadlines_have_changed();

GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_day, organisation_window, incident_clock TO gridgov_app;
GRANT SELECT, INSERT, UPDATE ON time_limit TO gridgov_app;
GRANT SELECT, UPDATE ON deadline_setting TO gridgov_app;
GRANT SELECT, INSERT ON clock_notice TO gridgov_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO gridgov_app;

CREATE TRIGGER clock_notice_is_append_only BEFORE UPDATE OR DELETE ON clock_notice
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER clock_notice_is_not_truncated BEFORE TRUNCATE ON clock_notice
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
