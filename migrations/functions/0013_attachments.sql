-- Rights; what a report or a step has named stays, and stays what it is.

GRANT SELECT, INSERT, UPDATE, DELETE ON attachment TO gridgov_app;
GRANT SELECT, INSERT, DELETE ON duplicate_decision TO gridgov_app;

CREATE FUNCTION refuse_attachment_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'attachment % belongs to an incident or a task and cannot be changed or removed', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER attachment_named_stays BEFORE UPDATE OR DELETE ON attachment
    FOR EACH ROW WHEN (OLD.attached_at IS NOT NULL) EXECUTE FUNCTION refuse_attachment_change();
