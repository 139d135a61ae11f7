-- Creates the three roles of a server, or brings them up to date. Run by a superuser:
--
--   psql -d postgres -v owner_password=… -v app_password=… -v service_password=… \
--        -f scripts/create-app-user.sql
--
-- A password that is not given stays what it is. `python -m persistence setup_postgres`
-- does this and init-db.sql in one go.

\set ON_ERROR_STOP on
\if :{?owner_password}
\else
\set owner_password ''
\endif
\if :{?app_password}
\else
\set app_password ''
\endif
\if :{?service_password}
\else
\set service_password ''
\endif

BEGIN;
SELECT set_config('lamla.owner_password', :'owner_password', true),
       set_config('lamla.app_password', :'app_password', true),
       set_config('lamla.service_password', :'service_password', true) \g /dev/null
\ir ../persistence/sql/roles.sql
COMMIT;
