-- How a clock stands now. A limit is met up to and including the moment it is due.
CREATE FUNCTION clock_state(due_at timestamptz, soon_at timestamptz, paused_at timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN due_at IS NULL THEN 'none' WHEN paused_at IS NOT NULL THEN 'paused' WHEN now() > due_at THEN 'overdue'
                WHEN now() >= soon_at THEN 'due_soon' ELSE 'running' END
$$;
