"""Control tokens: finding them in a model's file, and breaking them up in a prompt."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llm_worker.domain import Piece
from llm_worker.providers.control_tokens import BREAK, ControlTokens
from llm_worker.providers.gguf import CONTROL, NORMAL, GGUFError, vocabulary
from llm_worker.providers.local_models import BUILT_IN, find
from llm_worker.providers.rendition import Rendition
from tests.llm_worker.prompts import prompt

TEXTS = ("<|a|>", "<|a|>>", "<s>", "ss", "[INST]")
TOKENS = ControlTokens(TEXTS)


def field(key, kind, value):
    """Writes one key of a GGUF file."""
    return struct.pack("<Q", len(key)) + key.encode() + struct.pack("<I", kind) + value


def array(kind, count, values):
    """Writes an array."""
    return struct.pack("<IQ", kind, count) + values


def text(value):
    """Writes a string."""
    return struct.pack("<Q", len(value)) + value


def gguf(*fields):
    """Writes the head of a GGUF file."""
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(fields)) + b"".join(fields)


WORDS = array(8, 3, text(b"a") + text(b"<s>") + text(b"<|b|>"))
KINDS = array(5, 3, struct.pack("<3i", NORMAL, CONTROL, NORMAL))


def test_the_built_in_models_vocabulary_is_read():
    """
    All of its 49,152 tokens, of which 17 are control tokens.
    """
    tokens = vocabulary(find(None)[BUILT_IN])

    assert 49_152 == len(tokens)
    assert [b"<|endoftext|>", b"<|im_start|>", b"<|im_end|>"] == [
        said for said, kind in tokens if kind == CONTROL
    ][:3]
    assert 17 == sum(kind == CONTROL for _, kind in tokens)


def test_keys_of_every_type_are_passed_over(tmp_path):
    """
    The vocabulary is found behind numbers, texts and arrays of either, also nested.
    """
    path = tmp_path / "model.gguf"
    path.write_bytes(
        gguf(
            field("a", 4, struct.pack("<I", 1)),
            field("b", 8, text(b"llama")),
            field("c", 9, array(6, 2, struct.pack("<2f", 1, 2))),
            field("d", 9, array(9, 1, array(8, 1, text(b"x")))),
            field("tokenizer.ggml.token_type", 9, KINDS),
            field("tokenizer.ggml.tokens", 9, WORDS),
        )
    )

    assert [(b"a", NORMAL), (b"<s>", CONTROL), (b"<|b|>", NORMAL)] == vocabulary(path)
    broken = ControlTokens.of(path).break_up(prompt("a <s> <|b|>")).messages[-1].text
    assert f"a <{BREAK}s> <{BREAK}|b|>" == broken


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GGML",
        b"GGUF",
        b"GGUF" * 100,
        gguf(field("a", 4, struct.pack("<I", 1))),
        gguf(field("tokenizer.ggml.tokens", 9, WORDS))[:-2],
        gguf(
            field("tokenizer.ggml.tokens", 9, WORDS),
            field("tokenizer.ggml.token_type", 9, array(5, 1, b"\1\0\0\0")),
        ),
    ],
)
def test_what_has_no_vocabulary_is_an_error(tmp_path, content):
    """
    Whatever stands in the file.
    """
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(GGUFError):
        vocabulary(path)


@given(pieces=st.lists(st.sampled_from([*TEXTS, *"<|a>s []ITNx", "\n"]), max_size=12))
def test_none_is_left(pieces):
    """
    Wherever they stand, also within one another; nothing else changes.
    """
    said = "".join(pieces)
    safe = TOKENS.break_up(prompt(said)).messages[-1].text

    assert not any(one in safe for one in TEXTS)
    assert said == safe.replace(BREAK, "")
    assert (safe == said) == (not any(one in said for one in TEXTS))


def test_a_prompt_without_any_stays_as_it_is():
    """
    Which is nearly every one.
    """
    asked = prompt("2 < 3 | <p> </s")

    assert asked is TOKENS.break_up(asked)
    assert asked is ControlTokens([]).break_up(asked)


def test_what_was_broken_up_is_put_together_again():
    """
    In the answer, unless the person uses such characters.
    """
    quoted = Piece(f"<{BREAK}s>", 2)
    asked = prompt("what is <s>?")
    own = prompt(f"what is <s> and {BREAK}?")

    assert Piece("<s>", 2) == Rendition(asked, TOKENS).restore(quoted)
    assert quoted == Rendition(own, TOKENS).restore(quoted)
    assert quoted == Rendition(prompt(), TOKENS).restore(quoted)


def test_what_is_left_of_nothing_is_counted_later():
    """
    The tokens of a piece that is not passed on belong to the next one.
    """
    rendition = Rendition(prompt("<s>", prefix="so  "), TOKENS)

    assert "so" == rendition.prompt.prefix
    assert rendition.restore(Piece(BREAK, 1)) is None
    assert rendition.restore(Piece(" ", 1)) is None
    assert Piece(" x", 3) == rendition.restore(Piece("  x", 1))
    assert Piece(" y", 1) == rendition.restore(Piece(" y", 1))
