-- Creates the database, its extension and the default privileges, or brings them up to
-- date; the roles must be there (create-app-user.sql). Run by a superuser:
--
--   psql -d postgres [-v database=lamla] -f scripts/init-db.sql

\set ON_ERROR_STOP on
\if :{?database}
\else
\set database lamla
\endif

SELECT format('CREATE DATABASE %I ENCODING ''UTF8'' TEMPLATE template1', :'database')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec

\connect template1
CREATE EXTENSION IF NOT EXISTS vector;

\connect :"database"
\ir ../persistence/sql/database.sql
