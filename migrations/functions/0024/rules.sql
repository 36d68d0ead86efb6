-- Versions of a rule: closed and followed, never rewritten; one that has not begun may still be taken back.

CREATE FUNCTION assignment_rule_is_only_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.code, NEW.category_id, NEW.layer_id, NEW.zone_id, NEW.assign_to, NEW.organisation_id,
        NEW.priority, NEW.note_zh, NEW.note_en)
        IS DISTINCT FROM
       (OLD.id, OLD.code, OLD.category_id, OLD.layer_id, OLD.zone_id, OLD.assign_to, OLD.organisation_id,
        OLD.priority, OLD.note_zh, OLD.note_en)
       OR NOT is_closed_from(OLD.valid, NEW.valid)
    THEN
        RAISE EXCEPTION 'rule % is closed and followed by another, never rewritten', OLD.code
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER assignment_rule_is_only_closed BEFORE UPDATE ON assignment_rule
    FOR EACH ROW EXECUTE FUNCTION assignment_rule_is_only_closed();

CREATE FUNCTION only_waiting_rules_are_removed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE begins timestamptz;
BEGIN
    IF TG_TABLE_NAME = 'assignment_rule' THEN
        begins := lower(OLD.valid);
    ELSE
        SELECT lower(valid) INTO begins FROM assignment_rule WHERE id = OLD.rule_id;
    END IF;
    IF begins <= now() THEN
        RAISE EXCEPTION 'a rule that has been in force is closed, never removed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE TRIGGER only_waiting_rules_are_removed BEFORE DELETE ON assignment_rule
    FOR EACH ROW EXECUTE FUNCTION only_waiting_rules_are_removed();

CREATE TRIGGER only_waiting_supports_are_removed BEFORE DELETE ON assignment_rule_support
    FOR EACH ROW EXECUTE FUNCTION only_waiting_rules_are_removed();

CREATE TRIGGER assignment_rule_support_is_not_changed BEFORE UPDATE ON assignment_rule_support
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
