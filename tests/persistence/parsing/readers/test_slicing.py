"""Pages of texts that have none of their own."""

from itertools import count

from persistence.documents.parsing.domain import Block, BlockKind
from persistence.documents.parsing.media_types import PLAIN
from persistence.documents.parsing.readers.slicing import cut_text, sliced
from tests.persistence.parsing.readers import samples


def paragraph(size: int) -> Block:
    """A paragraph of some length."""
    return Block(BlockKind.PARAGRAPH, "x" * size)


HEADING = Block(BlockKind.HEADING, "Head", 1)


class TestSliced:
    def test_a_heading_begins_a_page_rather_than_ending_one(self):
        """
        What a heading names stands below it.
        """
        flow = [paragraph(50), HEADING, paragraph(60), paragraph(70), HEADING]

        found = list(sliced(flow, 100, count(1)))

        assert [page.blocks for page in found] == [
            (paragraph(50),),
            (HEADING, paragraph(60)),
            (paragraph(70),),
            (HEADING,),
        ]

    def test_flows_share_their_numbers(self):
        """
        Sheets after each other count on.
        """
        numbers = count(1)
        first = list(sliced([paragraph(90)] * 2, 100, numbers, "a"))
        second = list(sliced([paragraph(90)], 100, numbers, "b"))

        assert [(page.number, page.label) for page in first + second] == [
            (1, "a"),
            (2, "a"),
            (3, "b"),
        ]

    def test_a_long_table_is_cut_between_rows_under_its_header(self):
        """
        Every piece says what its columns are.
        """
        rows = "\n".join(f"row {n} | {n}" for n in range(50))
        table = Block(BlockKind.TABLE, f"name | number\n{rows}")

        found = [page.text for page in sliced([table], 100, count(1))]

        assert len(found) > 3
        assert all(text.startswith("name | number\nrow ") for text in found)
        assert sum(text.count("row ") for text in found) == 50

    def test_a_file_of_any_length_has_a_bounded_number_of_pages(self, tmp_path):
        """
        Slices grow with the file.
        """
        text = "A short paragraph of text.\n\n" * 6000

        assert len(samples.pages(tmp_path, text, PLAIN, page=1)) < 9000


class TestCutting:
    def test_text_is_cut_after_a_sentence(self):
        """
        In any script, whose full stops differ.
        """
        assert list(cut_text("One is here. Two is there. Three", 20)) == [
            "One is here.",
            "Two is there. Three",
        ]
        assert list(cut_text("これは一つ目です。これは二つ目です。", 10)) == [
            "これは一つ目です。",
            "これは二つ目です。",
        ]

    def test_a_letter_is_not_cut_from_its_marks(self):
        """
        Where nothing else can be cut, letters can, but not inside.
        """
        found = list(cut_text("a\u0301" * 40, 9))

        assert "".join(found) == "a\u0301" * 40
        assert all(piece.startswith("a") for piece in found)
