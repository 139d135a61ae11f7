"""The queue of the ingest worker: who may see it, and how a document gets into it."""

from __future__ import annotations

from django.db import migrations
from django.db.migrations import RunSQL

from persistence.database import APP_ROLE, SERVICE_ROLE
from persistence.rls import OWNER, service_only

TABLES = (
    "procrastinate_jobs",
    "procrastinate_events",
    "procrastinate_periodic_defers",
    "procrastinate_workers",
)
SEQUENCES = (
    "procrastinate_jobs_id_seq",
    "procrastinate_events_id_seq",
    "procrastinate_periodic_defers_id_seq",
)
SIGNATURE = "documents_ingestion_defer(uuid, integer)"
# Runs as the tables' owner. The lock keeps two workers from one document; the queueing
# lock keeps one document from waiting twice.
DEFER = f"""
    CREATE FUNCTION documents_ingestion_defer(document uuid, attempt_ integer)
        RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp
    AS $$
    BEGIN
        PERFORM FROM documents_document
        WHERE id = document AND attempt = attempt_
          AND (owner_id = {OWNER}
               OR pg_has_role(session_user, '{SERVICE_ROLE}', 'MEMBER'));
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        DELETE FROM procrastinate_jobs
        WHERE queueing_lock = document::text AND status = 'todo';
        PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
            'ingestion', 'documents.ingest', 0, document::text, document::text,
            jsonb_build_object('document_id', document, 'attempt', attempt_), NULL
        )::procrastinate_job_to_defer_v1]);
        RETURN true;
    EXCEPTION
        -- Another transaction has just queued the same document.
        WHEN unique_violation THEN RETURN true;
    END
    $$;
    REVOKE ALL ON FUNCTION {SIGNATURE} FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION {SIGNATURE} TO {APP_ROLE}, {SERVICE_ROLE};
"""


def grant_sequence(name: str) -> RunSQL:
    """Lets the worker number its rows, and nobody else."""
    return RunSQL(
        f"REVOKE ALL ON SEQUENCE {name} FROM {APP_ROLE};"
        f"GRANT USAGE, SELECT ON SEQUENCE {name} TO {SERVICE_ROLE}",
        RunSQL.noop,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0004_vectors"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        *(service_only(table) for table in TABLES),
        *(grant_sequence(name) for name in SEQUENCES),
        RunSQL(DEFER, f"DROP FUNCTION {SIGNATURE}"),
    ]
