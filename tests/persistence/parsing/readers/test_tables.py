"""CSV and TSV: columns, whoever wrote them."""

import pytest

from persistence.documents.parsing.domain import Block, BlockKind
from persistence.documents.parsing.media_types import CSV, TSV
from persistence.documents.parsing.readers.delimited import find_delimiter
from tests.persistence.parsing.readers import samples


class TestDelimited:
    @pytest.mark.parametrize(
        ("text", "media_type"),
        [
            ('name,size\n"a, b",1\n', CSV),
            ("name;size\na, b;1\n", CSV),
            ("name\tsize\na, b\t1\n", TSV),
            ("name\tsize\na, b\t1\n", CSV),
            ("name|size\na, b|1\n", CSV),
            ("sep=;\nname;size\na, b;1\n", CSV),
            ("\ufeffname;size\r\na, b;1\r\n", CSV),
            ('"name";"size"\n"a, b";"1"\n', CSV),
        ],
    )
    def test_the_delimiter_is_what_makes_rows_equally_wide(
        self, tmp_path, text, media_type
    ):
        """
        Comma, semicolon, tab or bar; a comma inside a field is none.
        """
        found = samples.blocks(tmp_path, text, media_type)

        assert found == [Block(BlockKind.TABLE, "name | size\na, b | 1")]

    def test_a_quotation_mark_inside_a_field_is_only_a_mark(self, tmp_path):
        """
        `5" disk` must not swallow the rest of the file.
        """
        found = samples.texts(tmp_path, 'what\tsize\n5" disk\t1\n3" disk\t2\n', TSV)

        assert found == ['what | size\n5" disk | 1\n3" disk | 2']

    def test_line_ends_inside_a_field_do_not_break_its_row(self, tmp_path):
        """
        A row is one line.
        """
        found = samples.texts(tmp_path, 'a,b\n"x\ny",2\n', CSV)

        assert found == ["a | b\nx y | 2"]

    def test_decimal_commas_are_no_delimiters(self):
        """
        With semicolons between fields, commas are in numbers.
        """
        assert find_delimiter("a;b\n1,5;2,5\n3,5;4,5\n") == ";"

    def test_every_page_has_the_header(self, tmp_path):
        """
        Also in files of any length.
        """
        text = "id,name\n" + "".join(f"{n},name {n}\n" for n in range(2000))

        found = samples.pages(tmp_path, text, CSV, page=1000)

        assert len(found) > 20
        assert all(page.text.startswith("id | name\n") for page in found)
        assert "1999 | name 1999" in found[-1].text

    def test_cells_without_end_do_not_multiply(self, tmp_path):
        """
        A header of megabytes is not repeated for every row, nor is a page as long.
        """
        text = "h" * 200_000 + ",b\n" + "x,1\n" * 500 + "y" * 200_000 + ",2\n"

        found = samples.pages(tmp_path, text, CSV, page=1000)

        assert max(len(page.text) for page in found) < 5000
        assert sum(len(page.text) for page in found) < 3_000_000
