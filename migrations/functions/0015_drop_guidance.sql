-- Clocks no longer say what they left.

DROP TRIGGER incident_clock_ends ON incident_clock;
DROP TRIGGER incident_clock_ends_its_stage ON incident_clock;
DROP TRIGGER incident_clock_leaves_a_stage ON incident_clock;
DROP FUNCTION case_moment_of_case();
DROP FUNCTION case_moment_of_stage();
