-- name: listed
-- Accounts with what they are granted now, as JSON documents; one, or all in order of name.
SELECT account.id, json_build_object(
    'name', account.name,
    'display', json_build_object('zh', account.display_zh, 'en', account.display_en),
    'organisation', (SELECT json_build_object('code', organisation.code,
                         'name', json_build_object('zh', organisation.name_zh, 'en', organisation.name_en))
                     FROM organisation WHERE organisation.id = coalesce(account.organisation_id, person.organisation_id)),
    'person', person.code,
    'password', account.password_hash IS NOT NULL,
    'single_sign_on', account.oidc_subject IS NOT NULL,
    'demo', account.demo,
    'disabled', account.disabled_at IS NOT NULL,
    'created_at', account.created_at,
    'signed_in_at', account.signed_in_at,
    'grants', (SELECT coalesce(json_agg(json_build_object(
        'id', held.id, 'role', held.role, 'from_claims', held.from_claims, 'since', lower(held.valid),
        'scope', json_build_object(
            'everything', held.everything,
            'posts', held.posts,
            'regions', (SELECT coalesce(json_agg(json_build_object('layer', layer.code, 'code', zone.code,
                            'name', json_build_object('zh', version.name_zh, 'en', version.name_en))), '[]')
                        FROM zone JOIN layer ON layer.id = zone.layer_id
                        LEFT JOIN zone_version AS version ON version.zone_id = zone.id AND version.valid @> now()
                            AND upper_inf(version.recorded)
                        WHERE zone.id = held.region_zone_id),
            'organisations', (SELECT coalesce(json_agg(json_build_object('code', organisation.code,
                            'name', json_build_object('zh', organisation.name_zh, 'en', organisation.name_en))), '[]')
                        FROM organisation WHERE organisation.id = held.organisation_id),
            'zones', (SELECT coalesce(json_agg(json_build_object('layer', layer.code, 'code', zone.code,
                            'name', json_build_object('zh', version.name_zh, 'en', version.name_en))
                            ORDER BY layer.code, zone.code), '[]')
                        FROM zone JOIN layer ON layer.id = zone.layer_id
                        LEFT JOIN zone_version AS version ON version.zone_id = zone.id AND version.valid @> now()
                            AND upper_inf(version.recorded)
                        WHERE zone.id = ANY (CASE WHEN held.posts THEN zones_of_posts(account.person_id) ELSE held.zone_ids END))
        )) ORDER BY held.id), '[]')
        FROM account_grant AS held WHERE held.account_id = account.id AND held.valid @> now())
) AS document
FROM account LEFT JOIN person ON person.id = account.person_id
WHERE %(name)s::text IS NULL OR account.name = %(name)s::text
ORDER BY account.name

-- name: lock
-- An account by its name, locked.
SELECT account.id, account.password_hash, account.disabled_at IS NOT NULL AS disabled
FROM account WHERE account.name = %(name)s FOR UPDATE

-- name: add
-- A new account; no row: the name is taken.
INSERT INTO account (name, display_zh, display_en, organisation_id, person_id, password_hash, password_at,
                     oidc_issuer, oidc_subject, demo)
VALUES (%(name)s, %(display_zh)s, %(display_en)s, %(organisation_id)s, %(person_id)s, %(password_hash)s::text,
        CASE WHEN %(password_hash)s::text IS NOT NULL THEN now() END, %(oidc_issuer)s, %(oidc_subject)s, %(demo)s)
ON CONFLICT (name) DO NOTHING
RETURNING id

-- name: set_password
-- Another password hash; the moment moves only when the password is another.
UPDATE account SET password_hash = %(password_hash)s, password_at = CASE WHEN %(changed)s THEN now() ELSE password_at END
WHERE id = %(account_id)s

-- name: set_disabled
-- Close an account, or open it again; false when it is so already.
UPDATE account SET disabled_at = CASE WHEN %(disabled)s THEN now() END
WHERE id = %(account_id)s AND (disabled_at IS NOT NULL) <> %(disabled)s

-- name: grant
-- A role and where it is held, unless it is held there already.
INSERT INTO account_grant (account_id, role, everything, region_zone_id, organisation_id, zone_ids, posts, from_claims)
SELECT %(account_id)s, %(role)s, %(everything)s, %(region_zone_id)s, %(organisation_id)s, %(zone_ids)s::bigint[],
       %(posts)s, %(from_claims)s
