-- name: document
-- The city with its extent and the notices of its data, as one JSON document; no row before it is set up.
SELECT json_build_object(
    'code', city.code,
    'name', json_build_object('zh', city.name_zh, 'en', city.name_en),
    'centre', json_build_array(ST_X(city.centre), ST_Y(city.centre)),
    'zoom', city.zoom,
    'bounds', json_build_array(ST_XMin(extent.box), ST_YMin(extent.box), ST_XMax(extent.box), ST_YMax(extent.box)),
    'timezone', city.timezone,
    'attribution', json_build_object('zh', city.attribution_zh, 'en', city.attribution_en),
    'datasets', (
        SELECT coalesce(json_agg(json_build_object(
            'code', dataset.code,
            'title', json_build_object('zh', dataset.title_zh, 'en', dataset.title_en),
            'notice', json_build_object('zh', dataset.notice_zh, 'en', dataset.notice_en),
            'licence', dataset.licence, 'attribution', dataset.attribution, 'synthetic', dataset.synthetic
        ) ORDER BY dataset.code), '[]') FROM dataset)
)::text AS document
FROM city, LATERAL (
    SELECT coalesce(ST_Extent(zone_version.geom) FILTER (WHERE layer.kind IN ('region', 'base_grid')),
                    ST_Extent(zone_version.geom), box2d(ST_Expand(city.centre, 0.1))) AS box
    FROM zone_version JOIN layer ON layer.id = zone_version.layer_id
    WHERE layer.active AND zone_version.valid @> now() AND upper_inf(zone_version.recorded)
) AS extent

-- name: timezone
-- The time zone dates without an offset are meant in.
SELECT timezone FROM city

-- name: head
-- What readiness asks: the migration the schema stands at, and the city loaded.
SELECT (SELECT version_num FROM alembic_version) AS migration, (SELECT code FROM city) AS city

-- name: revision
-- The migration the schema stands at, whatever else there is.
SELECT version_num FROM alembic_version

-- name: frame
-- What is needed to judge a place: the city's box with its limit, its default map centre, known
-- fallback coordinates, its metric system.
SELECT city.code, city.metric_srid, city.outside_limit_m, city.timezone,
       ST_X(city.centre) AS centre_lon, ST_Y(city.centre) AS centre_lat,
       ST_XMin(box.extent) AS west, ST_YMin(box.extent) AS south,
       ST_XMax(box.extent) AS east, ST_YMax(box.extent) AS north,
       (SELECT array_agg(ARRAY[ST_X(place), ST_Y(place)]) FROM fallback_place WHERE state = 'confirmed') AS fallbacks
FROM city CROSS JOIN LATERAL (
    SELECT ST_Extent(extent) AS extent FROM layer WHERE active AND parent_layer_id IS NULL
) AS box
