"""Gives a conversation a title that a model makes, in the background."""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass

import structlog

from gateway.clients.store import Permit, Store
from gateway.clients.worker import (
    Job,
    ProviderFinished,
    ProviderStarted,
    Worker,
)
from gateway.domain import Config, FinishReason, HistoryMessage, Role, Turn
from gateway.events import AttemptChanged, Completed, Tokens
from gateway.generations.writer import Writer
from gateway.models import Models
from gateway.prompts.template import Template
from gateway.titles import title_of
from mesh import calls
from mesh.errors import ServiceError
from mesh.ids import uuid7

log = structlog.get_logger()

MAX_WISHES = 16
# A title that comes later than this comes with the next answer.
WAIT_SECONDS = 60.0
POLL_SECONDS = 0.25
TIMEOUT_SECONDS = 20.0
OUTPUT_TOKENS = 20
TEMPERATURE = 0.2
# Enough of a question to know what it is about.
EXCERPT_CHARACTERS = 400


@dataclass(frozen=True, kw_only=True)
class Wish:
    """One conversation that wants a title.

    Attributes:
        model: The one that was asked for; empty means llm_worker's default.
        until: When it is given up, by the loop's clock.
        context: Of the call that began the answer, for logs.
    """

    permit: Permit
    question: str
    model: str
    until: float
    context: contextvars.Context


class NameConversation:
    """One title at a time, only while the process has nothing better to do.

    Answers go first: a title that is being made when an answer begins is given up and
    tried again later.
    """

    def __init__(
        self,
        *,
        store: Store,
        worker: Worker,
        models: Models,
        may_run: Callable[[str], bool],
    ) -> None:
        """`may_run` says whether a model has nothing better to do, by its name."""
        self._store = store
        self._worker = worker
        self._models = models
        self._may_run = may_run
        self._template = Template.load("title")
        self._wishes: deque[Wish] = deque(maxlen=MAX_WISHES)
        self._has_wishes = asyncio.Event()
        self._naming: asyncio.Task[None] | None = None
        self._model = ""
        self._task: asyncio.Task[None] | None = None

    def after(self, writer: Writer, turn: Turn) -> None:
        """Makes a title when the answer that `writer` writes is complete."""
        context = calls.detached()

        def wish() -> None:
            if not isinstance(writer.generation.outcome, Completed):
                return
            until = asyncio.get_running_loop().time() + WAIT_SECONDS
            self._wishes.append(
                Wish(
                    permit=writer.permit,
                    question=turn.history[-1].text,
                    model=turn.config.model,
                    until=until,
                    context=context,
                )
            )
            self._has_wishes.set()

        writer.when_done(wish)

    def make_room(self) -> None:
        """Gives up the title that is being made, where it is in an answer's way."""
        if self._naming is not None and not self._may_run(self._model):
            self._naming.cancel()

    def start(self) -> None:
        """Begins to make titles."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Makes no more titles."""
        for task in (self._task, self._naming):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        self._wishes.clear()
        self._task = self._naming = None

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            await self._has_wishes.wait()
            wish = self._wishes.popleft()
            if await self._wait_for_quiet(wish):
                self._model = wish.model
                self._naming = asyncio.create_task(
                    self._name(wish), context=wish.context
                )
                await asyncio.wait({self._naming})
                if self._naming.cancelled() and clock() < wish.until:
                    self._wishes.appendleft(wish)
                self._naming = None
            if not self._wishes:
                self._has_wishes.clear()

    async def _wait_for_quiet(self, wish: Wish) -> bool:
        clock = asyncio.get_running_loop().time
        while not self._may_run(wish.model):
            if clock() >= wish.until:
                log.info("title_skipped", generation_id=wish.permit.generation_id)
                return False
            await asyncio.sleep(POLL_SECONDS)
        return True

    async def _name(self, wish: Wish) -> None:
        id_ = wish.permit.generation_id
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                title = await self._title(wish)
            if title is None:
                log.info("title_rejected", generation_id=id_)
                return
            accepted = await self._store.name_conversation(wish.permit, title)
            log.info("title_made", generation_id=id_, accepted=accepted)
        except (ServiceError, TimeoutError) as error:
            reason = error.reason_name if isinstance(error, ServiceError) else "timeout"
            log.info("title_not_made", generation_id=id_, reason=reason)
        except Exception:  # One bad title must not end all later ones.
            log.exception("title_failed", generation_id=id_)

    async def _title(self, wish: Wish) -> str | None:
        text, model, is_finished = "", "", False
        async with aclosing(self._worker.generate(self._job(wish))) as events:
            async for event in events:
                match event.body:
                    case Tokens():
                        text += event.body.text
                    case AttemptChanged(replace_from_offset=offset, model=model):
                        text = text[:offset]
                    case ProviderStarted(model=model):
                        pass
                    case ProviderFinished(finish_reason=reason):
                        is_finished = reason is FinishReason.STOP
        return title_of(
            text,
            is_finished=is_finished,
            question=wish.question,
            is_small=self._models.is_small(model),
        )

    def _job(self, wish: Wish) -> Job:
        # As in the template's examples, which small models need.
        text = f"Title for: {_excerpt(wish.question)}"
        request = HistoryMessage(role=Role.USER, text=text)
        return Job(
            generation_id=str(uuid7()),
            prompt=self._template.prompt([request]),
            config=Config(
                model=wish.model,
                temperature=TEMPERATURE,
                max_output_tokens=OUTPUT_TOKENS,
            ),
            detaches=False,
        )


def _excerpt(text: str) -> str:
    text = " ".join(text.split())
    if len(text) <= EXCERPT_CHARACTERS:
        return text
    return text[:EXCERPT_CHARACTERS] + "…"
