-- Proves that the runtime role can do its work and nothing more; fails naming every
-- fault. Changes nothing. Run in the application's database, as lamla_app or as a role
-- that may become it:
--
--   psql -d lamla -f scripts/test-app-user-permissions.sql

\set ON_ERROR_STOP on

BEGIN;
SET LOCAL ROLE lamla_app;
SET LOCAL client_min_messages = notice;

DO $$
DECLARE
    faults text[] := '{}';
    entry record;
    privilege text;
    refused boolean;
    statement text;
BEGIN
    -- Its own rights.
    SELECT * INTO entry FROM pg_roles WHERE rolname = 'lamla_app';
    IF entry.rolsuper OR entry.rolcreatedb OR entry.rolcreaterole
       OR entry.rolbypassrls OR entry.rolreplication THEN
        faults := faults || 'the role has attributes beyond LOGIN'::text;
    END IF;
    IF entry.rolconnlimit < 1 OR entry.rolconnlimit
       + (SELECT rolconnlimit FROM pg_roles WHERE rolname = 'lamla_service') > 50 THEN
        faults := faults || 'connections are not limited to 50'::text;
    END IF;
    IF EXISTS (SELECT FROM pg_auth_members WHERE member = entry.oid) THEN
        faults := faults || 'the role is a member of another'::text;
    END IF;
    IF EXISTS (SELECT FROM pg_class WHERE relowner = entry.oid) THEN
        faults := faults || 'the role owns a table'::text;
    END IF;

    -- Tables: all of CRUD where a policy names the role, nothing at all elsewhere.
    FOR entry IN
        SELECT c.oid, c.relname, c.relrowsecurity AS has_rls,
               c.relname ~ '^(auth|django)_' AS is_django,
               EXISTS (SELECT FROM pg_policy p
                       WHERE p.polrelid = c.oid
                         AND 'lamla_app'::regrole = ANY (p.polroles)) AS is_ours
        FROM pg_class c
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
          AND NOT EXISTS (SELECT FROM pg_depend d
                          WHERE d.objid = c.oid AND d.deptype = 'e')
    LOOP
        IF NOT entry.is_django AND NOT entry.has_rls THEN
            faults := faults || format('%s has no row-level security', entry.relname);
        END IF;
        FOREACH privilege IN ARRAY ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE'] LOOP
            -- `makemigrations` and `showmigrations` look at what is applied.
            CONTINUE WHEN entry.relname = 'django_migrations' AND privilege = 'SELECT';
            IF has_table_privilege('lamla_app', entry.oid, privilege) <> entry.is_ours
            THEN
                faults := faults || format(
                    '%s on %s is %s', privilege, entry.relname,
                    CASE WHEN entry.is_ours THEN 'missing' ELSE 'granted' END);
            END IF;
        END LOOP;
        FOREACH privilege IN ARRAY ARRAY['TRUNCATE', 'REFERENCES', 'TRIGGER'] LOOP
            IF has_table_privilege('lamla_app', entry.oid, privilege) THEN
                faults := faults || format('%s on %s is granted', privilege,
                                           entry.relname);
            END IF;
        END LOOP;
    END LOOP;
    IF to_regclass('public.identity_user') IS NULL THEN
        faults := faults || 'there are no tables: migrate first'::text;
    END IF;

    -- No DDL, by trying.
    FOREACH statement IN ARRAY ARRAY[
        'CREATE TABLE public.probe (id int)',
        'CREATE TEMPORARY TABLE probe (id int)',
        'CREATE SCHEMA probe',
        'CREATE FUNCTION public.probe() RETURNS int LANGUAGE sql AS ''SELECT 1''',
        'ALTER TABLE public.identity_user ADD COLUMN probe int',
        'ALTER TABLE public.identity_user DISABLE ROW LEVEL SECURITY',
        'DROP TABLE public.identity_user',
        'TRUNCATE public.identity_user',
        'CREATE INDEX probe ON public.identity_user (role)',
        'UPDATE public.django_migrations SET app = app',
        'SET LOCAL row_security = off; SELECT count(*) FROM public.identity_user'
    ] LOOP
        refused := false;
        BEGIN
            EXECUTE statement;
            RAISE EXCEPTION 'undone' USING ERRCODE = 'LA001';
        EXCEPTION
            WHEN insufficient_privilege THEN refused := true;
            -- Whatever else went wrong, it was allowed to try.
            WHEN OTHERS THEN NULL;
        END;
        IF NOT refused THEN
            faults := faults || format('allowed: %s', statement);
        END IF;
    END LOOP;

    IF faults <> '{}' THEN
        RAISE EXCEPTION E'the runtime role is not as it should be:\n  %',
            array_to_string(faults, E'\n  ');
    END IF;
    RAISE NOTICE 'the runtime role is as it should be';
END
$$;
ROLLBACK;
