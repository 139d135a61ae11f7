"""Makes a title of what a model wrote when it was asked for one, or refuses it."""

from __future__ import annotations

import re
import unicodedata

MAX_CHARACTERS = 60
# Who writes more than this in one line was not writing a title.
MAX_RAW_CHARACTERS = 120
MIN_LETTERS = 2
# More of them, from a small model, are the answer and not its title.
MAX_SMALL_WORDS = 7
# Shorter words occur in any text.
WORD_CHARACTERS = 4
# In Chinese and Japanese, two characters are what a word is elsewhere.
IDEOGRAMS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{2,}")

# Parts of words and emoji in some scripts; other invisible characters only do harm.
JOINERS = "\u200c\u200d"
QUOTES = "\"'`´“”„‟«»‹›‘’‚‛「」『』《》〈〉"  # noqa: RUF001 - All are meant.
ENDS = " .,;:·–—-_。、，；："  # noqa: RUF001 - Full-width ones are meant.
LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
EMPHASIS = re.compile(r"(\*{1,3}|_{2,3}|~~)(?=\S)(.+?)(?<=\S)\1")
BLOCK = re.compile(r"^\s*(?:#{1,6}|[-*+>•]|\d{1,2}[.)])\s+")
LABEL = re.compile(
    r"^(?:(?:conversation|chat|the)\s+)*"
    r"(?:title|titel|titre|título|titolo|tytuł|заголовок|название|标题|標題|タイトル|제목|عنوان)"
    r"(?:\s+for)?\s*[:：=–—-]\s*",  # noqa: RUF001 - Written like this in some languages.
    re.IGNORECASE,
)
# Begins of refusals, apologies and of talk about the task.
TALK = re.compile(
    r"^(?:i['’]?m\b|i (?:am|can|could|do|don|cannot|will|would|have|apolog)"  # noqa: RUF001 - Typographic.
    r"|sorry\b|as an (?:ai|artificial|assistant|language)|unfortunately\b"
    r"|sure\b|certainly\b|of course\b|okay\b|here(?:['’]s| is| are)\b"  # noqa: RUF001 - Typographic.
    r"|this (?:conversation|title)\b|the (?:user|person|assistant|conversation)\b"
    r"|es tut mir leid|tut mir leid|leider\b|je suis désolé|lo siento)",
    re.IGNORECASE,
)
COMMON = frozenset(
    {"about", "does", "from", "have", "into", "that", "their", "this"}
    | {"what", "when", "which", "with", "your"}
)


def title_of(
    raw: str, *, is_finished: bool, question: str, is_small: bool
) -> str | None:
    """Returns a title of one line, or None when `raw` holds none.

    Args:
        raw: What the model wrote.
        is_finished: Whether it ended by itself.
        question: What it was asked to name.
        is_small: Whether the model is one whose titles are often beside the point.
    """
    lines = [line for line in map(_plain, raw.splitlines()) if line]
    # "Here is a title:", and then the title.
    while len(lines) > 1 and lines[0].endswith((":", "：")):  # noqa: RUF001 - Meant.
        del lines[0]
    if not lines or len(lines[0]) > MAX_RAW_CHARACTERS:
        return None
    line = lines[0]
    if not is_finished and len(lines) == 1:
        if is_small:
            return None  # It was telling something.
        line = line.rpartition(" ")[0] or line
    title = _cut(_bare(line))
    if TALK.match(title) or sum(map(str.isalpha, title)) < MIN_LETTERS:
        return None
    return None if is_small and not _is_about(title, question) else title


def _plain(line: str) -> str:
    """Leaves out Markdown, labels and what cannot be seen."""
    visible = "".join(
        character
        for character in line.replace("\t", " ")
        if character in JOINERS or not unicodedata.category(character).startswith("C")
    )
    text = BLOCK.sub("", LINK.sub(r"\1", " ".join(visible.split())))
    text = EMPHASIS.sub(r"\2", text).replace("`", "").strip()
    return LABEL.sub("", text).strip()


def _bare(line: str) -> str:
    """Leaves out what stands around a title: quotation marks and a full stop."""
    former = ""
    while line != former:
        former = line
        line = LABEL.sub("", line.strip(QUOTES + " ").rstrip(ENDS))
    return EMPHASIS.sub(r"\2", line)


def _cut(line: str) -> str:
    if len(line) <= MAX_CHARACTERS:
        return line
    head, space, _ = line[: MAX_CHARACTERS + 1].rpartition(" ")
    return (head if space else line[:MAX_CHARACTERS]).rstrip(ENDS)


def _is_about(title: str, question: str) -> bool:
    if len(title.split()) > MAX_SMALL_WORDS:
        return False
    text = question.casefold()
    words = {
        word
        for word in re.findall(r"\w+", title.casefold())
        if len(word) >= WORD_CHARACTERS and word not in COMMON
    }
    pairs = {
        run[start : start + 2]
        for run in IDEOGRAMS.findall(title)
        for start in range(len(run) - 1)
    }
    return any(part in text for part in words | pairs)
