-- One database for the three roles; run in it by a superuser, as often as one likes.

CREATE EXTENSION IF NOT EXISTS vector;

DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO lamla_owner', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO lamla_app, lamla_service',
                   current_database());
    -- COPY is refused under row-level security: it goes through a temporary table.
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO lamla_service',
                   current_database());
END
$$;

ALTER SCHEMA public OWNER TO lamla_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO lamla_app, lamla_service;

-- What the owner creates is of use to the two others without another word. Whose rows
-- they see is a matter of each table's policies.
ALTER DEFAULT PRIVILEGES FOR ROLE lamla_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO lamla_app, lamla_service;
ALTER DEFAULT PRIVILEGES FOR ROLE lamla_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO lamla_app, lamla_service;
