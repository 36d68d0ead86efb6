-- What marked changes goes before the tables.
DROP TRIGGER incidents_are_marked ON incident;
DROP TRIGGER incident_is_marked ON incident;
DROP TRIGGER case_is_marked ON case_state;
DROP TRIGGER case_is_marked_when_opened ON case_state;
DROP TRIGGER started_clock_is_marked ON incident_clock;
DROP TRIGGER changed_clock_is_marked ON incident_clock;
DROP TRIGGER ended_case_is_marked ON case_moment;
DROP TRIGGER figures_follow_the_clock ON city;
DROP TRIGGER figures_follow_the_catalogue ON category;
DROP FUNCTION incidents_are_marked();
DROP FUNCTION incident_is_marked();
DROP FUNCTION all_incidents_are_marked();
