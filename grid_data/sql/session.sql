-- name: enter
-- Begin a transaction without the login role's rights; claims follow in the same message.
BEGIN; SET LOCAL ROLE {role}

-- name: go_on
-- Go on under another role, until the end of the transaction; claims follow in the same message.
SET LOCAL ROLE {role}

-- name: claim
-- State one claim of the principal for the transaction.
SET LOCAL {name} = {value}

-- name: take_role
-- Go on under another role, until the end of the transaction or the next call.
SELECT set_config('role', %(role)s, true)

-- name: prepare
-- Keep the plan of a statement under a name, for messages of several statements.
PREPARE {name} AS {statement}

-- name: call
-- Execute a prepared statement; values are literals, for a message of several statements has no parameters.
EXECUTE {name} ({values})

-- name: finish
-- End the transaction in the message of its last statement.
COMMIT

-- name: leave_role
-- Take the login role's rights back, for maintenance only its owner may do.
RESET ROLE
