-- name: add
-- A new webhook.
INSERT INTO webhook (name, url, secret, events, owner, account_id)
VALUES (%(name)s, %(url)s, %(secret)s, %(events)s, %(owner)s, %(account_id)s)
RETURNING id

-- name: listed
-- Webhooks with what became of their deliveries: one, or all; secrets are no part of it.
SELECT webhook.id, webhook.name, webhook.url, webhook.events, webhook.owner, webhook.active, webhook.created_at,
       counted.waiting, counted.dead, counted.last_delivered_at
FROM webhook CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state IN ('waiting', 'sending')) AS waiting, count(*) FILTER (WHERE state = 'dead') AS dead,
           max(ended_at) FILTER (WHERE state = 'delivered') AS last_delivered_at
    FROM webhook_delivery WHERE webhook_delivery.webhook_id = webhook.id
) AS counted
WHERE webhook.removed_at IS NULL AND (%(id)s::bigint IS NULL OR webhook.id = %(id)s::bigint)
ORDER BY webhook.id

-- name: signed_by
-- Where a webhook is and what it is signed with: for its senders alone.
SELECT url, secret FROM webhook WHERE id = %(id)s AND removed_at IS NULL

-- name: change
-- Change what a webhook is.
UPDATE webhook SET name = %(name)s, url = %(url)s, events = %(events)s, active = %(active)s
WHERE id = %(id)s AND removed_at IS NULL

-- name: set_secret
-- Another secret; what is sent from now on is signed with it.
UPDATE webhook SET secret = %(secret)s WHERE id = %(id)s AND removed_at IS NULL

-- name: remove
-- Take a webhook away; what it was sent stays to be looked at in the database.
UPDATE webhook SET active = false, removed_at = now() WHERE id = %(id)s AND removed_at IS NULL

-- name: deliveries
-- Deliveries of a webhook, the newest first, below an entry's number.
SELECT delivery.id, delivery.seq, delivery.event, delivery.state, delivery.attempts, delivery.created_at,
       CASE WHEN delivery.state = 'waiting' THEN delivery.next_at END AS next_at, delivery.ended_at,
       delivery.last_status, delivery.last_error, (delivery.body::json -> 'incident' ->> 'number') AS incident
FROM webhook_delivery AS delivery
WHERE delivery.webhook_id = %(webhook_id)s AND (%(state)s::text IS NULL OR delivery.state = %(state)s::text)
  AND (%(before)s::bigint IS NULL OR delivery.seq < %(before)s::bigint)
ORDER BY delivery.seq DESC, delivery.id
LIMIT %(limit)s::integer

-- name: send_again
-- Give a dead delivery back to the senders; what waits behind it follows.
UPDATE webhook_delivery SET state = 'waiting', attempts = 0, next_at = now(), ended_at = NULL
WHERE id = %(id)s AND webhook_id = %(webhook_id)s AND state = 'dead'

-- name: drop
-- Give a dead delivery up; what waits behind it follows.
UPDATE webhook_delivery SET state = 'dropped', ended_at = now()
WHERE id = %(id)s AND webhook_id = %(webhook_id)s AND state = 'dead'

-- name: one_spreads
-- Whether we are the one who makes deliveries of events now: two at once could turn their order round.
SELECT pg_try_advisory_xact_lock(hashtext('gridgov.webhook_events')) AS mine

-- name: events
-- The first events no webhook was asked about yet, with the incidents each is about.
WITH first AS (SELECT seq FROM webhook_event ORDER BY seq LIMIT %(limit)s::integer)
SELECT entry.seq, entry.at, entry.actor, entry.action, about.incident_id
FROM first JOIN history AS entry USING (seq)
LEFT JOIN LATERAL (
    SELECT entry.incident_id WHERE entry.incident_id IS NOT NULL
    UNION SELECT history_incident.incident_id FROM history_incident WHERE history_incident.seq = entry.seq
) AS about ON true
ORDER BY entry.seq, about.incident_id

-- name: active
-- Whom events may concern.
SELECT id, events, owner, account_id, created_at FROM webhook WHERE active ORDER BY id

