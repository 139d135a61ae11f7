"""Writes a PDF of as many pages as are wanted, with English sentences on them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

PASSAGES = Path(__file__).parents[1] / "data" / "retrieval" / "passages.jsonl"
LINES, COLUMNS = 46, 80
HEADER = b"%PDF-1.7\n"


def pdf(pages: int, *, seed: int = 1) -> bytes:
    """Returns a file of about 450 words a page; the same for the same arguments."""
    texts = _pages(pages, random.Random(seed))  # noqa: S311 - Not a secret.
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(pages))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {pages}>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for number, text in enumerate(texts):
        content = 5 + 2 * number
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R>>>>>>" % content
        )
        stream = _stream(text)
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
    return _file(objects)


def _pages(count: int, choose: random.Random) -> Iterator[list[str]]:
    with PASSAGES.open(encoding="utf-8") as lines:
        passages = [json.loads(line) for line in lines]
    english = [each["text"] for each in passages if each["language"] == "en"]
    sentences = [part for text in english for part in text.split(". ") if part]
    for number in range(1, count + 1):
        words = [f"Section {number}.", *choose.choices(sentences, k=40)]
        yield wrap(". ".join(words), COLUMNS)[:LINES]


def _stream(lines: list[str]) -> bytes:
    shown = [line.encode("cp1252", "replace") for line in lines]
    escaped = [
        line.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        for line in shown
    ]
    text = b"\n".join(b"(%s) Tj T*" % line for line in escaped)
    return b"BT /F1 11 Tf 16 TL 50 790 Td\n" + text + b"\nET"


def _file(objects: list[bytes]) -> bytes:
    data, places = bytearray(HEADER), []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        data += b"%010d 00000 n \n" % place
    data += b"trailer<</Size %d/Root 1 0 R>>\n" % (len(objects) + 1)
    return bytes(data + b"startxref\n%d\n%%%%EOF\n" % start)
