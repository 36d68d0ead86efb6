-- name: copy_zones
-- Load zone identities.
COPY zone (id, layer_id, code, retired_at) FROM STDIN (FORMAT csv)

-- name: copy_zone_versions
-- Load zone versions; measures and the lattice shape are filled by the database.
COPY zone_version (id, zone_id, layer_id, name_zh, name_en, parent_zone_id, organisation_id, geom, valid, plan_id)
FROM STDIN (FORMAT csv)

-- name: copy_zone_lineage
-- Load what became of which zone under a plan.
COPY zone_lineage (plan_id, from_zone_id, to_zone_id, kind, households, units, area_m2) FROM STDIN (FORMAT csv)

-- name: copy_plan_steps
-- Load the steps of plans.
COPY plan_step (plan_id, seq, revision, at, author, kind, units, from_numbers, to_numbers, before, after)
FROM STDIN (FORMAT csv)

-- name: copy_history
-- Load what was done with plans.
COPY history (at, actor, action, plan_id, before, after) FROM STDIN (FORMAT csv)

-- name: copy_land_units
-- Load land units.
COPY land_unit (id, code, community_zone_id, kind, geom, valid) FROM STDIN (FORMAT csv)

-- name: copy_unit_zones
-- Load which unit belongs to which zone, and when.
COPY unit_zone (land_unit_id, zone_id, layer_id, valid, plan_id) FROM STDIN (FORMAT csv)

-- name: copy_organisations
-- Load organisations.
COPY organisation (id, code, name_zh, name_en, kind, parent_id, region_zone_id) FROM STDIN (FORMAT csv)

-- name: copy_persons
-- Load persons.
COPY person (id, code, name, organisation_id, phone) FROM STDIN (FORMAT csv)

-- name: copy_posts
-- Load posts in zones.
COPY post (zone_id, kind, person_id, organisation_id, valid) FROM STDIN (FORMAT csv)

-- name: copy_buildings
-- Load buildings.
COPY building (id, code, name_zh, address, land_unit_id, kind, floors, stairwells, zone_ids, geom) FROM STDIN (FORMAT csv)

-- name: copy_households
-- Load households.
COPY household (building_id, door_plate, stairwell, floor, residents) FROM STDIN (FORMAT csv)

-- name: copy_facilities
-- Load facilities.
COPY facility (code, category_id, name_zh, supervising_id, owning_id, maintaining_id, state, accuracy_class,
               surveyed_on, land_unit_id, zone_ids, geom) FROM STDIN (FORMAT csv)

-- name: copy_roads
-- Load roads.
COPY road (code, name_zh, name_en, road_class, geom) FROM STDIN (FORMAT csv)

-- name: copy_water
-- Load water.
COPY water (code, name_zh, name_en, kind, geom) FROM STDIN (FORMAT csv)

-- name: copy_categories
-- Load categories of a catalogue.
COPY category (id, standard_ref, kind, code, parent_id, level, name_zh, name_en, component_id, appeal_kind,
               filing_condition_zh, closing_condition_zh, time_limit, urgency) FROM STDIN (FORMAT csv)

-- name: copy_assignment_rules
-- Load assignment rules.
COPY assignment_rule (id, code, category_id, layer_id, zone_id, assign_to, organisation_id, priority, valid,
                      note_zh, note_en) FROM STDIN (FORMAT csv)

-- name: copy_assignment_rule_supports
-- Load the supporting organisations of rules.
COPY assignment_rule_support (rule_id, organisation_id) FROM STDIN (FORMAT csv)

-- name: copy_incidents
-- Load incidents already routed in memory.
COPY incident (id, number, source, source_ref, appeal_kind, category_id, text, address, place, place_accuracy_m,
               place_problem, original_lon, original_lat, original_crs, urgency, state, state_since, reported_at,
               organisation_id, land_unit_id, base_grid_id, zone_ids, facility_id) FROM STDIN (FORMAT binary)

-- name: copy_cases
-- Load cases of incidents that nobody works on yet, or any more.
COPY case_state (incident_id, level, lead_id, outcome, reported_grid_id, closed_at) FROM STDIN (FORMAT binary)

-- name: copy_reporters
-- Load who reported.
COPY reporter (incident_id, name, phone, email) FROM STDIN (FORMAT binary)

-- name: copy_routings
-- Load routings with their evidence.
COPY routing (incident_id, at, method, zone_version_ids, border_evidence, land_unit_id, facility_id,
              facility_distance_m, rule_id, organisation_id, supporting_ids, runners_up) FROM STDIN (FORMAT binary)

-- name: copy_asked_incidents
-- References to look up.
COPY asked (source, source_ref) FROM STDIN (FORMAT binary)

-- name: copy_moved
-- Load the new answers of incidents that were routed again.
COPY moved (id, place, organisation_id, land_unit_id, base_grid_id, zone_ids, facility_id) FROM STDIN (FORMAT binary)
