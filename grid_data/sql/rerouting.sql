-- name: mark
-- The last time that all layers were routed again: the moment asked about, when it was done, the layers' editions then.
SELECT (after ->> 'at')::timestamptz AS at, (after ->> 'known')::timestamptz AS known, after -> 'editions' AS editions
FROM history
WHERE action = 'routing.again' AND after -> 'layers' = 'null'::jsonb
ORDER BY seq DESC LIMIT 1

-- name: now
-- This transaction's moment and the editions of the active layers.
SELECT now() AS now, coalesce(jsonb_object_agg(code, edition), '{}') AS editions FROM layer WHERE active

-- name: layers
-- Active layers that are routed.
SELECT code FROM layer WHERE active AND kind <> 'context' ORDER BY precedence, code

-- name: overview
-- Open incidents: the oldest report that came in since a moment, and how many have an organisation that a person chose. Each is
-- answered by an index of its own.
WITH late AS MATERIALIZED (
    SELECT reported_at FROM incident
    WHERE recorded_at > %(known)s::timestamptz
      AND is_open
)
SELECT (SELECT min(reported_at) FROM late) AS oldest,
       (SELECT count(*) FROM incident
        WHERE overridden
          AND is_open) AS kept_by_hand

-- name: open_up_to
-- How many incidents are open, counted in an index no further than to a number.
SELECT count(*) AS count FROM (SELECT FROM incident WHERE is_open LIMIT %(most)s) AS counted

-- name: moved_units
-- Land units of open incidents that ended or moved to another grid since these were routed: of each unit that ever left
-- a grid, an index tells whether open incidents are still counted there.
WITH gone AS MATERIALIZED (
    SELECT DISTINCT land_unit_id, zone_id FROM unit_zone
    WHERE NOT valid @> now() OR NOT upper_inf(recorded)
)
SELECT land_unit_id AS id FROM gone
WHERE EXISTS (
        SELECT FROM incident
        WHERE incident.land_unit_id = gone.land_unit_id AND incident.base_grid_id = gone.zone_id
          AND is_open)
  AND NOT EXISTS (
        SELECT FROM unit_zone
        WHERE unit_zone.land_unit_id = gone.land_unit_id AND unit_zone.zone_id = gone.zone_id
          AND unit_zone.valid @> now() AND upper_inf(unit_zone.recorded))
UNION
SELECT id FROM land_unit
WHERE NOT valid @> now()
  AND EXISTS (
        SELECT FROM incident
        WHERE incident.land_unit_id = land_unit.id
          AND is_open)

-- name: all_open
-- What routing again needs of every open incident that can be routed, and what each has.
COPY (
    SELECT id, number, ST_X(place), ST_Y(place), original_lon, original_lat, original_crs,
           place_accuracy_m, category_id, coalesce(organisation_id, 0), coalesce(land_unit_id, 0),
           coalesce(base_grid_id, 0), array_to_string(zone_ids, ' ')
    FROM incident
    WHERE is_open AND NOT overridden AND (place IS NOT NULL OR place_problem = 'outside_city')
    ORDER BY id
) TO STDOUT (FORMAT csv)

