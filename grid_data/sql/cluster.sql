-- Statements on a whole PostgreSQL cluster. Names in braces are identifiers, filled in by psycopg.sql.

-- name: database_exists
-- Whether the cluster holds a database of this name.
SELECT EXISTS (SELECT FROM pg_database WHERE datname = %(database)s)

-- name: create_database
-- A new database, a copy of the template.
CREATE DATABASE {database} TEMPLATE {template}

-- name: copy_database
-- A new database, a copy of the template by copying files: for templates of many megabytes.
CREATE DATABASE {database} TEMPLATE {template} STRATEGY FILE_COPY

-- name: drop_database
-- Remove a database together with whoever is still connected to it.
DROP DATABASE IF EXISTS {database} WITH (FORCE)
