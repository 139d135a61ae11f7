"""Choosing who answers a prompt, and asking another before the first token is lost."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from llm_worker.domain import Accepted, Finish, Model, Piece, Prompt
from llm_worker.failures import model_unknown, service_error
from llm_worker.providers.base import (
    ModelUnknownError,
    Provider,
    ProviderError,
    ProviderInterruptedError,
    ProviderRateLimitedError,
    ProviderUnavailableError,
)

log = structlog.get_logger()

# What another provider may do better with.
WORTH_ANOTHER = (
    ModelUnknownError,
    ProviderInterruptedError,
    ProviderRateLimitedError,
    ProviderUnavailableError,
)


@dataclass(frozen=True, slots=True)
class AttemptAccepted:
    """A provider took the prompt.

    Attributes:
        attempt: Counts from 1; it grows only when one took the prompt and then failed.
        cause: Name of the `ErrorReason` that ended the attempt before; empty in the
            first.
    """

    attempt: int
    provider: str
    accepted: Accepted
    cause: str = ""


RoutedEvent = AttemptAccepted | Piece | Finish


class Router:
    """Asks the providers in their configured order."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        if not providers:
            raise ValueError("At least one provider is needed.")
        self._providers = tuple(providers)

    def models(self, name: str = "") -> list[Model]:
        """Returns what can be asked for, the default first; or only `name`, if it can.

        Names that providers understand without listing them are found, too.
        """
        listed = [model for provider in self._providers for model in provider.models]
        if not name:
            return listed
        found = [model for model in listed if model.name == name]
        found += [Model(name, p.name) for p in self._providers if p.has(name)]
        return found[:1]

    def candidates(self, model: str) -> list[Provider]:
        """Returns who can be asked for `model`, in order.

        Raises:
            ServiceError: `MODEL_UNKNOWN`.
        """
        found = [provider for provider in self._providers if provider.has(model)]
        if not found:
            raise model_unknown(model)
        return found

    async def generate(self, prompt: Prompt) -> AsyncGenerator[RoutedEvent, None]:
        """Yields `AttemptAccepted`, then pieces, then one `Finish`.

        A failure before the first piece turns to the next provider; if that one takes
        the prompt and an earlier one had taken it too, there is another
        `AttemptAccepted`.

        Raises:
            ProviderError: the first failure, when nobody answered; or the failure
                after the first piece.
            ServiceError: `MODEL_UNKNOWN`.
        """
        failure: ProviderError | None = None
        cause = ""
        attempt = 1
        for provider in self.candidates(prompt.model):
            has_accepted = has_spoken = False
            try:
                async with aclosing(provider.generate(prompt)) as events:
                    async for event in events:
                        if not isinstance(event, Accepted):
                            has_spoken = True
                            yield event
                            continue
                        has_accepted = True
                        yield AttemptAccepted(
                            attempt, provider.name, event, cause if attempt > 1 else ""
                        )
            except WORTH_ANOTHER as error:
                if has_spoken:
                    raise
                _note(prompt, error)
                unanswered = _before_first_token(error)
                failure = failure or unanswered
                cause = ErrorReason.Name(service_error(unanswered).reason)
                attempt += has_accepted
            else:
                return
        if failure is not None:
            raise failure


def _before_first_token(error: ProviderError) -> ProviderError:
    # A break before any text is no answer: nothing of it is worth keeping.
    if isinstance(error, ProviderInterruptedError):
        return ProviderUnavailableError(error.provider, error.message)
    return error


def _note(prompt: Prompt, error: ProviderError) -> None:
    log.warning(
        "provider_failed",
        generation_id=prompt.generation_id,
        provider=error.provider,
        error=type(error).__name__,
        message=error.message,
    )
