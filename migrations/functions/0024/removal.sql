-- Takes away what this revision makes, and nothing else that may lie in the schema.

DROP SCHEMA task_queue CASCADE;

DROP TABLE
    account, account_grant, assignment_rule, assignment_rule_support, attachment, building, calendar_day,
    case_figure, case_moment, case_state, category, city, clock_notice, dataset, deadline_setting, direct_answer,
    duplicate_decision, duty, facility, fallback_place, figure_mark, figure_place, guidance, guidance_version,
    history, history_incident, household, incident, incident_cell, incident_cell_change, incident_clock,
    incident_counter, land_unit, layer, notice, organisation, organisation_window, patrol_point, period_figure,
    person, plan, plan_report, plan_step, plan_unit, plan_zone, post, queue_alarm, report_delivery,
    report_subscription, reporter, road, routing, service_token, session, set_aside_index, share_link,
    sign_in_attempt, sign_in_flow, task_receipt, task_reminder, time_limit, transfer, unit_edge, unit_zone,
    urgent_task, water, webhook, webhook_delivery, webhook_event, work_order, zone, zone_border_piece, zone_lineage,
    zone_piece, zone_version
CASCADE;

DROP FUNCTION
    all_incidents_are_marked(), assignment_rule_is_only_closed(), case_is_merged_into_what_is_seen(),
    case_moment_of_case(), case_moment_of_stage(), case_state_names_what_is_there(), case_state_references_exist(),
    cell_x(double precision), cell_y(double precision), city_metric_srid(), claimed_account(), claimed_actor(),
    claimed_ids(text), claims_households(), clock_state(timestamp with time zone, timestamp with time
    zone, timestamp with time zone), deadlines_have_changed(), entries_in_sight(bigint[]),
    grid_households(bigint[]), history_is_announced(), history_reaches_webhooks(), hold_incident(bigint),
    incident_cells_are_added(), incident_cells_follow(), incident_changed_references_exist(),
    incident_in_sight(bigint), incident_is_marked(), incident_keeps_who_worked_on_it(), incident_references_exist(),
    incidents_are_marked(), is_closed_from(tstzrange, tstzrange), is_not_referred_to(), is_open_state(text),
    is_scoped(), issued_tasks(), land_unit_is_always_in_a_base_grid(), land_unit_measures(), layer_becomes_a_root(),
    layer_edition_counts_up(), layer_extent(bigint), names_on_posts(bigint[]), only_waiting_rules_are_removed(),
    organisations_below(bigint[]), overridden_incident_keeps_its_organisation(), posts_on_duty(bigint, bigint),
    refuse_attachment_change(), refuse_change(), refuse_reference(text, bigint, text), reporter_masked(bigint),
    reporter_references_exist(), reporter_unmasked(bigint), require_read_committed(), routing_references_exist(),
    sees_incident(bigint), told_with_others(bigint), work_order_concerns(), work_order_names_what_is_there(),
    zone_keeps_its_identity(), zone_version_is_cut(), zone_version_is_only_closed(), zone_version_measures(),
    zone_version_names_its_edition(), zones_below(bigint[]), zones_of_posts(bigint);

REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM gridgov_app, gridgov_scoped, gridgov_gate;
REVOKE ALL ON SCHEMA public FROM gridgov_app, gridgov_scoped;
