"""Lets owners with few documents in the queue go before those with many.

A job's priority is minus a thousand for each sixteen documents of its owner that wait
or are in hand; what is below a thousand counts deaths (ingestion/recovery.py).
"""

from __future__ import annotations

from django.db import migrations
from django.db.migrations import RunSQL

from persistence.database import SERVICE_ROLE
from persistence.rls import OWNER

DEFER = """
    CREATE OR REPLACE FUNCTION documents_ingestion_defer(
        document uuid, attempt_ integer
    )
        RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
        SET search_path = public, pg_temp
    AS $$
    {body}
    $$;
"""
FORWARD = f"""
    DECLARE
        whose uuid;
        others integer;
    BEGIN
        SELECT owner_id INTO whose FROM documents_document
        WHERE id = document AND attempt = attempt_
          AND (owner_id = {OWNER}
               OR pg_has_role(session_user, '{SERVICE_ROLE}', 'MEMBER'));
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        SELECT count(*) INTO others FROM (
            SELECT FROM documents_document
            WHERE owner_id = whose AND state IN (1, 2) AND id <> document
            LIMIT 1600
        ) AS unfinished;
        DELETE FROM procrastinate_jobs
        WHERE queueing_lock = document::text AND status = 'todo';
        PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
            'ingestion', 'documents.ingest', -1000 * (others / 16), document::text,
            document::text,
            jsonb_build_object('document_id', document, 'attempt', attempt_), NULL
        )::procrastinate_job_to_defer_v1]);
        RETURN true;
    EXCEPTION
        -- Another transaction has just queued the same document.
        WHEN unique_violation THEN RETURN true;
    END
"""
REVERSE = f"""
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
        WHEN unique_violation THEN RETURN true;
    END
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0012_notify_memberships")]

    operations = [RunSQL(DEFER.format(body=FORWARD), DEFER.format(body=REVERSE))]
