-- name: plan
-- A plan by its code, locked until the transaction ends: one change of state after the other.
SELECT plan.id, plan.code, plan.layer_id, layer.code AS layer, layer.kind AS layer_kind, layer.code_pattern,
       plan.name_zh, plan.name_en, plan.state, plan.author, plan.approver, plan.effective_from, plan.base_at,
       plan.revision, plan.reverts_id, plan.area_zone_id, plan.rollback_at, plan.rollback_by, now() AS now,
       ARRAY(SELECT DISTINCT plan_step.author FROM plan_step
             WHERE plan_step.plan_id = plan.id AND NOT plan_step.undone) AS step_authors
FROM plan JOIN layer ON layer.id = plan.layer_id
WHERE plan.code = %(code)s
FOR UPDATE OF plan

-- name: plan_read
-- The same without the lock.
SELECT plan.id, plan.code, plan.layer_id, layer.code AS layer, layer.kind AS layer_kind, layer.code_pattern,
       plan.name_zh, plan.name_en, plan.state, plan.author, plan.approver, plan.effective_from, plan.base_at,
       plan.revision, plan.reverts_id, plan.area_zone_id, now() AS now,
       ARRAY(SELECT DISTINCT plan_step.author FROM plan_step
             WHERE plan_step.plan_id = plan.id AND NOT plan_step.undone) AS step_authors
FROM plan JOIN layer ON layer.id = plan.layer_id
WHERE plan.code = %(code)s

-- name: due
-- Codes of plans whose moment has come, to take effect or to go back, in its order.
SELECT code, returns FROM (
    SELECT id, code, false AS returns, effective_from AS at FROM plan WHERE state = 'scheduled' AND effective_from <= now()
    UNION ALL
    SELECT id, code, true, rollback_at FROM plan WHERE state = 'published' AND rollback_at <= now()
) AS due ORDER BY at, id

-- name: units
-- Land units of a plan, where each was, is wanted, and is at a moment; 0 stands for "none".
COPY (
    SELECT land_unit.id, land_unit.code, land_unit.community_zone_id, coalesce(plan_unit.base_number, 0),
           coalesce(plan_unit.number, 0), plan_unit.households, plan_unit.residents, plan_unit.area_m2,
           (isempty(land_unit.valid) AND land_unit.plan_id = plan_unit.plan_id)::int, coalesce(land_unit.cut_from, 0),
           (land_unit.valid @> %(at)s::timestamptz AND lower(land_unit.valid) < %(at)s::timestamptz)::int,
           coalesce(here.zone_id, 0), (plan_unit.geom IS NOT NULL)::int
    FROM plan_unit JOIN land_unit ON land_unit.id = plan_unit.land_unit_id
    LEFT JOIN unit_zone AS here ON here.land_unit_id = land_unit.id AND here.layer_id = %(layer)s
        AND here.valid @> %(at)s::timestamptz AND lower(here.valid) < %(at)s::timestamptz AND upper_inf(here.recorded)
    WHERE plan_unit.plan_id = %(plan)s
    ORDER BY land_unit.id
) TO STDOUT (FORMAT csv)

-- name: zones
-- Zones of a plan beside the versions that hold at a moment.
SELECT plan_zone.number, plan_zone.zone_id, zone.code AS zone_code, plan_zone.code, plan_zone.name_zh,
       plan_zone.name_en, plan_zone.community_zone_id, plan_zone.dissolved, zone.retired_at,
       version.id AS version_id, version.name_zh AS zone_name_zh, version.name_en AS zone_name_en,
       version.parent_zone_id, version.organisation_id
FROM plan_zone
LEFT JOIN zone ON zone.id = plan_zone.zone_id
LEFT JOIN zone_version AS version ON version.zone_id = zone.id AND version.valid @> %(at)s::timestamptz
    AND upper_inf(version.recorded)
WHERE plan_zone.plan_id = %(plan)s
ORDER BY plan_zone.number

-- name: units_in_zones
-- Land units that are in some zones at a moment.
SELECT land_unit_id AS id, zone_id FROM unit_zone
WHERE zone_id = ANY (%(zones)s::bigint[]) AND valid @> %(at)s::timestamptz AND upper_inf(recorded)

-- name: joined
-- Pairs of units that hold a grid together, among some units.
SELECT unit_a, unit_b FROM unit_edge
WHERE joined AND unit_a = ANY (%(units)s::bigint[]) AND unit_b = ANY (%(units)s::bigint[])

