"""Row-level security for migrations: who may see and write which rows.

Each application's table gets `enable_owner_policy` (users' calls see the owner's rows)
or `service_only` (users' calls see nothing) in the migration that creates it. The
permission test (scripts/test-app-user-permissions.sql) fails for a table with neither.
"""

from __future__ import annotations

from django.db.migrations import RunSQL

from persistence.database import APP_ROLE, SERVICE_ROLE

# Unset is NULL; a setting that was transaction-local is the empty string afterwards.
# In a subselect it is computed once for a statement, not once for a row.
OWNER = "(SELECT nullif(current_setting('lamla.owner_id', true), '')::uuid)"
CRUD = "SELECT, INSERT, UPDATE, DELETE"


def enable_owner_policy(table: str, *, owner_column: str = "owner_id") -> RunSQL:
    """Lets users' calls see and write their owner's rows, and the service role all.

    Args:
        owner_column: Holds the owner's id; every query by owner needs it indexed.
    """
    condition = f'"{owner_column}" = {OWNER}'
    forward = f"""
        {_service(table)}
        GRANT {CRUD} ON "{table}" TO {APP_ROLE};
        CREATE POLICY "{table}_owner" ON "{table}" TO {APP_ROLE}
            USING ({condition}) WITH CHECK ({condition});
    """
    reverse = f"""
        DROP POLICY "{table}_owner" ON "{table}";
        REVOKE {CRUD} ON "{table}" FROM {APP_ROLE};
        {_service_reverse(table)}
    """
    return RunSQL(forward, reverse)


def service_only(table: str) -> RunSQL:
    """Keeps a table from users' calls; the service role sees all of it."""
    forward = f"""
        {_service(table)}
        REVOKE ALL ON "{table}" FROM {APP_ROLE};
    """
    return RunSQL(forward, _service_reverse(table))


def _service(table: str) -> str:
    return f"""
        ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY;
        GRANT {CRUD} ON "{table}" TO {SERVICE_ROLE};
        CREATE POLICY "{table}_service" ON "{table}" TO {SERVICE_ROLE}
            USING (true) WITH CHECK (true);
    """


def _service_reverse(table: str) -> str:
    return f"""
        DROP POLICY "{table}_service" ON "{table}";
        REVOKE {CRUD} ON "{table}" FROM {SERVICE_ROLE};
        ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY;
    """
