-- name: out_of_place
-- Zones and units of a published plan that are no longer as it made them.
SELECT 'zone' AS kind, zone.code
FROM zone_version AS version JOIN zone ON zone.id = version.zone_id
WHERE version.plan_id = %(plan)s AND upper_inf(version.recorded) AND NOT version.valid @> now()
UNION ALL
SELECT 'unit', land_unit.code
FROM unit_zone JOIN land_unit ON land_unit.id = unit_zone.land_unit_id
WHERE unit_zone.plan_id = %(plan)s AND unit_zone.layer_id = %(layer)s AND upper_inf(unit_zone.recorded)
  AND NOT unit_zone.valid @> now()
UNION ALL
SELECT 'zone', zone.code
FROM zone_lineage JOIN zone ON zone.id = zone_lineage.from_zone_id
WHERE zone_lineage.plan_id = %(plan)s AND zone.retired_at > (SELECT effective_from FROM plan WHERE id = %(plan)s)
ORDER BY 1, 2

-- name: insert_return
-- A plan that takes another one back.
INSERT INTO plan (code, layer_id, name_zh, name_en, state, author, area_zone_id, base_at, band_min, band_max, reverts_id)
SELECT code || '-R', layer_id, '回退：' || name_zh, 'Roll-back: ' || coalesce(name_en, name_zh), 'approved', %(by)s,
       area_zone_id, now(), band_min, band_max, id
FROM plan WHERE id = %(plan)s
RETURNING id, code

-- name: insert_return_zones
-- Zones that a roll-back concerns, with the names they had; those that the plan made are dissolved.
WITH taken_back AS (SELECT effective_from AS at FROM plan WHERE id = %(plan)s),
concerned AS (
    SELECT from_zone_id AS id FROM zone_lineage WHERE plan_id = %(plan)s AND from_zone_id IS NOT NULL
    UNION SELECT to_zone_id FROM zone_lineage WHERE plan_id = %(plan)s AND to_zone_id IS NOT NULL
    UNION SELECT zone_id FROM zone_version WHERE plan_id = %(plan)s
)
INSERT INTO plan_zone (plan_id, number, zone_id, code, name_zh, name_en, community_zone_id, dissolved)
SELECT %(back)s, row_number() OVER (ORDER BY zone.code), zone.id, zone.code,
       coalesce(before.name_zh, now.name_zh), CASE WHEN before.id IS NULL THEN now.name_en ELSE before.name_en END,
       coalesce(before.parent_zone_id, now.parent_zone_id), before.id IS NULL
FROM concerned JOIN zone ON zone.id = concerned.id CROSS JOIN taken_back
LEFT JOIN zone_version AS before ON before.zone_id = zone.id AND upper(before.valid) = taken_back.at
    AND upper_inf(before.recorded)
LEFT JOIN zone_version AS now ON now.zone_id = zone.id AND now.valid @> now() AND upper_inf(now.recorded)

-- name: insert_return_units
-- Units of the zones that a roll-back concerns: where they are, and where they were. A piece goes where its unit was.
WITH RECURSIVE taken_back AS (SELECT effective_from AS at, layer_id FROM plan WHERE id = %(plan)s),
here AS (
    SELECT unit_zone.land_unit_id AS id, plan_zone.number
    FROM taken_back JOIN unit_zone ON unit_zone.layer_id = taken_back.layer_id
    JOIN plan_zone ON plan_zone.plan_id = %(back)s AND plan_zone.zone_id = unit_zone.zone_id
    WHERE unit_zone.valid @> now() AND upper_inf(unit_zone.recorded)
), line (id, origin) AS (
    SELECT id, id FROM here
    UNION ALL
    SELECT land_unit.cut_from, line.origin
    FROM line JOIN land_unit ON land_unit.id = line.id AND land_unit.plan_id = %(plan)s
), before AS (
    SELECT line.origin AS id, plan_zone.number
    FROM taken_back CROSS JOIN line
    JOIN unit_zone ON unit_zone.land_unit_id = line.id AND unit_zone.layer_id = taken_back.layer_id
        AND upper(unit_zone.valid) = taken_back.at AND upper_inf(unit_zone.recorded)
    JOIN plan_zone ON plan_zone.plan_id = %(back)s AND plan_zone.zone_id = unit_zone.zone_id
)
INSERT INTO plan_unit (plan_id, land_unit_id, base_number, number, households, residents, buildings, incidents_year,
                       facilities, area_m2, perimeter_m)
SELECT %(back)s, here.id, here.number, coalesce(before.number, here.number), coalesce(known.households, 0),
       coalesce(known.residents, 0), coalesce(known.buildings, 0), coalesce(known.incidents_year, 0),
       coalesce(known.facilities, 0), land_unit.area_m2, land_unit.perimeter_m
FROM here JOIN land_unit ON land_unit.id = here.id
LEFT JOIN before ON before.id = here.id
LEFT JOIN plan_unit AS known ON known.plan_id = %(plan)s AND known.land_unit_id = here.id

-- name: insert_return_ground
-- The same for a layer whose zones are not made of units: by what the plan moved.
INSERT INTO plan_unit (plan_id, land_unit_id, base_number, number, households, residents, buildings, incidents_year,
                       facilities, area_m2, perimeter_m)
SELECT %(back)s, moved.land_unit_id, now_in.number, was_in.number, moved.households, moved.residents, moved.buildings,
       moved.incidents_year, moved.facilities, moved.area_m2, moved.perimeter_m
FROM plan_unit AS moved
JOIN plan_zone AS target ON target.plan_id = moved.plan_id AND target.number = moved.number
JOIN plan_zone AS source ON source.plan_id = moved.plan_id AND source.number = moved.base_number
JOIN plan_zone AS now_in ON now_in.plan_id = %(back)s AND now_in.zone_id = target.zone_id
JOIN plan_zone AS was_in ON was_in.plan_id = %(back)s AND was_in.zone_id = source.zone_id
WHERE moved.plan_id = %(plan)s
  AND (SELECT layer.kind FROM plan JOIN layer ON layer.id = plan.layer_id WHERE plan.id = %(plan)s) <> 'base_grid'

-- name: versions_before
-- Shapes that zones had until a plan took effect.
SELECT version.zone_id, ST_AsBinary(version.geom) AS shape
FROM plan JOIN zone_version AS version ON version.layer_id = plan.layer_id AND upper(version.valid) = plan.effective_from
WHERE plan.id = %(plan)s AND upper_inf(version.recorded)

-- name: return_posts
-- Zones that are there again get the posts they had: vacancies, and whoever the plan moved and still holds the post.
WITH old AS (
    SELECT old.zone_id, old.kind, old.person_id, old.organisation_id, new.id AS new_id
    FROM post AS old LEFT JOIN post AS new ON new.person_id = old.person_id AND new.kind = old.kind
        AND new.zone_id <> old.zone_id AND lower(new.valid) = upper(old.valid) AND new.valid @> %(at)s::timestamptz
    WHERE old.zone_id = ANY (%(zones)s::bigint[]) AND upper(old.valid) = %(effective)s::timestamptz
), left_zone AS (
    UPDATE post SET valid = tstzrange(lower(valid), %(at)s) FROM old WHERE post.id = old.new_id
)
INSERT INTO post (zone_id, kind, person_id, organisation_id, valid)
SELECT zone_id, kind, person_id, organisation_id, tstzrange(%(at)s, NULL)
FROM old WHERE person_id IS NULL OR new_id IS NOT NULL
