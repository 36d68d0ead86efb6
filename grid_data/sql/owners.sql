-- name: sight
-- What an account may see now; none where it is disabled.
WITH found AS (
    SELECT account.id AS account_id, account.name, account.demo, account.organisation_id, account.person_id
    FROM account WHERE account.id = %(account_id)s AND account.disabled_at IS NULL
), held AS (
    SELECT account_grant.* FROM account_grant JOIN found USING (account_id) WHERE account_grant.valid @> now()
), seen AS (
    SELECT coalesce(bool_or(held.everything), false) AS everything, coalesce(bool_or(held.posts), false) AS posts FROM held
)
SELECT found.account_id, found.name, found.demo, seen.everything, granted.zones AS roots, zones_below(granted.zones) AS zones,
       CASE WHEN seen.everything THEN '{}' ELSE organisations_below(
           ARRAY(SELECT held.organisation_id FROM held WHERE held.organisation_id IS NOT NULL)) END AS organisations,
       ARRAY(SELECT held.role FROM held ORDER BY held.id) AS roles
FROM found CROSS JOIN seen CROSS JOIN LATERAL (
    SELECT CASE WHEN seen.everything THEN '{}'
                ELSE ARRAY(SELECT held.region_zone_id FROM held WHERE held.region_zone_id IS NOT NULL)
                     || ARRAY(SELECT unnest(held.zone_ids) FROM held)
                     || CASE WHEN seen.posts THEN zones_of_posts(found.person_id) ELSE '{}' END END AS zones
) AS granted