WHERE NOT EXISTS (
    SELECT FROM account_grant AS held
    WHERE held.account_id = %(account_id)s AND held.role = %(role)s AND held.valid @> now()
      AND held.everything = %(everything)s AND held.posts = %(posts)s
      AND held.region_zone_id IS NOT DISTINCT FROM %(region_zone_id)s::bigint
      AND held.organisation_id IS NOT DISTINCT FROM %(organisation_id)s::bigint
      AND held.zone_ids IS NOT DISTINCT FROM %(zone_ids)s::bigint[])
RETURNING id

-- name: revoke
-- End grants of an account: one by its key, all of a role, or all that came from claims.
UPDATE account_grant SET valid = tstzrange(lower(valid), greatest(now(), lower(valid)))
WHERE account_id = %(account_id)s AND valid @> now()
  AND (%(grant_id)s::bigint IS NULL OR id = %(grant_id)s::bigint) AND (%(role)s::text IS NULL OR role = %(role)s::text)
  AND (NOT %(from_claims)s OR from_claims)
RETURNING id, role

-- name: administrators
-- Accounts that can keep the others now, locked: two of them are not taken away at once.
SELECT account.id FROM account
WHERE account.disabled_at IS NULL AND NOT account.demo AND EXISTS (
    SELECT FROM account_grant AS held
    WHERE held.account_id = account.id AND held.role = 'administrator' AND held.valid @> now())
  AND EXISTS (
    SELECT FROM account_grant AS held WHERE held.account_id = account.id AND held.everything AND held.valid @> now())
ORDER BY account.id FOR UPDATE

-- name: count
-- How many accounts there are, and how many of them are not of the demo.
SELECT count(*) AS accounts, count(*) FILTER (WHERE NOT demo) AS own FROM account

-- name: demo
-- Accounts of the demo with their first role, for the page of sign-in.
SELECT account.name, account.display_zh, account.display_en,
       (SELECT held.role FROM account_grant AS held WHERE held.account_id = account.id AND held.valid @> now()
        ORDER BY held.id LIMIT 1) AS role
FROM account WHERE account.demo AND account.disabled_at IS NULL ORDER BY account.id

-- name: by_subject
-- The account of somebody at a provider of single sign-on, locked.
SELECT account.id, account.name, account.disabled_at IS NOT NULL AS disabled
FROM account WHERE account.oidc_issuer = %(issuer)s AND account.oidc_subject = %(subject)s FOR UPDATE

-- name: name_is_taken
-- Whether an account has this name.
SELECT EXISTS (SELECT FROM account WHERE name = %(name)s) AS taken

-- name: held_from_claims
-- Grants that came from claims and hold now.
SELECT held.id, held.role, held.everything, held.region_zone_id, held.organisation_id, held.zone_ids, held.posts
FROM account_grant AS held
WHERE held.account_id = %(account_id)s AND held.from_claims AND held.valid @> now()
ORDER BY held.id

-- name: organisation_id
-- An organisation by its code.
SELECT id FROM organisation WHERE code = %(code)s

-- name: person_id
-- A person by their code, and the account they have.
SELECT person.id, account.name AS account FROM person LEFT JOIN account ON account.person_id = person.id
WHERE person.code = %(code)s

-- name: zone_id
-- A zone by layer and code that is there today.
SELECT zone.id, layer.kind FROM zone JOIN layer ON layer.id = zone.layer_id
WHERE layer.code = %(layer)s AND zone.code = %(code)s AND zone.retired_at IS NULL

-- name: worker_of_grid
-- Somebody who holds a post of full-time work, at best in several grids, and no account: for the demo.
SELECT person.code, person.name, person.id
FROM person JOIN post ON post.person_id = person.id AND post.valid @> now() AND post.kind = 'full_time'
JOIN zone ON zone.id = post.zone_id
WHERE NOT EXISTS (SELECT FROM account WHERE account.person_id = person.id)
GROUP BY person.id ORDER BY count(*) DESC, min(zone.code) LIMIT 1

-- name: first_zones
-- The first zones of a layer by code, as layer:code, and who governs each: for the demo.
SELECT layer.code || ':' || zone.code AS key, organisation.code AS organisation,
       organisation.name_zh, coalesce(organisation.name_en, organisation.name_zh) AS name_en
FROM zone JOIN layer ON layer.id = zone.layer_id LEFT JOIN organisation ON organisation.region_zone_id = zone.id
WHERE layer.code = %(layer)s AND zone.retired_at IS NULL ORDER BY zone.code LIMIT %(most)s::integer
