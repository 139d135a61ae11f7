"""docs/parity.md is a promise: each row that is built has a test that proves it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILT_STEPS = {1, 2, 3}

ROW = re.compile(r"^\| (A[\d\u2013]+) \| (.*)$", re.MULTILINE)
STEPS = re.compile(r"\[([\d, ]+)\]")
PYTHON_MARK = re.compile(r'parity\("(A\d+)"\)')
TYPESCRIPT_MARK = re.compile(r"parity\('(A\d+)'\)")


def rows() -> dict[str, set[int]]:
    """Returns the steps that build each row, by its number."""
    text = (ROOT / "docs" / "parity.md").read_text()
    found: dict[str, set[int]] = {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE):
        heading = section.partition("\n")[0]
        for number, capability in ROW.findall(section):
            named = STEPS.search(capability) or STEPS.search(heading)
            found[number] = {int(n) for n in named[1].split(",")} if named else set()
    return found


def marks() -> set[str]:
    """Returns the rows that some test says it proves."""
    python = [p.read_text() for p in (ROOT / "tests").rglob("test_*.py")]
    typescript = [
        p.read_text() for p in (ROOT / "frontend" / "src").rglob("*.test.ts*")
    ]
    return {
        mark
        for pattern, texts in ((PYTHON_MARK, python), (TYPESCRIPT_MARK, typescript))
        for text in texts
        for mark in pattern.findall(text)
    }


def test_every_row_names_its_step():
    """
    A row without a step would never be asked for.
    """
    assert [] == [number for number, steps in rows().items() if not steps]


def test_every_built_row_has_a_marked_test():
    """
    A row whose step is built is proved by at least one test.
    """
    built = {number for number, steps in rows().items() if steps & BUILT_STEPS}

    assert [] == sorted(built - marks())


def test_every_mark_names_a_row():
    """
    A mark with a typing error would prove nothing.
    """
    assert [] == sorted(marks() - rows().keys())