-- name: incidents_seen
-- Which of some incidents are in sight, and what is told of them: no texts, no contact data.
SELECT incident.id, json_build_object(
    'number', incident.number,
    'category', category.standard_ref || ':' || category.kind || ':' || category.code,
    'state', incident.state, 'urgency', incident.urgency, 'source', incident.source, 'level', case_state.level,
    'place', CASE WHEN incident.place IS NOT NULL THEN json_build_array(ST_X(incident.place), ST_Y(incident.place)) END,
    'base_grid', grid.code, 'responsible', organisation.code, 'reported_at', incident.reported_at,
    'due_at', coalesce(clock.due_at, case_state.due_at))::text AS document
FROM incident
JOIN category ON category.id = incident.category_id
LEFT JOIN case_state ON case_state.incident_id = incident.id
LEFT JOIN incident_clock AS clock ON clock.incident_id = incident.id
LEFT JOIN organisation ON organisation.id = incident.organisation_id
LEFT JOIN zone AS grid ON grid.id = incident.base_grid_id
WHERE incident.id = ANY (%(ids)s::bigint[])

-- name: add_deliveries
-- Store what is to be sent; what was stored before, by somebody who died, stays.
INSERT INTO webhook_delivery (id, webhook_id, seq, incident_id, event, body)
SELECT * FROM unnest(%(ids)s::uuid[], %(webhooks)s::bigint[], %(seqs)s::bigint[], %(incidents)s::bigint[], %(events)s::text[],
                     %(bodies)s::text[])
ON CONFLICT (webhook_id, seq, incident_id) DO NOTHING

-- name: forget_events
-- Events all webhooks were asked about.
DELETE FROM webhook_event WHERE seq = ANY (%(seqs)s::bigint[])

-- name: one_claims
-- One claims at a time; it takes a moment.
SELECT pg_advisory_xact_lock(hashtext('gridgov.webhook_claims'))

-- name: claim
-- Take what is due: of an incident nothing before what comes earlier, of a webhook at most so many at once. Whoever takes it is waited for until the lease ends.
WITH free AS (
    SELECT delivery.id, row_number() OVER (PARTITION BY delivery.webhook_id ORDER BY delivery.next_at, delivery.seq) AS place,
           (SELECT count(*) FROM webhook_delivery AS busy
            WHERE busy.webhook_id = delivery.webhook_id AND busy.state = 'sending' AND busy.next_at > now()) AS busy
    FROM webhook_delivery AS delivery JOIN webhook ON webhook.id = delivery.webhook_id AND webhook.active
    WHERE delivery.state IN ('waiting', 'sending') AND delivery.next_at <= now()
      AND NOT EXISTS (SELECT FROM webhook_delivery AS earlier
                      WHERE earlier.webhook_id = delivery.webhook_id AND earlier.incident_id = delivery.incident_id
                        AND earlier.seq < delivery.seq AND earlier.state IN ('waiting', 'sending', 'dead'))
), taken AS (
    UPDATE webhook_delivery AS delivery
    SET state = 'sending', attempts = delivery.attempts + 1, next_at = now() + make_interval(secs => %(lease_s)s)
    FROM free WHERE free.id = delivery.id AND free.place + free.busy <= %(per_webhook)s::integer
      AND delivery.id IN (SELECT id FROM free WHERE free.place + free.busy <= %(per_webhook)s::integer
                          ORDER BY free.place, free.id LIMIT %(limit)s::integer)
    RETURNING delivery.*
)
SELECT taken.id, taken.webhook_id, taken.incident_id, taken.event, taken.body, taken.attempts, webhook.url, webhook.secret,
       webhook.owner, webhook.account_id
FROM taken JOIN webhook ON webhook.id = taken.webhook_id
ORDER BY taken.seq

-- name: in_sight
-- Whether an incident is in sight.
SELECT EXISTS (SELECT FROM incident WHERE id = %(incident_id)s) AS seen

-- name: finish
-- What became of a delivery; nothing, if another sender took it over meanwhile.
UPDATE webhook_delivery
SET state = %(state)s, last_status = %(status)s, last_error = %(error)s,
    next_at = now() + make_interval(secs => %(wait_s)s), ended_at = CASE WHEN %(state)s <> 'waiting' THEN now() END
WHERE id = %(id)s AND state = 'sending' AND attempts = %(attempts)s

-- name: forget_old
-- Remove deliveries that ended long ago; dead ones stay until somebody decides.
DELETE FROM webhook_delivery WHERE state IN ('delivered', 'withheld', 'dropped') AND ended_at < now() - make_interval(days => %(days)s)
