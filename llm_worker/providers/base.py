"""The port of a provider, and the ways in which one fails."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol

from llm_worker.domain import Model, Prompt, ProviderEvent


class Provider(Protocol):
    """Generates text with one vendor's models."""

    @property
    def name(self) -> str:
        """Its key in `LAMLA_LLM_PROVIDERS`; stands in events, so it never changes."""

    @property
    def models(self) -> Sequence[Model]:
        """What it runs, the default first. Never empty."""

    def has(self, model: str) -> bool:
        """Tells whether `model` can be asked for; empty means the default."""

    def start(self) -> None:
        """Begins, in the background, what would make the first answer slow."""

    def generate(self, prompt: Prompt) -> AsyncGenerator[ProviderEvent, None]:
        """Yields `Accepted`, then pieces as they are made, then one `Finish`.

        What arrives together is one piece. Closing the generator cancels the
        generation at the vendor: its socket is closed or its decoder stopped.

        Raises:
            ProviderError: see the classes below. After the first piece only
                `ProviderInterruptedError` is raised.
        """

    async def check(self) -> None:
        """Asks the vendor for a sign of life, for health.

        Raises:
            ProviderError: it would not answer a prompt now.
        """

    async def close(self) -> None:
        """Frees what it holds. Generations have ended before."""


class ProviderError(Exception):
    """A provider did not do its part.

    Attributes:
        provider: The provider's name.
    """

    def __init__(self, provider: str, message: str) -> None:
        """Keeps `message`: one clause, without prompt text and without secrets."""
        super().__init__(f"{provider}: {message}")
        self.provider = provider
        self.message = message


class ProviderUnavailableError(ProviderError):
    """It cannot be reached, is overloaded or refuses our credentials. Ask another."""


class ProviderInterruptedError(ProviderError):
    """It stopped in the middle. The pieces it gave are good."""


class ProviderRateLimitedError(ProviderError):
    """It limits our rate.

    Attributes:
        retry_after: Seconds until it accepts again; None when it does not say.
    """

    def __init__(
        self, provider: str, message: str, *, retry_after: float | None = None
    ) -> None:
        super().__init__(provider, message)
        self.retry_after = retry_after


class ProviderRejectedError(ProviderError):
    """It refuses the request itself, and would refuse it again."""


class ModelUnknownError(ProviderError):
    """It does not have the model.

    Attributes:
        model: The name that was asked for.
    """

    def __init__(self, provider: str, model: str) -> None:
        super().__init__(provider, f"has no model {model!r}")
        self.model = model


class ContextTooLongError(ProviderError):
    """What may not be dropped of the prompt does not fit the context window.

    Attributes:
        context_tokens: The window's size; 0 when the provider does not say.
    """

    def __init__(self, provider: str, context_tokens: int = 0) -> None:
        super().__init__(provider, "the prompt does not fit the context window")
        self.context_tokens = context_tokens
