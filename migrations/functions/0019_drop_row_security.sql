-- Every row is everybody's again. The roles stay, for other databases of the cluster may have them; what was declared
-- leakproof stays so, for it is.

DO $$
DECLARE
    held record;
BEGIN
    FOR held IN
        SELECT polname, polrelid::regclass AS tab FROM pg_policy
        WHERE polrelid::regclass::text = ANY (ARRAY[
            'incident', 'routing', 'case_state', 'work_order', 'incident_clock', 'clock_notice', 'case_moment', 'direct_answer',
            'transfer', 'history_incident', 'duplicate_decision', 'reporter', 'attachment', 'plan', 'plan_zone', 'plan_unit',
            'plan_step', 'plan_report', 'notice', 'history', 'facility', 'household', 'post', 'person', 'patrol_point',
            'task_receipt', 'urgent_task', 'task_reminder', 'incident_cell', 'queue_alarm', 'fallback_place'])
    LOOP
        EXECUTE format('DROP POLICY %I ON %s', held.polname, held.tab);
        EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', held.tab);
    END LOOP;
END $$;

DO $$
DECLARE
    works text;
BEGIN
    FOREACH works IN ARRAY ARRAY[
        'incident_cells_follow', 'incident_references_exist', 'incident_changed_references_exist', 'routing_references_exist',
        'reporter_references_exist', 'case_state_references_exist', 'case_state_names_what_is_there',
        'work_order_names_what_is_there', 'is_not_referred_to', 'case_moment_of_stage', 'case_moment_of_case'
    ] LOOP
        EXECUTE format('ALTER FUNCTION %I() SECURITY INVOKER RESET search_path', works);
    END LOOP;
END $$;

DROP TRIGGER case_is_merged_into_what_is_seen ON case_state;
DROP FUNCTION case_is_merged_into_what_is_seen();
DROP TRIGGER responsible_before_is_kept ON incident;
DROP FUNCTION incident_keeps_who_worked_on_it();
DROP TRIGGER work_order_concerns ON work_order;
DROP FUNCTION work_order_concerns();
DROP FUNCTION issued_tasks();
DROP FUNCTION entries_in_sight(bigint[]);
DROP FUNCTION told_with_others(bigint);
DROP FUNCTION reporter_masked(bigint);
DROP FUNCTION reporter_unmasked(bigint);
DROP FUNCTION hold_incident(bigint);
DROP FUNCTION sees_incident(bigint);
DROP FUNCTION incident_in_sight(bigint);
DROP FUNCTION is_scoped();
DROP FUNCTION claims_households();
DROP FUNCTION claimed_actor();
DROP FUNCTION claimed_account();
DROP FUNCTION claimed_ids(text);

GRANT SELECT, UPDATE ON reporter TO gridgov_app;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM gridgov_scoped;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM gridgov_scoped;
REVOKE ALL ON SCHEMA public FROM gridgov_scoped;
