"""Each provider with what the contract suite needs to know about it."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from llm_worker.providers.base import Provider
from llm_worker.providers.llama import LlamaOptions
from llm_worker.providers.local import Local
from llm_worker.providers.local_models import BUILT_IN, find
from llm_worker.providers.openai_compatible import OpenAICompatible
from llm_worker.providers.scripted import Scripted
from tests.llm_worker.eventually import eventually
from tests.llm_worker.vendor import DONE, chunk, play, refused, selling, usage

WINDOW_WORDS = 60
OPTIONS = LlamaOptions(slots=2, context_tokens=1024, decode_threads=1, batch_threads=2)


class Subject(Protocol):
    """A provider under test.

    Attributes:
        provider: It.
        brief: A model that answers at once.
        slow: A model that takes seconds to answer.
        narrow: A model with a window of less than 1,100 tokens.
    """

    provider: Provider
    brief: str
    slow: str
    narrow: str

    async def busy(self) -> int:
        """Returns how many answers the vendor works on."""


async def idle_after(subject: Subject) -> float:
    """Returns how many seconds the vendor still worked: of this process, of which it is
    a part. A busy machine takes longer, but not more of them.
    """
    began = time.process_time()

    async def is_idle() -> bool:
        return not await subject.busy()

    await eventually(is_idle)
    return time.process_time() - began


@dataclass
class ScriptedSubject:
    """The scripted provider, seen through its log as from another process."""

    provider: Provider
    log: Path
    brief: str = "scripted-n8"
    slow: str = "scripted-n300-d20"
    narrow: str = f"scripted-n8-c{WINDOW_WORDS}"

    async def busy(self) -> int:
        """See `Subject.busy`."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        begun = {e["generation_id"] for e in lines if e["event"] == "begin"}
        return len(begun - {e["generation_id"] for e in lines if e["event"] == "close"})


@dataclass
class VendorSubject:
    """The OpenAI-compatible provider in front of a server on this machine."""

    provider: Provider
    vendor: Any
    brief: str = "brief"
    slow: str = "slow"
    narrow: str = "narrow"

    async def busy(self) -> int:
        """See `Subject.busy`."""
        return int(self.vendor.open)


@dataclass
class LocalSubject:
    """llama.cpp with the small built-in model."""

    provider: Provider
    brief: str = BUILT_IN
    slow: str = BUILT_IN
    narrow: str = BUILT_IN

    async def busy(self) -> int:
        """See `Subject.busy`."""
        assert isinstance(self.provider, Local)
        return await self.provider.busy_slots()


@asynccontextmanager
async def scripted(tmp_path: Path) -> AsyncIterator[Subject]:
    """Makes a subject."""
    log = tmp_path / "scripted.jsonl"
    provider = Scripted(log_path=log)
    yield ScriptedSubject(provider, log)
    await provider.close()


@asynccontextmanager
async def openai_compatible(_: Path) -> AsyncIterator[Subject]:
    """Makes a subject."""
    async with selling(answer) as vendor:
        provider = OpenAICompatible(
            base_url=vendor.url, models=["brief", "slow", "narrow"], api_key="key"
        )
        yield VendorSubject(provider, vendor)
        await provider.close()


@asynccontextmanager
async def local(_: Path) -> AsyncIterator[Subject]:
    """Makes a subject."""
    provider = Local(find(None), OPTIONS)
    yield LocalSubject(provider)
    await provider.close()


async def answer(_: Any, request: Any, body: dict[str, Any]) -> Any:
    """Answers as the models of `VendorSubject` do.

    Asked to go on with an answer, it does so in a new message, as chat models do: it
    repeats the last words, because it was told to.
    """
    said = sum(len(message["content"].split()) for message in body["messages"])
    if body["model"] == "narrow" and said > WINDOW_WORDS:
        return refused(400, {"code": "context_length_exceeded", "message": "long"})
    told = body["messages"][-1]["content"].partition("then go on:\n\n")[2]
    begun = len(body["messages"][-2]["content"].split()) if told else 0
    count = min((300 if body["model"] == "slow" else 8) - begun, body["max_tokens"])
    pause = 0.02 if body["model"] == "slow" else 0.0
    is_cut = count == body["max_tokens"]
    words = [f" né{n}" for n in range(begun, begun + count)]
    steps = [part for word in words for part in (chunk(word), pause)]
    steps = [chunk(told), *steps] if told else steps
    finish = chunk(finish="length" if is_cut else "stop")
    return await play(request, *steps, finish, usage(said, count), DONE)
