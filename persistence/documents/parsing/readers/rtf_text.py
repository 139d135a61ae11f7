"""From tokens of RTF to blocks: what each group means, and which bytes are text."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from persistence.documents.parsing.domain import Block
from persistence.documents.parsing.readers import rtf_fonts, rtf_words
from persistence.documents.parsing.readers.blocks import (
    heading,
    list_item,
    paragraph,
    table,
)
from persistence.documents.parsing.readers.rtf_tokens import Token

_MAX_DEPTH = 10_000


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits and may change."""

    skipped: bool = False
    hidden: bool = False
    fallback: int = 1
    font: int | None = None
    where: str = ""


@dataclass(slots=True)
class _Flow:
    """A text of its own: the document's, a note's, a header's."""

    text: list[str] = field(default_factory=list)
    label: list[str] = field(default_factory=list)
    is_list: bool = False
    in_table: bool = False
    level: int = 0
    row: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    after: list[Block] = field(default_factory=list)
    done: list[Block] = field(default_factory=list)


class RtfText:
    """Takes one token after the other; gives blocks as they are finished."""

    def __init__(self) -> None:
        """Starts before the first group."""
        self.depth = 0
        self._state = _State()
        self._outer: list[tuple[_State, _Flow]] = []
        self._main = self._flow = _Flow()
        self._page = "cp1252"
        self._encodings: dict[int, str] = {}
        self._font = 0
        self._default_font: int | None = None
        self._bytes = b""
        self._to_skip = 0
        self._ignorable = False
        self._once: set[str] = set()

    def take(self, token: Token) -> Iterator[Block]:
        """Reads one token."""
        if token.word == "":
            self._read_bytes(token.data)
            return
        ignorable, self._ignorable = self._ignorable, token.word == "*"
        if token.word == "{":
            self._decode()
            self.depth += 1
            self._to_skip = 0
            if self.depth < _MAX_DEPTH:
                self._outer.append((self._state, self._flow))
        elif token.word == "}":
            self._end_group()
        elif token.word in ("u", "'"):
            self._unicode(token.number or 0)
        elif self._to_skip:
            self._to_skip -= 1
        elif ignorable and token.word not in rtf_words.ENTERED:
            self._state = replace(self._state, skipped=True)
        elif self._flow is self._main:
            yield from self._control(token.word, token.number)
        else:
            self._flow.done += self._control(token.word, token.number)

    def finish(self) -> Iterator[Block]:
        """What is left at the end."""
        yield from self._end_paragraph()
        yield from self._end_table()

    def _end_group(self) -> None:
        self._decode()
        self._to_skip = 0
        self.depth -= 1
        if not self._outer or self.depth >= _MAX_DEPTH:
            return
        state, flow = self._outer.pop()
        if flow is not self._flow:
            done = [*self._flow.done, *self._end_paragraph(), *self._end_table()]
            repeated = self._state.where.startswith(("header", "footer"))
            for block in done:
                if not repeated or block.text not in self._once:
                    flow.after.append(block)
                if repeated:
                    self._once.add(block.text)
            self._flow = flow
        self._state = state

    def _control(self, word: str, number: int | None) -> Iterator[Block]:
        if word in rtf_words.CHARACTERS:
            self._append(rtf_words.CHARACTERS[word])
        elif word in rtf_words.PARAGRAPH_ENDS:
            yield from self._end_line()
        elif word == "cell":
            self._end_cell()
        elif word == "row":
            self._decode()
            if self._flow.row:
                self._flow.rows.append(self._flow.row)
                self._flow.row = []
        else:
            self._describe(word, number)

    def _describe(self, word: str, number: int | None) -> None:
        """What changes how the following text is read."""
        if word in rtf_words.SKIPPED:
            self._state = replace(self._state, skipped=True)
        elif word in rtf_words.ASIDE and not self._state.skipped:
            self._decode()
            self._flow = _Flow()
            self._state = replace(self._state, where=word)
        elif word in rtf_words.LIST_TEXT:
            self._flow.is_list = True
            self._state = replace(self._state, where="listtext")
        elif word in rtf_words.HIDING:
            self._decode()
            self._state = replace(self._state, hidden=number != 0)
        elif self._state.where == "fonttbl":
            self._describe_font(word, number or 0)
        else:
            self._format(word, number)

    def _describe_font(self, word: str, number: int) -> None:
        if word in ("f", "af"):
            self._font = number
        elif word == "fcharset":
            symbols = number == rtf_fonts.SYMBOL_CHARSET
            encoding = "symbol" if symbols else rtf_fonts.of_charset(number)
            self._encodings[self._font] = encoding
        elif word == "cpg":
            self._encodings[self._font] = rtf_fonts.of_page(number)

    def _format(self, word: str, number: int | None) -> None:
        match word:
            case "fonttbl":
                self._state = replace(self._state, skipped=True, where="fonttbl")
            case "ud":
                self._state = replace(self._state, skipped=False)
            case "f" | "plain":
                self._decode()
                hidden = self._state.hidden and word == "f"
                self._state = replace(self._state, font=number, hidden=hidden)
            case "uc":
                self._state = replace(self._state, fallback=max(number or 0, 0))
            case "pard":
                self._flow.in_table = False
                self._flow.level = 0
            case "intbl":
                self._flow.in_table = True
            case "outlinelevel" if number is not None:
                self._flow.level = number + 1
            case _:
                self._choose_encoding(word, number or 0)

    def _choose_encoding(self, word: str, number: int) -> None:
        if word == "deff":
            self._default_font = number
        elif word == "ansicpg" and number:
            self._page = rtf_fonts.of_page(number)
        else:
            self._page = rtf_words.PAGES.get(word, self._page)

    def _read_bytes(self, data: bytes) -> None:
        if self._to_skip:
            skipped = min(self._to_skip, len(data))
            self._to_skip -= skipped
            data = data[skipped:]
        if not self._state.skipped and not self._state.hidden:
            self._bytes += data

    def _unicode(self, number: int) -> None:
        self._append(chr(number & 0xFFFF))
        self._to_skip = self._state.fallback

    def _append(self, text: str) -> None:
        self._decode()
        if not self._state.skipped and not self._state.hidden:
            self._put(text)

    def _put(self, text: str) -> None:
        is_label = self._state.where == "listtext"
        (self._flow.label if is_label else self._flow.text).append(text)

    def _decode(self) -> None:
        """Bytes become text when it is known where they end."""
        data, self._bytes = self._bytes, b""
        if not data:
            return
        font = self._default_font if self._state.font is None else self._state.font
        encoding = self._encodings.get(font or 0, "") or self._page
        if encoding == "symbol":
            self._put(rtf_fonts.symbols(data))
            return
        try:
            self._put(data.decode(encoding, "replace"))
        except LookupError:
            self._put(data.decode("cp1252", "replace"))

    def _end_line(self) -> Iterator[Block]:
        self._decode()
        if self._flow.in_table:
            self._flow.text.append("\n")
        else:
            yield from self._end_paragraph()

    def _end_cell(self) -> None:
        self._decode()
        self._flow.row.append(_joined(self._flow.label) + _joined(self._flow.text))
        self._flow.text, self._flow.label = [], []

    def _end_paragraph(self) -> Iterator[Block]:
        self._decode()
        flow = self._flow
        text, label = _joined(flow.text), _joined(flow.label).strip()
        is_list, level = flow.is_list, flow.level
        flow.text, flow.label, flow.is_list = [], [], False
        after, flow.after = flow.after, []
        if text.strip() or after:
            yield from self._end_table()
        if any(each.isalnum() for each in label):
            text = f"{label} {text}"
        if level:
            yield from heading(text, level)
        elif is_list:
            yield from list_item(text)
        else:
            yield from paragraph(text)
        yield from after

    def _end_table(self) -> Iterator[Block]:
        flow = self._flow
        rows = [*flow.rows, flow.row] if flow.row else flow.rows
        flow.rows, flow.row = [], []
        yield from table(rows)


def _joined(pieces: list[str]) -> str:
    """Pieces with the halves of characters beyond 16 bits put together."""
    return "".join(pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
