-- The three roles of a server (DESIGN §6); run by a superuser, as often as one likes.
--
-- Passwords come in the settings lamla.owner_password, lamla.app_password and
-- lamla.service_password: as text, or as SCRAM verifiers. Empty leaves what there is.

DO $$
DECLARE
    entry record;
    secret text;
BEGIN
    FOR entry IN
        SELECT * FROM (VALUES
            ('lamla_owner', 'lamla.owner_password', -1),
            ('lamla_app', 'lamla.app_password', 20),
            ('lamla_service', 'lamla.service_password', 30)
        ) AS roles (name, setting, connections)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = entry.name) THEN
            EXECUTE format('CREATE ROLE %I', entry.name);
        END IF;
        EXECUTE format(
            'ALTER ROLE %I LOGIN NOCREATEDB NOCREATEROLE CONNECTION LIMIT %s',
            entry.name, entry.connections);
        secret := nullif(current_setting(entry.setting, true), '');
        IF secret IS NOT NULL THEN
            EXECUTE format('ALTER ROLE %I PASSWORD %L', entry.name, secret);
        END IF;
        IF (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = entry.name)
        THEN
            EXECUTE format('ALTER ROLE %I NOSUPERUSER NOBYPASSRLS', entry.name);
        END IF;
    END LOOP;
END
$$;

-- The last bounds, should a client set none of its own.
ALTER ROLE lamla_app SET statement_timeout = '30s';
ALTER ROLE lamla_app SET lock_timeout = '10s';
ALTER ROLE lamla_app SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE lamla_service SET statement_timeout = '60s';
ALTER ROLE lamla_service SET lock_timeout = '10s';
ALTER ROLE lamla_service SET idle_in_transaction_session_timeout = '60s';
