"""Every provider, by the name that `LAMLA_LLM_PROVIDERS` calls it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from llm_worker.providers.base import Provider

if TYPE_CHECKING:
    from llm_worker.settings import LLMWorkerSettings

# Each imports its vendor's SDK only when it is built: a process that uses none of it
# pays for none of it.


def _openai_compatible(settings: LLMWorkerSettings) -> Provider:
    from llm_worker.providers.openai_compatible import (  # noqa: PLC0415 - See above.
        OpenAICompatible,
    )

    return OpenAICompatible(
        base_url=settings.base_url,
        models=settings.model,
        api_key=settings.api_key.get_secret_value(),
        first_token_seconds=settings.first_token_seconds,
        inter_token_seconds=settings.inter_token_seconds,
    )


def _local(settings: LLMWorkerSettings) -> Provider:
    from llm_worker.providers.llama import LlamaOptions  # noqa: PLC0415 - See above.
    from llm_worker.providers.local import Local  # noqa: PLC0415 - See above.
    from llm_worker.providers.local_models import find  # noqa: PLC0415 - See above.

    return Local(
        find(settings.gguf),
        LlamaOptions(
            slots=settings.local_slots,
            context_tokens=settings.local_context_tokens,
            decode_threads=settings.local_decode_threads,
            batch_threads=settings.local_batch_threads,
        ),
    )


def _scripted(settings: LLMWorkerSettings) -> Provider:
    from llm_worker.providers.scripted import Scripted  # noqa: PLC0415 - See above.

    return Scripted(model=settings.scripted_model, log_path=settings.scripted_log)


CONSTRUCTORS: dict[str, Callable[[LLMWorkerSettings], Provider]] = {
    "openai_compatible": _openai_compatible,
    "local": _local,
    "scripted": _scripted,
}
NAMES = tuple(CONSTRUCTORS)


def build(settings: LLMWorkerSettings) -> list[Provider]:
    """Builds the configured providers, in their order.

    Raises:
        SettingsError: one of them lacks what it needs.
    """
    return [CONSTRUCTORS[name](settings) for name in settings.order]
