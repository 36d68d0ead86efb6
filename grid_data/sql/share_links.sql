-- name: add
-- A new link; of its token only the hash is kept.
INSERT INTO share_link (token_hash, title, view, owner, account_id, expires_at)
VALUES (%(token_hash)s, %(title)s, %(view)s, %(owner)s, %(account_id)s, %(expires_at)s)
RETURNING id

-- name: listed
-- Links that were not revoked, the newest first: one, or all in sight.
SELECT id, title, view, owner, created_at, expires_at, expires_at <= now() AS expired, opened, opened_at
FROM share_link
WHERE revoked_at IS NULL AND (%(id)s::bigint IS NULL OR id = %(id)s::bigint)
ORDER BY id DESC

-- name: revoke
-- The link opens nothing any more.
UPDATE share_link SET revoked_at = now() WHERE id = %(id)s AND revoked_at IS NULL

-- name: open
-- What a token opens, if anything; the opening is counted.
UPDATE share_link SET opened = opened + 1, opened_at = now()
WHERE token_hash = %(token_hash)s AND revoked_at IS NULL AND expires_at > now()
RETURNING id, title, view, owner, account_id, expires_at
