"""What Word's styles and numbering say of a paragraph: heading, item, its number."""

import re
from dataclasses import dataclass, field

from persistence.documents.parsing.readers.numerals import numeral
from persistence.documents.parsing.readers.ooxml import Package
from persistence.documents.parsing.readers.xml_parts import (
    Element,
    attribute,
    child,
    descendants,
    local,
)

_HEADING_NAME = re.compile(r"(?:heading|überschrift|titre|título|titolo)\s*(\d)")
_BODY_TEXT_LEVEL = 9
_MAX_CHAIN = 20
"""Styles may be based on each other in a circle."""
_PLACEHOLDER = re.compile(r"%(\d)")


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    based_on: str
    outline: int | None
    numbering: tuple[str, int] | None


@dataclass(slots=True)
class _Level:
    format: str = "decimal"
    text: str = ""
    start: int = 1


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level] = field(default_factory=dict)
    counters: dict[int, int] = field(default_factory=dict)


class Styles:
    """Styles and lists of one document. Numbers count on, so ask in document order."""

    def __init__(self, package: Package, main: str) -> None:
        """Reads the style and numbering parts."""
        self.language = ""
        self._styles: dict[str, _Style] = {}
        self._abstract: dict[str, _List] = {}
        self._lists: dict[str, tuple[str, dict[int, int]]] = {}
        for part in package.related(main, "styles"):
            self._read_styles(package.xml(part))
        for part in package.related(main, "numbering"):
            self._read_numbering(package.xml(part))

    def heading_level(self, properties: Element | None) -> int:
        """From 1; 0 for what is no heading."""
        outline = _number(child(properties, "outlineLvl"))
        if outline is not None:
            return outline + 1 if outline < _BODY_TEXT_LEVEL else 0
        for style in self._chain(_value(child(properties, "pStyle"))):
            if style.outline is not None:
                return style.outline + 1 if style.outline < _BODY_TEXT_LEVEL else 0
            if style.name == "title":
                return 1
            if match := _HEADING_NAME.match(style.name):
                return int(match[1])
        return 0

    def list_label(self, properties: Element | None) -> str | None:
        """The number before an item, empty for a bullet; nothing for no list."""
        numbering = _numbering(child(properties, "numPr"))
        if numbering is None:
            chain = self._chain(_value(child(properties, "pStyle")))
            numbering = next((one.numbering for one in chain if one.numbering), None)
        if numbering is None or numbering[0] in ("", "0"):
            return None
        return self._next_label(*numbering)

    def _next_label(self, number_id: str, level: int) -> str | None:
        abstract_id, overrides = self._lists.get(number_id, ("", {}))
        listing = self._abstract.get(abstract_id)
        if listing is None:
            return ""
        for deeper in [each for each in listing.counters if each > level]:
            del listing.counters[deeper]
        described = listing.levels.get(level, _Level())
        if level in overrides:
            listing.counters[level] = overrides.pop(level) - 1
        previous = listing.counters.get(level, described.start - 1)
        listing.counters[level] = previous + 1
        if described.format in ("bullet", "none"):
            return ""
        return _PLACEHOLDER.sub(
            lambda match: self._counted(listing, int(match[1]) - 1), described.text
        )

    def _counted(self, listing: _List, level: int) -> str:
        described = listing.levels.get(level, _Level())
        return numeral(listing.counters.get(level, described.start), described.format)

    def _chain(self, style_id: str) -> list[_Style]:
        chain: list[_Style] = []
        while style_id in self._styles and len(chain) < _MAX_CHAIN:
            chain.append(self._styles[style_id])
            style_id = chain[-1].based_on
        return chain

    def _read_styles(self, root: Element | None) -> None:
        for element in descendants(root, "style"):
            properties = child(element, "pPr")
            self._styles[attribute(element, "styleId")] = _Style(
                name=_value(child(element, "name")).lower(),
                based_on=_value(child(element, "basedOn")),
                outline=_number(child(properties, "outlineLvl")),
                numbering=_numbering(child(properties, "numPr")),
            )
        default = child(root, "docDefaults", "rPrDefault", "rPr", "lang")
        self.language = _value(default)

    def _read_numbering(self, root: Element | None) -> None:
        for element in root if root is not None else ():
            if local(element) == "abstractNum":
                levels = {
                    _number(level, "ilvl") or 0: _Level(
                        format=_value(child(level, "numFmt")) or "decimal",
                        text=_value(child(level, "lvlText")),
                        start=_number(child(level, "start")) or 0,
                    )
                    for level in element.iterchildren("{*}lvl")
                }
                self._abstract[attribute(element, "abstractNumId")] = _List(levels)
            elif local(element) == "num":
                overrides = {
                    _number(each, "ilvl") or 0: start
                    for each in element.iterchildren("{*}lvlOverride")
                    if (start := _number(child(each, "startOverride"))) is not None
                }
                abstract = _value(child(element, "abstractNumId"))
                self._lists[attribute(element, "numId")] = (abstract, overrides)


def _value(element: Element | None) -> str:
    return attribute(element, "val")


def _number(element: Element | None, name: str = "val") -> int | None:
    value = attribute(element, name)
    return int(value) if value.isascii() and value.isdecimal() else None


def _numbering(element: Element | None) -> tuple[str, int] | None:
    if element is None:
        return None
    level = _number(child(element, "ilvl")) or 0
    return _value(child(element, "numId")), level
