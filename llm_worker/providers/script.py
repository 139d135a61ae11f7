"""What the scripted provider does for a request, read from the model's name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count

from llm_worker.domain import Prompt

BASE = "scripted"
DEFAULT_TOKENS = 40
# What is said to its end.
WHOLE = {"echo", "quote"}

_NAME = re.compile(rf"{BASE}(?:-(?:echo|quote|[urx]|[ndtbsfc]\d{{1,9}}))*")
_PART = re.compile(r"-(echo|quote|[a-z])(\d*)")
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"[^\s.!?][^.!?\n]*[.!?](?=\s|$)")

# One, two, three and four bytes of UTF-8, combining marks, joined emoji, both writing
# directions, Markdown: what breaks where bytes, code points and characters are mixed.
WORDS = (
    *("The", " cell", " makes", " ATP", ";", " énergie", " naïve", " cafe\u0301"),
    *(" Straße", " μ", "=", "√2", " клетка", " מים", " خلية", " 細胞", "は", " 소"),
    *("금", " हिन्दी", " ไทย", " 👩\u200d🔬", " 🧬", " 🇪🇺", " e\u0302\u0323", "²"),
    *(" \U0001d499", " **bold**", " `code`", "\n\n", " \u2013", " “so”", " a\u200db"),
    *(" z\u0336", " ok", ".", " so"),
)


@dataclass(frozen=True, slots=True)
class Script:
    """One request's course.

    Attributes:
        tokens: How many to send, before `max_output_tokens`; None means the whole text.
        delay: Seconds between tokens.
        first_delay: Seconds to the first token.
        burst: Tokens that are sent together.
        seed: Chooses another text for the same prompt.
        fails_after: Breaks off after so many tokens; None means never.
        context: Size of the context window in words; 0 means endless.
        is_unavailable: Fails before anything is sent.
        is_rate_limited: Likewise, as a vendor that limits the rate.
        is_rejected: Likewise, as a vendor that refuses the content.
        echoes: Answers with the prompt.
        quotes: Answers with a sentence of the prompt.
    """

    tokens: int | None = None
    delay: float = 0
    first_delay: float = 0
    burst: int = 1
    seed: int = 0
    fails_after: int | None = None
    context: int = 0
    is_unavailable: bool = False
    is_rate_limited: bool = False
    is_rejected: bool = False
    echoes: bool = False
    quotes: bool = False


def parse(name: str) -> Script | None:
    """Reads a model's name; None when it is not one of a script.

    `scripted` alone sends 40 tokens at once. Parts may follow in any order: `-n200`
    tokens, `-d20` ms between them, `-t200` ms to the first, `-b8` tokens at a time,
    `-s7` seed, `-f50` interrupted after 50 tokens, `-c100` words of context, `-u`
    unavailable, `-r` rate limited, `-x` rejected, `-echo` the prompt as the answer,
    `-quote` the sentence of the last message that is nearest to its last line.
    """
    if not _NAME.fullmatch(name):
        return None
    parts = dict(_PART.findall(name))
    number = {key: int(value) for key, value in parts.items() if value}
    is_whole = not parts.keys().isdisjoint(WHOLE)
    return Script(
        tokens=number.get("n", None if is_whole else DEFAULT_TOKENS),
        delay=number.get("d", 0) / 1000,
        first_delay=number.get("t", 0) / 1000,
        burst=max(1, number.get("b", 1)),
        seed=number.get("s", 0),
        fails_after=number.get("f"),
        context=number.get("c", 0),
        is_unavailable="u" in parts,
        is_rate_limited="r" in parts,
        is_rejected="x" in parts,
        echoes="echo" in parts,
        quotes="quote" in parts,
    )


def words(script: Script, prompt: Prompt) -> tuple[int, Iterator[str]]:
    """Returns the answer's tokens, and how many of the script's came before them.

    They are endless, but for an echo and a quotation. A prefix that the script itself
    has said to this prompt is gone on with, also in the middle of a token; after any
    other one the script begins anew, and says what it says to a prompt with it.
    """
    if prompt.prefix:
        uncut = _words(script, prompt.with_prefix(""))
        said = _take(prompt.prefix, uncut)
        if said is not None:
            return said[0], chain(said[1], uncut)
    return 0, _words(script, prompt)


def transcript(prompt: Prompt) -> str:
    """Writes `prompt` as an echo answers it: `role: text`, a line for each message."""
    return "\n".join(f"{m.role}: {m.text}" for m in prompt.messages)


def word_count(prompt: Prompt) -> int:
    """Counts what the scripted model takes for tokens of a prompt."""
    return sum(len(message.text.split()) for message in prompt.messages)


def _words(script: Script, prompt: Prompt) -> Iterator[str]:
    if script.echoes:
        return iter(re.findall(r"\s*\S+|\s+$", transcript(prompt)))
    if script.quotes:
        return iter(re.findall(r"\s*\S+", _quotation(prompt)))
    return _babble(script.seed, prompt)


def _quotation(prompt: Prompt) -> str:
    text, _, question = prompt.with_prefix("").messages[-1].text.rpartition("\n")
    asked = set(_WORD.findall(question.casefold()))
    sentences: list[str] = _SENTENCE.findall(text) or [question]
    return max(sentences, key=lambda s: len(asked & set(_WORD.findall(s.casefold()))))


def _take(prefix: str, source: Iterator[str]) -> tuple[int, list[str]] | None:
    # How many tokens the prefix is, and the rest of the one that it ends within.
    said = 0
    while prefix:
        word = next(source, "")
        if not word or not (prefix.startswith(word) or word.startswith(prefix)):
            return None
        if len(word) > len(prefix):
            return said, [word[len(prefix) :]]
        prefix = prefix[len(word) :]
        said += 1
    return said, []


def _babble(seed: int, prompt: Prompt) -> Iterator[str]:
    digest = hashlib.sha256(f"{seed}\n{transcript(prompt)}".encode()).digest()
    size = len(WORDS)  # A prime, so that every stride visits all words.
    stride = 1 + digest[1] % (size - 1)
    return (WORDS[n % size] for n in count(digest[0], stride))
