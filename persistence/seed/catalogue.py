"""What manuals are put together from: machines, topics, and words for their gaps."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

KINDS = ("moving", "electrical", "fluid", "fixed")


@dataclass(frozen=True, slots=True)
class Machine:
    """A kind of machine.

    Attributes:
        purpose: What it does, as the rest of a sentence.
        parts: Their names, by their kind.
    """

    name: str
    purpose: str
    parts: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Topic:
    """A chapter of a manual: one section for each part that it is about.

    Attributes:
        kinds: Of those parts.
        questions: What readers ask about it.
        rows: Of its table, below `header`; none where it has steps or prose alone.
    """

    title: str
    kinds: Sequence[str]
    questions: Sequence[str]
    sentences: Sequence[str]
    steps: Sequence[str] = ()
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All of it."""

    makers: Sequence[str]
    series: Sequence[str]
    machines: Sequence[Machine]
    topics: Sequence[Topic]
    slots: Mapping[str, Sequence[str]]


@cache
def catalogue() -> Catalogue:
    """Reads the files in `data`."""
    machines = _read("machines")
    return Catalogue(
        makers=machines["makers"],
        series=machines["series"],
        machines=[
            Machine(one["name"], one["purpose"], {kind: one[kind] for kind in KINDS})
            for one in machines["machine"]
        ],
        topics=[Topic(**one) for one in _read("topics")["topic"]],
        slots=_read("slots"),
    )


def _read(name: str) -> dict[str, Any]:
    file = files("persistence.seed").joinpath("data", f"{name}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
