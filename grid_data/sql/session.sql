-- name: enter_role
-- Give up the login role's rights for this transaction.
SET LOCAL ROLE gridgov_app

-- name: set_claim
-- State one claim of the principal for this transaction.
SELECT set_config(%(name)s, %(value)s, true)

-- name: leave_role
-- Take the login role's rights back, for maintenance only its owner may do.
RESET ROLE
