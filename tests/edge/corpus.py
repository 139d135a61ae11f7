"""One generation's events, with every kind and every field there is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from lamla.chat.v1 import generation_pb2 as pb
from lamla.documents.v1 import grounding_pb2
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError, status_of

GENERATION_ID = "0198c0de-0000-7000-8000-000000000001"


def _time() -> Timestamp:
    time = Timestamp()
    time.FromDatetime(datetime(2026, 7, 1, 12, 30, 15, 250_000, tzinfo=UTC))
    return time


def _duration(seconds: float) -> Duration:
    duration = Duration()
    duration.FromTimedelta(timedelta(seconds=seconds))
    return duration


def _event(sequence: int, **event: object) -> pb.GenerationEvent:
    return pb.GenerationEvent(
        generation_id=GENERATION_ID,
        sequence=sequence,
        **event,  # type: ignore[arg-type]
    )


STARTED = pb.GenerationStarted(
    conversation_id="0198c0de-0000-7000-8000-000000000002",
    user_message_id="0198c0de-0000-7000-8000-000000000003",
    answer_message_id="0198c0de-0000-7000-8000-000000000004",
    model="small",
    provider="scripted",
    prompt_version="tutor@1f0c2a9b7d3e",
    start_time=_time(),
)
CITATION = pb.Citation(
    citation_id="0198c0de-0000-7000-8000-000000000005",
    answer_start=1,
    answer_end=4,
    document_id="0198c0de-0000-7000-8000-000000000006",
    document_title='Zell\N{LATIN SMALL LETTER U WITH DIAERESIS} "7"\n\u2028',
    chunk_id="0198c0de-0000-7000-8000-000000000007",
    page=3,
    source_start=100,
    source_end=103,
    quote="\N{SNOWMAN}\t\\ </script>",
    score=0.5,
)
GROUNDING = pb.Grounding(
    state=grounding_pb2.GROUNDING_STATE_PARTIAL,
    query="Zelle\nMembran",
    passages=[
        pb.Passage(
            chunk_id=CITATION.chunk_id,
            document_id=CITATION.document_id,
            document_title=CITATION.document_title,
            page=3,
        )
    ],
    index_version="multilingual-e5-small-int8@0.1.1/1",
)
CLAIM = pb.Claim(
    answer_start=1,
    answer_end=4,
    support=pb.SUPPORT_SUPPORTED,
    score=0.5,
    citation_ids=[CITATION.citation_id],
)
USAGE = pb.Usage(
    prompt_tokens=12,
    output_tokens=3,
    time_to_first_token=_duration(0.125),
    duration=_duration(1.5),
)
FAILURE = status_of(
    ServiceError(
        ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE,
        "scripted does not answer.",
        retry_after=timedelta(seconds=1),
        provider="scripted",
    )
)

# No real generation ends three times: the order is that of the `oneof`.
EVENTS = [
    _event(1, started=STARTED),
    _event(
        2,
        tokens=pb.Tokens(
            text="A\nTP\r\n\n: \N{HONEYBEE}", text_offset=0, token_count=2
        ),
    ),
    _event(3, citation=CITATION),
    _event(
        4,
        tool_call=pb.ToolCall(
            tool_call_id="t1",
            tool_name="clock",
            arguments_json='{"zone": "UTC"}',
            result_text="12:30",
        ),
    ),
    _event(
        5,
        attempt_changed=pb.AttemptChanged(
            attempt=2,
            provider="other",
            model="big",
            replace_from_offset=2,
            cause="ERROR_REASON_PROVIDER_INTERRUPTED",
        ),
    ),
    _event(0, heartbeat=pb.Heartbeat(server_time=_time())),
    _event(
        5,
        snapshot=pb.Snapshot(
            started=STARTED,
            text="A\n",
            token_count=1,
            citations=[CITATION],
            grounding=GROUNDING,
            claims=[CLAIM],
        ),
    ),
    _event(
        6,
        completed=pb.GenerationCompleted(
            finish_reason=pb.FINISH_REASON_STOP, usage=USAGE, text_length=2
        ),
    ),
    _event(7, cancelled=pb.GenerationCancelled(usage=USAGE, text_length=2)),
    _event(8, failed=pb.GenerationFailed(status=FAILURE, usage=USAGE, text_length=2)),
    _event(9, grounding=GROUNDING),
    _event(10, claim=CLAIM),
]
