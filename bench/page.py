"""The first visit to the page: what is loaded, and when one can type.

Method: the whole mesh of `make run` in a scratch folder, headless Chromium with an
empty cache, the median of several first visits. "Interactive" is when the composer has
the focus and takes a key. Sizes are what went over the wire, compressed, by kind; what
is loaded later, on demand, is not in them.

    python -m bench.page [--visits 5]
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from playwright.sync_api import Browser, sync_playwright
from rich.console import Console

from deploy.embedded.testing import Stack

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SETTLE_MS = 1_000
# What is loaded; calls of the API are no part of the page.
FILES = ("document", "script", "stylesheet", "font", "image")


def visit(browser: Browser, url: str) -> tuple[float, Counter[str], set[str]]:
    """Returns milliseconds to interactive, bytes by kind, and the hosts asked."""
    context = browser.new_context()
    page = context.new_page()
    sizes: Counter[str] = Counter()
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on(
        "requestfinished",
        lambda request: sizes.update(
            {request.resource_type: request.sizes()["responseBodySize"]}
        ),
    )
    begun = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator('textarea[aria-label="Message"]:focus').wait_for()
    page.keyboard.type("x")
    page.get_by_role("button", name="Send").and_(page.locator(":enabled")).wait_for()
    took = (time.perf_counter() - begun) * 1000
    page.wait_for_timeout(SETTLE_MS)
    context.close()
    return took, sizes, hosts


def main(
    visits: Annotated[int, typer.Option(help="How many first visits.")] = 5,
    chromium: Annotated[str, typer.Option(help="The browser.")] = "/usr/bin/chromium",
) -> None:
    """Starts the mesh, measures, prints, stops."""
    with (
        tempfile.TemporaryDirectory(prefix="lamla-bench-") as scratch,
        Stack(
            Path(scratch) / "home", environment={"LAMLA_LLM_PROVIDERS": "scripted"}
        ) as stack,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        seen = [visit(browser, stack.url) for _ in range(visits)]
        browser.close()
    times = [took for took, _, _ in seen]
    _, sizes, hosts = seen[-1]
    console = Console()
    console.print(
        f"interactive after {statistics.median(times):.0f} ms"
        f" (from {min(times):.0f} to {max(times):.0f}, {visits} first visits)"
    )
    files = Counter({kind: sizes[kind] for kind in FILES if sizes[kind]})
    total = sum(files.values())
    for kind, size in files.most_common():
        console.print(f"{kind:12} {size / 1024:8.1f} KiB  {size / total:5.0%}")
    console.print(f"{'together':12} {total / 1024:8.1f} KiB")
    foreign = hosts - {urlsplit(stack.url).netloc, ""}
    console.print(f"foreign hosts: {', '.join(sorted(foreign)) or 'none'}")


if __name__ == "__main__":
    typer.run(main)
