"""A child process that does what its request's name says: `python -m ...`.

It stands for a parser that a file took over, or that meets the end of its resources.
"""

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

from persistence.documents.parsing.domain import Block, BlockKind, Opened, Page
from persistence.documents.parsing.sandbox import walls
from persistence.documents.parsing.sandbox.wire import (
    PREFIX,
    Finished,
    Recognising,
    encode,
)

OUT = sys.stdout.fileno()


def say(data: bytes) -> None:
    """Writes it all, waiting while nobody reads."""
    os.write(OUT, data)


def framed(body: object) -> bytes:
    """An event that `encode` would not write."""
    data = json.dumps(body).encode()
    return PREFIX.pack(len(data)) + data


def page(number: int) -> bytes:
    """A page with its number on it."""
    return encode(Page(number, (Block(BlockKind.PARAGRAPH, f"Page {number}"),)))


def pages_without_end() -> None:
    """Speaks as fast as it is heard."""
    say(OPENED)
    for number in range(1, 10**9):
        say(page(number))


def takes_all_memory(request: dict[str, Any]) -> None:
    """Ends well only where it is refused."""
    walls.limit_resources(**request["resources"])
    try:
        bytearray(8 << 30)
    except MemoryError:
        say(encode(Finished()))


def tells_its_surroundings() -> None:
    """What it inherited, as a page."""
    told = json.dumps([sorted(os.environ), os.getsid(0) == os.getpid()])
    told_page = encode(Page(1, (Block(BlockKind.CODE, told),)))
    say(OPENED + told_page + encode(Finished()))


OPENED = encode(Opened())
SAYING = {
    "dies": OPENED + page(1),
    "ends early": OPENED + page(1),
    "noise": b"{}" * 1000,
    "claims a long event": PREFIX.pack(1 << 31),
    "nested": PREFIX.pack(100_000) + b"[" * 100_000,
    "no opening": page(1),
    "out of order": OPENED + page(2),
    "control characters": OPENED
    + framed(["page", 1, [["paragraph", "a\x00b", 0]], "", False]),
    "lone surrogates": OPENED
    + framed(["page", 1, [["paragraph", "a\ud800b", 0]], "", False]),
    "too many pages": encode(Opened(page_count=10**9)),
}
SIGNALS = {
    "dies": signal.SIGSEGV,
    "killed by the system": signal.SIGKILL,
    "out of processor time": signal.SIGXCPU,
}


def main() -> None:
    """Does it."""
    request = json.load(sys.stdin.buffer)
    name = request["name"]
    say(SAYING.get(name, b""))
    if name in SIGNALS:
        os.kill(os.getpid(), SIGNALS[name])
    match name:
        case "silent":
            time.sleep(600)
        case "recognises without end":
            say(OPENED + encode(Recognising()))
            time.sleep(600)
        case "blank pages without end":
            say(OPENED)
            for number in range(1, 15_000):
                say(encode(Page(number, ())))
                time.sleep(0.01)
        case "pages without end":
            pages_without_end()
        case "takes all memory":
            takes_all_memory(request)
        case "has a child":
            subprocess.run(["/bin/sleep", "600"], check=False)
        case "tells its surroundings":
            tells_its_surroundings()


if __name__ == "__main__":
    main()
