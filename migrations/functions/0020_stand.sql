-- Facilities and buildings that are there already stand in the zones of today that a point on them is in: of each
-- active layer the one with the lowest code, or all where several may answer; beside a layer that has to answer, the
-- nearest within its tolerance.
DO $$
DECLARE
    place text;
BEGIN
    FOREACH place IN ARRAY ARRAY['facility', 'building'] LOOP
        EXECUTE format($statement$
            WITH spot AS MATERIALIZED (
                SELECT thing.id, ST_SnapToGrid(ST_SetSRID(ST_Scale(point.geom, 1e7, 1e7), 0), 1) AS lattice
                FROM %1$I AS thing CROSS JOIN LATERAL (SELECT ST_PointOnSurface(thing.geom) AS geom) AS point
                WHERE EXISTS (SELECT FROM city)
            ), covering AS MATERIALIZED (
                SELECT DISTINCT spot.id, version.zone_id, version.layer_id, piece.code, layer.cardinality
                FROM spot JOIN zone_piece AS piece ON ST_DWithin(piece.shape, spot.lattice, 2)
                JOIN zone_version AS version ON version.id = piece.version_id
                    AND version.valid @> now() AND upper_inf(version.recorded)
                JOIN layer ON layer.id = version.layer_id AND layer.active AND layer.kind <> 'context'
                -- Deep inside a piece of it nothing more is asked.
                WHERE ST_Distance(piece.edge, spot.lattice) > 2 OR ST_Covers(version.lattice, spot.lattice)
            ), missing AS MATERIALIZED (
                -- Few: what lies in a gap of a layer that has to answer.
                SELECT id, layer_id FROM spot CROSS JOIN (
                    SELECT layer.id AS layer_id FROM layer
                    WHERE layer.active AND layer.kind <> 'context' AND layer.cardinality = 'exactly_one'
                      AND layer.nearest_tolerance_m > 0) AS asked
                EXCEPT SELECT id, layer_id FROM covering
            ), nearest AS (
                SELECT missing.id, found.zone_id
                FROM missing JOIN spot ON spot.id = missing.id JOIN layer ON layer.id = missing.layer_id
                CROSS JOIN LATERAL (
                    SELECT version.zone_id
                    FROM city
                    CROSS JOIN LATERAL (SELECT ST_Transform(ST_SetSRID(ST_Scale(spot.lattice, 1e-7, 1e-7), 4326),
                                                            city.metric_srid) AS point) AS metric
                    JOIN zone_version AS version ON version.layer_id = layer.id
                        AND ST_DWithin(version.border, metric.point, layer.nearest_tolerance_m)
                    JOIN zone ON zone.id = version.zone_id
                    WHERE version.valid @> now() AND upper_inf(version.recorded)
                    ORDER BY round(ST_Distance(version.border, metric.point) * 1000), zone.code LIMIT 1
                ) AS found
            ), stands AS (
                SELECT id, array_agg(DISTINCT zone_id ORDER BY zone_id) AS zone_ids
                FROM (SELECT id, zone_id FROM (
                          SELECT covering.*, row_number() OVER (PARTITION BY id, layer_id ORDER BY code) AS place_of_code
                          FROM covering) AS ranked
                      WHERE cardinality = 'many' OR place_of_code = 1
                      UNION ALL SELECT id, zone_id FROM nearest) AS found
                GROUP BY id
            )
            UPDATE %1$I AS thing SET zone_ids = stands.zone_ids FROM stands WHERE stands.id = thing.id
        $statement$, place);
    END LOOP;
END $$;
