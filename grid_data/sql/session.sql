-- name: enter
-- Give up the login role's rights for this transaction and state the principal's claims, in one round trip.
SELECT set_config('role', 'gridgov_app', true)
UNION ALL
SELECT set_config(claim.key, claim.value, true) FROM jsonb_each_text(%(claims)s) AS claim

-- name: leave_role
-- Take the login role's rights back, for maintenance only its owner may do.
RESET ROLE
