DROP FUNCTION zones_of_posts(bigint);
DROP FUNCTION organisations_below(bigint[]);
DROP FUNCTION zones_below(bigint[]);
