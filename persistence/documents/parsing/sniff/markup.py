"""Telling HTML, SVG, OpenDocument and other XML by how a text begins."""

import re

from persistence.documents.parsing import media_types as of

HTML_TAG = re.compile(
    r"<!doctype\s+html|<(html|head|body|title|meta|div|table|h[1-6]|p|article|section"
    r"|ul|ol|span|script|style|center|font|br|hr|form|img)\b[^<]*>",
    re.IGNORECASE,
)
_HTML_START = re.compile(r"<!doctype\s+html|<html[\s>]", re.IGNORECASE)
_PROLOGUE = re.compile(
    r"(\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*(\[.*?\]\s*)?>)*",
    re.DOTALL | re.IGNORECASE,
)
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)[\s/>]")
_CLOSED = re.compile(r"</[\w:.-]+>|/>")
_BY_ROOT = {
    ("", "html"): of.HTML,
    ("", "svg"): of.SVG,
    ("svg:", "svg"): of.SVG,
    ("office:", "document"): of.FLAT_ODF,
}


def sniff_markup(start: str, hint: str | None) -> str | None:
    """The media type of a text that begins with a tag; None where it is no markup."""
    if not start.startswith("<"):
        return None
    if _HTML_START.match(start):
        return of.HTML
    prologue = _PROLOGUE.match(start)
    rest = start[prologue.end() :] if prologue else start
    root = _ROOT.match(rest)
    by_root = _BY_ROOT.get((root[1] or "", root[2])) if root else None
    if by_root is not None:
        return by_root
    if start.startswith("<?xml") or hint == of.XML:
        return of.XML
    if HTML_TAG.match(rest) or (hint == of.HTML and HTML_TAG.search(start)):
        return of.HTML
    # A text may begin with an address or a placeholder in such brackets.
    is_xml = root and _CLOSED.search(rest) and hint != of.MARKDOWN
    return of.XML if is_xml else None
