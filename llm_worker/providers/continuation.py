"""Ways to have a chat server go on with an answer that was begun.

There is no common one: OpenAI's own models always begin a new message. So a server that
is known to go on is asked as it wants to be, and any other one in words.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

from llm_worker.domain import Prompt, Role
from llm_worker.providers.repetition import Repetition

INSTRUCTION = (
    "Your last message was cut off. Go on with it exactly where it stops: no "
    "introduction, no comment, no summary, nothing said twice. Begin your message by "
    "repeating these last words of it, character by character, then go on:\n\n{end}"
)
# Long enough to be found again, short enough to be repeated without a mistake.
END_WORDS = 6
END_CHARACTERS = 80
# Other repetitions are looked for in so much of the end; shorter ones may be chance.
SEARCHED_CHARACTERS = 4_000
LEAST_CHARACTERS = 16


class Way(Enum):
    """How a server is asked to go on."""

    # vLLM, SGLang, llama.cpp, and Ollama, which does so anyway.
    FINAL_MESSAGE = "continue_final_message"
    # Mistral, which repeats the text, and DeepSeek's beta, which does not.
    PREFIX = "prefix"
    INSTRUCTION = "instruction"


FLAGS = {"continue_final_message": True, "add_generation_prompt": False}
# What servers that run models call themselves in `owned_by` of the models they list.
WAY_BY_OWNER = dict.fromkeys(
    ("vllm", "sglang", "llamacpp", "library"), Way.FINAL_MESSAGE
)
# Vendors, by a part of the URL that `LAMLA_LLM_BASE_URL` has for them.
WAY_BY_URL = {
    "://api.mistral.ai/": Way.PREFIX,
    "://api.deepseek.com/beta": Way.PREFIX,
}


def way_of(base_url: str, owner: str) -> Way:
    """Returns how the server at `base_url` goes on; `owner` is empty if not known."""
    for part, way in WAY_BY_URL.items():
        if part in f"{base_url}/":
            return way
    return WAY_BY_OWNER.get(owner, Way.INSTRUCTION)


def request(prompt: Prompt, way: Way) -> dict[str, Any]:
    """Returns the part of a request that says to go on with the prompt's prefix."""
    messages: list[dict[str, Any]] = [
        {"role": m.role, "content": m.text} for m in prompt.messages
    ]
    if not prompt.prefix:
        return {"messages": messages}
    match way:
        case Way.FINAL_MESSAGE:
            return {"messages": messages, "extra_body": FLAGS}
        case Way.PREFIX:
            messages[-1]["prefix"] = True
        case Way.INSTRUCTION:
            text = INSTRUCTION.format(end=_end(prompt.prefix))
            messages.append({"role": Role.USER, "content": text})
    return {"messages": messages}


def repetition(prefix: str, way: Way) -> Repetition:
    """Returns what an answer that goes on with `prefix` may begin with."""
    text = prefix.strip()
    ends = [text]
    if way == Way.FINAL_MESSAGE:
        ends = []
    if way == Way.INSTRUCTION:
        begin = max(0, len(text) - SEARCHED_CHARACTERS)
        words = re.compile(r"(?<=\s)\S").finditer(text, begin)
        ends += [text[word.start() :] for word in words]
        ends = [end for end in ends if len(end) >= LEAST_CHARACTERS or end == text]
        ends.append(_end(text))
    return Repetition(ends, prefix[len(prefix.rstrip()) :])


def _end(prefix: str) -> str:
    # The last words as they stand there; the first of them may be cut off by the bound.
    text = prefix.strip()
    end = text[-END_CHARACTERS:]
    starts = [match.end() for match in re.finditer(r"\s+", end)]
    if end == text:
        starts.insert(0, 0)
    return end[starts[-END_WORDS:][0] :] if starts else end
