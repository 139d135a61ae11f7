"""Conversations about manuals: questions, and answers that quote the manuals.

Each sentence of an answer stands word for word in a chunk, which its citation names.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from mesh.ids import uuid7
from persistence.chat.evidence.domain import (
    NO_EVIDENCE,
    Citation,
    Claim,
    Evidence,
    Grounding,
)
from persistence.chat.evidence.domain import Passage as Given
from persistence.chat.models import Finish, Role, State, TitleBy
from persistence.chat.portable.domain import (
    PortableAnswer,
    PortableConversation,
    PortableMessage,
)
from persistence.chat.text import title_of
from persistence.seed.catalogue import catalogue
from persistence.seed.manuals import SEPARATOR

MODEL = "seed"
MOST_TURNS = 3
MOST_QUOTES = 3
# Numbers of `lamla.documents.v1.GroundingState` and `lamla.chat.v1.Support`.
GROUNDED = 1
SUPPORTED = 1
# They are spread over so many days before now.
DAYS = 60

_NUMBER = re.compile(r"\d\. ")
_BETWEEN = re.compile(r"(?<=\.) (?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk of a manual.

    Attributes:
        chunk_id: None where it is not stored, and so cannot be cited.
        start: Where it begins in its page.
    """

    title: str
    text: str
    chunk_id: UUID | None = None
    document_id: UUID | None = None
    page: int = 1
    start: int = 0


@dataclass(frozen=True)
class Conversations:
    """Makes conversations about manuals.

    Attributes:
        manuals: The passages of each.
        index_version: What they are said to have been found by.
    """

    manuals: Sequence[Sequence[Passage]]
    index_version: str
    now: datetime
    _random: random.Random = field(
        default_factory=lambda: random.Random("conversations")  # noqa: S311 - No secret.
    )

    def make(self, count: int) -> Iterator[PortableConversation]:
        """Yields so many, each of one to three questions with their answers."""
        for number in range(count):
            passages = self._random.choice(self.manuals)
            turns = self._random.sample(passages, self._random.randint(1, MOST_TURNS))
            ago = timedelta(days=DAYS) * (count - number) / (count + 1)
            yield self._conversation(turns, self.now - ago)

    def _conversation(
        self, turns: Sequence[Passage], begin: datetime
    ) -> PortableConversation:
        messages: list[PortableMessage] = []
        for number, passage in enumerate(turns):
            time = begin + timedelta(minutes=3 * number)
            question = PortableMessage(
                key=f"question {number}",
                parent_key=messages[-1].key if messages else None,
                role=Role.USER,
                text=self._question(passage),
                create_time=time,
            )
            messages += [question, self._answer(question, passage)]
        return PortableConversation(
            title=title_of(messages[0].text),
            title_by=TitleBy.FIRST_MESSAGE,
            create_time=begin,
            update_time=messages[-1].create_time,
            messages=messages,
            current_key=messages[-1].key,
        )

    def _question(self, passage: Passage) -> str:
        heading = next(line for line in passage.text.split("\n") if SEPARATOR in line)
        if heading == passage.title:  # The first chunk begins with the title.
            heading = passage.text.split("\n")[2]
        title, part = heading.split(SEPARATOR, 1)
        topic = next(one for one in catalogue().topics if one.title == title)
        model = passage.title.split(SEPARATOR)[0]
        return self._random.choice(topic.questions).format(part=part, model=model)

    def _answer(self, question: PortableMessage, passage: Passage) -> PortableMessage:
        quotes = list(sentences(passage.text))
        wanted = self._random.randint(1, MOST_QUOTES)
        first = self._random.randint(0, max(0, len(quotes) - wanted))
        chosen = quotes[first : first + wanted]
        text = " ".join(quote for _, quote in chosen)
        took = timedelta(seconds=2 + len(text) / 200)
        return PortableMessage(
            key=f"answer to {question.key}",
            parent_key=question.key,
            role=Role.ASSISTANT,
            text=text,
            create_time=question.create_time + timedelta(milliseconds=20),
            answer=PortableAnswer(
                state=State.COMPLETE,
                end_time=question.create_time + took,
                finish_reason=Finish.STOP,
                model=MODEL,
                provider=MODEL,
                duration=took,
            ),
            evidence=self._evidence(question.text, passage, chosen),
        )

    def _evidence(
        self, question: str, passage: Passage, chosen: Sequence[tuple[int, str]]
    ) -> Evidence:
        if passage.chunk_id is None or passage.document_id is None:
            return NO_EVIDENCE
        citations: list[Citation] = []
        place = 0
        for offset, quote in chosen:
            start = passage.start + offset
            citations.append(
                Citation(
                    id=uuid7(),
                    answer_start=place,
                    answer_end=place + len(quote),
                    chunk_id=passage.chunk_id,
                    document_id=passage.document_id,
                    document_title=passage.title,
                    page=passage.page,
                    source_start=start,
                    source_end=start + len(quote),
                    quote=quote,
                    score=1.0,
                )
            )
            place += len(quote) + 1
        claims = [
            Claim(one.answer_start, one.answer_end, SUPPORTED, one.score, [one.id])
            for one in citations
        ]
        given = Given(
            passage.chunk_id, passage.document_id, passage.title, passage.page
        )
        grounding = Grounding(GROUNDED, question, [given], self.index_version)
        return Evidence(grounding, citations, claims)


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Yields the sentences of a chunk of a manual, each with its place."""
    start = 0
    for line in text.split("\n"):
        number = _NUMBER.match(line)
        begin = number.end() if number else 0
        if line.endswith(".") and " | " not in line:
            for sentence in _BETWEEN.split(line[begin:]):
                yield start + begin, sentence
                begin += len(sentence) + 1
        start += len(line) + 1
