-- Triggers went with their tables.

DROP FUNCTION land_unit_is_always_in_a_base_grid();
DROP FUNCTION layer_edition_counts_up();
DROP FUNCTION history_is_announced();
DROP FUNCTION land_unit_measures();
DROP FUNCTION zone_version_measures();
DROP FUNCTION city_metric_srid();
DROP FUNCTION zone_version_is_only_closed();
DROP FUNCTION is_closed_from(tstzrange, tstzrange);
DROP FUNCTION zone_keeps_its_identity();
DROP FUNCTION incident_cells_follow();
DROP FUNCTION assignment_rule_is_only_closed();
DROP FUNCTION refuse_change();
DROP FUNCTION is_open_state(text);
DROP FUNCTION cell_y(double precision);
DROP FUNCTION cell_x(double precision);
