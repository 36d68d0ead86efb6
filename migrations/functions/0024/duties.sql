-- Who is on duty now, for an organisation or in a grid. Who is on duty is so on every post of
-- the kind they hold: a redraw that gives them another grid takes nobody off duty.

CREATE FUNCTION posts_on_duty(organisation bigint, grid bigint) RETURNS bigint[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT post.id ORDER BY post.id), '{}')
    FROM duty JOIN post AS held ON held.id = duty.post_id
    JOIN post ON post.person_id = held.person_id AND post.kind = held.kind
    JOIN person ON person.id = post.person_id
    WHERE duty.during @> now() AND post.valid @> now()
      AND (coalesce(post.organisation_id, person.organisation_id) = organisation OR post.zone_id = grid)
$$;

CREATE FUNCTION names_on_posts(ids bigint[]) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN ids <> '{}' THEN (
        SELECT jsonb_agg(DISTINCT person.name) FROM post JOIN person ON person.id = post.person_id
        WHERE post.id = ANY (ids)) END
$$;

-- A turn of duty is seen with the post it is about.
ALTER TABLE duty ENABLE ROW LEVEL SECURITY;
CREATE POLICY everything ON duty TO gridgov_app USING (true) WITH CHECK (true);
CREATE POLICY seen ON duty TO gridgov_scoped USING (EXISTS (SELECT FROM post WHERE post.id = duty.post_id));
