-- name: add
-- A new token; no row: the name is taken.
INSERT INTO service_token (name, token_hash, role, permissions, everything, region_zone_id, organisation_id, zone_ids,
                           on_behalf, created_by, expires_at)
VALUES (%(name)s, %(token_hash)s::bytea, %(role)s, %(permissions)s::text[], %(everything)s, %(region_zone_id)s,
        %(organisation_id)s, %(zone_ids)s::bigint[], %(on_behalf)s, %(created_by)s, %(expires_at)s::timestamptz)
ON CONFLICT (name) DO NOTHING
RETURNING id

-- name: listed
-- Tokens as JSON documents, in order of name; never the token itself, nor its hash.
SELECT json_build_object(
    'name', token.name, 'role', token.role, 'permissions', token.permissions, 'on_behalf', token.on_behalf,
    'created_at', token.created_at, 'created_by', token.created_by, 'expires_at', token.expires_at,
    'seen_at', token.seen_at, 'revoked_at', token.revoked_at,
    'scope', json_build_object(
        'everything', token.everything, 'posts', false,
        'regions', (SELECT coalesce(json_agg(json_build_object('layer', layer.code, 'code', zone.code,
                        'name', json_build_object('zh', version.name_zh, 'en', version.name_en))), '[]')
                    FROM zone JOIN layer ON layer.id = zone.layer_id
                    LEFT JOIN zone_version AS version ON version.zone_id = zone.id AND version.valid @> now()
                        AND upper_inf(version.recorded)
                    WHERE zone.id = token.region_zone_id),
        'organisations', (SELECT coalesce(json_agg(json_build_object('code', organisation.code,
                        'name', json_build_object('zh', organisation.name_zh, 'en', organisation.name_en))), '[]')
                    FROM organisation WHERE organisation.id = token.organisation_id),
        'zones', (SELECT coalesce(json_agg(json_build_object('layer', layer.code, 'code', zone.code,
                        'name', json_build_object('zh', version.name_zh, 'en', version.name_en))
                        ORDER BY layer.code, zone.code), '[]')
                    FROM zone JOIN layer ON layer.id = zone.layer_id
                    LEFT JOIN zone_version AS version ON version.zone_id = zone.id AND version.valid @> now()
                        AND upper_inf(version.recorded)
                    WHERE zone.id = ANY (token.zone_ids)))
) AS document
FROM service_token AS token
WHERE %(name)s::text IS NULL OR token.name = %(name)s::text
ORDER BY token.name

-- name: revoke
-- End a token; false when there is none of this name that holds.
UPDATE service_token SET revoked_at = now() WHERE name = %(name)s AND revoked_at IS NULL
