"""One running generation: drains its provider, whoever reads or does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from llm_worker.domain import Event, Finish, FinishReason, Piece, Prompt, Usage
from llm_worker.event_log import EventLog
from llm_worker.failures import ended, service_error
from llm_worker.hold import Hold
from llm_worker.providers.base import ProviderError
from llm_worker.routing import RoutedEvent, Router
from mesh import calls
from mesh.errors import INTERNAL_MESSAGE, ServiceError

log = structlog.get_logger()

# No tokenizer makes tokens longer than this on average: past it, a vendor ignores the
# bound on the answer, and the bound on this process's memory is at stake.
CHARACTERS_PER_TOKEN = 64


class Generation:
    """A task that appends what a provider says to a log, and the log's readers."""

    def __init__(self, prompt: Prompt, router: Router, hold: Hold) -> None:
        """Begins to generate; needs a running loop.

        Raises:
            ServiceError: `MODEL_UNKNOWN`.
        """
        router.candidates(prompt.model)
        self.id = prompt.generation_id
        self._prompt = prompt
        self._router = router
        self._log = EventLog(hold)
        self._began = time.monotonic()
        self._first_token: float | None = None
        self._readers = 0
        self._grace_timer: asyncio.TimerHandle | None = None
        # The call that begins it may end long before it: no deadline is inherited.
        self.task = asyncio.create_task(self._run(), context=calls.detached())

    @property
    def is_running(self) -> bool:
        """Whether more events may come."""
        return not self._log.is_closed

    @property
    def characters(self) -> int:
        """How much text it holds in memory."""
        return self._log.characters

    def cancel(self) -> None:
        """Stops the provider; readers end with `GENERATION_ENDED`."""
        if self.is_running:
            self._log.fail(partial(ended, self.id))
            self.task.cancel()

    async def follow(
        self, *, after: int = 0, grace: float = 0
    ) -> AsyncGenerator[Event, None]:
        """Yields the events with a sequence above `after`, to the end.

        When the last reader leaves before the end, the generation is cancelled `grace`
        seconds later unless another has come.

        Raises:
            ServiceError: how the generation failed, after its events.
        """
        self._readers += 1
        if self._grace_timer is not None:
            self._grace_timer.cancel()
            self._grace_timer = None
        try:
            async with aclosing(self._log.follow(after)) as events:
                async for event in events:
                    yield event
        finally:
            self._readers -= 1
            if self._readers == 0 and self.is_running:
                loop = asyncio.get_running_loop()
                self._grace_timer = loop.call_later(grace, self._abandon)

    def _abandon(self) -> None:
        if self._readers == 0 and self.is_running:
            log.info("generation_abandoned", generation_id=self.id)
            self.cancel()

    async def _run(self) -> None:
        try:
            async with aclosing(self._router.generate(self._prompt)) as events:
                await self._drain(events)
        except ServiceError as error:
            self._log.fail(partial(_again, error))
        except ProviderError as error:
            log.warning(
                "generation_failed",
                generation_id=self.id,
                provider=error.provider,
                error=type(error).__name__,
                message=error.message,
            )
            self._log.fail(partial(service_error, error))
        except Exception:
            log.exception("generation_broke", generation_id=self.id)
            self._log.fail(_internal)
        finally:
            if self.is_running:  # The process stops.
                self._log.fail(partial(ended, self.id))

    async def _drain(self, events: AsyncGenerator[RoutedEvent, None]) -> None:
        append = self._log.append
        limit = self._prompt.max_output_tokens * CHARACTERS_PER_TOKEN
        async for event in events:
            if isinstance(event, Piece):
                if self._first_token is None:
                    self._first_token = time.monotonic() - self._began
                append(event.text, event.token_count)
                if self._log.characters > limit:
                    self._finish(Finish(FinishReason.LENGTH))
                    return
            elif isinstance(event, Finish):
                self._finish(event)
            elif event.attempt == 1:
                accepted = event.accepted
                self._log.start(
                    event.provider, accepted.model, accepted.dropped_messages
                )
            else:
                self._log.change_attempt(
                    event.attempt, event.provider, event.accepted.model, event.cause
                )

    def _finish(self, finish: Finish) -> None:
        usage = Usage(
            prompt_tokens=finish.prompt_tokens,
            output_tokens=finish.output_tokens or self._log.tokens,
            time_to_first_token=self._first_token,
            duration=time.monotonic() - self._began,
        )
        self._log.finish(finish.reason, usage)


def _again(error: ServiceError) -> ServiceError:
    # Each reader raises its own: an exception keeps the traceback of who raised it.
    return ServiceError(
        error.reason,
        error.message,
        retry_after=error.retry_after,
        field_violations=error.field_violations,
        quota=error.quota,
        **error.metadata,
    )


def _internal() -> ServiceError:
    return ServiceError(ErrorReason.ERROR_REASON_INTERNAL, INTERNAL_MESSAGE)
