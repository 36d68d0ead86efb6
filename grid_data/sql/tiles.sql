-- name: zone_set
-- The layer behind a tile set (for "land" the topmost region), its edition, and the last moment before %(at)s at which a version began or ended.
SELECT layer.id, layer.code, layer.name_zh, layer.name_en, layer.edition, (
    SELECT max(moment)
    FROM zone_version, LATERAL (VALUES (lower(valid)), (upper(valid)), (lower(recorded)), (upper(recorded))) AS turn (moment)
    WHERE zone_version.layer_id = layer.id AND moment <= coalesce(%(at)s::timestamptz, now())) AS since
FROM layer
WHERE layer.active AND CASE WHEN %(name)s::text = 'land' THEN layer.kind = 'region' ELSE layer.code = %(name)s::text END
ORDER BY layer.parent_layer_id IS NOT NULL, layer.depth, layer.precedence, layer.id
LIMIT 1

-- name: table_edition
-- Changes whenever rows of a table were written (statistics of the table, its file and the server's start).
SELECT concat_ws('.', pg_stat_get_tuples_inserted(oid), pg_stat_get_tuples_updated(oid), pg_stat_get_tuples_deleted(oid),
                 pg_relation_filenode(oid), extract(epoch FROM pg_postmaster_start_time())::bigint) AS edition
FROM pg_class WHERE oid = %(table)s::regclass

-- name: history_edition
-- Changes with every recorded action: the last sequence number seen, and the writers not yet done, who may come in below it.
SELECT concat_ws('.', (SELECT max(seq) FROM history),
                 (SELECT string_agg(xid::text, '.') FROM pg_snapshot_xip(pg_current_snapshot()) AS xid)) AS edition

-- name: zones
-- Zones of a layer at a moment, clipped and thinned, and one label point per zone in the tile that holds it.
WITH shown AS MATERIALIZED (
    SELECT zone_version.zone_id AS id, zone.code, zone_version.name_zh, zone_version.name_en, parent.code AS parent,
           zone_version.geom
    FROM zone_version
    JOIN zone ON zone.id = zone_version.zone_id
    LEFT JOIN zone AS parent ON parent.id = zone_version.parent_zone_id
    WHERE zone_version.layer_id = %(layer_id)s
      AND zone_version.valid @> coalesce(%(at)s::timestamptz, now())
      AND upper_inf(zone_version.recorded)
      AND zone_version.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
), shapes AS (
    SELECT id, code, name_zh, name_en, parent, ST_AsMVTGeom(
        ST_Transform(ST_Simplify(ST_ClipByBox2D(geom, ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)),
                                 %(step)s, true), 3857),
        ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM shown
), labels AS (
    SELECT id, code, name_zh, name_en,
           ST_AsMVTGeom(ST_Transform(point, 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 0, true) AS geom
    FROM shown CROSS JOIN LATERAL (SELECT ST_PointOnSurface(shown.geom) AS point) AS label
    WHERE ST_X(point) >= %(inner_west)s AND ST_X(point) < %(inner_east)s
      AND ST_Y(point) > %(inner_south)s AND ST_Y(point) <= %(inner_north)s
)
SELECT (SELECT coalesce(ST_AsMVT(shapes, %(name)s, 4096, 'geom', 'id'), ''::bytea) FROM shapes WHERE geom IS NOT NULL)
    || (SELECT coalesce(ST_AsMVT(labels, %(name)s || '_label', 4096, 'geom', 'id'), ''::bytea) FROM labels
        WHERE geom IS NOT NULL) AS tile

-- name: land
-- The city's ground: its topmost region; what is not land is sea.
WITH shapes AS (
    SELECT zone_version.zone_id AS id, ST_AsMVTGeom(
        ST_Transform(ST_Simplify(ST_ClipByBox2D(
            zone_version.geom, ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)), %(step)s, true), 3857),
        ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM zone_version JOIN layer ON layer.id = zone_version.layer_id
    WHERE layer.id = %(layer_id)s
      AND zone_version.valid @> now() AND upper_inf(zone_version.recorded)
      AND zone_version.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
)
SELECT coalesce(ST_AsMVT(shapes, 'land', 4096, 'geom', 'id'), ''::bytea) AS tile FROM shapes WHERE geom IS NOT NULL

-- name: water
-- Water, clipped before anything else: the sea is one large polygon.
WITH shapes AS (
    SELECT id, kind, name_zh, name_en, ST_AsMVTGeom(
        ST_Transform(ST_Simplify(ST_ClipByBox2D(
            geom, ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)), %(step)s), 3857),
        ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM water WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
)
SELECT coalesce(ST_AsMVT(shapes, 'water', 4096, 'geom', 'id'), ''::bytea) AS tile FROM shapes WHERE geom IS NOT NULL

-- name: roads
-- Roads of the classes shown at this zoom.
WITH shapes AS (
    SELECT id, road_class, name_zh, name_en, ST_AsMVTGeom(
        ST_Transform(ST_Simplify(geom, %(step)s), 3857),
        ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM road
    WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
      AND road_class = ANY (%(classes)s::text[])
)
SELECT coalesce(ST_AsMVT(shapes, 'roads', 4096, 'geom', 'id'), ''::bytea) AS tile FROM shapes WHERE geom IS NOT NULL

-- name: buildings
-- Buildings.
WITH shapes AS (
    SELECT id, code, kind, floors, address, name_zh, name_en, ST_AsMVTGeom(
        ST_Transform(geom, 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM building WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
)
SELECT coalesce(ST_AsMVT(shapes, 'buildings', 4096, 'geom', 'id'), ''::bytea) AS tile FROM shapes WHERE geom IS NOT NULL

-- name: land_units
-- Land units alive now.
WITH shapes AS (
    SELECT id, code, kind, ST_AsMVTGeom(
        ST_Transform(geom, 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM land_unit
    WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326) AND valid @> now()
)
SELECT coalesce(ST_AsMVT(shapes, 'land_units', 4096, 'geom', 'id'), ''::bytea) AS tile FROM shapes WHERE geom IS NOT NULL

-- name: facilities
-- Facilities that still stand, with their class.
WITH shapes AS (
    SELECT facility.id, facility.code,
           category.standard_ref || ':' || category.kind || ':' || category.code AS category,
           coalesce(class.code, category.code) AS class_code,
           coalesce(facility.name_zh, category.name_zh) AS name_zh, coalesce(facility.name_en, category.name_en) AS name_en,
           facility.state,
           ST_AsMVTGeom(ST_Transform(facility.geom, 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM facility
    JOIN category ON category.id = facility.category_id
    LEFT JOIN category AS class ON class.id = category.parent_id
    WHERE facility.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326) AND facility.state <> 'removed'
)
SELECT coalesce(ST_AsMVT(shapes, 'facilities', 4096, 'geom', 'id'), ''::bytea) AS tile FROM shapes WHERE geom IS NOT NULL

-- name: incident_clusters
-- Incidents counted per cell of an 8 by 8 raster in the tile, drawn at their mean point.
WITH counted AS (
    SELECT x >> %(shift)s::integer AS column_, y >> %(shift)s::integer AS row_, class_id,
           sum(open) AS open, sum(open_urgent) AS open_urgent, sum(total) AS total, sum(total_urgent) AS total_urgent,
           sum(CASE WHEN %(all)s THEN total ELSE open END) AS count,
           sum(CASE WHEN %(all)s THEN total_lon ELSE open_lon END) AS lon,
           sum(CASE WHEN %(all)s THEN total_lat ELSE open_lat END) AS lat
    FROM incident_cell
    WHERE x >= %(cell_west)s AND x < %(cell_east)s AND y >= %(cell_north)s AND y < %(cell_south)s
    GROUP BY 1, 2, 3
), clusters AS (
    SELECT column_, row_, sum(count) AS count, sum(open) AS open,
           sum(CASE WHEN %(all)s THEN total_urgent ELSE open_urgent END) AS urgent, sum(lon) AS lon, sum(lat) AS lat,
           (array_agg(class_id ORDER BY count DESC, class_id))[1] AS class_id
    FROM counted WHERE count > 0
    GROUP BY column_, row_
), shapes AS (
    SELECT row_::bigint * 2097152 + column_ AS id, clusters.count::bigint, clusters.open::bigint, clusters.urgent::bigint,
           category.code AS class_code,
           ST_AsMVTGeom(ST_Transform(ST_Point((lon / count)::float8 / 1e7, (lat / count)::float8 / 1e7, 4326), 3857),
                        ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM clusters JOIN category ON category.id = clusters.class_id
)
SELECT coalesce(ST_AsMVT(shapes, 'incidents', 4096, 'geom', 'id'), ''::bytea) AS tile FROM shapes WHERE geom IS NOT NULL

-- name: incident_clusters_seen
-- The same for who does not see all: those that are seen, counted one by one.
WITH matching AS (
    SELECT ST_X(place) AS lon, ST_Y(place) AS lat, incident.urgency, incident.is_open, coalesce(category.parent_id, category.id) AS class_id
    FROM incident JOIN category ON category.id = incident.category_id
    WHERE incident.place && ST_MakeEnvelope(%(inner_west)s, %(inner_south)s, %(inner_east)s, %(inner_north)s, 4326)
      AND ST_X(incident.place) >= %(inner_west)s AND ST_X(incident.place) < %(inner_east)s
      AND ST_Y(incident.place) > %(inner_south)s AND ST_Y(incident.place) <= %(inner_north)s
      AND (%(all)s OR incident.is_open)
), counted AS (
    SELECT cell_x(lon) >> %(shift)s::integer AS column_, cell_y(lat) >> %(shift)s::integer AS row_, class_id,
           count(*) AS count, count(*) FILTER (WHERE is_open) AS open, count(*) FILTER (WHERE urgency = 'urgent') AS urgent,
           sum(lon) AS lon, sum(lat) AS lat
    FROM matching GROUP BY 1, 2, 3
), clusters AS (
    SELECT column_, row_, sum(count) AS count, sum(open) AS open, sum(urgent) AS urgent, sum(lon) AS lon, sum(lat) AS lat,
           (array_agg(class_id ORDER BY count DESC, class_id))[1] AS class_id
    FROM counted GROUP BY column_, row_
), shapes AS (
    SELECT row_::bigint * 2097152 + column_ AS id, clusters.count::bigint, clusters.open::bigint, clusters.urgent::bigint,
           category.code AS class_code,
           ST_AsMVTGeom(ST_Transform(ST_Point(lon / count::float8, lat / count::float8, 4326), 3857),
                        ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS geom
    FROM clusters JOIN category ON category.id = clusters.class_id
)
SELECT coalesce(ST_AsMVT(shapes, 'incidents', 4096, 'geom', 'id'), ''::bytea) AS tile FROM shapes WHERE geom IS NOT NULL

-- name: incident_points
-- Single incidents, each in exactly one tile.
WITH shapes AS (
    SELECT incident.id, incident.number,
           category.standard_ref || ':' || category.kind || ':' || category.code AS category,
           category.name_zh AS category_name_zh, category.name_en AS category_name_en,
           coalesce(class.code, category.code) AS class_code,
           incident.state, incident.urgency, to_char(incident.reported_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS reported_at,
           ST_AsMVTGeom(ST_Transform(incident.place, 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 0, true) AS geom
    FROM incident
    JOIN category ON category.id = incident.category_id
    LEFT JOIN category AS class ON class.id = category.parent_id
    WHERE incident.place && ST_MakeEnvelope(%(inner_west)s, %(inner_south)s, %(inner_east)s, %(inner_north)s, 4326)
      -- The index compares boxes in single precision: the tile's own edges are held here.
      AND ST_X(incident.place) >= %(inner_west)s AND ST_X(incident.place) < %(inner_east)s
      AND ST_Y(incident.place) > %(inner_south)s AND ST_Y(incident.place) <= %(inner_north)s
      AND (%(all)s OR incident.is_open)
)
SELECT coalesce(ST_AsMVT(shapes, 'incidents', 4096, 'geom', 'id'), ''::bytea) AS tile FROM shapes WHERE geom IS NOT NULL
