"""Which encoding the bytes of an RTF text are in: its font says it.

Format: Rich Text Format Specification 1.9.1, "Font Table" and "Code Page Support".
"""

_BY_CHARSET = {
    77: "mac_roman",
    78: "cp932",
    79: "cp949",
    80: "gb18030",
    81: "cp950",
    83: "mac_greek",
    84: "mac_turkish",
    85: "cp1255",
    86: "cp1256",
    89: "mac_cyrillic",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
SYMBOL_CHARSET = 2
_BY_PAGE = {
    932: "cp932",
    936: "gb18030",
    949: "cp949",
    950: "cp950",
    1361: "johab",
    10000: "mac_roman",
    10006: "mac_greek",
    10007: "mac_cyrillic",
    10029: "mac_latin2",
    10081: "mac_turkish",
    65001: "utf-8",
}
_SYMBOLS = dict(
    zip(
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\xa3\xb3\xb7\xae\xb4\xb1\xa5",
        "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖαβχδεφγηιϕκλμνοπθρστυϖωξψζ≤≥•→×±∞",  # noqa: RUF001 - Greek is what these letters show.
        strict=True,
    )
)


def of_charset(charset: int) -> str:
    """The encoding of a font's character set; empty for the document's own."""
    return _BY_CHARSET.get(charset, "")


def of_page(page: int) -> str:
    """The encoding of a Windows code page."""
    return _BY_PAGE.get(page, f"cp{page}")


def symbols(data: bytes) -> str:
    """What the letters of the Symbol font show."""
    return "".join(
        _SYMBOLS.get(byte, chr(byte) if byte < ord("A") else "") for byte in data
    )
