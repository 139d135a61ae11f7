"""Finding the encoding of a text that does not say it.

Unicode is recognised by its form. Among the legacy encodings the most probable reading
of the same bytes wins (see `likelihood`).
"""

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from persistence.documents.parsing.readers.likelihood import family, log_likelihood

SAMPLE_BYTES = 1 << 14
"""How much of what is not ASCII is compared; more says nothing new."""
_FIRST_LOOK_BYTES = 1 << 10
_FINALISTS = 6

_BOMS = (  # The longer ones first: UTF-32's begins like UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ESCAPED = (
    (re.compile(rb"\x1b\$[@B]|\x1b\([JI]"), "iso2022_jp_ext"),
    (re.compile(rb"\x1b\$\)C"), "iso2022_kr"),
    (re.compile(rb"~\{(?:[!-}][!-~])+~\}"), "hz"),
)
_UTF8_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_MOSTLY_UTF8 = 0.9

_CANDIDATES = {
    # Encoding: how much less probable than Windows' own it is before looking.
    "cp1252": 0.0,
    "cp1250": 3.0,
    "cp1251": 1.0,
    "cp1253": 2.0,
    "cp1254": 4.0,
    "cp1255": 2.0,
    "cp1256": 2.0,
    "cp1257": 4.0,
    "cp1258": 6.0,
    "iso8859_2": 4.0,
    "iso8859_3": 9.0,
    "iso8859_4": 9.0,
    "iso8859_5": 3.0,
    "iso8859_6": 3.0,
    "iso8859_7": 3.0,
    "iso8859_8": 3.0,
    "iso8859_10": 9.0,
    "iso8859_13": 6.0,
    "iso8859_14": 9.0,
    "iso8859_15": 2.0,
    "iso8859_16": 9.0,
    "koi8_r": 2.0,
    "koi8_u": 2.5,
    "cp437": 5.0,
    "cp850": 5.0,
    "cp852": 6.0,
    "cp855": 4.0,
    "cp857": 7.0,
    "cp866": 3.0,
    "cp720": 5.0,
    "cp737": 4.0,
    "cp775": 9.0,
    "cp862": 4.0,
    "cp864": 9.0,
    "cp874": 2.0,
    "mac_roman": 5.0,
    "mac_latin2": 7.0,
    "mac_cyrillic": 4.0,
    "mac_greek": 6.0,
    "mac_turkish": 8.0,
    "gb18030": 1.0,
    "big5hkscs": 2.0,
    "cp950": 1.0,
    "cp932": 1.0,
    "euc_jp": 1.0,
    "cp949": 1.0,
    "johab": 8.0,
}


def unicode_encoding(start: bytes) -> str:
    """The Unicode encoding that a file's first bytes show; empty for none.

    Args:
        start: At least a few hundred bytes where the file has them.
    """
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return encoding
    if b"\0" not in start:
        return ""
    candidates = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
    return next((each for each in candidates if _is_text_in(start, each)), "")


def escaped_encoding(data: bytes) -> str:
    """The seven-bit encoding that switches by escapes; empty for none."""
    for pattern, encoding in _ESCAPED:
        if pattern.search(data):
            try:
                codecs.getincrementaldecoder(encoding)().decode(data)
            except UnicodeDecodeError:
                continue
            return encoding
    return ""


def is_mostly_utf8(data: bytes) -> bool:
    """Whether it is UTF-8 with a few bytes damaged."""
    high = sum(1 for byte in data if byte > 0x7F)  # noqa: PLR2004 - ASCII's end.
    valid = sum(len(found) for found in _UTF8_SEQUENCE.findall(data))
    return high > 0 and valid >= high * _MOSTLY_UTF8


def legacy_encoding(sample: bytes) -> str:
    """The most probable encoding of bytes that are neither ASCII nor Unicode.

    Args:
        sample: Best whole lines, only those that are not ASCII.
    """
    possible = [each for each in _CANDIDATES if _decoded(sample, each) is not None]
    if len(sample) > _FIRST_LOOK_BYTES:
        possible = _ranked(sample[:_FIRST_LOOK_BYTES], possible)[:_FINALISTS]
    return _ranked(sample[:SAMPLE_BYTES], possible)[0]


def _ranked(sample: bytes, encodings: Iterable[str]) -> list[str]:
    scores = {
        encoding: log_likelihood(text) - _CANDIDATES[encoding]
        for encoding in encodings
        if (text := _decoded(sample, encoding)) is not None
    }
    return sorted(scores, key=scores.__getitem__, reverse=True)


def _is_text_in(start: bytes, encoding: str) -> bool:
    unit = 4 if "32" in encoding else 2
    try:
        text = start[: len(start) // unit * unit].decode(encoding)
    except UnicodeDecodeError as error:
        # A pair of surrogates may be cut at the end.
        if error.start < len(start) - 2 * unit:
            return False
        text = start[: error.start].decode(encoding)
    kinds = Counter(unicodedata.category(each)[0] for each in text)
    odd = sum(1 for each in text if unicodedata.category(each) in ("Cc", "Cn", "Co"))
    odd -= sum(text.count(each) for each in "\t\n\r\f")
    scripts = Counter(family(each) for each in text if each.isalpha())
    most = sum(count for _, count in scripts.most_common(2))
    return (
        odd * 50 <= len(text)
        and (kinds["L"] + kinds["N"]) * 4 >= len(text)
        and most * 100 >= sum(scripts.values()) * 97
    )


def _decoded(sample: bytes, encoding: str) -> str | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        return decoder.decode(sample)
    except UnicodeDecodeError:
        if encoding != "cp1252":
            return None
    # Browsers read its five gaps as control characters; so it always decodes.
    return sample.decode("cp1252", "replace")