-- name: in_changed_area
-- Open incidents that a change of zones since a moment and an edition may concern: in or on the border of a version that
-- came or went, of a zone only drawn anew where it differs, or as near as its layer gives to the nearest; on a land unit
-- that ended or moved; outside of the city. Columns as those of all_open.
COPY (
    WITH touched AS MATERIALIZED (
        SELECT zone_version.id, zone_version.zone_id, zone_version.organisation_id, zone_version.lattice, zone_version.valid,
               zone_version.recorded, layer.id AS layer_id,
               zone_version.valid @> %(at)s::timestamptz AND upper_inf(zone_version.recorded) AS holds,
               count(*) OVER (PARTITION BY zone_version.zone_id) AS versions,
               -- No fewer lattice steps than metres it reaches: a degree of longitude is the shorter one.
               CASE WHEN layer.cardinality = 'exactly_one' THEN 1.05 * (layer.nearest_tolerance_m + 1) * 1e7 / (110574 * cos(radians(
                   least(89, greatest(abs(ST_YMin(zone_version.geom)), abs(ST_YMax(zone_version.geom))) + 0.01))))
                   ELSE 0 END AS reach
        FROM zone_version JOIN layer ON layer.id = zone_version.layer_id
        WHERE layer.active AND layer.kind <> 'context'
          AND (%(layers)s::text[] IS NULL OR layer.code = ANY (%(layers)s::text[]))
          AND (zone_version.edition > coalesce((%(editions)s::jsonb ->> layer.code)::bigint, -1)
               OR lower(zone_version.valid) > %(since)s::timestamptz AND lower(zone_version.valid) <= %(at)s::timestamptz
               OR upper(zone_version.valid) > %(since)s::timestamptz AND upper(zone_version.valid) <= %(at)s::timestamptz)
    ), redrawn AS MATERIALIZED (
        -- One version held all the time until another took its place, in time or in what is known, with the same organisation:
        -- only where the two differ can an answer differ.
        SELECT came.zone_id, came.layer_id, ST_SymDifference(came.lattice, went.lattice) AS lattice, greatest(came.reach, went.reach) AS reach
        FROM touched AS came JOIN touched AS went ON went.zone_id = came.zone_id AND went.id <> came.id
        WHERE came.versions = 2 AND came.holds
          AND came.organisation_id IS NOT DISTINCT FROM went.organisation_id
          AND lower(went.valid) <= %(since)s::timestamptz
          AND (upper_inf(went.recorded) AND upper(went.valid) = lower(came.valid)
               OR upper(went.recorded) >= lower(came.recorded) AND went.valid @> %(at)s::timestamptz
                  AND lower(came.valid) <= %(since)s::timestamptz)
    ), changed AS MATERIALIZED (
        -- What came often has the shape of what went: they are asked for at once.
        SELECT layer_id, (array_agg(lattice))[1] AS lattice, array_agg(zone_id) AS zone_ids, max(reach) AS reach
        FROM touched
        WHERE zone_id NOT IN (SELECT zone_id FROM redrawn)
        GROUP BY layer_id, lattice::bytea
        UNION ALL
        SELECT layer_id, lattice, NULL, reach FROM redrawn WHERE NOT ST_IsEmpty(lattice)
    ), around AS MATERIALIZED (
        -- As far as a layer gives to the nearest. A tenth more than it reaches makes up for arcs drawn with corners.
        SELECT layer_id, ST_Union(ST_Buffer(lattice, 1.1 * reach + 2.5, 'quad_segs=2')) AS lattice
        FROM changed WHERE reach > 0 GROUP BY layer_id
    ), part AS MATERIALIZED (
        -- Never less than two lattice steps wider, for cuts that fall between them.
        SELECT ST_Buffer(lattice, 2.5, 'quad_segs=2') AS lattice, zone_ids FROM changed
        UNION ALL
        -- Whom a zone covers that has not changed, no other one is nearest to.
        SELECT ST_Difference(around.lattice, (
                   SELECT coalesce(ST_Union(version.lattice), 'POLYGON EMPTY') FROM zone_version AS version
                   WHERE version.layer_id = around.layer_id AND EXISTS (
                         SELECT FROM changed WHERE changed.layer_id = around.layer_id
                           AND changed.lattice && ST_Expand(version.lattice, 1.1 * changed.reach + 2.5))
                     AND version.valid @> %(at)s::timestamptz AND upper_inf(version.recorded))), NULL
        FROM around
    ), piece AS MATERIALIZED (
        -- Small pieces, whose boxes hold little else.
        SELECT cut.lattice, part.zone_ids, ST_MakeEnvelope(ST_XMin(cut.lattice) / 1e7 - 1e-7, ST_YMin(cut.lattice) / 1e7 - 1e-7,
                                            ST_XMax(cut.lattice) / 1e7 + 1e-7, ST_YMax(cut.lattice) / 1e7 + 1e-7, 4326) AS around
        FROM part CROSS JOIN LATERAL ST_Subdivide(part.lattice, 32) AS cut (lattice)
        WHERE NOT ST_IsEmpty(part.lattice)
    ), open AS NOT MATERIALIZED (
        SELECT id, number, place, original_lon, original_lat, original_crs, place_accuracy_m, category_id, organisation_id,
               land_unit_id, base_grid_id, zone_ids, place_problem
        FROM incident
        WHERE is_open
          AND NOT overridden
    ), asked AS (
        SELECT open.*
        -- OFFSET 0: one look-up for each piece; how many a join would find takes longer to guess than to find.
        FROM piece CROSS JOIN LATERAL (SELECT * FROM open WHERE open.place && piece.around OFFSET 0) AS open
        -- Whoever has the zone is concerned; only of the others the place is looked at.
        WHERE open.zone_ids && piece.zone_ids OR ST_Intersects(piece.lattice, ST_Point(round(ST_X(open.place) * 1e7), round(ST_Y(open.place) * 1e7)))
        UNION ALL
        SELECT open.*
        FROM open JOIN land_unit ON land_unit.id = open.land_unit_id
        LEFT JOIN unit_zone ON unit_zone.land_unit_id = open.land_unit_id AND unit_zone.zone_id = open.base_grid_id
            AND unit_zone.valid @> %(at)s::timestamptz AND upper_inf(unit_zone.recorded)
        WHERE open.land_unit_id = ANY (%(moved_units)s::bigint[])
          AND (unit_zone.id IS NULL OR NOT land_unit.valid @> %(at)s::timestamptz)
          AND (%(layers)s::text[] IS NULL OR (SELECT code FROM layer WHERE kind = 'base_grid') = ANY (%(layers)s::text[]))
        UNION ALL
        SELECT open.* FROM open WHERE place IS NULL AND place_problem = 'outside_city' AND EXISTS (SELECT FROM changed)
    )
    -- Some come twice, from two pieces or two reasons; telling them apart is left to whoever reads.
    SELECT id, number, ST_X(place), ST_Y(place), original_lon, original_lat, original_crs, place_accuracy_m, category_id,
           coalesce(organisation_id, 0), coalesce(land_unit_id, 0), coalesce(base_grid_id, 0), array_to_string(zone_ids, ' ')
    FROM asked
) TO STDOUT (FORMAT csv)

-- name: make_moved
-- Where the new answers go on their way to the incidents.
CREATE TEMPORARY TABLE moved (
    id bigint NOT NULL, place geometry(Point, 4326), organisation_id bigint, land_unit_id bigint, base_grid_id bigint,
    zone_ids bigint[] NOT NULL, facility_id bigint
) ON COMMIT DROP

-- name: move
-- Give incidents that are still open their new answers; a place found again is a place.
UPDATE incident
SET place = coalesce(incident.place, moved.place),
    place_problem = CASE WHEN coalesce(incident.place, moved.place) IS NULL THEN incident.place_problem END,
    organisation_id = moved.organisation_id, land_unit_id = moved.land_unit_id, base_grid_id = moved.base_grid_id,
    zone_ids = moved.zone_ids, facility_id = moved.facility_id
FROM moved
WHERE incident.id = moved.id AND NOT incident.overridden
  AND is_open
RETURNING incident.id

-- name: drop_moved
-- They have arrived.
DROP TABLE moved

-- name: codes
-- Codes of zones and organisations, to tell a move in words.
SELECT id, code FROM zone WHERE id = ANY (%(zones)s::bigint[])

-- name: organisations
-- Codes of organisations.
SELECT id, code FROM organisation
