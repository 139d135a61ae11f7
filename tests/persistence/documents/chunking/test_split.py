"""Cutting pages into chunks."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from persistence.documents.chunking.split import BUDGET_TOKENS, Splitter
from persistence.documents.chunking.tokens import count_tokens
from persistence.documents.parsing.domain import Block, BlockKind, Page

HEADER = "Part | Torque | Interval"
SENTENCE = "The pump lifts water into the upper tank every morning. "
LONG = SENTENCE * 16


def heading(text: str, level: int = 1) -> Block:
    """Returns a heading."""
    return Block(BlockKind.HEADING, text, level)


def paragraph(text: str) -> Block:
    """Returns a paragraph."""
    return Block(BlockKind.PARAGRAPH, text.strip())


def table(rows: int) -> Block:
    """Returns a table with its header row."""
    lines = [f"Bolt {row} | {row * 3} Nm | {row} months" for row in range(rows)]
    return Block(BlockKind.TABLE, "\n".join([HEADER, *lines]))


blocks = st.lists(
    st.builds(
        Block,
        st.sampled_from(BlockKind),
        st.text(
            st.sampled_from("ab é中文字\u05d0🙂.\n,| 12"), min_size=1, max_size=900
        ).filter(str.strip),
        st.integers(0, 3),
    ),
    max_size=6,
)


class TestSplit:
    @settings(max_examples=60)
    @given(blocks)
    def test_a_chunk_is_a_span_of_its_page(self, parts):
        """
        Whatever the page: offsets count its code points, spans come in their order
        without overlap, and only white space lies between them.
        """
        page = Page(7, tuple(parts))

        chunks = Splitter().split(page)

        end = 0
        for chunk in chunks:
            assert chunk.text == page.text[chunk.start : chunk.end]
            assert "" == page.text[end : chunk.start].strip()
            end = chunk.end
        assert "" == page.text[end:].strip()
        assert {7} >= {chunk.page for chunk in chunks}

    def test_small_blocks_travel_together(self):
        """
        Short paragraphs below one heading are one chunk, the heading in it.
        """
        page = Page(1, (heading("Start"), paragraph("One."), paragraph("Two.")))

        (chunk,) = Splitter().split(page)

        assert "Start\n\nOne.\n\nTwo." == chunk.text
        assert () == chunk.headings

    def test_a_heading_begins_a_chunk(self):
        """
        What stands below another heading is about something else.
        """
        page = Page(
            1, (heading("A"), paragraph(LONG), heading("B", 2), paragraph(SENTENCE))
        )

        first, second = Splitter().split(page)

        assert first.text.startswith("A\n\n")
        assert second.text.startswith("B\n\n")
        assert ("A",) == second.headings

    def test_a_long_paragraph_is_cut_at_sentences(self):
        """
        Parts are of about the same size, within the budget, and end where a sentence
        does; all know their heading.
        """
        page = Page(1, (heading("Water"), paragraph(SENTENCE * 40)))

        chunks = Splitter().split(page)

        sizes = [count_tokens(chunk.text) for chunk in chunks]
        assert max(sizes) <= BUDGET_TOKENS
        assert min(sizes) > BUDGET_TOKENS // 3
        assert all(chunk.text.endswith(".") for chunk in chunks)
        assert {("Water",)} == {chunk.headings for chunk in chunks[1:]}

    def test_every_part_of_a_table_knows_its_columns(self):
        """
        The header row goes with each part, and no row is cut in two.
        """
        page = Page(1, (table(90),))

        chunks = Splitter().split(page)

        assert len(chunks) > 1
        assert chunks[0].text.startswith(HEADER)
        assert {(HEADER,)} == {chunk.headings for chunk in chunks[1:]}
        assert all(
            line.count("|") == HEADER.count("|")
            for chunk in chunks
            for line in chunk.text.split("\n")
        )

    def test_headings_outlive_their_page(self):
        """
        The second page of a chapter still belongs to it, until another one begins.
        """
        splitter = Splitter()
        splitter.split(Page(1, (heading("One"), heading("Deep", 2), paragraph(LONG))))

        (second,) = splitter.split(Page(2, (paragraph(LONG),)))
        (third,) = splitter.split(Page(3, (heading("Two"), paragraph(LONG))))

        assert ("One", "Deep") == second.headings
        assert () == third.headings

    def test_a_page_without_text_has_no_chunks(self):
        """
        Empty pages are pages all the same, and give nothing to find.
        """
        assert [] == Splitter().split(Page(1, ()))


def test_context_names_title_and_headings():
    """
    Both legs see what a reader of the page would know.
    """
    splitter = Splitter()
    splitter.split(Page(1, (heading("Care"), paragraph(LONG))))

    (chunk,) = splitter.split(Page(2, (paragraph("Oil it."),)))

    assert "Manual > Care\nOil it." == chunk.with_context("Manual")
    assert "Care\nOil it." == chunk.with_context("")
