"""Names of files that every file system takes."""

from __future__ import annotations

import re
import unicodedata

NAME_BYTES = 120
_DEFAULT = "conversation"
# Names that Windows keeps for devices, whatever comes after a dot:
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_LETTERS = ("L", "N", "M")


def file_name(title: str, suffix: str) -> str:
    """Returns a name from letters, digits, spaces and hyphens of a title."""
    text = unicodedata.normalize("NFC", title)
    kept = "".join(
        c if unicodedata.category(c).startswith(_LETTERS) or c == "-" else " "
        for c in text
    )
    name = " ".join(kept.split())
    name = name.encode()[:NAME_BYTES].decode(errors="ignore").strip(" -")
    if not name or _DEVICES.fullmatch(name):
        name = f"{_DEFAULT} {name}".strip()
    return f"{name}.{suffix}"
