-- name: zones_at
-- The zones of a layer that hold at a moment, as known now, with their parents and shapes.
SELECT zone.code, parent.code AS parent, ST_AsBinary(zone_version.geom) AS geometry
FROM zone_version
JOIN zone ON zone.id = zone_version.zone_id
JOIN layer ON layer.id = zone.layer_id
LEFT JOIN zone AS parent ON parent.id = zone_version.parent_zone_id
WHERE layer.code = %(layer)s AND zone_version.valid @> %(at)s::timestamptz AND upper_inf(zone_version.recorded)
ORDER BY zone.code
