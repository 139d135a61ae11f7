"""Row-level security, the two look-ups that know no owner yet, and who may rise."""

from django.db import migrations

from persistence.database import APP_ROLE, SERVICE_ROLE
from persistence.rls import enable_owner_policy, service_only

# Users' calls never touch what the admin site keeps. The record of migrations is the
# owner's alone to write; others may read it.
DJANGO_TABLES = (
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_admin_log",
    "django_content_type",
    "django_session",
)
KEEP_DJANGO_TABLES = "".join(
    f"REVOKE ALL ON {table} FROM {APP_ROLE};"
    f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {SERVICE_ROLE};"
    for table in DJANGO_TABLES
) + (
    "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON django_migrations"
    f" FROM {APP_ROLE}, {SERVICE_ROLE};"
    f"GRANT SELECT ON django_migrations TO {APP_ROLE}, {SERVICE_ROLE};"
)

# Each answers one question about one exact value, so the runtime role can look nobody
# up whose e-mail address or token it does not hold already.
LOOK_UPS = f"""
CREATE FUNCTION identity_credentials(wanted_email text)
RETURNS TABLE (user_id uuid, password text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT id, password::text FROM public.identity_user
    WHERE email = wanted_email AND is_active
$$;
CREATE FUNCTION identity_refresh_token_owner(wanted_hash bytea)
RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = '' AS $$
    SELECT user_id FROM public.identity_refreshtoken WHERE token_hash = wanted_hash
$$;
REVOKE ALL ON FUNCTION identity_credentials(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION identity_refresh_token_owner(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION identity_credentials(text) TO {APP_ROLE};
GRANT EXECUTE ON FUNCTION identity_refresh_token_owner(bytea) TO {APP_ROLE};
"""
NO_LOOK_UPS = """
DROP FUNCTION identity_credentials(text);
DROP FUNCTION identity_refresh_token_owner(bytea);
"""

# Column grants would do it too, but break Django's INSERT, which names every column.
# The owner may raise anybody (`createsuperuser`); the service role may on behalf of a
# superuser, whom the admin site names in `lamla.actor_id`; the runtime role never.
KEEP_PRIVILEGES = f"""
CREATE FUNCTION identity_keep_privileges() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
DECLARE
    ranks CONSTANT text[] := ARRAY['guest', 'student', 'teacher', 'admin'];
    had_rank int := 2;
    had_staff boolean := false;
    had_superuser boolean := false;
BEGIN
    IF pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID),
                   'USAGE') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        had_rank := greatest(2, array_position(ranks, OLD.role::text));
        had_staff := OLD.is_staff;
        had_superuser := OLD.is_superuser;
    END IF;
    IF array_position(ranks, NEW.role::text) <= had_rank
       AND NEW.is_staff <= had_staff AND NEW.is_superuser <= had_superuser THEN
        RETURN NEW;
    END IF;
    IF pg_has_role(current_user, '{SERVICE_ROLE}', 'USAGE')
       AND NOT pg_has_role(current_user, '{APP_ROLE}', 'USAGE') THEN
        PERFORM 1 FROM public.identity_user
        WHERE id = nullif(current_setting('lamla.actor_id', true), '')::uuid
          AND is_superuser AND is_active;
        IF FOUND THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the role % may not raise a user''s privileges', current_user
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER identity_keep_privileges
    BEFORE INSERT OR UPDATE OF role, is_staff, is_superuser ON identity_user
    FOR EACH ROW EXECUTE FUNCTION identity_keep_privileges();
"""
NO_KEEP_PRIVILEGES = """
DROP TRIGGER identity_keep_privileges ON identity_user;
DROP FUNCTION identity_keep_privileges();
"""


class Migration(migrations.Migration):

    dependencies = [
        ("identity", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        enable_owner_policy("identity_user", owner_column="id"),
        enable_owner_policy("identity_session", owner_column="user_id"),
        enable_owner_policy("identity_refreshtoken", owner_column="user_id"),
        service_only("identity_user_groups"),
        service_only("identity_user_user_permissions"),
        migrations.RunSQL(KEEP_DJANGO_TABLES, migrations.RunSQL.noop),
        migrations.RunSQL(LOOK_UPS, NO_LOOK_UPS),
        migrations.RunSQL(KEEP_PRIVILEGES, NO_KEEP_PRIVILEGES),
    ]