-- name: shapes
-- Shapes of land units as a plan has them.
SELECT land_unit.id, ST_AsBinary(coalesce(plan_unit.geom, land_unit.geom)) AS shape
FROM land_unit LEFT JOIN plan_unit ON plan_unit.land_unit_id = land_unit.id AND plan_unit.plan_id = %(plan)s
WHERE land_unit.id = ANY (%(units)s::bigint[])

-- name: versions
-- Versions of zones at a moment, with their shapes.
SELECT version.id, version.zone_id, zone.code, version.name_zh, version.name_en, version.parent_zone_id,
       version.organisation_id, lower(version.valid) AS since, ST_AsBinary(version.geom) AS shape
FROM zone_version AS version JOIN zone ON zone.id = version.zone_id
WHERE version.zone_id = ANY (%(zones)s::bigint[]) AND version.valid @> %(at)s::timestamptz AND upper_inf(version.recorded)

-- name: beside
-- Shapes of the layer's other zones that touch the boxes of some versions, at a moment.
SELECT DISTINCT ON (other.id) other.zone_id, ST_AsBinary(other.geom) AS shape
FROM zone_version AS version
JOIN zone_version AS other ON other.geom && version.geom AND other.layer_id = version.layer_id
WHERE version.id = ANY (%(versions)s::bigint[]) AND NOT other.zone_id = ANY (%(zones)s::bigint[])
  AND other.valid @> %(at)s::timestamptz AND upper_inf(other.recorded)

-- name: codes
-- Every code a zone of the layer has or had.
SELECT code, id FROM zone WHERE layer_id = %(layer)s

-- name: zone_codes
-- Codes of zones.
SELECT id, code FROM zone WHERE id = ANY (%(ids)s::bigint[])

-- name: insert_zones
-- Zones that begin with a plan.
INSERT INTO zone (layer_id, code) SELECT %(layer)s, unnest(%(codes)s::text[]) RETURNING id, code

-- name: revive_zones
-- Zones that a roll-back brings back as they were.
UPDATE zone SET retired_at = NULL WHERE id = ANY (%(zones)s::bigint[]) AND retired_at IS NOT NULL

-- name: close_memberships
-- Units leave the zone they are in.
UPDATE unit_zone SET valid = tstzrange(lower(valid), %(at)s)
WHERE land_unit_id = ANY (%(units)s::bigint[]) AND layer_id = %(layer)s
  AND valid @> %(at)s::timestamptz AND upper_inf(recorded)

-- name: open_memberships
-- Units enter the zone that the plan gives them.
INSERT INTO unit_zone (land_unit_id, zone_id, layer_id, valid, plan_id)
SELECT moved.unit, moved.zone, %(layer)s, tstzrange(%(at)s, NULL), %(plan)s
FROM unnest(%(units)s::bigint[], %(zones)s::bigint[]) AS moved (unit, zone)

-- name: end_parents
-- Cut units end; what they belong to in other layers ends with them, and goes on with the pieces.
WITH piece AS (
    SELECT * FROM unnest(%(pieces)s::bigint[], %(roots)s::bigint[]) AS piece (unit, root)
), ended AS (
    UPDATE land_unit SET valid = tstzrange(lower(valid), %(at)s) WHERE id = ANY (%(roots)s::bigint[])
), closed AS (
    UPDATE unit_zone SET valid = tstzrange(lower(valid), %(at)s)
    WHERE land_unit_id = ANY (%(roots)s::bigint[]) AND layer_id <> %(layer)s
      AND valid @> %(at)s::timestamptz AND upper_inf(recorded)
    RETURNING land_unit_id, zone_id, layer_id
)
INSERT INTO unit_zone (land_unit_id, zone_id, layer_id, valid, plan_id)
SELECT piece.unit, closed.zone_id, closed.layer_id, tstzrange(%(at)s, NULL), %(plan)s
FROM closed JOIN piece ON piece.root = closed.land_unit_id

-- name: begin_pieces
-- Pieces come alive.
UPDATE land_unit SET valid = tstzrange(%(at)s, NULL) WHERE id = ANY (%(pieces)s::bigint[])

-- name: add_vertices
-- Units take over the vertices that the cut of a neighbour put into their border.
UPDATE land_unit SET geom = plan_unit.geom
FROM plan_unit
WHERE plan_unit.plan_id = %(plan)s AND plan_unit.geom IS NOT NULL AND land_unit.id = plan_unit.land_unit_id
  AND land_unit.id = ANY (%(units)s::bigint[])

