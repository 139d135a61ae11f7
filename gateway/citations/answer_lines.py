"""What the lines of an answer are: Markdown, as models write it."""

# ruff: noqa: RUF001 - Marks of many scripts are meant.
from __future__ import annotations

import regex

_FENCE = regex.compile(r"\s{0,3}(`{3,}|~{3,})")
_FORMULA = regex.compile(r"\s*(\$\$|\\\[)")
_FORMULA_END = regex.compile(r"\$\$|\\\]")
_HEADING = regex.compile(r"\s{0,3}#{1,6}(?:\s|\Z)")
_RULE = regex.compile(r"\s{0,3}(?:[-*_=]\s*){3,}\Z")
_REFERENCE = regex.compile(r"\s*(?:[-*+]\s+)?\[\^?\d{1,3}\]:?\s")
MARKER = regex.compile(r"\s*(?:>\s*)*(?:[-*+•–]\s+|\(?\d{1,3}[.)]\s+)?")
_ITEM = regex.compile(r"\s*(?:>\s*)*(?:[-*+•–]\s+|\(?\d{1,3}[.)]\s+)")
_ROW = regex.compile(r"\s*\|.*\|\s*\Z")
_SEPARATOR = regex.compile(r"\s*\|?[\s:|-]*-[\s:|-]*\|?\s*\Z")
_CODE = regex.compile(r"(?: {4}|\t)")
_BOLD = regex.compile(r"(\*\*|__)(?=\S)(.+?)\1:?\s*\Z")
_BOLD_OPEN = regex.compile(r"(\*\*|__)(?!.*\1)")
_ENDED = regex.compile(r"[.!?…。！？｡।॥؟۔։።:：;；][\"'”’»)\]*_]*\s*\Z")
_SAYS = regex.compile(r"\p{N}|[:：]\s*\S")
_SOURCES = regex.compile(
    r"(?:sources?|references?|bibliography|citations?|quellen?|literatur|références"
    r"|fuentes|referencias|fonti|riferimenti|fontes|referências|bronnen|źródła|källor"
    r"|kaynaklar|источники|المصادر|स्रोत|מקורות|πηγές|来源|參考|参考(?:文献|资料)?|出典"
    r"|출처)\s*[:：]?\Z",
    regex.IGNORECASE,
)
# What is longer is no heading.
LONGEST_LABEL = 60


def fence(line: str) -> str:
    """Returns the mark that begins or ends a block of code; empty for other lines."""
    match = _FENCE.match(line)
    return str(match.group(1)) if match else ""


def turns_formula(line: str) -> bool:
    """Says whether a formula begins here that goes on in the next line, or ends."""
    begins = _FORMULA.match(line)
    rest = line[begins.end() :] if begins else line
    return bool(begins or _FORMULA_END.match(line.strip())) and not (
        begins and _FORMULA_END.search(rest)
    )


def is_silent(line: str, *, is_whole: bool) -> bool:
    """Says whether a line states nothing, whatever follows it."""
    if fence(line) or _FORMULA.match(line) or _HEADING.match(line):
        return True
    if _REFERENCE.match(line):
        return True
    body = line[MARKER.match(line).end() :]
    if not is_whole:
        # It could still become something else.
        return bool(_BOLD_OPEN.match(body))
    bold = _BOLD.match(body)
    if bold and "**" not in bold.group(2) and not _ENDED.search(bold.group(2)):
        return True
    return bool(_RULE.match(line))


def is_code(line: str) -> bool:
    """Says whether a line is code by its indent, where no list goes on."""
    return bool(_CODE.match(line)) and not is_item(line)


def is_item(line: str) -> bool:
    """Says whether a line begins an item of a list."""
    return bool(_ITEM.match(line))


def is_row(line: str) -> bool:
    """Says whether a line is a row of a table."""
    return bool(_ROW.match(line))


def ends_head(line: str) -> bool:
    """Says whether a line stands between a table's head and its rows."""
    return "|" in line and bool(_SEPARATOR.match(line))


def names_sources(line: str) -> bool:
    """Says whether a line is above a list of sources."""
    return bool(_SOURCES.match(line.strip(" #*_>\t")))


def may_be_label(line: str) -> bool:
    """Says whether a line is above what follows: a heading without marks, or an item
    with items of its own.
    """
    text = line[MARKER.match(line).end() :].strip()
    return 0 < len(text) <= LONGEST_LABEL and not (
        _ENDED.search(text) or _SAYS.search(text) or text.startswith("|")
    )


def is_label(line: str, following: str) -> bool:
    """Says whether a line that may be one is a label of the next line."""
    if is_item(line) or line.lstrip().startswith(">"):
        return _indent(following) > _indent(line)
    return True


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
