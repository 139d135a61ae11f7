"""Recognising text in pictures with Tesseract, where it is installed.

Tesseract runs as a program of its own, one page at a time: a crash in it costs that
page only.
"""

import ctypes
import shutil
import signal
import subprocess
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from persistence.documents.parsing.domain import (
    Block,
    BlockKind,
    FailureReason,
    ParseError,
)
from persistence.documents.parsing.normalise import join_broken_words, normalise

SECONDS_PER_PAGE = 45
MAX_PIXELS = 40_000_000
"""A page of A3 at 300 dots per inch has 17 million."""

_PR_SET_PDEATHSIG = 1
_LEAST_CONFIDENCE = 30
"""In percent; below it are specks, lines and pictures read as letters."""


@cache
def engine() -> Path | None:
    """Where Tesseract is installed; None where it is not."""
    found = shutil.which("tesseract")
    return Path(found).resolve() if found else None


@cache
def folder() -> str:
    """Where the child looks for the engine, which has no other search path."""
    found = shutil.which("tesseract")
    return str(Path(found).parent) if found else "/usr/bin"


@cache
def installed_languages() -> frozenset[str]:
    """The languages that the engine has data for, in its own names."""
    program = engine()
    if program is None:
        return frozenset()
    listed = subprocess.run(  # noqa: S603 - A constant command.
        [program, "--list-langs"],
        capture_output=True,
        check=False,
        timeout=SECONDS_PER_PAGE,
    )
    lines = listed.stdout.decode(errors="replace").splitlines()[1:]
    return frozenset(line.strip() for line in lines) - {"", "osd"}


def languages_of(wanted: tuple[str, ...]) -> str:
    """The installed ones of the wanted languages as Tesseract takes them.

    Empty: none of them is installed, so nothing can be recognised.
    """
    installed = installed_languages() if wanted else frozenset()
    return "+".join(language for language in wanted if language in installed)


def recognise(image: bytes, *, languages: str, dpi: int) -> tuple[Block, ...]:
    """Reads one picture, given as PNG, PNM or what else Tesseract takes.

    Raises:
        ParseError: TOO_SLOW, or DAMAGED when it is no picture.
    """
    program = engine()
    if program is None or not languages:
        raise ParseError(FailureReason.NO_TEXT_LAYER, "no engine")
    command = [str(program), "-", "-", "-l", languages, "--dpi", str(dpi), "tsv"]
    try:
        result = subprocess.run(  # noqa: S603 - Languages come from the engine's list.
            command,
            input=image,
            capture_output=True,
            check=True,
            timeout=SECONDS_PER_PAGE,
            preexec_fn=_die_with_parent,
        )
    except subprocess.TimeoutExpired as error:
        raise ParseError(FailureReason.TOO_SLOW, "recognising") from error
    except (subprocess.CalledProcessError, OSError) as error:
        raise ParseError(FailureReason.DAMAGED, "recognising") from error
    return tuple(_blocks(result.stdout.decode("utf-8", "replace")))


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _blocks(table: str) -> Iterator[Block]:
    """Paragraphs of the engine's table of words: level, page, block, paragraph, ..."""
    rows = [line.split("\t") for line in table.splitlines()[1:]]
    words = [row for row in rows if len(row) == 12 and row[0] == "5"]  # noqa: PLR2004 - Columns of the format.
    sure = [row for row in words if float(row[10]) >= _LEAST_CONFIDENCE]
    for _, paragraph in groupby(sure, key=lambda row: (row[2], row[3])):
        lines = [
            " ".join(row[11] for row in line)
            for _, line in groupby(paragraph, key=lambda row: row[4])
        ]
        text = normalise(join_broken_words("\n".join(lines)))
        if text:
            yield Block(BlockKind.PARAGRAPH, text)
