"""The text of an answer, and which part of it is to be stored next."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.generations.text import Text

PIECES = st.tuples(st.just("append"), st.text(min_size=1, max_size=5))
CUTS = st.tuples(st.just("cut"), st.integers(0, 20))
STORES = st.tuples(st.just("store"), st.integers(0, 1))


@given(st.lists(st.one_of(PIECES, CUTS, STORES), max_size=40))
def test_the_store_always_gets_the_begin_of_the_text(steps):
    """
    Whatever grows, is cut and is stored in whatever order: applied one after the
    other, the pieces give the begin of the text, and in the end all of it.
    """
    text, expected, stored = Text(), "", ""
    pending: tuple[str, int] | None = None
    for kind, value in [*steps, ("store", 0), ("store", 0), ("store", 0)]:
        match kind, value:
            case "append", str(piece):
                text.append(piece)
                expected += piece
            case "cut", int(length):
                text.cut(length)
                expected = expected[:length]
            case "store", _ if pending is None:
                pending = (text.unstored(), text.stored)
            case "store", _:
                piece, offset = pending
                if piece:
                    stored = stored[:offset] + piece
                text.mark_stored(piece, offset)
                pending = None
    if pending is not None:
        text.mark_stored(*pending)
        stored = stored[: pending[1]] + pending[0] if pending[0] else stored
    if piece := text.unstored():
        stored = stored[: text.stored] + piece

    assert (expected, len(expected)) == (str(text), text.length)
    assert stored.startswith(expected)


def test_is_one_string_after_many_pieces():
    """
    Reading the text twice costs one joining.
    """
    text = Text()
    for piece in "mitochondria":
        text.append(piece)

    assert "mitochondria" == str(text)
    first, second = str(text), str(text)
    assert first is second
