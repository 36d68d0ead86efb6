DROP TRIGGER overridden_incident_keeps_its_organisation ON incident;
DROP FUNCTION overridden_incident_keeps_its_organisation();

REVOKE DELETE ON assignment_rule, assignment_rule_support FROM gridgov_app;

DROP TRIGGER assignment_rule_support_is_not_changed ON assignment_rule_support;
DROP TRIGGER only_waiting_supports_are_removed ON assignment_rule_support;
DROP TRIGGER only_waiting_rules_are_removed ON assignment_rule;
DROP FUNCTION only_waiting_rules_are_removed();
CREATE TRIGGER assignment_rule_is_not_removed BEFORE DELETE ON assignment_rule
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE OR REPLACE FUNCTION assignment_rule_is_only_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.code, NEW.category_id, NEW.layer_id, NEW.zone_id, NEW.assign_to, NEW.organisation_id,
        NEW.priority)
        IS DISTINCT FROM
       (OLD.id, OLD.code, OLD.category_id, OLD.layer_id, OLD.zone_id, OLD.assign_to, OLD.organisation_id,
        OLD.priority)
       OR NOT is_closed_from(OLD.valid, NEW.valid)
    THEN
        RAISE EXCEPTION 'rule % is closed and followed by another, never rewritten', OLD.code
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
