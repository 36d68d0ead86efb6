DROP FUNCTION clock_state(timestamptz, timestamptz, timestamptz);

CREATE OR REPLACE FUNCTION history_is_announced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('gridgov_history', min(seq)::text) FROM added;
    RETURN NULL;
END $$;
