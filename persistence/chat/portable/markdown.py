"""A conversation as Markdown: one branch, for people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from persistence.chat.models import Conversation, Role, State
from persistence.chat.portable.footnotes import Footnotes
from persistence.chat.turns.domain import Answer

# https://spec.commonmark.org/0.31.2/#fenced-code-blocks
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$", re.MULTILINE)
_UNTITLED = "Conversation"
_ENDINGS = {
    State.GENERATING: "still being generated",
    State.CANCELLED: "stopped",
    State.INTERRUPTED: "interrupted",
    State.FAILED: "failed",
}


def conversation_to_markdown(row: Conversation, branch: Sequence[Answer]) -> str:
    """Writes the messages of one branch below the conversation's title.

    The evidence of answers stands in footnotes.
    """
    title = " ".join(row.title.split()) or _UNTITLED
    lines = [f"# {title}", f"Begun {_time(row.create_time)} · last used "]
    lines[1] += _time(row.update_time)
    footnotes = Footnotes()
    for answer in branch:
        lines += [f"## {_heading(answer)}", _closed(footnotes.mark(answer))]
    lines += footnotes.lines()
    return "\n\n".join(line for line in lines if line) + "\n"


def branch_of(answers: Sequence[Answer], end_id: UUID | None) -> list[Answer]:
    """Returns the messages from the first to `end_id`, or to the newest one."""
    by_id = {answer.message.id: answer for answer in answers}
    answer = by_id.get(end_id) if end_id else None
    if answer is None and answers:
        answer = answers[-1]
    branch: list[Answer] = []
    while answer is not None:
        branch.append(answer)
        parent_id = answer.message.parent_id
        answer = by_id.get(parent_id) if parent_id else None
    return branch[::-1]


def _heading(answer: Answer) -> str:
    row = answer.message
    if row.role == Role.USER:
        return f"You · {_time(row.create_time)}"
    notes = []
    if row.generation is not None:
        notes = [row.generation.model, _ENDINGS.get(row.generation.state, "")]
    about = ", ".join(filter(None, notes))
    return f"Assistant{f' ({about})' if about else ''} · {_time(row.create_time)}"


def _closed(text: str) -> str:
    """Returns a text whose last code block ends, should the answer have been cut."""
    fence = ""
    for match in _FENCE.finditer(text):
        mark, rest = match.groups()
        if not fence:
            # After backticks, a backtick makes it no fence.
            fence = "" if mark[0] == "`" and "`" in rest else mark
        elif mark.startswith(fence) and not rest.strip():
            fence = ""
    if not fence:
        return text.strip("\n")
    return f"{text.strip(chr(10))}\n{fence}"


def _time(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
