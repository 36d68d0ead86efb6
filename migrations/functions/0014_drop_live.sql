DROP FUNCTION clock_state(timestamptz, timestamptz, timestamptz);
