"""What is said in subtitles: SubRip and WebVTT without their times and marks.

Formats: https://www.w3.org/TR/webvtt1/, https://www.matroska.org/technical/subtitles.html
"""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from persistence.documents.parsing.domain import Block
from persistence.documents.parsing.readers.blocks import paragraph

_TIMES = re.compile(
    r"\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}\s*-->\s*(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}"
)
_MARKS = re.compile(r"</?[a-zA-Z][^<>]*>|<\d[\d:.]*>|\{\\[^{}]*\}")
_CUES_TOGETHER = 12
"""Lines of speech in a paragraph: about a minute."""


def are_subtitles(lines: list[str]) -> bool:
    """Whether a text begins as subtitles do."""
    return any(_TIMES.match(line) for line in lines)


def subtitle_blocks(lines: Iterable[str]) -> Iterator[Block]:
    """What is said, some lines together; a line that rolls on is said once."""
    held: list[str] = []
    previous = ""
    for line in _spoken(lines):
        if line == previous:
            continue
        previous = line
        held.append(line)
        if len(held) >= _CUES_TOGETHER and line.endswith((".", "!", "?", "…", "。")):
            yield from paragraph("\n".join(held))
            held = []
    yield from paragraph("\n".join(held))


def _spoken(lines: Iterable[str]) -> Iterator[str]:
    in_cue = False
    for line in lines:
        text = line.strip()
        if _TIMES.match(text):
            in_cue = True
        elif not text:
            in_cue = False
        elif in_cue and (said := unescape(_MARKS.sub("", text)).strip()):
            yield said
