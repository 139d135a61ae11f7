"""Makes the fixture `knowledge_base.json` of the Markdown files beside it.

Run by scripts/make-knowledge-base, which adds the vectors of the embedding model.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from itertools import count
from typing import Any
from uuid import UUID

from persistence.documents.chunking.domain import Chunk
from persistence.documents.chunking.split import Splitter
from persistence.documents.index.writer import posting
from persistence.documents.keywords.terms import terms
from persistence.documents.models import State
from persistence.documents.parsing.domain import Page, ReadOptions
from persistence.documents.parsing.media_types import MARKDOWN
from persistence.documents.parsing.readers.markdown import markdown_blocks
from persistence.documents.parsing.readers.slicing import sliced

OWNER = "knowledge@lamla.example"
# No password fits what begins with an exclamation mark.
NO_PASSWORD = "!knowledge-base"  # noqa: S105
TIME = datetime(2026, 1, 1, tzinfo=UTC)

Object = dict[str, Any]

_FOLDER = files("persistence.documents.fixtures").joinpath("knowledge_base")


def sources() -> dict[str, str]:
    """Returns the Markdown files: `<name>.<language>.md`."""
    names = sorted(file.name for file in _FOLDER.iterdir())
    return {
        name: _FOLDER.joinpath(name).read_text(encoding="utf-8")
        for name in names
        if name.endswith(".md")
    }


@dataclass(frozen=True, slots=True)
class Cut:
    """A source as ingestion would leave it."""

    title: str
    pages: Sequence[Page]
    chunks: Sequence[Chunk]


def cut(text: str) -> Cut:
    """Reads Markdown as its reader does."""
    blocks = list(markdown_blocks(text))
    pages = list(sliced(blocks, ReadOptions().page_characters, count(1)))
    splitter = Splitter()
    chunks = [chunk for page in pages for chunk in splitter.split(page)]
    return Cut(blocks[0].text, pages, chunks)


def objects(texts: dict[str, str]) -> list[Object]:
    """Returns all of the fixture but its vectors."""
    owner_id = _id("owner")
    owner = {
        "role": "student",
        "email": OWNER,
        "display_name": "Knowledge base",
        "password": NO_PASSWORD,
        "is_active": True,
        "create_time": TIME.isoformat(),
    }
    return [
        _object("identity.user", owner, owner_id),
        *(
            one
            for name, text in texts.items()
            for one in _document(owner_id, name, text)
        ),
    ]


def passages(made: list[Object]) -> list[tuple[Object, str]]:
    """Returns the chunks among `objects`, and what of each is embedded."""
    titles = {
        one["pk"]: one["fields"]["title"]
        for one in made
        if one["model"] == "documents.document"
    }
    return [
        (one, _chunk_of(one["fields"]).with_context(titles[one["fields"]["document"]]))
        for one in made
        if one["model"] == "documents.documentchunk"
    ]


def vector(chunk: Object, model: str, embedding: str) -> Object:
    """Returns the vector of a chunk among `objects`.

    Args:
        embedding: As PostgreSQL spells it.
    """
    fields = {
        "model": model,
        "chunk": chunk["pk"],
        "owner": chunk["fields"]["owner"],
        "document": chunk["fields"]["document"],
        "embedding": embedding,
    }
    return _object("documents.modelvector", fields)


def _document(owner_id: UUID, name: str, text: str) -> Iterator[Object]:
    language = name.split(".")[-2]
    found = cut(text)
    title, pages, chunks = found.title, found.pages, found.chunks
    words = [terms(chunk.with_context(title), language) for chunk in chunks]
    data = text.encode()
    document_id = _id(name)
    row = {
        "owner": str(owner_id),
        "title": title,
        "file_name": name,
        "media_type": MARKDOWN,
        "size_bytes": len(data),
        "content_sha256": base64.b64encode(hashlib.sha256(data).digest()).decode(),
        "state": State.READY.value,
        "attempt": 1,
        "phase": 0,
        "pages_read": len(pages),
        "page_count": len(pages),
        "chunks_embedded": len(chunks),
        "chunk_count": len(chunks),
        "term_count": sum(map(len, words)),
        "language": language,
        "failed_page_count": 0,
        "is_seed": False,
        "create_time": TIME.isoformat(),
        "update_time": TIME.isoformat(),
    }
    yield _object("documents.document", row, document_id)
    of: Object = {"document": str(document_id), "owner": str(owner_id)}
    for page in pages:
        yield _object("documents.documentpage", of | _page(page))
    for ordinal, (chunk, each) in enumerate(zip(chunks, words, strict=True)):
        fields = of | _chunk(chunk, ordinal, len(each))
        yield _object("documents.documentchunk", fields, _id(f"{name} {ordinal}"))
    for term, postings in sorted(_postings(words).items()):
        fields = of | {
            "term": term,
            "language": language,
            "segment": 0,
            "postings": postings,
        }
        yield _object("documents.posting", fields)


def _page(page: Page) -> Object:
    fields = {"number": page.number, "label": page.label, "text": page.text}
    return fields | {"from_image": page.from_image}


def _chunk(chunk: Chunk, ordinal: int, term_count: int) -> Object:
    return {
        "ordinal": ordinal,
        "page": chunk.page,
        "start": chunk.start,
        "end": chunk.end,
        "text": chunk.text,
        "headings": list(chunk.headings),
        "term_count": term_count,
    }


def _chunk_of(fields: Object) -> Chunk:
    names = ("page", "start", "end", "text")
    told = {name: fields[name] for name in names}
    return Chunk(**told, headings=tuple(fields["headings"]))


def _postings(words: list[list[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for ordinal, each in enumerate(words):
        for term, occurrences in Counter(each).items():
            found[term].append(posting(ordinal, occurrences, len(each)))
    return found


def _object(model: str, fields: Object, pk: UUID | None = None) -> Object:
    named = {"model": model} if pk is None else {"model": model, "pk": str(pk)}
    return {**named, "fields": fields}


def _id(name: str) -> UUID:
    """Returns a UUIDv7 of `TIME` that is always the same for a name."""
    milliseconds = int(TIME.timestamp() * 1000)
    rest = hashlib.sha256(f"knowledge base {name}".encode()).digest()[:10]
    number = milliseconds << 80 | int.from_bytes(rest)
    number = number & ~(0xF << 76) | 7 << 76
    return UUID(int=number & ~(0b11 << 62) | 0b10 << 62)
