-- name: units
-- Units of a plan as they are in it: zone by code (or number, where it has none yet), figures, shape.
SELECT land_unit.id, land_unit.code AS unit, plan_zone.number,
       coalesce(plan_zone.code, zone.code, 'new:' || plan_zone.number) AS zone, plan_zone.name_zh AS zone_name,
       coalesce(base_zone.code, base.code, 'new:' || base.number) AS base_zone, plan_unit.households, plan_unit.residents,
       (plan_unit.number IS DISTINCT FROM plan_unit.base_number)::int AS changed,
       ST_AsBinary(coalesce(plan_unit.geom, land_unit.geom)) AS shape
FROM plan_unit JOIN land_unit ON land_unit.id = plan_unit.land_unit_id
JOIN plan_zone ON plan_zone.plan_id = plan_unit.plan_id AND plan_zone.number = plan_unit.number
LEFT JOIN zone ON zone.id = plan_zone.zone_id
LEFT JOIN plan_zone AS base ON base.plan_id = plan_unit.plan_id AND base.number = plan_unit.base_number
LEFT JOIN zone AS base_zone ON base_zone.id = base.zone_id
WHERE plan_unit.plan_id = %(plan)s
ORDER BY land_unit.code

-- name: cut_units
-- Codes of units that the plan has cut, or pieces it has taken back: nothing can be put into a grid by them.
SELECT land_unit.code FROM plan_unit JOIN land_unit ON land_unit.id = plan_unit.land_unit_id
WHERE plan_unit.plan_id = %(plan)s AND plan_unit.number IS NULL

-- name: zone_numbers
-- Number of each zone of a plan by its code, dissolved ones too, and by new:NUMBER.
SELECT coalesce(plan_zone.code, zone.code, 'new:' || plan_zone.number) AS zone, plan_zone.number
FROM plan_zone LEFT JOIN zone ON zone.id = plan_zone.zone_id
WHERE plan_zone.plan_id = %(plan)s
