"""The process that reads one file and ends: `python -m ...sandbox.child`.

The request comes on standard input, events leave on standard output. Nothing of a
parser is imported before the walls stand.
"""

import gc
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from persistence.documents.parsing import media_types, ocr
from persistence.documents.parsing.archives import check_zip
from persistence.documents.parsing.domain import (
    Event,
    FailureReason,
    Opened,
    Page,
    PageFailed,
    ParseError,
    ReadOptions,
    Source,
)
from persistence.documents.parsing.readability import looks_like_text
from persistence.documents.parsing.readers import reader_for
from persistence.documents.parsing.sandbox import walls
from persistence.documents.parsing.sandbox.wire import (
    Finished,
    Message,
    Recognising,
    encode,
)
from persistence.documents.parsing.sniff import sniff

_MAY_RECOGNISE = media_types.IMAGES | {media_types.PDF}


def main() -> None:
    """Reads the file that the request names."""
    events = os.dup(sys.stdout.fileno())
    # What a library prints must not end up between events.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    request = json.load(sys.stdin.buffer)
    walls.die_with_parent(request["parent"])
    walls.limit_resources(**request["resources"])
    with os.fdopen(events, "wb", buffering=0) as out:
        run(request, lambda message: _write(out.fileno(), encode(message)))


def run(request: dict[str, Any], say: Callable[[Message], None]) -> None:
    """Says every event of a reading, and at its end how it ended."""
    try:
        for event in _events(request, say):
            say(event)
        failure: ParseError | None = None
    except ParseError as error:
        failure = error
    except MemoryError:
        failure = ParseError(FailureReason.TOO_LARGE, "memory")
    except BrokenPipeError:
        return
    except Exception as error:  # noqa: BLE001 - Parsers raise anything on bad input.
        failure = ParseError(FailureReason.DAMAGED, type(error).__name__)
    gc.collect()
    say(Finished(failure.reason, failure.detail) if failure else Finished())


def _events(request: dict[str, Any], say: Callable[[Message], None]) -> Iterator[Event]:
    path, name = Path(request["path"]), request["name"]
    options = ReadOptions(
        ocr_languages=tuple(request["options"]["ocr_languages"]),
        page_characters=request["options"]["page_characters"],
    )
    engine = ocr.engine() if options.ocr_languages else None
    walls.cut_off(file=path, programs=[engine] if engine else [])
    media_type = sniff(path, name)
    if engine is None or media_type not in _MAY_RECOGNISE:
        walls.forbid_processes()
    reader = reader_for(media_type)
    if media_type in media_types.ZIPPED:
        check_zip(path)
    source = Source(path, name, media_type, options, lambda: say(Recognising()))
    for event in _with_text(reader.read(source)):
        if isinstance(event, Opened):
            yield replace(event, media_type=media_type)
        else:
            yield event


def _with_text(events: Iterator[Event]) -> Iterator[Event]:
    """Passes events on, refusing junk.

    Raises:
        ParseError: no page had text; the reason is what most pages failed with.
    """
    reasons: Counter[FailureReason] = Counter()
    has_text = False
    for event in events:
        passed = event
        if isinstance(event, Page) and not looks_like_text(event.text):
            reason = FailureReason.UNREADABLE_TEXT
            passed = PageFailed(event.number, reason, event.label)
        if isinstance(passed, PageFailed):
            reasons[passed.reason] += 1
        has_text = has_text or (isinstance(passed, Page) and bool(passed.blocks))
        yield passed
    if not has_text:
        reason = reasons.most_common(1)[0][0] if reasons else FailureReason.EMPTY
        raise ParseError(reason, "no page has text")


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


if __name__ == "__main__":
    main()
