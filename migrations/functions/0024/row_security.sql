-- Who sees which rows. Two roles: gridgov_app sees all, gridgov_scoped what the claims of its transaction say. Reasons:
-- docs/decisions/0021-row-security.md. The same definition in Python: governance/access/sight.py.
--
-- Triggers that check and derive work with the rights of the tables' owner: they look at all rows, tell none, and a case
-- that is written by somebody with a narrow sight is counted like any other.

-- Incidents.

-- Where a row of incident is seen; functions with other rights ask it, the policy says the same.
CREATE FUNCTION incident_in_sight(sought bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM incident
        WHERE id = sought AND (
            NOT is_scoped()
            OR claimed_ids('gridgov.roots') && zone_ids
            OR organisation_id = ANY (claimed_ids('gridgov.organisations'))
            OR claimed_ids('gridgov.organisations') && concerned_ids
            OR account_id = claimed_account()
            OR id = ANY (claimed_ids('gridgov.held'))))
$$;

-- As a policy asks it of a new row: what the same statement has just stored counts, so it is VOLATILE.
CREATE FUNCTION sees_incident(sought bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM incident WHERE id = sought);
END $$;

-- Whoever has read a row and changes it goes on seeing it to the end of the transaction, wherever the change moves it: an
-- incident is put elsewhere, or given to others. Only what is seen can be held.
CREATE FUNCTION hold_incident(sought bigint) RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    IF is_scoped() AND EXISTS (SELECT FROM incident WHERE id = sought) THEN
        PERFORM set_config('gridgov.held', concat_ws(',', nullif(current_setting('gridgov.held', true), ''), sought), true);
    END IF;
    RETURN sought;
END $$;
ALTER TABLE incident ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON incident TO gridgov_app USING (true) WITH CHECK (true);

CREATE POLICY seen ON incident TO gridgov_scoped USING (
    (SELECT claimed_ids('gridgov.roots')) && zone_ids
    OR organisation_id = ANY ((SELECT claimed_ids('gridgov.organisations'))::bigint[])
    OR (concerned_ids <> '{}' AND concerned_ids && (SELECT claimed_ids('gridgov.organisations')))
    OR (account_id IS NOT NULL AND account_id = (SELECT claimed_account()))
    OR id = ANY ((SELECT claimed_ids('gridgov.held'))::bigint[])
);

-- What belongs to an incident is seen with it.

DO $$
DECLARE
    child text;
