"""The evidence of an answer while it grows, and which part of it is not stored yet."""

from __future__ import annotations

from gateway.evidence import Citation, Claim, Evidence, Grounding

Finding = Grounding | Citation | Claim


class Findings:
    """Grows with the text, and is cut with it."""

    def __init__(self, stored: Evidence) -> None:
        """Begins with `stored`."""
        self.grounding = stored.grounding
        self._citations = list(stored.citations)
        self._claims = list(stored.claims)
        self._unstored: list[Finding] = []

    @property
    def all(self) -> Evidence:
        """All of it."""
        return Evidence(
            grounding=self.grounding,
            citations=tuple(self._citations),
            claims=tuple(self._claims),
        )

    @property
    def claimed_to(self) -> int:
        """Where the last claim ends, in Unicode code points."""
        return self._claims[-1].answer_end if self._claims else 0

    def add(self, finding: Finding) -> None:
        """Adds what was found."""
        match finding:
            case Grounding():
                self.grounding = finding
            case Citation():
                self._citations.append(finding)
            case Claim():
                self._claims.append(finding)
        self._unstored.append(finding)

    def cut(self, length: int) -> None:
        """Drops what reaches beyond `length` code points of the text."""
        self._citations = [c for c in self._citations if c.answer_end <= length]
        self._claims = [c for c in self._claims if c.answer_end <= length]
        self._unstored = [
            one
            for one in self._unstored
            if isinstance(one, Grounding) or one.answer_end <= length
        ]

    def unstored(self) -> Evidence:
        """Returns what is to be stored next."""
        new = self._unstored
        groundings = [one for one in new if isinstance(one, Grounding)]
        return Evidence(
            grounding=groundings[-1] if groundings else None,
            citations=tuple(one for one in new if isinstance(one, Citation)),
            claims=tuple(one for one in new if isinstance(one, Claim)),
        )

    def mark_stored(self, evidence: Evidence) -> None:
        """Notes that `evidence`, as `unstored` gave it, is stored."""
        stored = {id(one) for one in (*evidence.citations, *evidence.claims)}
        stored.add(id(evidence.grounding))
        self._unstored = [one for one in self._unstored if id(one) not in stored]
