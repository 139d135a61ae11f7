"""Which models can be asked for: llm_worker's list, remembered."""

from __future__ import annotations

import asyncio

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.clients.worker import Worker
from gateway.domain import Model
from mesh.errors import FieldViolation, ServiceError

log = structlog.get_logger()

REFRESH_SECONDS = 30.0
# A name that is not in the list may be new, but anybody can make up names.
MISS_SECONDS = 1.0
# Providers that run in llm_worker itself: two texts at a time slow each other down.
BUILT_IN = {"local"}


class Models:
    """Refuses an unknown model before anything is stored.

    The list is fetched when first needed, then now and then in the background, and
    at once when a name is not in it; a name that is not listed is asked for by itself.
    Where llm_worker cannot be reached, the last list counts.
    """

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._models: tuple[Model, ...] = ()
        self._unlisted: set[str] = set()
        self._asked = -float("inf")
        self._error: ServiceError | None = None
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def resolve(self, name: str, *, path: str) -> str:
        """Returns the model that is expected to answer; empty when nobody can say.

        Args:
            name: As asked for; empty means the default.
            path: Where the configuration stands in the request.

        Raises:
            ServiceError: `MODEL_UNKNOWN`; `DEPENDENCY_UNAVAILABLE` when a model is
                named that the last list does not have, and llm_worker is away.
        """
        if not name:
            if not self._models:
                await self._refresh(MISS_SECONDS)
            return self._models[0].name if self._models else ""
        if not self._knows(name):
            await self._refresh(MISS_SECONDS)
        if not self._knows(name):
            if not await self._worker.models(name):
                raise _unknown(name, path)
            self._unlisted.add(name)
        return name

    async def all(self) -> tuple[Model, ...]:
        """Returns all models, the default first; none when nobody can say."""
        if not self._models:
            await self._refresh(MISS_SECONDS)
        return self._models

    async def get(self, name: str) -> Model | None:
        """Returns a model by its name; empty means the default. None: nobody knows."""
        models = await self.all()
        found = [model for model in models if model.name == name or not name]
        return found[0] if found else None

    def is_built_in(self, name: str) -> bool:
        """Says whether a model runs in llm_worker itself; empty means the default."""
        models = [m for m in self._models if m.name == name or not name][:1]
        return any(model.provider in BUILT_IN for model in models)

    def is_small(self, name: str) -> bool:
        """Says whether `name` is the built-in model whose answers are often wrong."""
        return any(m.small_built_in for m in self._models if m.name == name)

    def start(self) -> None:
        """Begins to refresh the list."""
        self._task = asyncio.create_task(self._keep_fresh())

    async def stop(self) -> None:
        """Refreshes no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def _knows(self, name: str) -> bool:
        is_listed = any(model.name == name for model in self._models)
        return is_listed or name in self._unlisted

    async def _keep_fresh(self) -> None:
        while True:
            await self._refresh(0)
            await asyncio.sleep(REFRESH_SECONDS)

    async def _refresh(self, patience_seconds: float) -> ServiceError | None:
        clock = asyncio.get_running_loop().time
        async with self._lock:
            # Those who waited for the lock share what the first of them was told.
            if clock() - self._asked < patience_seconds:
                return self._error
            try:
                self._models = await self._worker.models()
            except ServiceError as error:
                log.warning("models_not_listed", reason=error.reason_name)
                self._error = error
            else:
                self._error = None
                self._unlisted.clear()
            self._asked = clock()
            return self._error


def _unknown(name: str, path: str) -> ServiceError:
    field = FieldViolation(f"{path}.model", "must be one of the models that are served")
    return ServiceError(
        ErrorReason.ERROR_REASON_MODEL_UNKNOWN,
        f"No provider has the model {name!r}.",
        field_violations=[field],
        model=name,
    )
