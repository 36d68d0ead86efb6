-- name: place
-- Nearest building, facility and named streets around a place, how far and in which direction, and its base grid.
WITH spot AS MATERIALIZED (
    SELECT ST_Point(%(lon)s::float8, %(lat)s::float8, 4326) AS degrees,
           ST_Transform(ST_Point(%(lon)s::float8, %(lat)s::float8, 4326), city.metric_srid) AS metric,
           city.metric_srid
    FROM city
),
-- The index orders by degrees, which are shorter east-west: a dozen of it hold the nearest by metres.
candidate AS (
    (SELECT 'building' AS kind, building.code, building.name_zh, building.name_en, building.address,
            NULL::bigint AS category_id, building.geom
     FROM building ORDER BY building.geom <-> (SELECT degrees FROM spot) LIMIT 12)
    UNION ALL
    (SELECT 'facility', facility.code, facility.name_zh, facility.name_en, NULL, facility.category_id, facility.geom
     FROM facility WHERE facility.state <> 'removed'
     ORDER BY facility.geom <-> (SELECT degrees FROM spot) LIMIT 12)
    UNION ALL
    (SELECT 'street', road.code, coalesce(road.name_zh, road.name_en), road.name_en, NULL, NULL, road.geom
     FROM road WHERE coalesce(road.name_zh, road.name_en) IS NOT NULL
     ORDER BY road.geom <-> (SELECT degrees FROM spot) LIMIT 12)
),
measured AS (
    SELECT candidate.kind, candidate.code, candidate.name_zh, candidate.name_en, candidate.address,
           candidate.category_id, ST_Distance(shape.metric, spot.metric) AS distance_m,
           ST_Azimuth(ST_ClosestPoint(shape.metric, spot.metric), spot.metric) AS azimuth
    FROM spot CROSS JOIN candidate
    CROSS JOIN LATERAL (SELECT ST_Transform(candidate.geom, spot.metric_srid) AS metric) AS shape
),
ranked AS (
    -- A street of many pieces is one street.
    SELECT measured.*, row_number() OVER (PARTITION BY kind, CASE WHEN kind = 'street' THEN name_zh END
                                          ORDER BY distance_m, code) AS place_of_name
    FROM measured WHERE distance_m <= %(limit_m)s::float8
),
told AS (
    SELECT ranked.*, row_number() OVER (PARTITION BY kind ORDER BY distance_m, ranked.code) AS place_of_kind
    FROM ranked WHERE kind <> 'street' OR place_of_name = 1
)
SELECT told.kind, told.code, told.name_zh, told.name_en, told.address, category.name_zh AS class_zh,
       category.name_en AS class_en, told.distance_m, degrees(told.azimuth) AS azimuth
FROM told LEFT JOIN category ON category.id = told.category_id
WHERE told.place_of_kind <= 3
ORDER BY told.distance_m, told.kind, told.code

-- name: base_grid
-- The base grid that covers a place now, and the region above it; on a shared edge the lowest code.
SELECT zone.code, version.name_zh, version.name_en, parent.code AS parent_code, above.name_zh AS parent_zh,
       above.name_en AS parent_en
FROM zone_piece AS piece
JOIN layer ON layer.id = piece.layer_id AND layer.kind = 'base_grid' AND layer.active
JOIN zone_version AS version ON version.id = piece.version_id AND version.valid @> now() AND upper_inf(version.recorded)
JOIN zone ON zone.id = version.zone_id
LEFT JOIN zone AS parent ON parent.id = version.parent_zone_id
LEFT JOIN zone_version AS above
       ON above.zone_id = parent.id AND above.valid @> now() AND upper_inf(above.recorded)
WHERE ST_DWithin(piece.shape, ST_Point(round(%(lon)s::float8 * 1e7), round(%(lat)s::float8 * 1e7)), 2)
  AND ST_Covers(version.lattice, ST_Point(round(%(lon)s::float8 * 1e7), round(%(lat)s::float8 * 1e7)))
ORDER BY zone.code LIMIT 1
