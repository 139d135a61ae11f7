"""OpenDocument: text, sheets and slides."""

import pytest

from persistence.documents.parsing import media_types as of
from persistence.documents.parsing.domain import (
    Block,
    BlockKind,
    FailureReason,
    ParseError,
)
from tests.persistence.parsing.readers import samples

URN = "urn:oasis:names:tc:opendocument:xmlns"
NAMES = " ".join(
    f'xmlns:{prefix}="{URN}:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("presentation", "presentation"),
        ("manifest", "manifest"),
    )
)


def content(body: str) -> str:
    """The content part."""
    return (
        f"<office:document-content {NAMES}><office:body>{body}</office:body>"
        "</office:document-content>"
    )


def archive(body: str, **parts: str) -> bytes:
    """A document with a body."""
    return samples.zipped({"content.xml": content(body), **parts})


class TestText:
    def test_blocks_have_their_kinds(self, tmp_path):
        """
        Headings with level, items, notes after their paragraph; counted blanks are
        blanks, and what was deleted with changes tracked is not there.
        """
        body = (
            "<office:text><text:tracked-changes><text:p>gone</text:p>"
            '</text:tracked-changes><text:h text:outline-level="2">Head</text:h>'
            '<text:p>a<text:s text:c="3"/>b<text:note><text:note-citation>1'
            "</text:note-citation><text:note-body><text:p>noted</text:p>"
            "</text:note-body></text:note> c</text:p>"
            "<text:list><text:list-item><text:p>item</text:p></text:list-item>"
            "</text:list></office:text>"
        )

        found = samples.blocks(tmp_path, archive(body), of.ODT)

        assert found == [
            Block(BlockKind.HEADING, "Head", 2),
            Block(BlockKind.PARAGRAPH, "a b c"),
            Block(BlockKind.PARAGRAPH, "noted"),
            Block(BlockKind.LIST_ITEM, "item"),
        ]

    def test_headers_come_once(self, tmp_path):
        """
        A header is the same on every page and every style of page.
        """
        header = "<style:header><text:p>Company</text:p></style:header>"
        styles = (
            f'<office:document-styles {NAMES} xmlns:style="{URN}:style:1.0">'
            f"{header}{header}</office:document-styles>"
        )
        data = archive(
            "<office:text><text:p>x</text:p></office:text>", **{"styles.xml": styles}
        )

        assert samples.texts(tmp_path, data, of.ODT) == ["Company", "x"]

    def test_a_flat_document_is_one_file_of_xml(self, tmp_path):
        """
        The same body without an archive around it.
        """
        data = (
            f"<office:document {NAMES}><office:body><office:text><text:p>flat</text:p>"
            "</office:text></office:body></office:document>"
        )

        assert samples.texts(tmp_path, data, of.FLAT_ODF) == ["flat"]

    def test_an_encrypted_document_says_so(self, tmp_path):
        """
        Its manifest names how its parts are encrypted.
        """
        manifest = (
            f"<manifest:manifest {NAMES}><manifest:file-entry>"
            "<manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
        )
        data = archive("", **{"META-INF/manifest.xml": manifest})

        with pytest.raises(ParseError) as failure:
            samples.read(tmp_path, data, of.ODT)

        assert failure.value.reason is FailureReason.ENCRYPTED


class TestSheets:
    def test_repeated_cells_keep_the_columns(self, tmp_path):
        """
        Empty cells are written once with a number of times, down to the last row of
        the sheet.
        """
        body = (
            '<office:spreadsheet><table:table table:name="Sales"><table:table-row>'
            "<table:table-cell><text:p>a</text:p></table:table-cell>"
            '<table:table-cell table:number-columns-repeated="2"/>'
            "<table:table-cell><text:p>d</text:p></table:table-cell>"
            '<table:table-cell table:number-columns-repeated="16000"/>'
            "</table:table-row>"
            '<table:table-row table:number-rows-repeated="2"><table:table-cell'
            ' office:value="4"/></table:table-row>'
            '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/>'
            "</table:table-row></table:table></office:spreadsheet>"
        )

        found = samples.pages(tmp_path, archive(body), of.ODS)

        assert [(page.label, page.text) for page in found] == [
            ("Sales", "a |  |  | d\n4\n4")
        ]


class TestSlides:
    def test_each_slide_is_a_page(self, tmp_path):
        """
        Its title is its label, its notes are at its end.
        """
        body = (
            '<office:presentation><draw:page draw:name="page1"><draw:frame'
            ' presentation:class="title"><draw:text-box><text:p>Hello</text:p>'
            "</draw:text-box></draw:frame><draw:frame><draw:text-box><text:p>body"
            "</text:p></draw:text-box></draw:frame><presentation:notes><draw:frame>"
            "<draw:text-box><text:p>say</text:p></draw:text-box></draw:frame>"
            '</presentation:notes></draw:page><draw:page draw:name="End"/>'
            "</office:presentation>"
        )

        found = samples.pages(tmp_path, archive(body), of.ODP)

        assert [(page.label, page.text) for page in found] == [
            ("Hello", "Hello\n\nbody\n\nsay"),
            ("End", ""),
        ]
