-- name: session_sight
-- Whom a session is for, and what they may see now; its last use is noted to the minute.
WITH found AS (
    SELECT session.id AS session_id, session.seen_at, account.id AS account_id, account.name, account.demo,
           account.organisation_id, account.person_id
    FROM session JOIN account ON account.id = session.account_id
    WHERE session.token_hash = %(token_hash)s::bytea AND session.revoked_at IS NULL AND session.expires_at > now()
      AND session.seen_at > now() - make_interval(secs => %(idle_s)s::double precision)
      AND account.disabled_at IS NULL
), touched AS (
    UPDATE session SET seen_at = now() FROM found
    WHERE session.id = found.session_id AND found.seen_at < now() - interval '1 minute'
), held AS (
    SELECT held.id, held.role, held.everything, held.organisation_id,
           CASE WHEN held.everything THEN '{}'
                ELSE array_remove(ARRAY[held.region_zone_id], NULL) || held.zone_ids
                     || CASE WHEN held.posts THEN zones_of_posts(found.person_id) END END AS roots
    FROM account_grant AS held JOIN found USING (account_id) WHERE held.valid @> now()
)
SELECT found.session_id, found.account_id, found.name, found.demo, ARRAY(
    SELECT json_build_object(
        'role', held.role, 'everything', held.everything, 'roots', held.roots, 'zones', zones_below(held.roots),
        'organisations', CASE WHEN held.everything OR held.organisation_id IS NULL THEN '{}'
                              ELSE organisations_below(ARRAY[held.organisation_id]) END,
        'codes', CASE
            WHEN held.organisation_id IS NOT NULL THEN (
                SELECT json_agg(organisation.code ORDER BY organisation.id <> held.organisation_id, organisation.code)
                FROM organisation WHERE organisation.id = ANY (organisations_below(ARRAY[held.organisation_id])))
            ELSE (SELECT json_agg(organisation.code) FROM organisation WHERE organisation.id = coalesce(
                found.organisation_id, (SELECT person.organisation_id FROM person WHERE person.id = found.person_id)))
        END)
    FROM held ORDER BY held.id) AS grants
FROM found

-- name: token_sight
-- What a service token opens now; its last use is noted to the minute.
WITH found AS (
    SELECT service_token.* FROM service_token
    WHERE service_token.token_hash = %(token_hash)s::bytea AND service_token.revoked_at IS NULL
      AND (service_token.expires_at IS NULL OR service_token.expires_at > now())
), touched AS (
    UPDATE service_token SET seen_at = now() FROM found
    WHERE service_token.id = found.id AND coalesce(found.seen_at < now() - interval '1 minute', true)
)
SELECT found.id, found.name, found.role, found.permissions, found.on_behalf, found.everything,
       granted.zones AS roots, zones_below(granted.zones) AS zones,
       CASE WHEN found.everything OR found.organisation_id IS NULL THEN '{}'
            ELSE organisations_below(ARRAY[found.organisation_id]) END AS organisations,
       ARRAY(SELECT organisation.code FROM organisation
             WHERE found.organisation_id IS NOT NULL AND organisation.id = ANY (organisations_below(ARRAY[found.organisation_id]))
             ORDER BY organisation.id <> found.organisation_id, organisation.code) AS codes
FROM found CROSS JOIN LATERAL (
    SELECT CASE WHEN found.everything THEN '{}'
                ELSE array_remove(ARRAY[found.region_zone_id], NULL) || found.zone_ids END AS zones
) AS granted

-- name: take_turn
-- Count a try as failed before it is looked at; no row: it is too early for one.
INSERT INTO sign_in_attempt AS told (kind, key, failures, last_at, next_at)
VALUES (%(kind)s, %(key)s::bytea, 1, now(), now())
ON CONFLICT (kind, key) DO UPDATE SET
    failures = CASE WHEN told.last_at < now() - interval '1 day' THEN 1 ELSE told.failures + 1 END,
    last_at = now(),
    next_at = now() + make_interval(secs => CASE
        WHEN told.last_at < now() - interval '1 day' OR told.failures + 1 < %(free)s::integer THEN 0
        ELSE least(%(longest_s)s::double precision, power(2, least(told.failures + 1 - %(free)s::integer, 30))) END)
WHERE told.next_at <= now()
RETURNING failures

-- name: next_turn
-- In how many seconds the next try is taken.
SELECT greatest(ceil(extract(epoch FROM next_at - now())), 1)::integer AS wait_s
FROM sign_in_attempt WHERE kind = %(kind)s AND key = %(key)s::bytea

-- name: forgive
-- A try that went well: the account starts anew, of the address this one try is taken back.
UPDATE sign_in_attempt SET failures = CASE WHEN kind = 'account' THEN 0 ELSE greatest(failures - 1, 0) END, next_at = now()
WHERE (kind = 'account' AND key = %(account)s::bytea) OR (kind = 'address' AND key = %(address)s::bytea)

-- name: forget_old_tries
-- Counts that nobody added to for a day.
DELETE FROM sign_in_attempt WHERE last_at < now() - interval '1 day'

-- name: account_to_open
-- What an account is opened with.
SELECT account.id, account.name, account.password_hash, account.demo, account.disabled_at IS NOT NULL AS disabled
FROM account WHERE account.name = %(name)s

-- name: open_session
-- Begin a session.
INSERT INTO session (token_hash, account_id, way, expires_at, address, agent)
VALUES (%(token_hash)s::bytea, %(account_id)s, %(way)s, now() + make_interval(secs => %(longest_s)s::double precision),
        %(address)s, %(agent)s)
RETURNING id, expires_at

-- name: note_sign_in
-- When an account was last opened.
UPDATE account SET signed_in_at = now() WHERE id = %(account_id)s

-- name: forget_old_sessions
-- Sessions that ended a month ago.
DELETE FROM session WHERE expires_at < now() - interval '30 days'

-- name: sessions_of
-- Sessions of an account that are open, the last used first.
SELECT session.id, session.way, session.created_at, session.seen_at, session.expires_at, session.address, session.agent
FROM session
WHERE session.account_id = %(account_id)s AND session.revoked_at IS NULL AND session.expires_at > now()
  AND session.seen_at > now() - make_interval(secs => %(idle_s)s::double precision)
ORDER BY session.seen_at DESC, session.id DESC

-- name: end_sessions
-- End sessions of an account: one, all, or all but one.
UPDATE session SET revoked_at = now()
WHERE account_id = %(account_id)s AND revoked_at IS NULL
  AND (%(only)s::bigint IS NULL OR id = %(only)s::bigint) AND id IS DISTINCT FROM %(but)s::bigint

-- name: begin_flow
-- Note a single sign-on that begins; those that came to nothing are forgotten.
WITH old AS (DELETE FROM sign_in_flow WHERE expires_at < now())
INSERT INTO sign_in_flow (state_hash, browser_hash, nonce, verifier, next_path, expires_at)
VALUES (%(state_hash)s::bytea, %(browser_hash)s::bytea, %(nonce)s, %(verifier)s, %(next_path)s,
        now() + make_interval(secs => %(lasts_s)s::double precision))

-- name: end_flow
-- Take a single sign-on that is under way in this browser; it cannot be taken twice.
DELETE FROM sign_in_flow
WHERE state_hash = %(state_hash)s::bytea AND browser_hash = %(browser_hash)s::bytea AND expires_at > now()
RETURNING nonce, verifier, next_path
