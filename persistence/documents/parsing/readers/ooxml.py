"""Packages of Office Open XML: parts and the relationships between them.

Format: ECMA-376 part 2, https://ecma-international.org/publications-and-standards/standards/ecma-376/
"""

import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import unquote

from persistence.documents.parsing.domain import FailureReason, Opened, ParseError
from persistence.documents.parsing.normalise import one_line
from persistence.documents.parsing.readers.xml_parts import (
    Element,
    attribute,
    local,
    parse,
)
from persistence.documents.parsing.readers.zips import open_zip


@dataclass(frozen=True, slots=True)
class Relationship:
    """What a part refers to; `kind` is the last word of the relationship's type."""

    kind: str
    target: str


class Package:
    """A zip archive of parts. Names are found whatever their case.

    Attributes:
        depth: How many documents this one is inside of.
    """

    def __init__(
        self, archive: zipfile.ZipFile, depth: int = 0, folder: str = ""
    ) -> None:
        """Borrows the archive.

        Args:
            folder: Where in the archive its names begin.
        """
        self.depth = depth
        self._archive = archive
        names = {
            name.replace("\\", "/").lstrip("/").lower(): name
            for name in archive.namelist()
        }
        self._names = {
            name.removeprefix(folder.lower()): stored
            for name, stored in names.items()
            if name.startswith(folder.lower())
        }
        self._relationships: dict[str, dict[str, Relationship]] = {}

    def __contains__(self, name: str) -> bool:
        """Whether there is a part with this name."""
        return name.lower() in self._names

    def names(self, prefix: str) -> list[str]:
        """The parts whose names begin so, in the archive's order."""
        return [name for name in self._names if name.startswith(prefix.lower())]

    def read(self, name: str) -> bytes:
        """A whole part; empty when there is none."""
        stored = self._names.get(name.lower())
        return self._archive.read(stored) if stored else b""

    def open(self, name: str) -> IO[bytes]:
        """A part as a stream.

        Raises:
            ParseError: DAMAGED, when it is not there.
        """
        stored = self._names.get(name.lower())
        if stored is None:
            raise ParseError(FailureReason.DAMAGED, "part missing")
        return self._archive.open(stored)

    def xml(self, name: str) -> Element | None:
        """A whole part's root; nothing when there is no such part."""
        data = self.read(name)
        return parse(data) if data else None

    def relationships(self, part: str) -> dict[str, Relationship]:
        """By id, those that stay inside. `part` empty: those of the package itself."""
        if part not in self._relationships:
            self._relationships[part] = self._read_relationships(part)
        return self._relationships[part]

    def related(self, part: str, *kinds: str) -> list[str]:
        """The parts of some kinds that a part refers to, in their order."""
        found = self.relationships(part).values()
        return [each.target for each in found if each.kind in kinds]

    def main_part(self, default: str) -> str:
        """The part that the package is about.

        Raises:
            ParseError: DAMAGED, when it is not there.
        """
        for name in (*self.related("", "officeDocument"), default):
            if name in self:
                return name
        raise ParseError(FailureReason.DAMAGED, "no main part")

    def opened(self, page_count: int = 0, language: str = "") -> Opened:
        """What the package says of itself."""
        title = ""
        for name in self.related("", "core-properties"):
            root = self.xml(name)
            for element in root if root is not None else ():
                if local(element) == "title" and element.text:
                    title = one_line(element.text)
                if local(element) == "language" and element.text:
                    language = one_line(element.text)
        return Opened(page_count=page_count, title=title, language=language)

    def _read_relationships(self, part: str) -> dict[str, Relationship]:
        folder, name = posixpath.split(part)
        root = self.xml(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = {}
        for element in root if root is not None else ():
            if attribute(element, "TargetMode") == "External":
                continue
            target = unquote(attribute(element, "Target")).replace("\\", "/")
            path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = attribute(element, "Type").rpartition("/")[2]
            found[attribute(element, "Id")] = Relationship(kind, path)
        return found


@contextmanager
def open_package(file: Path | IO[bytes]) -> Iterator[Package]:
    """Opens a package.

    Raises:
        ParseError: ENCRYPTED or DAMAGED.
    """
    with open_zip(file) as archive:
        yield Package(archive)
