"""A store in memory, behind the port of gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.clients.store import BeginTurn, Delta, FinishTurn, Permit, TakenOver
from gateway.domain import (
    ContinuedAnswer,
    GenerationView,
    HistoryMessage,
    Lease,
    Located,
    NewMessage,
    Role,
    State,
    Turn,
)
from gateway.endpoints import address_of
from gateway.evidence import EVERYTHING, Claim, Evidence, Scope
from mesh.errors import ServiceError
from mesh.identity import current_user
from mesh.ids import uuid7
from tests.gateway.library import MemoryChunks, WordEmbedder

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass
class Row:
    """One stored generation."""

    owner_id: UUID
    turn: Turn
    view: GenerationView
    lease: Lease
    finishes: int = 0


@dataclass
class MemoryStore:
    """Keeps turns as persistence does: owners, leases, epochs, idempotency.

    Attributes:
        endpoint: Of the gateway that it serves.
        down: What every call raises; None while it is up.
        append_down: What only checkpoints and ends raise.
        prefix: The text of the answer that is continued.
        title_wanted: Whether conversations want a title.
        titles: Those that conversations were given, in order.
        calls: How often each method was called.
        ended: Set when a turn was finished.
        beginning: Set when a turn is about to be stored.
        library: The documents of its users.
        scope: That of every conversation that sets none.
    """

    endpoint: str = "gateway:1"
    history: tuple[HistoryMessage, ...] = ()
    rows: dict[str, Row] = field(default_factory=dict)
    requests: dict[tuple[UUID, str], str] = field(default_factory=dict)
    down: ServiceError | None = None
    append_down: ServiceError | None = None
    deltas: list[Delta] = field(default_factory=list)
    finished: list[FinishTurn] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    begin_gate: asyncio.Event | None = None
    beginning: asyncio.Event = field(default_factory=asyncio.Event)
    prefix: str = ""
    title_wanted: bool = False
    titles: list[str] = field(default_factory=list)
    library: MemoryChunks = field(default_factory=MemoryChunks)
    embedder: WordEmbedder = field(default_factory=WordEmbedder)
    scope: Scope = EVERYTHING

    async def begin(self, turn: BeginTurn) -> Turn:
        """See `Store.begin`."""
        self._refuse_when(self.down)
        self.beginning.set()
        if self.begin_gate is not None:
            await self.begin_gate.wait()
        key = current_user().id, turn.request_id
        if key in self.requests:
            row = self.rows[self.requests[key]]
            known = replace(row.turn, view=row.view, lease=row.lease, created=False)
            return known
        view = GenerationView(
            id=str(uuid7()),
            conversation_id=_conversation_of(turn) or str(uuid7()),
            user_message_id=str(uuid7()),
            answer_message_id=str(uuid7()),
            state=State.GENERATING,
        )
        prefix = self.prefix if isinstance(turn.turn, ContinuedAnswer) else ""
        if prefix:  # Stored at once, as persistence does.
            view = replace(view, text=prefix, last_sequence=2)
        lease = Lease(gateway_endpoint=self.endpoint, worker_endpoint="", epoch=1)
        asked = turn.turn
        text = asked.text if isinstance(asked, NewMessage) else "Again?"
        scope = asked.scope if isinstance(asked, NewMessage) else None
        began = Turn(
            view=view,
            lease=lease,
            prompt_version=turn.prompt_version,
            start_time=MOMENT,
            created=True,
            capability=f"secret of {view.id}",
            config=turn.config,
            history=(*self.history, HistoryMessage(role=Role.USER, text=text)),
            answer_prefix=prefix,
            title_wanted=self.title_wanted,
            scope=scope or self.scope,
            scope_has_chunks=bool(self.library.chunks),
        )
        self.requests[key] = view.id
        self.rows[view.id] = Row(key[0], began, view, lease)
        return began

    async def append(self, deltas: Sequence[Delta]) -> set[str]:
        """See `Store.append`."""
        self._refuse_when(self.down or self.append_down)
        self.deltas += deltas
        lost = set()
        for delta in deltas:
            row = self._permitted(delta.permit)
            if row is None or row.view.state is not State.GENERATING:
                lost.add(delta.permit.generation_id)
                continue
            text = row.view.text[: delta.text_offset] + delta.text
            assert delta.text_offset <= len(row.view.text)
            row.view = replace(
                row.view,
                text=text,
                last_sequence=delta.last_sequence,
                evidence=_added(row.view.evidence, delta.evidence),
            )
            row.lease = replace(row.lease, worker_endpoint=delta.worker_endpoint)
        return lost

    async def finish(self, turn: FinishTurn) -> None:
        """See `Store.finish`."""
        self._refuse_when(self.down or self.append_down)
        row = self._permitted(turn.permit)
        if row is None:
            raise ServiceError(ErrorReason.ERROR_REASON_LEASE_LOST, "Taken over.")
        row.finishes += 1
        row.view = replace(
            row.view,
            state=turn.state,
            text=turn.text,
            last_sequence=turn.last_sequence,
            finish_reason=turn.finish_reason,
            usage=turn.usage,
            failure=turn.failure,
            model=turn.model,
            provider=turn.provider,
            evidence=turn.evidence,
        )
        self.finished.append(turn)
        self.ended.set()

    async def locate(self, generation_id: str) -> Located:
        """See `Store.locate`."""
        self._refuse_when(self.down)
        row = self._owned(generation_id)
        is_running = row.view.state is State.GENERATING
        return Located(
            view=row.view,
            lease=row.lease if is_running else None,
            prompt_version=row.turn.prompt_version,
            start_time=MOMENT,
        )

    async def take_over(self, generation_id: str) -> TakenOver:
        """See `Store.take_over`."""
        self._refuse_when(self.down)
        row = self._owned(generation_id)
        holder = row.lease.gateway_endpoint
        is_former_run = (
            address_of(holder) == address_of(self.endpoint) and holder != self.endpoint
        )
        if not row.lease.expired and not is_former_run:
            raise ServiceError(ErrorReason.ERROR_REASON_LEASE_LOST, "Held.")
        row.lease = replace(
            row.lease,
            gateway_endpoint=self.endpoint,
            epoch=row.lease.epoch + 1,
            expired=False,
        )
        permit = Permit(
            generation_id=generation_id,
            capability=row.turn.capability,
            epoch=row.lease.epoch,
        )
        return TakenOver(
            view=row.view,
            permit=permit,
            lease=row.lease,
            prefix_length=len(row.turn.answer_prefix),
        )

    async def name_conversation(self, permit: Permit, title: str) -> bool:
        """See `Store.name_conversation`."""
        self._refuse_when(self.down)
        if self._permitted(permit) is None:
            raise ServiceError(ErrorReason.ERROR_REASON_CAPABILITY_INVALID, "Not so.")
        self.titles.append(title)
        return True

    def at(self, endpoint: str) -> MemoryStore:
        """Returns the same store as another gateway sees it."""
        return replace(self, endpoint=endpoint)

    def expire(self, generation_id: str) -> None:
        """Lets the lease of a generation be over."""
        row = self.rows[generation_id]
        row.lease = replace(row.lease, expired=True)

    def steal(self, generation_id: str, endpoint: str) -> None:
        """Gives the lease to another gateway."""
        row = self.rows[generation_id]
        row.lease = replace(
            row.lease, gateway_endpoint=endpoint, epoch=row.lease.epoch + 1
        )

    def _permitted(self, permit: Permit) -> Row | None:
        row = self.rows.get(permit.generation_id)
        if row is None or row.turn.capability != permit.capability:
            return None
        return row if row.lease.epoch == permit.epoch else None

    def _owned(self, generation_id: str) -> Row:
        row = self.rows.get(generation_id)
        if row is None or row.owner_id != current_user().id:
            raise ServiceError(
                ErrorReason.ERROR_REASON_GENERATION_NOT_FOUND,
                f"No generation {generation_id}.",
                generation_id=generation_id,
            )
        return row

    @staticmethod
    def _refuse_when(error: ServiceError | None) -> None:
        if error is not None:
            raise error


def _added(known: Evidence, new: Evidence) -> Evidence:
    ids = {citation.id for citation in known.citations}
    places = {claim.answer_start for claim in new.claims}
    claims: list[Claim] = [c for c in known.claims if c.answer_start not in places]
    return Evidence(
        grounding=new.grounding or known.grounding,
        citations=(*known.citations, *(c for c in new.citations if c.id not in ids)),
        claims=(*claims, *new.claims),
    )


def _conversation_of(turn: BeginTurn) -> str:
    asked = turn.turn
    return asked.conversation_id if isinstance(asked, NewMessage) else ""


def outage() -> ServiceError:
    """Makes what persistence reports while its database is down."""
    return ServiceError(
        ErrorReason.ERROR_REASON_DATABASE_UNAVAILABLE, "The database cannot be reached."
    )
