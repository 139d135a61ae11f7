"""What the pages for people name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOT_OURS = {".venv", "node_modules", "third_party", "build"}
PAGES = sorted(
    path.relative_to(ROOT)
    for path in ROOT.rglob("*.md")
    if not NOT_OURS & set(path.relative_to(ROOT).parts) and "fixtures" not in path.parts
)
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")
VARIABLE = re.compile(r"\bLAMLA_[A-Z0-9_]*[A-Z0-9]\b(?!_?…)")
# They are of tests and of Compose, and no process reads them.
NO_SETTINGS = {"LAMLA_TAG"}


def read(page: Path | str) -> str:
    """The text of a page."""
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_somewhere(page: Path):
    """
    To files of the checkout.
    """
    targets = [(ROOT / page).parent / target for target in LINK.findall(read(page))]

    assert [] == [str(target) for target in targets if not target.exists()]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_settings_are_settings(page: Path):
    """
    Each variable is one that `.env.example` explains.
    """
    known = {*VARIABLE.findall(read(".env.example")), *NO_SETTINGS}

    assert set() == set(VARIABLE.findall(read(page))) - known


def test_each_measurement_is_listed():
    """
    In bench/README.md, and nothing that is not there.
    """
    listed = set(re.findall(r"python -m bench\.(\w+)", read("bench/README.md")))
    scripts = (ROOT / "bench").glob("*.py")

    assert listed == {path.stem for path in scripts if "__main__" in read(path)}
