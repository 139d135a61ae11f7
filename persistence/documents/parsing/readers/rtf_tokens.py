"""The tokens of RTF: groups, control words, bytes of text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    rb"\\(?P<word>[A-Za-z]{1,32})(?P<number>-?\d{1,10})?[ ]?"
    rb"|\\'(?P<hex>[0-9A-Fa-f]{2})"
    rb"|\\(?P<sign>[^A-Za-z0-9])"
    rb"|(?P<brace>[{}])"
    rb"|[\r\n\0]+"
    rb"|(?P<text>[^\\{}\r\n\0]+)"
    rb"|\\"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token.

    Attributes:
        word: A control word, or a control sign as one character; "{" and "}" for the
            braces; empty for text.
        number: The word's parameter, where it has one.
        data: The bytes of a text, one for an escape of it.
    """

    word: str
    number: int | None = None
    data: bytes = b""


def tokens(data: bytes) -> Iterator[Token]:
    """All tokens of a file; binary data inside is passed over."""
    at = 0
    while match := _TOKEN.match(data, at):
        at = match.end()
        if match["text"]:
            yield Token("", data=match["text"])
        elif match["hex"]:
            yield Token("", data=bytes.fromhex(match["hex"].decode()))
        elif match["word"]:
            word = match["word"].decode()
            number = int(match["number"]) if match["number"] else None
            if word == "bin" and number:
                at += max(number, 0)
            else:
                yield Token(word, number)
        elif match["brace"]:
            yield Token(match["brace"].decode())
        elif match["sign"]:
            sign = match["sign"]
            if sign in b"\\{}":
                yield Token("", data=sign)
            else:
                yield Token(sign.decode("latin-1"))
