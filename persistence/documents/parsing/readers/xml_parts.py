"""Reading XML that strangers wrote: no network, no external entities, bounded memory.

Names are compared without their namespace, because each format has several: strict and
transitional Office Open XML, OpenDocument and its OpenOffice.org forerunner.
"""

from collections.abc import Collection, Iterator
from typing import IO, TypeAlias

from lxml import etree

from persistence.documents.parsing.domain import FailureReason, ParseError

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name for it.

_PROLOGUE = 1 << 12


def parse(data: bytes) -> Element:
    """A whole small part.

    Raises:
        ParseError: DAMAGED.
    """
    _refuse_entities(data[:_PROLOGUE])
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        recover=True,  # A bad attribute is no reason to refuse a document.
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ParseError(FailureReason.DAMAGED, "XML") from error
    if root is None:
        raise ParseError(FailureReason.DAMAGED, "no XML")
    return root


def children_of(
    stream: IO[bytes], parents: Collection[str], tags: Collection[str] = ()
) -> Iterator[Element]:
    """Each finished element directly below one of `parents`.

    It is dropped from memory when the next one is asked for.

    Args:
        tags: Only these, which is faster; none means all.

    Raises:
        ParseError: DAMAGED.
    """
    _refuse_entities(stream.read(_PROLOGUE))
    stream.seek(0)
    events = etree.iterparse(
        stream,
        events=("end",),
        tag=[f"{{*}}{tag}" for tag in tags] or None,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        recover=True,
    )
    try:
        for _, element in events:
            parent = element.getparent()
            if parent is None or local(parent) not in parents:
                continue
            yield element
            element.clear()
            while element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise ParseError(FailureReason.DAMAGED, "XML") from error


def _refuse_entities(start: bytes) -> None:
    """No document format declares entities in its parts; bombs do."""
    if b"<!ENTITY" in start:
        raise ParseError(FailureReason.DAMAGED, "entities")


def local(element: Element) -> str:
    """An element's name without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Element | None, name: str) -> str:
    """An attribute by its name without namespace; empty when it is not there."""
    if element is None:
        return ""
    value = element.get(name)
    if value is not None:
        return str(value)
    for key, value in element.items():
        if key.rpartition("}")[2] == name:
            return str(value)
    return ""


def descendants(element: Element | None, *names: str) -> Iterator[Element]:
    """Every element below with one of the names, in document order."""
    if element is not None:
        yield from element.iter(*(f"{{*}}{name}" for name in names))


def child(element: Element | None, *path: str) -> Element | None:
    """The first element at a path of names below, or nothing."""
    for name in path:
        if element is None:
            return None
        element = next(element.iterchildren(f"{{*}}{name}"), None)
    return element
