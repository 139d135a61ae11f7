"""Which format a zip archive is: office documents and books are zip archives."""

import re
import zipfile
from pathlib import Path

from persistence.documents.parsing import media_types as of
from persistence.documents.parsing.domain import FailureReason, ParseError

_PEEK_BYTES = 1 << 20
_ENCRYPTED = 0x1

_BY_MIMETYPE = {
    b"application/epub+zip": of.EPUB,
    of.ODT.encode(): of.ODT,
    of.ODT.encode() + b"-template": of.ODT,
    of.ODT.encode() + b"-master": of.ODT,
    of.ODT.encode() + b"-web": of.ODT,
    of.ODS.encode(): of.ODS,
    of.ODS.encode() + b"-template": of.ODS,
    of.ODP.encode(): of.ODP,
    of.ODP.encode() + b"-template": of.ODP,
    # The pages of a drawing are made of the same things as slides.
    b"application/vnd.oasis.opendocument.graphics": of.ODP,
    b"application/vnd.oasis.opendocument.graphics-template": of.ODP,
}
# The main part's content type, with or without macros, as document or template.
_BY_MAIN_PART = tuple(
    (re.compile(pattern, re.IGNORECASE), media_type)
    for pattern, media_type in (
        (rb"wordprocessingml\.(document|template)\.main\+xml", of.DOCX),
        (rb"ms-word\.(document|template)\.macroenabled", of.DOCX),
        (rb"presentationml\.(presentation|slideshow|template)\.main\+xml", of.PPTX),
        (rb"ms-powerpoint\.\w+\.macroenabled", of.PPTX),
        (rb"spreadsheetml\.(sheet|template)\.main\+xml", of.XLSX),
        (rb"ms-excel\.(sheet|template)\.macroenabled", of.XLSX),
        (rb"ms-excel\.sheet\.binary\.macroenabled", of.XLSB),
    )
)
_BY_FOLDER = (
    ("word/document", of.DOCX),
    ("ppt/presentation", of.PPTX),
    ("xl/workbook.bin", of.XLSB),
    ("xl/workbook", of.XLSX),
    ("META-INF/container.xml", of.EPUB),
)
_DECLARED_INSIDE = re.compile("[^/]+/mimetype")
_CUT_OFF = re.compile(
    rb"mimetype(application/(epub|vnd\.oasis))|\[Content_Types\]\.xml|_rels/\.rels|(word|ppt|xl)/\w"
)
# Obfuscated fonts are listed as encrypted too, and hinder nobody.
_FONT_ALGORITHMS = (
    b"http://www.idpf.org/2008/embedding",
    b"http://ns.adobe.com/pdf/enc#RC",
)


def sniff_zip(path: Path, head: bytes) -> str:
    """The media type of a zip archive.

    Raises:
        ParseError: UNSUPPORTED_TYPE for a mere archive, ENCRYPTED, or DAMAGED.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _format(archive)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError) as error:
        if _CUT_OFF.search(head):
            raise ParseError(FailureReason.DAMAGED, f"zip: {error}") from error
        raise ParseError(FailureReason.UNSUPPORTED_TYPE, "zip") from error
    except (RuntimeError, NotImplementedError) as error:
        raise ParseError(FailureReason.ENCRYPTED, "zip entry") from error


def _format(archive: zipfile.ZipFile) -> str:
    names = {
        entry.filename.lstrip("/").replace("\\", "/"): entry
        for entry in archive.infolist()
    }
    media_type = _by_declaration(archive, names) or next(
        (
            found
            for start, found in _BY_FOLDER
            for name in names
            if name.startswith(start)
        ),
        None,
    )
    if media_type is None:
        encrypted = any(entry.flag_bits & _ENCRYPTED for entry in names.values())
        reason = (
            FailureReason.ENCRYPTED if encrypted else FailureReason.UNSUPPORTED_TYPE
        )
        raise ParseError(reason, "zip")
    if any(entry.flag_bits & _ENCRYPTED for entry in names.values()):
        raise ParseError(FailureReason.ENCRYPTED, media_type)
    if media_type == of.EPUB:
        _refuse_protected_book(archive, names)
    elif b"encryption-data" in _peek(archive, names.get("META-INF/manifest.xml")):
        raise ParseError(FailureReason.ENCRYPTED, media_type)
    return media_type


def _by_declaration(
    archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo]
) -> str | None:
    declared = _peek(archive, names.get("mimetype")).strip()
    if declared in _BY_MIMETYPE:
        return _BY_MIMETYPE[declared]
    types = _peek(archive, names.get("[Content_Types].xml"))
    by_part = (found for part, found in _BY_MAIN_PART if part.search(types))
    return next(by_part, None) or _by_folder(archive, names)


def _by_folder(
    archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo]
) -> str | None:
    """A book that was zipped with the folder around it."""
    for name, entry in names.items():
        if _DECLARED_INSIDE.fullmatch(name):
            declared = _peek(archive, entry).strip()
            return of.EPUB if _BY_MIMETYPE.get(declared) == of.EPUB else None
    return None


def _refuse_protected_book(
    archive: zipfile.ZipFile, names: dict[str, zipfile.ZipInfo]
) -> None:
    encryption = _peek(archive, names.get("META-INF/encryption.xml"))
    methods = set(re.findall(rb'EncryptionMethod[^>]*?Algorithm="([^"]*)"', encryption))
    if methods - set(_FONT_ALGORITHMS):
        raise ParseError(FailureReason.ENCRYPTED, of.EPUB)


def _peek(archive: zipfile.ZipFile, entry: zipfile.ZipInfo | None) -> bytes:
    if entry is None or entry.flag_bits & _ENCRYPTED:
        return b""
    with archive.open(entry) as file:
        return file.read(_PEEK_BYTES)
