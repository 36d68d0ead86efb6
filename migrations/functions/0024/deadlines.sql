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

-- How a clock stands now. A limit is met up to and including the moment it is due.
CREATE FUNCTION clock_state(due_at timestamptz, soon_at timestamptz, paused_at timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN due_at IS NULL THEN 'none' WHEN paused_at IS NOT NULL THEN 'paused' WHEN now() > due_at THEN 'overdue'
                WHEN now() >= soon_at THEN 'due_soon' ELSE 'running' END
$$;
