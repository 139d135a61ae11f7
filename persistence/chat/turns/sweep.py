"""Ends what no writer will end, and forgets what nobody will ask for again."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.db import connection

from mesh.errors import status_of
from persistence.chat import errors
from persistence.chat.clock import Clock
from persistence.chat.models import ConversationRequest
from persistence.chat.requests import KEPT_DAYS

log = structlog.get_logger()

# A lease that has been over for this many times its length is taken by nobody.
GRACE_LEASES = 2
# How many generations one statement ends.
BATCH = 500

_INTERRUPT = """
WITH expired AS (
    SELECT id
    FROM chat_generation
    WHERE state = 1
      AND lease_expires + %(grace)s * lease_duration < clock_timestamp()
    ORDER BY id
    LIMIT %(batch)s
    FOR UPDATE SKIP LOCKED
), ended AS (
    UPDATE chat_generation g
    SET state = 4, epoch = g.epoch + 1, end_time = clock_timestamp(),
        last_sequence = g.last_sequence + 1, failure = %(failure)s
    FROM expired
    WHERE g.id = expired.id
    RETURNING g.id
), written AS (
    SELECT d.generation_id, string_agg(d.text, '' ORDER BY d.text_offset) AS text
    FROM chat_generationdelta d
    JOIN ended ON ended.id = d.generation_id
    GROUP BY d.generation_id
), answered AS (
    UPDATE chat_message m
    SET text = written.text
    FROM written
    WHERE m.generation_id = written.generation_id
)
SELECT count(*) FROM ended
"""

# Also what a checkpoint left that came at the same moment as its generation's end.
_CLEAR = """
DELETE FROM chat_generationdelta d
USING chat_generation g
WHERE g.id = d.generation_id AND g.state <> 1
"""


def generations_interrupt_expired() -> bool:
    """Ends generations whose writer is gone for good, with the text they have.

    The new epoch keeps a writer that was only slow from writing after the end.

    Returns whether there may be more.
    """
    parameters = {
        "grace": GRACE_LEASES,
        "batch": BATCH,
        "failure": status_of(errors.generation_interrupted()).SerializeToString(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_INTERRUPT, parameters)
        count: int = cursor.fetchone()[0]
        cursor.execute(_CLEAR)
    if count:
        log.warning("generations_interrupted", count=count)
    return count == BATCH


def requests_forget() -> bool:
    """Deletes request ids that are too old to come again. Returns False: no more."""
    before = Clock() - timedelta(days=KEPT_DAYS)
    ConversationRequest.objects.filter(create_time__lt=before).delete()
    return False
