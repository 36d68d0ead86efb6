-- How a clock stands now. A limit is met up to and including the moment it is due.
CREATE FUNCTION clock_state(due_at timestamptz, soon_at timestamptz, paused_at timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN due_at IS NULL THEN 'none' WHEN paused_at IS NOT NULL THEN 'paused' WHEN now() > due_at THEN 'overdue'
                WHEN now() >= soon_at THEN 'due_soon' ELSE 'running' END
$$;

-- A transaction that notifies holds a lock of the whole cluster until its commit is on the disk: with every one of them,
-- commits would come one by one. One at a time notifies; whoever writes meanwhile has drawn a number by then, and the
-- reader it wakes looks until that number is there or never will be.
CREATE OR REPLACE FUNCTION history_is_announced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_try_advisory_xact_lock(hashtext('gridgov.history')) THEN
        PERFORM pg_notify('gridgov_history', '');
    END IF;
    RETURN NULL;
END $$;