BEGIN
    FOREACH child IN ARRAY ARRAY[
        'routing', 'case_state', 'work_order', 'incident_clock', 'clock_notice', 'case_moment', 'direct_answer', 'transfer',
        'history_incident'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', child);
        EXECUTE format('CREATE POLICY everything ON %I TO gridgov_app USING (true) WITH CHECK (true)', child);
        EXECUTE format('CREATE POLICY seen ON %1$I FOR SELECT TO gridgov_scoped
                        USING (EXISTS (SELECT FROM incident WHERE incident.id = %1$I.incident_id))', child);
        EXECUTE format('CREATE POLICY changed ON %1$I FOR UPDATE TO gridgov_scoped
                        USING (EXISTS (SELECT FROM incident WHERE incident.id = %1$I.incident_id))', child);
        EXECUTE format('CREATE POLICY removed ON %1$I FOR DELETE TO gridgov_scoped
                        USING (EXISTS (SELECT FROM incident WHERE incident.id = %1$I.incident_id))', child);
        EXECUTE format('CREATE POLICY added ON %1$I FOR INSERT TO gridgov_scoped
                        WITH CHECK (sees_incident(incident_id))', child);
    END LOOP;
END $$;

-- Both are seen.
ALTER TABLE duplicate_decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON duplicate_decision TO gridgov_app USING (true) WITH CHECK (true);

CREATE POLICY seen ON duplicate_decision TO gridgov_scoped USING (
    EXISTS (SELECT FROM incident WHERE incident.id = duplicate_decision.incident_id)
    AND EXISTS (SELECT FROM incident WHERE incident.id = duplicate_decision.other_id));

-- Contact data are read by one function, for who says in the same transaction that they may; else what is masked.
ALTER TABLE reporter ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON reporter TO gridgov_app USING (true) WITH CHECK (true);
CREATE POLICY added ON reporter FOR INSERT TO gridgov_scoped WITH CHECK (sees_incident(incident_id));

CREATE FUNCTION reporter_unmasked(sought bigint) RETURNS TABLE (name text, phone text, email text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT reporter.name, reporter.phone, reporter.email FROM reporter
    WHERE incident_id = sought AND current_setting('gridgov.reporters', true) = 'on' AND incident_in_sight(sought)
$$;

-- The first character of a name, the ends of a number, the first letter and the domain of an address.
CREATE FUNCTION reporter_masked(sought bigint) RETURNS TABLE (name text, phone text, email text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT left(reporter.name, 1) || repeat('*', least(greatest(length(reporter.name) - 1, 1), 3)),
           CASE WHEN length(reporter.phone) >= 7 THEN left(reporter.phone, 3) || '****' || right(reporter.phone, 2)
                ELSE regexp_replace(reporter.phone, '.', '*', 'g') END,
           left(reporter.email, 1) || '***' || coalesce(substring(reporter.email FROM '@.*$'), '')
    FROM reporter WHERE incident_id = sought AND incident_in_sight(sought)
$$;

-- Who worked on a case goes on seeing it when it is somebody else's. Who is responsible sees it anyhow, so that a usual
-- dispatch writes nothing here; when that changes, the one before is noted if there was a work order.
CREATE FUNCTION work_order_concerns() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- An UPDATE of nothing would still wake the triggers of incident.
    IF EXISTS (
        SELECT FROM added JOIN incident ON incident.id = added.incident_id
        WHERE added.organisation_id IS DISTINCT FROM incident.organisation_id
          AND NOT incident.concerned_ids @> ARRAY[added.organisation_id]
    ) THEN
        UPDATE incident SET concerned_ids = concerned_ids || concerned.ids
        FROM (
            SELECT incident.id, array_agg(DISTINCT added.organisation_id) AS ids
            FROM added JOIN incident ON incident.id = added.incident_id
            WHERE added.organisation_id IS DISTINCT FROM incident.organisation_id
              AND NOT incident.concerned_ids @> ARRAY[added.organisation_id]
            GROUP BY incident.id
        ) AS concerned
        WHERE incident.id = concerned.id;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER work_order_concerns AFTER INSERT ON work_order
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION work_order_concerns();

CREATE FUNCTION incident_keeps_who_worked_on_it() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT NEW.concerned_ids @> ARRAY[OLD.organisation_id]
        AND EXISTS (SELECT FROM work_order WHERE incident_id = OLD.id AND organisation_id = OLD.organisation_id) THEN
        NEW.concerned_ids := NEW.concerned_ids || OLD.organisation_id;
    END IF;
    RETURN NEW;
END $$;

-- Its name comes after that of the trigger that keeps a person's choice: only what really changes counts.
CREATE TRIGGER responsible_before_is_kept BEFORE UPDATE OF organisation_id ON incident FOR EACH ROW
    WHEN (OLD.organisation_id IS NOT NULL AND NEW.organisation_id IS DISTINCT FROM OLD.organisation_id)
    EXECUTE FUNCTION incident_keeps_who_worked_on_it();

-- A case is merged into one that is seen; whether another is there is told to nobody.
CREATE FUNCTION case_is_merged_into_what_is_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT sees_incident(NEW.duplicate_of_id) THEN
        RAISE EXCEPTION 'the case that this one is merged into is not seen' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER case_is_merged_into_what_is_seen BEFORE UPDATE OF duplicate_of_id ON case_state FOR EACH ROW
    WHEN (NEW.duplicate_of_id IS NOT NULL AND NEW.duplicate_of_id IS DISTINCT FROM OLD.duplicate_of_id AND is_scoped())
    EXECUTE FUNCTION case_is_merged_into_what_is_seen();

-- Photos and files: with the incident or the receipt that names them; before, by who sent them.
ALTER TABLE attachment ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON attachment TO gridgov_app USING (true) WITH CHECK (true);

CREATE POLICY seen ON attachment TO gridgov_scoped USING (
    CASE WHEN incident_id IS NOT NULL THEN sees_incident(incident_id)
         WHEN attached_at IS NULL THEN uploaded_by = (SELECT claimed_actor())
         ELSE uploaded_by = (SELECT claimed_actor())
              OR EXISTS (SELECT FROM task_receipt WHERE task_receipt.attachment_ids @> ARRAY[attachment.id]) END);

-- Plans: whose area lies in one's zones. What hangs on a plan is seen with it.

ALTER TABLE plan ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON plan TO gridgov_app USING (true) WITH CHECK (true);
CREATE POLICY seen ON plan TO gridgov_scoped USING (area_zone_id = ANY ((SELECT claimed_ids('gridgov.zones'))::bigint[]));

DO $$
DECLARE
    child text;
BEGIN
    FOREACH child IN ARRAY ARRAY['plan_zone', 'plan_unit', 'plan_step', 'plan_report'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', child);
        EXECUTE format('CREATE POLICY everything ON %I TO gridgov_app USING (true) WITH CHECK (true)', child);
        EXECUTE format('CREATE POLICY seen ON %1$I TO gridgov_scoped
                        USING (EXISTS (SELECT FROM plan WHERE plan.id = %1$I.plan_id))', child);
    END LOOP;
END $$;
ALTER TABLE notice ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON notice TO gridgov_app USING (true) WITH CHECK (true);

CREATE POLICY seen ON notice TO gridgov_scoped USING (
    organisation_id = ANY ((SELECT claimed_ids('gridgov.organisations'))::bigint[])
    OR EXISTS (SELECT FROM plan WHERE plan.id = notice.plan_id));

-- The history: with what an entry is about. Of entries on nothing in particular one sees one's own, and those on what
-- everybody reads.
ALTER TABLE history ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON history TO gridgov_app USING (true) WITH CHECK (true);

CREATE POLICY seen ON history FOR SELECT TO gridgov_scoped USING (
    CASE WHEN actor = (SELECT claimed_actor()) THEN true
         WHEN incident_id IS NOT NULL THEN sees_incident(incident_id)
         WHEN plan_id IS NOT NULL THEN EXISTS (SELECT FROM plan WHERE plan.id = history.plan_id)
         WHEN zone_id IS NOT NULL THEN zone_id = ANY ((SELECT claimed_ids('gridgov.zones'))::bigint[])
         ELSE action LIKE 'rules.%' OR action LIKE 'deadlines.%' OR action LIKE 'guidance.%' END);

CREATE POLICY added ON history FOR INSERT TO gridgov_scoped WITH CHECK (
    (incident_id IS NULL OR sees_incident(incident_id))
    AND (plan_id IS NULL OR EXISTS (SELECT FROM plan WHERE plan.id = history.plan_id))
    AND (zone_id IS NULL OR zone_id = ANY ((SELECT claimed_ids('gridgov.zones'))::bigint[])));

-- What an action on many incidents did to one of them, without what it did to the others.
CREATE FUNCTION told_with_others(sought bigint)
RETURNS TABLE (seq bigint, at timestamptz, actor text, action text, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT history.seq, history.at, history.actor, history.action, history.after ->> 'reason'
    FROM history_incident JOIN history USING (seq)
    WHERE history_incident.incident_id = sought AND incident_in_sight(sought)
$$;

-- Of some entries those that are about what is seen; an action on many is, when one of them is. Who acted decides nothing.
CREATE FUNCTION entries_in_sight(numbers bigint[]) RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT history.seq FROM history
    WHERE history.seq = ANY (numbers) AND CASE
        WHEN NOT is_scoped() THEN true
        WHEN incident_id IS NOT NULL THEN incident_in_sight(incident_id)
        WHEN plan_id IS NOT NULL THEN EXISTS (
            SELECT FROM plan WHERE plan.id = plan_id AND area_zone_id = ANY (claimed_ids('gridgov.zones')))
        WHEN zone_id IS NOT NULL THEN zone_id = ANY (claimed_ids('gridgov.zones'))
        WHEN action LIKE 'rules.%' OR action LIKE 'deadlines.%' OR action LIKE 'guidance.%' THEN true
        ELSE EXISTS (
            SELECT FROM history_incident AS about JOIN incident ON incident.id = about.incident_id
            WHERE about.seq = history.seq AND (
                (SELECT claimed_ids('gridgov.roots')) && incident.zone_ids
                OR incident.organisation_id = ANY ((SELECT claimed_ids('gridgov.organisations'))::bigint[])
                OR incident.concerned_ids && (SELECT claimed_ids('gridgov.organisations'))
                OR incident.account_id = (SELECT claimed_account()))) END
    ORDER BY history.seq
$$;

-- People and things on the ground.

ALTER TABLE facility ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON facility TO gridgov_app USING (true) WITH CHECK (true);

CREATE POLICY seen ON facility TO gridgov_scoped USING (
    (SELECT claimed_ids('gridgov.roots')) && zone_ids
    OR owning_id = ANY ((SELECT claimed_ids('gridgov.organisations'))::bigint[])
    OR maintaining_id = ANY ((SELECT claimed_ids('gridgov.organisations'))::bigint[])
    OR supervising_id = ANY ((SELECT claimed_ids('gridgov.organisations'))::bigint[]));

-- One by one only for who may; as numbers per grid: grid_households.
ALTER TABLE household ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON household TO gridgov_app USING (true) WITH CHECK (true);

CREATE POLICY seen ON household TO gridgov_scoped USING (
    (SELECT claims_households()) AND EXISTS (
        SELECT FROM building JOIN unit_zone ON unit_zone.land_unit_id = building.land_unit_id
        WHERE building.id = household.building_id
          AND unit_zone.zone_id = ANY ((SELECT claimed_ids('gridgov.zones'))::bigint[])
          AND unit_zone.valid @> now() AND upper_inf(unit_zone.recorded)));
ALTER TABLE post ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON post TO gridgov_app USING (true) WITH CHECK (true);

CREATE POLICY seen ON post TO gridgov_scoped USING (
    zone_id = ANY ((SELECT claimed_ids('gridgov.zones'))::bigint[])
    OR organisation_id = ANY ((SELECT claimed_ids('gridgov.organisations'))::bigint[]));
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON person TO gridgov_app USING (true) WITH CHECK (true);

CREATE POLICY seen ON person TO gridgov_scoped USING (
    organisation_id = ANY ((SELECT claimed_ids('gridgov.organisations'))::bigint[])
    OR EXISTS (SELECT FROM post WHERE post.person_id = person.id));
ALTER TABLE patrol_point ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON patrol_point TO gridgov_app USING (true) WITH CHECK (true);

CREATE POLICY seen ON patrol_point TO gridgov_scoped USING (EXISTS (
    SELECT FROM unit_zone
    WHERE unit_zone.land_unit_id = patrol_point.land_unit_id
      AND unit_zone.zone_id = ANY ((SELECT claimed_ids('gridgov.zones'))::bigint[])
      AND unit_zone.valid @> now() AND upper_inf(unit_zone.recorded)));

-- Urgent tasks: of one's grids, and what one's own organisation or oneself has issued.

CREATE FUNCTION issued_tasks() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(id), '{}') FROM urgent_task
    WHERE organisation_id = ANY (claimed_ids('gridgov.organisations')) OR issued_by = claimed_actor()
$$;
ALTER TABLE task_receipt ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON task_receipt TO gridgov_app USING (true) WITH CHECK (true);

CREATE POLICY seen ON task_receipt TO gridgov_scoped USING (
    grid_id = ANY ((SELECT claimed_ids('gridgov.zones'))::bigint[]) OR task_id = ANY ((SELECT issued_tasks())::bigint[]))
    WITH CHECK (grid_id = ANY ((SELECT claimed_ids('gridgov.zones'))::bigint[]));
ALTER TABLE urgent_task ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON urgent_task TO gridgov_app USING (true) WITH CHECK (true);

CREATE POLICY seen ON urgent_task TO gridgov_scoped USING (
    organisation_id = ANY ((SELECT claimed_ids('gridgov.organisations'))::bigint[])
    OR issued_by = (SELECT claimed_actor())
    OR EXISTS (SELECT FROM task_receipt
               WHERE task_receipt.task_id = urgent_task.id
                 AND task_receipt.grid_id = ANY ((SELECT claimed_ids('gridgov.zones'))::bigint[])));
ALTER TABLE task_reminder ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON task_reminder TO gridgov_app USING (true) WITH CHECK (true);

CREATE POLICY seen ON task_reminder TO gridgov_scoped
    USING (EXISTS (SELECT FROM urgent_task WHERE urgent_task.id = task_reminder.task_id));

-- What is counted from everybody's rows is for those who see them all; whoever does not counts what they see.

DO $$
DECLARE
    derived text;
BEGIN
    FOREACH derived IN ARRAY ARRAY['incident_cell', 'queue_alarm', 'fallback_place'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', derived);
        EXECUTE format('CREATE POLICY everything ON %I TO gridgov_app USING (true) WITH CHECK (true)', derived);
    END LOOP;
END $$;
CREATE POLICY nothing ON incident_cell TO gridgov_scoped USING (false);
CREATE POLICY nothing ON queue_alarm TO gridgov_scoped USING (false);

-- Which places are not believed is known to who reports one.
CREATE POLICY confirmed ON fallback_place FOR SELECT TO gridgov_scoped USING (state = 'confirmed');

REVOKE ALL ON FUNCTION incident_in_sight(bigint), reporter_unmasked(bigint), reporter_masked(bigint), told_with_others(bigint),
    entries_in_sight(bigint[]), issued_tasks() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION incident_in_sight(bigint), reporter_unmasked(bigint), reporter_masked(bigint),
    told_with_others(bigint), entries_in_sight(bigint[]), issued_tasks() TO gridgov_app, gridgov_scoped;
