"""Every embedder, by the name that `LAMLA_LLM_EMBEDDERS` calls it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from llm_worker.embeddings.base import (
    DIMENSION,
    DimensionError,
    Embedder,
    EmbeddingModel,
)
from llm_worker.embeddings.local import Engine, LocalEmbedder
from mesh.settings import SettingsError

if TYPE_CHECKING:
    from llm_worker.settings import LLMWorkerSettings

# Each imports its libraries only when it is built: a process that uses none of it pays
# for none of it.


def _e5(settings: LLMWorkerSettings) -> Embedder:
    from llm_worker.embeddings import e5  # noqa: PLC0415 - See above.

    return _local(settings, e5.NAME, e5.model(), e5.E5)


def _minilm(settings: LLMWorkerSettings) -> Embedder:
    from llm_worker.embeddings import minilm  # noqa: PLC0415 - See above.

    return _local(settings, minilm.NAME, minilm.model(), minilm.MiniLM)


def _local(
    settings: LLMWorkerSettings,
    name: str,
    model: EmbeddingModel,
    load: Callable[[], Engine],
) -> Embedder:
    half = max(1, (os.cpu_count() or 1) // 2)
    return LocalEmbedder(
        name,
        model,
        load,
        limit=settings.max_waiting_texts,
        threads=settings.embedding_threads or half,
    )


def _openai_compatible(settings: LLMWorkerSettings) -> Embedder:
    from llm_worker.embeddings.openai_compatible import (  # noqa: PLC0415 - See above.
        OpenAICompatible,
    )

    key = settings.embedding_api_key.get_secret_value()
    return OpenAICompatible(
        base_url=settings.embedding_base_url or settings.base_url,
        model=EmbeddingModel(
            settings.embedding_model,
            settings.embedding_dimension,
            settings.embedding_window_tokens,
            settings.embedding_languages,
        ),
        api_key=key or settings.api_key.get_secret_value(),
        timeout_seconds=settings.embedding_timeout_seconds,
    )


CONSTRUCTORS: dict[str, Callable[[LLMWorkerSettings], Embedder]] = {
    "local": _e5,
    "openai_compatible": _openai_compatible,
    "multilingual-e5-small": _e5,
    "all-minilm-l6-v2": _minilm,
}
NAMES = tuple(CONSTRUCTORS)


def build(settings: LLMWorkerSettings) -> list[Embedder]:
    """Builds the configured embedders, the default first.

    Raises:
        SettingsError: the vectors of one would not fit the column.
    """
    embedders = [CONSTRUCTORS[name](settings) for name in settings.embedders]
    for embedder in embedders:
        if embedder.model.dimension != DIMENSION:
            raise _unfit(DimensionError(embedder.model.name, embedder.model.dimension))
    return embedders


async def start(embedders: list[Embedder]) -> None:
    """Starts them; asks vendors for a vector, as only that shows how long it is.

    Raises:
        SettingsError: the vectors of one do not fit the column.
    """
    for embedder in embedders:
        try:
            await embedder.start()
        except DimensionError as error:
            raise _unfit(error) from error


def _unfit(error: DimensionError) -> SettingsError:
    return SettingsError([f"LAMLA_LLM_EMBEDDERS: {error}"])
