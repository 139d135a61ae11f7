"""Text as it is stored: one form for what a reader sees as the same.

Every offset in the product counts code points of text that has passed through here, so
it runs once, in the reader, and the result is never changed again.
"""

import re
import unicodedata

_BLANKS = re.compile(r"[^\S\n]+")
_MANY_LINES = re.compile(r"\n{3,}")
_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])([-\u2010\u00ad\u0002])\n(?=[^\W\d_])")
_LETTERS = re.compile(r"[^\W\d_]*")
_LONGEST_PART = 40
_UNSEEN = {
    0x00AD: None,  # Soft hyphen.
    0x200B: None,  # Zero-width space.
    0x2060: None,  # Word joiner.
    0xFEFF: None,  # Byte order mark, wherever files were joined.
    0x180E: None,  # Mongolian vowel separator.
    **dict.fromkeys(range(0x202A, 0x202F)),  # Embedding and override of direction.
    **dict.fromkeys(range(0x2066, 0x206A)),  # Isolates of direction.
    0x200E: None,  # Left-to-right and right-to-left marks: the letters say it.
    0x200F: None,
    0x061C: None,
}
# Zero-width joiner and non-joiner stay: Persian and Indic spelling needs them.
_LINE_ENDS = {
    0x0D: "\n",
    0x0B: "\n",
    0x0C: "\n",
    0x85: "\n",
    0x2028: "\n",
    0x2029: "\n",
}
_REPLACED = {
    **_UNSEEN,
    **_LINE_ENDS,
    **dict.fromkeys((*range(9), *range(0x0E, 0x20), *range(0x7F, 0x85))),
    **dict.fromkeys(range(0x86, 0xA0)),  # C1 controls.
    **dict.fromkeys(range(0xD800, 0xE000)),  # Surrogates without their partner.
    **dict.fromkeys(range(0xFDD0, 0xFDF0)),  # Noncharacters.
    **{plane << 16 | low: None for plane in range(0x11) for low in (0xFFFE, 0xFFFF)},
    # Dingbats of Microsoft's Symbol font, met as bullets.
    **dict.fromkeys((0xF0B7, 0xF0A7, 0xF0D8, 0xF076, 0xF0FC), "\u2022"),
    # Letters as shapes: Latin ligatures, Hebrew and Arabic forms, ideographs' radicals.
    **{
        code: unicodedata.normalize("NFKC", chr(code)).strip()
        for shapes in (
            range(0xFB00, 0xFB07),
            range(0xFB1D, 0xFDD0),
            range(0xFDF0, 0xFDFD),
            range(0xFE70, 0xFEFD),
            range(0x2E80, 0x2FD6),
        )
        for code in shapes
        if unicodedata.category(chr(code)) != "Cn"
    },
}


def normalise(text: str, *, keep_blanks: bool = False) -> str:
    """Brings text into the stored form.

    NFC; "\\n" ends lines; no control characters, lone surrogates or invisible marks;
    ligatures spelt out; runs of blanks are one, and none at the ends of lines; at most
    one empty line between lines.

    Args:
        keep_blanks: For code, whose indentation has meaning. Tabs stay too.
    """
    text = text.replace("\r\n", "\n").translate(_REPLACED)
    text = unicodedata.normalize("NFC", text)
    if keep_blanks:
        lines = [line.rstrip() for line in text.split("\n")]
        return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
    lines = [_BLANKS.sub(" ", line).strip() for line in text.split("\n")]
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


def one_line(text: str) -> str:
    """The stored form of what must not break a row or a label: a cell, a title."""
    return " ".join(normalise(text).split())


def join_broken_words(text: str) -> str:
    """Rejoins words that a typesetter divided at line ends; before `normalise`.

    A hyphen stays where the rest begins with a capital ("Jean-\\nPaul"), and where the
    same text spells the same word with its hyphen inside a line.
    """

    def joined(match: re.Match[str]) -> str:
        start, end = match.span()
        if match[1] in "\u00ad\u0002":
            return ""
        if not text[end].islower():
            return "-"
        before = text[max(0, start - _LONGEST_PART) : start][::-1]
        left = _LETTERS.match(before)
        right = _LETTERS.match(text, end, end + _LONGEST_PART)
        spelt = f"{left[0][::-1] if left else ''}-{right[0] if right else ''}"
        return "-" if spelt in text else ""

    return _BROKEN_WORD.sub(joined, text)
