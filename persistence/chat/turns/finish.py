"""Ends a generation: its text, its outcome, and no deltas any more.

One statement over the asynchronous pool, as every answer costs one of these.
"""

from __future__ import annotations

from typing import Any

from persistence.chat import errors
from persistence.chat.evidence.write import evidence_replace
from persistence.chat.models import Generation, Message, Role
from persistence.chat.search.words import vector_of
from persistence.chat.selectors import answer_of
from persistence.chat.text import text_storable
from persistence.chat.turns.domain import Answer, Ending
from persistence.pool import Connection

_FINISH = """
WITH ended AS (
    UPDATE chat_generation
    SET state = %(state)s,
        end_time = clock_timestamp(),
        text_length = %(text_length)s,
        last_sequence = %(last_sequence)s,
        model = COALESCE(NULLIF(%(model)s, ''), model),
        provider = %(provider)s,
        finish_reason = %(finish_reason)s,
        failure = %(failure)s,
        prompt_tokens = %(prompt_tokens)s,
        output_tokens = %(output_tokens)s,
        time_to_first_token = %(time_to_first_token)s,
        duration = %(duration)s
    WHERE id = %(id)s AND epoch = %(epoch)s AND state = 1
    RETURNING id, model, prompt_version, start_time, grounding
), answered AS (
    UPDATE chat_message m
    SET text = %(text)s
    FROM ended
    WHERE m.generation_id = ended.id
    RETURNING m.id, m.owner_id, m.conversation_id, m.parent_id, m.create_time,
        ended.model, ended.prompt_version, ended.start_time, ended.grounding
), entered AS (
    INSERT INTO chat_searchentry (id, owner_id, conversation_id, message_id, words)
    SELECT id, owner_id, conversation_id, id, %(words)s::tsvector
    FROM answered
    ON CONFLICT (id) DO UPDATE SET words = excluded.words
), cleared AS (
    DELETE FROM chat_generationdelta d USING ended WHERE d.generation_id = ended.id
)
SELECT id, conversation_id, parent_id, create_time, model, prompt_version, start_time,
    grounding IS NOT NULL
FROM answered
"""


async def turn_finish(connection: Connection, *, ending: Ending) -> Answer | None:
    """Stores the end of a generation.

    Returns:
        The answer; None when there is no running generation of this epoch, and
        `turn_finished` says why.
    """
    text = text_storable(ending.text)
    cursor = await connection.execute(_FINISH, _stored(ending, text))
    row = await cursor.fetchone()
    if row is None:
        return None
    message_id, conversation_id, parent_id, create_time, model, version = row[:6]
    start, was_grounded = row[6:]
    if ending.evidence or was_grounded:
        await evidence_replace(connection, ending.generation_id, ending.evidence)
    generation = Generation(
        id=ending.generation_id,
        conversation_id=conversation_id,
        prompt_version=version,
        start_time=start,
        epoch=ending.epoch,
        state=ending.state,
        text_length=len(text),
        last_sequence=ending.last_sequence,
        model=model,
        provider=text_storable(ending.provider),
        finish_reason=ending.finish_reason,
        failure=ending.failure,
        **_usage(ending),
    )
    message = Message(
        id=message_id,
        conversation_id=conversation_id,
        parent_id=parent_id,
        role=Role.ASSISTANT,
        text=text,
        create_time=create_time,
        generation=generation,
    )
    return Answer(message, text, lease_expired=False, evidence=ending.evidence)


def turn_finished(*, ending: Ending) -> Answer:
    """Returns the answer whose end has been stored by the same call before.

    Raises:
        ServiceError: `GENERATION_NOT_FOUND`; `LEASE_LOST` when another writer, or
            another end, came first.
    """
    answer = answer_of(ending.generation_id)
    if answer is None:
        raise errors.generation_not_found(ending.generation_id)
    generation = answer.message.generation
    if (generation.epoch, generation.state) != (ending.epoch, ending.state):
        raise errors.lease_lost(ending.generation_id)
    return answer


def _stored(ending: Ending, text: str) -> dict[str, Any]:
    return {
        "id": ending.generation_id,
        "epoch": ending.epoch,
        "state": ending.state,
        "text": text,
        "words": vector_of(text),
        "text_length": len(text),
        "last_sequence": ending.last_sequence,
        "model": text_storable(ending.model),
        "provider": text_storable(ending.provider),
        "finish_reason": ending.finish_reason,
        "failure": ending.failure,
        **_usage(ending),
    }


def _usage(ending: Ending) -> dict[str, Any]:
    usage = ending.usage
    return {
        "prompt_tokens": usage and usage.prompt_tokens,
        "output_tokens": usage and usage.output_tokens,
        "time_to_first_token": usage and usage.time_to_first_token,
        "duration": usage and usage.duration,
    }
