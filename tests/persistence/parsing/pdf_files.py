"""PDF files, written object by object, so that each can be wrong in its own way."""

import io
import zlib

import pypdf

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
MONO = b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"


def line(text: str, *, x: float = 72, y: float, size: float = 11) -> str:
    """Draws one line of Latin text."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 {size} Tf {x} {y} Td ({escaped}) Tj ET"


def paragraph(lines: list[str], *, x: float = 72, top: float, size: float = 11) -> str:
    """Draws lines one below the other."""
    drawn = enumerate(lines)
    return "\n".join(line(text, x=x, y=top - 13 * i, size=size) for i, text in drawn)


def pdf(
    *pages: str | bytes, catalog: str = "", info: str = "", font: bytes = FONT
) -> bytes:
    """A file with these content streams as its pages."""
    count = len(pages)
    kids = " ".join(f"{5 + 2 * i} 0 R" for i in range(count))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        font,
        f"<< {info} >>".encode("latin-1"),
    ]
    for i, content in enumerate(pages):
        data = content if isinstance(content, bytes) else content.encode("latin-1")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]"
            b" /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>" % (6 + 2 * i)
        )
        objects.append(stream(data))
    return assemble(objects)


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object; compressed by who says so in the entries."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def deflated(data: bytes) -> bytes:
    """A compressed stream object."""
    return stream(zlib.compress(data), b"/Filter /FlateDecode")


def assemble(objects: list[bytes]) -> bytes:
    """Objects 1, 2, ... with their table; the first is the catalog, the fourth info."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R /Info 4 0 R >>\n" % (len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % table)


def encrypted(data: bytes, *, user: str, owner: str) -> bytes:
    """The same file, needing a password; an empty one opens by itself."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt(user, owner, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def picture_page(width: int, height: int, grey: bytes) -> bytes:
    """A file whose only page is a picture, as a scanner makes it."""
    image = zlib.compress(grey)
    entries = (
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height}"
        " /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode"
    )
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
            FONT,
            b"<< >>",
            (
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]"
                b" /Resources << /XObject << /I 7 0 R >> >> /Contents 6 0 R >>"
            ),
            stream(b"q 612 0 0 792 0 0 cm /I Do Q"),
            stream(image, entries.encode()),
        ]
    )
