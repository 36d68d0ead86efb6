-- name: page
-- Facilities that a filter means, by code, with the open incidents within some metres of each. Planned anew for each call.
SELECT facility.code, coalesce(facility.name_zh, category.name_zh) AS name_zh,
       coalesce(facility.name_en, category.name_en) AS name_en,
       category.standard_ref || ':' || category.kind || ':' || category.code AS key,
       category.name_zh AS category_zh, category.name_en AS category_en, facility.state,
       facility.owning_id = ANY (%(organisation_ids)s::bigint[]) AS owned,
       facility.maintaining_id = ANY (%(organisation_ids)s::bigint[]) AS maintained,
       facility.supervising_id = ANY (%(organisation_ids)s::bigint[]) AS supervised,
       owner.code AS owner, owner.name_zh AS owner_zh, owner.name_en AS owner_en,
       keeper.code AS keeper, keeper.name_zh AS keeper_zh, keeper.name_en AS keeper_en,
       ST_X(facility.point) AS lon, ST_Y(facility.point) AS lat, ST_AsGeoJSON(facility.geom, 7) AS geometry,
       grid.code AS grid, grid.name_zh AS grid_zh, grid.name_en AS grid_en,
       coalesce(around.n, 0) AS incidents, coalesce(around.overdue, 0) AS overdue
FROM (
    SELECT facility.*, ST_PointOnSurface(facility.geom) AS point
    FROM facility
    WHERE {filter}
      AND (%(after)s::text IS NULL OR facility.code > %(after)s::text COLLATE "C")
      AND (NOT %(with_incidents)s::boolean OR EXISTS (
          -- OFFSET 0: the box is made beforehand. Beside a policy an index serves only what tells nothing; a function might.
          SELECT FROM (SELECT city.metric_srid, ST_Expand(facility.geom, %(degrees_x)s::float8, %(degrees_y)s::float8) AS box
                       FROM city OFFSET 0) AS city
          JOIN incident ON incident.is_open AND incident.place && city.box
          WHERE ST_DWithin(ST_Transform(facility.geom, city.metric_srid),
                           ST_Transform(incident.place, city.metric_srid), %(within_m)s::float8)))
    ORDER BY facility.code
    LIMIT %(limit)s::integer + 1
) AS facility
JOIN category ON category.id = facility.category_id
LEFT JOIN organisation AS owner ON owner.id = facility.owning_id
LEFT JOIN organisation AS keeper ON keeper.id = facility.maintaining_id
LEFT JOIN LATERAL (
    SELECT count(*) AS n, count(*) FILTER (WHERE clock_state(clock.due_at, clock.soon_at, clock.paused_at) = 'overdue') AS overdue
    FROM (SELECT city.metric_srid, ST_Expand(facility.geom, %(degrees_x)s::float8, %(degrees_y)s::float8) AS box
          FROM city OFFSET 0) AS city
    JOIN incident ON incident.is_open AND incident.place && city.box
    LEFT JOIN incident_clock AS clock ON clock.incident_id = incident.id
    WHERE ST_DWithin(ST_Transform(facility.geom, city.metric_srid), ST_Transform(incident.place, city.metric_srid),
                     %(within_m)s::float8)
) AS around ON true
LEFT JOIN LATERAL (
    SELECT zone.code, version.name_zh, version.name_en
    FROM unnest(facility.zone_ids) AS stood (zone_id) JOIN zone ON zone.id = stood.zone_id
    JOIN layer ON layer.id = zone.layer_id AND layer.kind = 'base_grid'
    JOIN zone_version AS version ON version.zone_id = zone.id AND version.valid @> now() AND upper_inf(version.recorded)
    LIMIT 1
) AS grid ON true
ORDER BY facility.code

-- name: filter
-- Which facilities a filter means; one that is NULL does not filter. Without a relation: whose one has to do with them.
(%(zone_id)s::bigint IS NULL OR facility.zone_ids @> ARRAY[%(zone_id)s::bigint])
      AND (%(of_ids)s::bigint[] IS NULL
           OR %(relation)s::text IS DISTINCT FROM 'maintained' AND facility.owning_id = ANY (%(of_ids)s::bigint[])
           OR %(relation)s::text IS DISTINCT FROM 'owned' AND facility.maintaining_id = ANY (%(of_ids)s::bigint[])
           OR %(relation)s::text IS NULL AND facility.supervising_id = ANY (%(of_ids)s::bigint[]))
      AND (%(states)s::text[] IS NULL OR facility.state = ANY (%(states)s::text[]))
      AND (%(category_ids)s::bigint[] IS NULL OR facility.category_id = ANY (%(category_ids)s::bigint[]))
      AND (%(area)s::geometry IS NULL OR ST_Intersects(facility.geom, %(area)s::geometry))

-- name: tile
-- Facilities that a filter means, as a vector tile. Planned anew for each call.
WITH shapes AS (
    SELECT facility.id, facility.code, facility.state,
           category.standard_ref || ':' || category.kind || ':' || category.code AS category,
           coalesce(class.code, category.code) AS class_code, coalesce(facility.name_zh, category.name_zh) AS name_zh,
           coalesce(facility.name_en, category.name_en) AS name_en,
           ST_AsMVTGeom(ST_Transform(facility.geom, 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM facility
    JOIN category ON category.id = facility.category_id
    LEFT JOIN category AS class ON class.id = category.parent_id
    WHERE facility.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326) AND {filter}
)
SELECT coalesce(ST_AsMVT(shapes, 'facilities', 4096, 'geom', 'id'), ''::bytea) AS tile FROM shapes WHERE geom IS NOT NULL
