-- How many households a base grid has is no secret; one by one they are seen only by who may (row-level security). A grid
-- of one to nine tells nothing to who may not. Only grids that are, or hold ground of, one's own zones are told of.
CREATE FUNCTION grid_households(grids bigint[])
RETURNS TABLE (grid_id bigint, households bigint, residents bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH claim AS MATERIALIZED (
        SELECT NOT is_scoped() AS everything, claims_households() AS one_by_one, claimed_ids('gridgov.zones') AS zones
    ), asked AS MATERIALIZED (
        SELECT grid.id FROM unnest(grids) AS grid (id) CROSS JOIN claim
        WHERE claim.everything OR grid.id = ANY (claim.zones)
           OR EXISTS (SELECT FROM building
                      WHERE building.zone_ids @> ARRAY[grid.id] AND building.zone_ids && claim.zones)
    ), counted AS (
        SELECT asked.id, count(household.id) AS households, coalesce(sum(household.residents), 0) AS residents
        FROM asked
        LEFT JOIN building ON building.zone_ids @> ARRAY[asked.id]
        LEFT JOIN household ON household.building_id = building.id
        GROUP BY asked.id
    )
    SELECT counted.id,
           CASE WHEN claim.everything OR claim.one_by_one OR counted.households NOT BETWEEN 1 AND 9
                THEN counted.households END,
           CASE WHEN claim.everything OR claim.one_by_one OR counted.households NOT BETWEEN 1 AND 9
                THEN counted.residents END
    FROM counted CROSS JOIN claim
$$;
REVOKE ALL ON FUNCTION grid_households(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION grid_households(bigint[]) TO gridgov_app, gridgov_scoped;
