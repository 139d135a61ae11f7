"""Workbooks: cells as they are shown, columns under their header."""

import pytest

from persistence.documents.parsing.domain import Block, BlockKind
from persistence.documents.parsing.media_types import XLSX
from persistence.documents.parsing.readers.number_formats import shown
from tests.persistence.parsing.readers import samples

S = (
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
STYLES = f"""<styleSheet {S}>
<numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>
<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="9"/></cellXfs>
</styleSheet>"""


def workbook(*sheets: str, strings: str = "", **parts: str) -> bytes:
    """A workbook whose sheets are called S1, S2 and so on; the last one is hidden."""
    targets = [
        ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)
    ]
    listed = "".join(
        f'<sheet name="S{n}" r:id="r{n}" state="{"visible" if n < 2 else "hidden"}"/>'
        for n in range(1, len(sheets) + 1)
    )
    return samples.zipped(
        {
            "_rels/.rels": samples.related(("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f"<workbook {S}><sheets>{listed}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": samples.related(
                *targets, ("sharedStrings", "strings.xml"), ("styles", "styles.xml")
            ),
            "xl/strings.xml": f"<sst {S}>{strings}</sst>",
            "xl/styles.xml": STYLES,
            **{
                f"xl/worksheets/sheet{n}.xml": f"<worksheet {S}><sheetData>{rows}"
                "</sheetData></worksheet>"
                for n, rows in enumerate(sheets, start=1)
            },
            **parts,
        }
    )


def text(place: str, value: str) -> str:
    """A cell with a text of its own."""
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


class TestXlsx:
    def test_cells_stand_in_their_columns_as_they_are_shown(self, tmp_path):
        """
        Dates and percentages by their format, strings without their readings, and an
        empty cell keeps the place of the next one.
        """
        strings = (
            "<si><t>na</t></si><si><r><t>to</t></r><r><t>tal</t></r>"
            "<rPh><t>x</t></rPh></si>"
        )
        data = workbook(
            '<row><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>'
            '<row><c r="A2" s="1"><v>45292</v></c><c r="B2" t="b"><v>1</v></c>'
            '<c r="C2" s="2"><v>0.125</v></c></row>',
            strings=strings,
        )

        found = samples.texts(tmp_path, data, XLSX)

        assert found == ["na |  | total\n2024-01-01 | TRUE | 13%"]

    def test_every_slice_of_a_long_sheet_has_the_header(self, tmp_path):
        """
        Row 900 still says what its columns are.
        """
        rows = "".join(
            f'<row>{text(f"A{n}", f"item {n}")}<c r="B{n}"><v>{n}</v></c></row>'
            for n in range(2, 300)
        )
        data = workbook(f"<row>{text('A1', 'Name')}{text('B1', 'Count')}</row>{rows}")

        found = samples.pages(tmp_path, data, XLSX, page=500)

        assert len(found) > 5
        assert all(page.text.startswith("Name | Count\nitem ") for page in found)
        assert "item 299 | 299" in found[-1].text
        assert {page.label for page in found} == {"S1"}
        assert [page.number for page in found] == list(range(1, len(found) + 1))

    def test_what_stands_above_the_header_is_not_the_header(self, tmp_path):
        """
        A title over a table is a paragraph; empty columns at the left are not kept.
        """
        data = workbook(
            f"<row>{text('B1', 'Report')}</row>"
            f"<row>{text('B3', 'a')}{text('C3', 'b')}</row>"
            f"<row>{text('B4', '1')}{text('C4', '2')}</row>"
        )

        found = samples.blocks(tmp_path, data, XLSX)

        assert found == [
            Block(BlockKind.PARAGRAPH, "Report"),
            Block(BlockKind.TABLE, "a | b\n1 | 2"),
        ]

    def test_hidden_sheets_and_comments_are_read(self, tmp_path):
        """
        What a sheet hides is still text of its file.
        """
        data = workbook(
            f"<row>{text('A1', 'shown')}</row>",
            f"<row>{text('A1', 'hidden')}</row>",
            **{
                "xl/worksheets/_rels/sheet1.xml.rels": samples.related(
                    ("comments", "../comments1.xml")
                ),
                "xl/comments1.xml": f'<comments {S}><commentList><comment ref="A1">'
                "<text><t>check this</t></text></comment></commentList></comments>",
            },
        )

        found = samples.pages(tmp_path, data, XLSX)

        assert [(page.label, page.text) for page in found] == [
            ("S1", "shown\n\nA1: check this"),
            ("S2", "hidden"),
        ]

    @pytest.mark.parametrize(
        ("value", "number", "code", "expected"),
        [
            ("0.1", 0, "", "0.1"),
            ("3", 0, "General", "3"),
            ("45292.5", 22, "", "2024-01-01 12:00:00"),
            ("0.5", 20, "", "12:00:00"),
            ("1.25", 164, "[h]:mm", "30:00:00"),
            ("59", 14, "", "1900-02-28"),
            ("0.005", 9, "", "1%"),
            ("1234.5", 164, '#,##0.00 "days"', "1234.5"),
            ("5", 164, "[Red]0.0", "5"),
            ("-1", 14, "", "-1"),
        ],
    )
    def test_numbers_are_shown_by_their_format(self, value, number, code, expected):
        """
        A date is only what its format calls one; letters in quotes are no format.
        """
        assert shown(value, number, code, since_1904=False) == expected

    def test_other_workbooks_count_from_1904(self):
        """
        Those of old Macintoshes begin four years later.
        """
        assert shown("1", 14, "", since_1904=True) == "1904-01-02"