-- name: move_facilities
-- Facilities on ended units stand on the new unit that covers a point on them; the lowest code on an edge.
UPDATE facility SET land_unit_id = found.unit_id
FROM (
    SELECT DISTINCT ON (facility.id) facility.id AS facility_id, unit.id AS unit_id
    FROM facility
    CROSS JOIN LATERAL (
        SELECT ST_SnapToGrid(ST_SetSRID(ST_Scale(ST_PointOnSurface(facility.geom), 1e7, 1e7), 0), 1) AS point
    ) AS middle
    JOIN land_unit AS unit ON unit.lattice && middle.point AND ST_Covers(unit.lattice, middle.point)
    WHERE facility.land_unit_id = ANY (%(ids)s::bigint[]) AND unit.valid @> %(at)s::timestamptz
    ORDER BY facility.id, unit.code
) AS found
WHERE facility.id = found.facility_id

-- name: forget_edges
-- Borders of units that ended.
DELETE FROM unit_edge WHERE unit_a = ANY (%(units)s::bigint[]) OR unit_b = ANY (%(units)s::bigint[])

-- name: close_versions
-- Versions that end with the edition.
UPDATE zone_version SET valid = tstzrange(lower(valid), %(at)s) WHERE id = ANY (%(versions)s::bigint[])

-- name: insert_versions
-- Zones as the plan makes them.
INSERT INTO zone_version (zone_id, layer_id, name_zh, name_en, parent_zone_id, organisation_id, geom, valid, plan_id)
SELECT zone_id, %(layer)s, name_zh, name_en, parent_zone_id, organisation_id, ST_GeomFromWKB(shape, 4326),
       tstzrange(%(at)s, NULL), %(plan)s
FROM unnest(%(zones)s::bigint[], %(names_zh)s::text[], %(names_en)s::text[], %(parents)s::bigint[],
            %(organisations)s::bigint[], %(shapes)s::bytea[])
     AS version (zone_id, name_zh, name_en, parent_zone_id, organisation_id, shape)

-- name: name_zones
-- Which zone each new number of a plan has become.
UPDATE plan_zone SET zone_id = coalesce(plan_zone.zone_id, made.id), code = made.code
FROM unnest(%(numbers)s::int[], %(ids)s::bigint[], %(codes)s::text[]) AS made (number, id, code)
WHERE plan_zone.plan_id = %(plan)s AND plan_zone.number = made.number

-- name: retire
-- Zones that ended with the plan.
UPDATE zone SET retired_at = %(at)s WHERE id = ANY (%(zones)s::bigint[])

-- name: insert_lineage
-- What became of what.
INSERT INTO zone_lineage (plan_id, from_zone_id, to_zone_id, kind, households, units, area_m2)
SELECT %(plan)s, source, target, kind, households, units, area
FROM unnest(%(sources)s::bigint[], %(targets)s::bigint[], %(kinds)s::text[], %(households)s::int[], %(units)s::int[],
            %(areas)s::float8[]) AS step (source, target, kind, households, units, area)

-- name: move_posts
-- Posts of zones that end go on in the zone that takes most of their households; their vacancies end.
WITH heir AS (
    SELECT * FROM unnest(%(sources)s::bigint[], %(targets)s::bigint[]) AS heir (source, target)
), ended AS (
    UPDATE post SET valid = tstzrange(lower(post.valid), %(at)s)
    FROM heir WHERE post.zone_id = heir.source AND post.valid @> %(at)s::timestamptz AND lower(post.valid) < %(at)s::timestamptz
    RETURNING heir.source, heir.target, post.kind, post.person_id, post.organisation_id
), begun AS (
    INSERT INTO post (zone_id, kind, person_id, organisation_id, valid)
    SELECT target, kind, person_id, organisation_id, tstzrange(%(at)s, NULL) FROM ended WHERE person_id IS NOT NULL
)
SELECT source AS from_zone, target AS to_zone, kind, true AS filled FROM ended WHERE person_id IS NOT NULL

-- name: open_posts
-- New zones get the kinds of posts their zone of origin has, one each, vacant until somebody is named.
INSERT INTO post (zone_id, kind, organisation_id, valid)
SELECT DISTINCT ON (heir.target, post.kind) heir.target, post.kind, post.organisation_id, tstzrange(%(at)s, NULL)
FROM unnest(%(sources)s::bigint[], %(targets)s::bigint[]) AS heir (source, target)
JOIN post ON post.zone_id = heir.source AND lower(post.valid) < %(at)s::timestamptz
    AND (upper_inf(post.valid) OR upper(post.valid) >= %(at)s::timestamptz)
ORDER BY heir.target, post.kind, post.id
RETURNING zone_id AS to_zone, kind

