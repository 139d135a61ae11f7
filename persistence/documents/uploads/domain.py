"""What is known of a file on its way in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from mesh.errors import invalid
from persistence.documents.selectors import DocumentNow

_FOLDERS = re.compile(r"[\\/]")


@dataclass(frozen=True)
class NewFile:
    """What a file is called and where it goes.

    Attributes:
        content_sha256: What its sender says; None: nothing.
    """

    file_name: str
    title: str = ""
    collection_ids: tuple[UUID, ...] = ()
    content_sha256: bytes | None = None


@dataclass(frozen=True)
class Part:
    """The bytes of a file from `offset` on."""

    offset: int
    data: bytes
    sha256: bytes


@dataclass(frozen=True)
class Digest:
    """What a file's content is."""

    size_bytes: int
    sha256: bytes


@dataclass(frozen=True)
class Arrived:
    """A whole file, stored."""

    file: NewFile
    digest: Digest
    storage_name: str


@dataclass(frozen=True)
class Taken:
    """The document that a file has become, or was already."""

    document: DocumentNow
    already_existed: bool


def base_name(field: str, name: str) -> str:
    """Returns a file's name without the folders before it, of whatever system.

    Raises:
        ServiceError: `INVALID_FIELD` when nothing is left.
    """
    base = _FOLDERS.split(name)[-1].strip()
    if base in {"", ".", ".."}:
        raise invalid(field, "must be the name of a file")
    return base
