"""A page for meshes whose tests use no browser: nothing has to be built."""

from __future__ import annotations

from pathlib import Path


def plain_page(home: Path) -> str:
    """Makes a page below `home`; returns the value for `LAMLA_PAGE_DIR`."""
    directory = home / "page"
    (directory / "assets").mkdir(parents=True, exist_ok=True)
    (directory / "index.html").write_text('<!doctype html><div id="root"></div>')
    return str(directory)
