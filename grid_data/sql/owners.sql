-- name: sight
-- What an account may see now; none where it is disabled.
WITH found AS (
    SELECT account.id AS account_id, account.name, account.demo, account.organisation_id, account.person_id
    FROM account WHERE account.id = %(account_id)s AND account.disabled_at IS NULL
), held AS (
    SELECT held.id, held.role, held.everything, held.organisation_id,
           CASE WHEN held.everything THEN '{}'
                ELSE array_remove(ARRAY[held.region_zone_id], NULL) || held.zone_ids
                     || CASE WHEN held.posts THEN zones_of_posts(found.person_id) END END AS roots
    FROM account_grant AS held JOIN found USING (account_id) WHERE held.valid @> now()
)
SELECT found.account_id, found.name, found.demo, ARRAY(
    SELECT json_build_object(
        'role', held.role, 'everything', held.everything, 'roots', held.roots, 'zones', zones_below(held.roots),
        'organisations', CASE WHEN held.everything OR held.organisation_id IS NULL THEN '{}'
                              ELSE organisations_below(ARRAY[held.organisation_id]) END, 'codes', NULL)
    FROM held ORDER BY held.id) AS grants
FROM found
