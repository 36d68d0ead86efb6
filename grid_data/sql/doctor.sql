-- name: loaded_city
-- Names of the city that is loaded, if any.
SELECT name_zh, name_en FROM city LIMIT 1
