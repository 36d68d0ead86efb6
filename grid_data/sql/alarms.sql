-- name: change
-- Raise or lower an alarm that does not stand so already.
UPDATE queue_alarm SET raised_at = CASE WHEN %(raised)s::boolean THEN now() END
WHERE kind = %(kind)s AND (raised_at IS NOT NULL) <> %(raised)s::boolean
