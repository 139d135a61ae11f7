"""What a file is, by what is in it.

A library of signatures would be asked for a dozen formats only, and its answer for zip
and OLE containers and for kinds of text, which is where the work is, would have to be
found again. So the signatures are here, and each container and text has its module.
"""

from pathlib import Path

from persistence.documents.parsing import media_types as of
from persistence.documents.parsing.domain import FailureReason, ParseError
from persistence.documents.parsing.sniff.compound import sniff_compound
from persistence.documents.parsing.sniff.textual import sniff_text
from persistence.documents.parsing.sniff.zipped import sniff_zip

HEAD_BYTES = 1 << 16
_PDF_STARTS_WITHIN = 1024  # As viewers do: mail systems put lines before it.

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", of.PNG),
    (b"\xff\xd8\xff", of.JPEG),
    (b"II*\x00", of.TIFF),
    (b"MM\x00*", of.TIFF),
    (b"GIF87a", of.GIF),
    (b"GIF89a", of.GIF),
    (b"{\\rtf", of.RTF),
)
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sniff(path: Path, name: str) -> str:
    """The media type of a file.

    Args:
        name: Decides between kinds of text only, where the text leaves it open.

    Raises:
        ParseError: EMPTY; UNSUPPORTED_TYPE for what is no document; ENCRYPTED and
            DAMAGED for containers that do not open.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(max(0, path.stat().st_size - _PDF_STARTS_WITHIN))
        tail = file.read(_PDF_STARTS_WITHIN)
    if not head:
        raise ParseError(FailureReason.EMPTY, "no bytes")
    start = head.lstrip(b"\xef\xbb\xbf\r\n\t ")
    for matches, media_type in (
        *((start.startswith(signature), kind) for signature, kind in _SIGNATURES),
        (head.startswith(b"RIFF") and head[8:12] == b"WEBP", of.WEBP),
        (head.startswith(b"BM") and head[6:10] == bytes(4), of.BMP),
        (_is_pdf(start, head, tail), of.PDF),
    ):
        if matches:
            return media_type
    if head.startswith((_ZIP, _EMPTY_ZIP)):
        return sniff_zip(path, head)
    if head.startswith(_OLE):
        return sniff_compound(path)
    return sniff_text(path, name, head, tail)


def _is_pdf(start: bytes, head: bytes, tail: bytes) -> bool:
    at = head.find(b"%PDF-", 0, _PDF_STARTS_WITHIN)
    # Text about PDF may name the signature, but not end as a file does.
    return start.startswith(b"%PDF-") or (at > 0 and b"%%EOF" in tail)
