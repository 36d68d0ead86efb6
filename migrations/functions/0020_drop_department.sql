DROP FUNCTION grid_households(bigint[]);
