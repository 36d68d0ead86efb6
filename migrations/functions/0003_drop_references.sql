-- The foreign keys take over again.
DO $$
DECLARE
    tab text;
BEGIN
    FOREACH tab IN ARRAY ARRAY['incident', 'routing', 'reporter'] LOOP
        EXECUTE format('DROP TRIGGER %1$s_insert_names_what_is_there ON %1$I', tab);
        EXECUTE format('DROP TRIGGER %1$s_update_names_what_is_there ON %1$I', tab);
        EXECUTE format('DROP FUNCTION %s_references_exist()', tab);
    END LOOP;
    FOREACH tab IN ARRAY ARRAY['category', 'organisation', 'land_unit', 'facility'] LOOP
        EXECUTE format('DROP TRIGGER %1$s_removed_is_not_referred_to ON %1$I', tab);
    END LOOP;
    FOREACH tab IN ARRAY ARRAY['category', 'organisation', 'land_unit', 'facility', 'incident'] LOOP
        EXECUTE format('DROP TRIGGER %1$s_keeps_its_id ON %1$I', tab);
    END LOOP;
    FOREACH tab IN ARRAY ARRAY['category', 'organisation', 'land_unit', 'facility', 'zone', 'assignment_rule'] LOOP
        EXECUTE format('DROP TRIGGER %1$s_is_not_truncated ON %1$I', tab);
    END LOOP;
END $$;

DROP FUNCTION is_not_referred_to();
DROP FUNCTION refuse_reference(text, bigint, text);
DROP FUNCTION require_read_committed();
