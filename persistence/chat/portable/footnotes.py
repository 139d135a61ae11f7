"""The evidence of answers as footnotes of Markdown."""

from __future__ import annotations

from persistence.chat.evidence.domain import Citation
from persistence.chat.turns.domain import Answer

QUOTE_CHARACTERS = 300
# `Support`: no document says it.
UNSUPPORTED = 3
_UNSUPPORTED_NOTE = "Not found in the documents."


class Footnotes:
    """Numbered through a whole conversation; the same evidence has one number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, answer: Answer) -> str:
        """Returns the answer's text with the marks of its footnotes."""
        citations = {one.id: one for one in answer.evidence.citations}
        text = answer.text
        # From the end, so that places before it stay what they are.
        for claim in sorted(answer.evidence.claims, key=lambda one: -one.answer_end):
            found = [citations[id_] for id_ in claim.citation_ids if id_ in citations]
            notes = [_note(citation) for citation in found]
            if claim.support == UNSUPPORTED:
                notes = [_UNSUPPORTED_NOTE]
            marks = "".join(f"[^{self._number(note)}]" for note in notes)
            text = text[: claim.answer_end] + marks + text[claim.answer_end :]
        return text

    def lines(self) -> list[str]:
        """Returns the footnotes themselves."""
        return [f"[^{number}]: {note}" for note, number in self._numbers.items()]

    def _number(self, note: str) -> int:
        return self._numbers.setdefault(note, len(self._numbers) + 1)


def _note(citation: Citation) -> str:
    quote = " ".join(citation.quote.split())
    if len(quote) > QUOTE_CHARACTERS:
        quote = quote[:QUOTE_CHARACTERS] + "…"
    title = " ".join(citation.document_title.split())
    return f"{title}, page {citation.page}: “{quote}”"
