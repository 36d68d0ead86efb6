-- A transaction that notifies holds a lock of the whole cluster until its commit is on the disk: with every one of them,
-- commits would come one by one. One at a time notifies; whoever writes meanwhile has drawn a number by then, and the
-- reader it wakes looks until that number is there or never will be.
CREATE FUNCTION history_is_announced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_try_advisory_xact_lock(hashtext('gridgov.history')) THEN
        PERFORM pg_notify('gridgov_history', '');
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER history_is_announced AFTER INSERT ON history
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION history_is_announced();
