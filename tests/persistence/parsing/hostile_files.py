"""Files that are made to harm who opens them, all small."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

CONTENT_TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels"
 ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/{part}"
 ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/>
</Types>"""
RELATIONSHIPS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="{part}" Type=
"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>
{more}</Relationships>"""
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """An archive, deflated."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            stored = zipfile.ZIP_STORED if name == "mimetype" else None
            archive.writestr(name, data, stored)
    return out.getvalue()


def docx(
    body: str | bytes = "",
    *,
    prologue: str = "",
    more: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A Word document with this body, and whatever else in its archive."""
    part = "word/document.xml"
    document = (
        f'<?xml version="1.0"?>{prologue}<w:document xmlns:w="{WORD}"><w:body>'.encode()
        + (body if isinstance(body, bytes) else body.encode())
        + b"</w:body></w:document>"
    )
    return zipped(
        {
            "[Content_Types].xml": CONTENT_TYPES.format(
                part=part, kind="wordprocessingml.document"
            ),
            "_rels/.rels": RELATIONSHIPS.format(part=part, more=""),
            part: document,
            **(more or {}),
        }
    )


def words(text: str) -> str:
    """A paragraph of a Word document."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def xlsx(rows: bytes, *, prologue: str = "") -> bytes:
    """A workbook of one sheet."""
    main = "xl/workbook.xml"
    sheets = '<sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets>'
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return zipped(
        {
            "[Content_Types].xml": CONTENT_TYPES.format(
                part=main, kind="spreadsheetml.sheet"
            ),
            "_rels/.rels": RELATIONSHIPS.format(part=main, more=""),
            main: f'<workbook xmlns="{SHEET}" xmlns:r="{relation}">{sheets}</workbook>',
            "xl/_rels/workbook.xml.rels": (
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
                f'relationships"><Relationship Id="rId1" Type="{relation}/worksheet"'
                ' Target="worksheets/sheet1.xml"/></Relationships>'
            ),
            "xl/worksheets/sheet1.xml": (
                f'<?xml version="1.0"?>{prologue}<worksheet xmlns="{SHEET}">'.encode()
                + b"<sheetData>"
                + rows
                + b"</sheetData></worksheet>"
            ),
        }
    )


def epub(
    chapter: str | bytes, *, more: Mapping[str, str | bytes] | None = None
) -> bytes:
    """A book of one chapter."""
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": (
                '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:'
                'container"><rootfiles><rootfile full-path="content.opf" media-type='
                '"application/oebps-package+xml"/></rootfiles></container>'
            ),
            "content.opf": (
                '<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
                '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
                "<dc:title>Book</dc:title></metadata><manifest>"
                '<item id="c" href="c.xhtml" media-type="application/xhtml+xml"/>'
                '</manifest><spine><itemref idref="c"/></spine></package>'
            ),
            "c.xhtml": chapter,
            **(more or {}),
        }
    )


def lying_about_size(archive: bytes, name: str, size: int) -> bytes:
    """The archive, with another unpacked size in its directory and header."""
    data = bytearray(archive)
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        entry = opened.getinfo(name)
        start = opened.start_dir
    struct.pack_into("<L", data, entry.header_offset + 22, size)
    at = data.index(name.encode(), start) - 46
    struct.pack_into("<L", data, at + 24, size)
    return bytes(data)


def overlapping(kernel: bytes, entries: int) -> bytes:
    """An archive whose entries all unpack the same data, as in "A better zip bomb"."""
    packed = zlib.compress(kernel, 9)[2:-4]
    check = zlib.crc32(kernel)
    local = struct.pack(
        "<4s5H3L2H",
        *(b"PK\x03\x04", 20, 0, 8, 0, 33),
        *(check, len(packed), len(kernel), 1, 0),
    )
    body = local + b"a" + packed
    directory = b"".join(
        struct.pack(
            "<4s6H3L5H2L",
            *(b"PK\x01\x02", 20, 20, 0, 8, 0, 33),
            *(check, len(packed), len(kernel), len(name), 0, 0, 0, 0, 0, 0),
        )
        + name
        for name in (b"word/document.xml%d" % i for i in range(entries))
    )
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, entries, entries, len(directory), len(body), 0
    )
    return body + directory + end
