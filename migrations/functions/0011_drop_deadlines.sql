-- The triggers on tables that stay; those of our own tables go with them.
DROP TRIGGER deadlines_have_changed ON category;
DROP TRIGGER deadlines_have_changed ON organisation;
DROP TRIGGER deadlines_have_changed ON city;
DROP FUNCTION deadlines_have_changed() CASCADE;
