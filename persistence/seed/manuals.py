"""Manuals of machines that do not exist: the same number gives the same manual.

Each section is between the least and the most that the splitter makes one chunk of, and
begins with a heading: a manual of 50 sections has 50 chunks.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from persistence.documents.chunking.domain import Chunk
from persistence.documents.chunking.split import Splitter
from persistence.documents.parsing.domain import (
    CELL_SEPARATOR,
    Block,
    BlockKind,
    Page,
    ReadOptions,
)
from persistence.documents.parsing.readers.blocks import (
    heading,
    list_item,
    paragraph,
    table,
)
from persistence.documents.parsing.readers.slicing import sliced
from persistence.seed.catalogue import Machine, Topic, catalogue

# Of prose; with heading, steps or table a section stays below 960 letters.
PROSE_CHARACTERS = 420
STEPS = 4
ROWS = 5
SEPARATOR = ": "
"""Between the topic and the part in a section's heading."""


@dataclass(frozen=True, slots=True)
class Manual:
    """One document.

    Attributes:
        blocks: What reading its Markdown gives.
    """

    title: str
    file_name: str
    blocks: Sequence[Block]

    @property
    def markdown(self) -> bytes:
        """The file."""
        return ("\n\n".join(map(_spelled, self.blocks)) + "\n").encode()

    @property
    def pages(self) -> list[Page]:
        """What its reader makes of it."""
        return list(sliced(self.blocks, ReadOptions().page_characters, count(1)))

    @property
    def chunks(self) -> list[Chunk]:
        """What is found of it."""
        splitter = Splitter()
        return [chunk for page in self.pages for chunk in splitter.split(page)]


def manual(number: int, sections: int) -> Manual:
    """Returns the manual of a number, with so many sections.

    Raises:
        ValueError: no manual has so many.
    """
    writer = _Writer(number)
    title = f"{writer.model} {writer.machine.name}: operating and maintenance manual"
    slug = "-".join(writer.model.replace("& ", "").lower().split())
    blocks = [*heading(title, 1), *writer.sections(sections)]
    return Manual(title, f"{slug}-manual.md", blocks)


def _spelled(block: Block) -> str:
    match block.kind:
        case BlockKind.HEADING:
            return f"{'#' * block.level} {block.text}"
        case BlockKind.TABLE:
            header, *rows = block.text.split("\n")
            dashes = CELL_SEPARATOR.join("---" for _ in header.split(CELL_SEPARATOR))
            return "\n".join(f"| {line} |" for line in (header, dashes, *rows))
        case _:
            return block.text


class _Writer:
    """Writes one manual."""

    def __init__(self, number: int) -> None:
        # Nothing here is a secret: it is to be the same each time.
        self._random = random.Random(f"manual {number}")  # noqa: S311
        known = catalogue()
        self.machine: Machine = known.machines[number % len(known.machines)]
        self._series = self._random.choice(known.series)
        # The number keeps two manuals of one maker apart.
        size = 10 * (11 + number) + self._random.randrange(10)
        self.model = f"{self._random.choice(known.makers)} {self._series}-{size}"

    def sections(self, count: int) -> Iterator[Block]:
        """Yields the blocks of sections in the order of the topics."""
        pairs = [
            (place, part)
            for place, topic in enumerate(catalogue().topics)
            for kind in topic.kinds
            for part in self.machine.parts[kind]
        ]
        if count > len(pairs):
            raise ValueError(f"A manual has at most {len(pairs)} sections.")
        for place, part in sorted(self._random.sample(pairs, count)):
            topic = catalogue().topics[place]
            yield from heading(f"{topic.title}{SEPARATOR}{part}", 2)
            yield from paragraph(self._prose(topic, part))
            yield from self._steps(topic, part)
            yield from self._table(topic, part)

    def _prose(self, topic: Topic, part: str) -> str:
        found = ""
        is_all = not (topic.steps or topic.rows)
        most = PROSE_CHARACTERS if is_all else PROSE_CHARACTERS // 2
        for sentence in self._random.sample(topic.sentences, len(topic.sentences)):
            if len(found) >= most:
                break
            found += f"{' ' if found else ''}{self._filled(sentence, part)}"
        return found

    def _steps(self, topic: Topic, part: str) -> Iterator[Block]:
        size = min(STEPS, len(topic.steps))
        places = sorted(self._random.sample(range(len(topic.steps)), size))
        for number, place in enumerate(places, 1):
            step = self._filled(topic.steps[place], part)
            yield from list_item(f"{number}. {step}")

    def _table(self, topic: Topic, part: str) -> list[Block]:
        chosen = self._random.sample(topic.rows, min(ROWS, len(topic.rows)))
        rows = [[self._filled(cell, part) for cell in row] for row in chosen]
        return table([topic.header, *rows]) if rows else []

    def _filled(self, sentence: str, part: str) -> str:
        return sentence.format_map(_Gaps(self._random, self._told(part)))

    def _told(self, part: str) -> dict[str, str]:
        draw = self._random.randrange
        return {
            "part": part,
            "machine": self.machine.name,
            "purpose": self.machine.purpose,
            "model": self.model,
            "series": self._series,
            "order": f"{self._series}-{draw(1000, 9999)}-{draw(10, 99)}",
            "code": f"E-{draw(101, 989)}",
            "code2": f"F-{draw(101, 989)}",
            "letter": self._random.choice("ABCDEFGH"),
            "year": str(draw(2009, 2025)),
        }


class _Gaps(dict[str, str]):
    """Draws what is not told; the same name is the same within a sentence."""

    def __init__(self, source: random.Random, told: dict[str, str]) -> None:
        super().__init__(told)
        self._random = source

    def __missing__(self, name: str) -> str:
        choice = catalogue().slots[name.rstrip("23")]
        left = [one for one in choice if one not in self.values()]
        self[name] = self._random.choice(left)
        return self[name]
