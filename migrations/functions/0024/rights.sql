-- What each role may do with which table. gridgov_app sees every row; gridgov_scoped may do the same with the rows its policies
-- show, save where named; gridgov_gate reads who may come in. What nobody may ever do is given to nobody.

-- Added and changed, never removed.
GRANT SELECT, INSERT, UPDATE ON
    building, case_state, category, city, dataset, facility, fallback_place, guidance, household, incident, incident_cell,
    incident_counter, land_unit, layer, organisation, patrol_point, person, plan, plan_step, plan_unit, plan_zone, post, road,
    task_receipt, time_limit, transfer, urgent_task, water, work_order, zone, zone_lineage, zone_version
TO gridgov_app, gridgov_scoped;

-- Append-only.
GRANT SELECT, INSERT ON
    case_moment, clock_notice, direct_answer, guidance_version, history, history_incident, notice, routing, task_reminder,
    zone_border_piece, zone_piece
TO gridgov_app, gridgov_scoped;

GRANT SELECT, INSERT, UPDATE, DELETE ON
    assignment_rule, assignment_rule_support, attachment, calendar_day, duty, incident_clock, organisation_window, plan_report,
    unit_edge, unit_zone
TO gridgov_app, gridgov_scoped;

-- Held apart for good, or no longer.
GRANT SELECT, INSERT, DELETE ON duplicate_decision TO gridgov_app, gridgov_scoped;
-- There is one row of each.
GRANT SELECT, UPDATE ON deadline_setting, queue_alarm TO gridgov_app, gridgov_scoped;
-- Read by the functions reporter_masked and reporter_unmasked alone.
GRANT INSERT ON reporter TO gridgov_app, gridgov_scoped;
GRANT SELECT ON alembic_version, set_aside_index, spatial_ref_sys TO gridgov_app, gridgov_scoped;

-- Figures are counted with the sight of all.
GRANT SELECT, INSERT ON figure_place TO gridgov_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON case_figure, figure_mark, period_figure TO gridgov_app;
GRANT SELECT ON case_figure, figure_place, period_figure TO gridgov_scoped;

-- Webhooks, subscriptions and links have owners; secrets and digests are written by them, not read.
GRANT SELECT, INSERT, UPDATE ON report_delivery, report_subscription, share_link, webhook TO gridgov_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_delivery TO gridgov_app;
GRANT SELECT, DELETE ON webhook_event TO gridgov_app;
GRANT INSERT ON webhook, report_subscription, share_link TO gridgov_scoped;
GRANT SELECT ON webhook_delivery, report_subscription, report_delivery TO gridgov_scoped;
GRANT SELECT (id, name, url, events, owner, account_id, active, created_at, removed_at) ON webhook TO gridgov_scoped;
GRANT UPDATE (name, url, events, active, removed_at, secret) ON webhook TO gridgov_scoped;
GRANT UPDATE (state, attempts, next_at, ended_at) ON webhook_delivery TO gridgov_scoped;
GRANT UPDATE (ended_at) ON report_subscription TO gridgov_scoped;
GRANT SELECT (id, title, view, owner, account_id, created_at, expires_at, revoked_at, opened, opened_at)
    ON share_link TO gridgov_scoped;
GRANT UPDATE (revoked_at) ON share_link TO gridgov_scoped;

GRANT SELECT, INSERT, UPDATE ON account, account_grant, service_token TO gridgov_gate;
GRANT SELECT, INSERT, UPDATE, DELETE ON session, sign_in_attempt, sign_in_flow TO gridgov_gate;

GRANT USAGE ON SCHEMA public TO gridgov_app, gridgov_scoped;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO gridgov_app, gridgov_scoped;
GRANT USAGE ON SEQUENCE account_id_seq, account_grant_id_seq, session_id_seq, service_token_id_seq TO gridgov_gate;
