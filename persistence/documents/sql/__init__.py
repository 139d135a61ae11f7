"""Functions of the database, one file for each version of one."""

from __future__ import annotations

from pathlib import Path


def read(name: str) -> str:
    """Returns the statements of a file beside this one, for a migration."""
    return (Path(__file__).parent / name).read_text()