-- name: concerned
-- Open incidents that units which moved or ended may concern: on them; exactly on their border, whatever unit is
-- stored; and those that are in no unit but were given the nearest grid. Columns as those of rerouting/all_open.
COPY (
    WITH moved AS MATERIALIZED (
        SELECT id, lattice, geom FROM land_unit WHERE id = ANY (%(units)s::bigint[])
    ), beside AS MATERIALIZED (
        -- Units that share a vertex or an edge with one that moved: only there a place can lie on its border.
        SELECT other.id AS unit_id, moved.lattice
        FROM moved JOIN land_unit AS other ON other.lattice && moved.lattice AND NOT other.id = ANY (%(units)s::bigint[])
        WHERE ST_Intersects(other.lattice, moved.lattice)
    ), asked AS (
        SELECT incident.id FROM incident
        WHERE land_unit_id = ANY (%(units)s::bigint[]) AND NOT overridden
          AND is_open
        UNION
        SELECT incident.id
        FROM beside JOIN incident ON incident.land_unit_id = beside.unit_id
            AND incident.is_open
        CROSS JOIN LATERAL (
            SELECT ST_Point(round(ST_X(incident.place) * 1e7), round(ST_Y(incident.place) * 1e7)) AS lattice
        ) AS point
        WHERE NOT incident.overridden AND beside.lattice && point.lattice AND ST_Intersects(beside.lattice, point.lattice)
        UNION
        SELECT incident.id FROM incident
        WHERE land_unit_id IS NULL AND place IS NOT NULL AND base_grid_id = ANY (%(zones)s::bigint[]) AND NOT overridden
          AND is_open
    )
    SELECT incident.id, incident.number, ST_X(place), ST_Y(place), original_lon, original_lat, original_crs,
           place_accuracy_m, category_id, coalesce(organisation_id, 0), coalesce(land_unit_id, 0),
           coalesce(base_grid_id, 0), array_to_string(zone_ids, ' ')
    FROM asked JOIN incident USING (id) ORDER BY id
) TO STDOUT (FORMAT csv)

-- name: change_state
-- Bring a plan to a state.
UPDATE plan SET state = %(state)s, approver = %(approver)s, effective_from = %(effective_from)s,
    rollback_at = %(rollback_at)s, rollback_by = %(rollback_by)s, revision = revision + 1
WHERE id = %(plan)s

-- name: supersede
-- Earlier plans whose zones this one has drawn anew.
UPDATE plan SET state = 'superseded', rollback_at = NULL, rollback_by = NULL, revision = revision + 1
WHERE id <> %(plan)s AND state = 'published' AND id IN (
    SELECT plan_id FROM zone_version WHERE id = ANY (%(versions)s::bigint[]))
RETURNING code

-- name: insert_notices
-- Tell organisations what concerns them.
INSERT INTO notice (plan_id, organisation_id, kind, text_zh, text_en, about)
SELECT %(plan)s, organisation, %(kind)s, zh, en, about
FROM unnest(%(organisations)s::bigint[], %(texts_zh)s::text[], %(texts_en)s::text[], %(about)s::jsonb[])
     AS notice (organisation, zh, en, about)

-- name: notices
-- Notices, the newest first.
SELECT notice.id, notice.at, plan.code AS plan, organisation.code AS organisation,
       organisation.name_zh AS organisation_zh, organisation.name_en AS organisation_en, notice.kind,
       notice.text_zh, notice.text_en, notice.about
FROM notice JOIN plan ON plan.id = notice.plan_id JOIN organisation ON organisation.id = notice.organisation_id
WHERE (%(organisation)s::text IS NULL OR organisation.code = %(organisation)s)
  AND (%(plan)s::text IS NULL OR plan.code = %(plan)s)
  AND (%(before)s::bigint IS NULL OR notice.id < %(before)s::bigint)
ORDER BY notice.id DESC LIMIT %(limit)s

-- name: told
-- Organisations that zones concern: who answers for them or for a region above them, or governs such a region.
WITH RECURSIVE above (id, origin) AS (
    SELECT zone_id, zone_id FROM unnest(%(zones)s::bigint[]) AS zone (zone_id)
    UNION
    SELECT version.parent_zone_id, above.origin
    FROM above JOIN zone_version AS version ON version.zone_id = above.id
    WHERE upper_inf(version.recorded) AND version.parent_zone_id IS NOT NULL
)
SELECT organisation.id, above.origin AS zone_id
FROM above JOIN organisation ON organisation.region_zone_id = above.id
UNION
SELECT version.organisation_id, above.origin
FROM above JOIN zone_version AS version ON version.zone_id = above.id
WHERE version.organisation_id IS NOT NULL AND upper_inf(version.recorded) AND upper_inf(version.valid)

-- name: told_before
-- Organisations that were told of a plan.
SELECT DISTINCT organisation_id AS id FROM notice WHERE plan_id = %(plan)s
