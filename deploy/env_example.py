"""Writes `.env.example` from the settings classes: `python -m deploy.env_example`."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

from deploy.embedded.paths import CHECKOUT
from deploy.embedded.wiring import KINDS
from mesh.settings import FILE_SUFFIX, PeerSettings, Variable, variables

TARGET = CHECKOUT / ".env.example"

_HEADER = f"""\
# Every variable Lamla reads. Copy this file to .env and take away the `#` in front of
# what is to differ from its default; the environment wins over .env. A secret can come
# from a file instead: append {FILE_SUFFIX} to its name and give the path.
# `make run` chooses the LISTEN addresses and LAMLA_CERTS_DIR itself and refuses others.
# Generated from the settings classes by `python -m deploy.env_example`.
"""
_TITLES = ("Launcher", "Envoy", "gateway", "llm_worker", "persistence")
_WIDTH = 88


def render() -> str:
    """The whole file."""
    shared = variables(PeerSettings)
    sections = [_section("Every process", shared)]
    known = {variable.name for variable in shared}
    for title, kind in zip(_TITLES, KINDS, strict=True):
        own = [each for each in variables(kind) if each.name not in known]
        known |= {each.name for each in own}
        sections.append(_section(title, own))
    return "\n".join((_HEADER, *sections))


def write(target: Path = TARGET) -> None:
    target.write_text(render())


def _section(title: str, entries: list[Variable]) -> str:
    blocks = "\n".join("\n".join(_entry(entry)) + "\n" for entry in entries)
    return f"# ── {title} ──\n\n{blocks}"


def _entry(variable: Variable) -> Iterator[str]:
    kind = (
        variable.type if variable.default is not None else f"{variable.type}, required"
    )
    text = f"{variable.description} ({kind})"
    yield from textwrap.wrap(
        text,
        _WIDTH,
        initial_indent="# ",
        subsequent_indent="# ",
        break_long_words=False,
    )
    yield f"#{variable.name}={variable.default or ''}"


if __name__ == "__main__":
    write()
