"""Word documents: everything that is in them, once, in order."""

import pytest

from persistence.documents.parsing.domain import (
    Block,
    BlockKind,
    FailureReason,
    ParseError,
)
from persistence.documents.parsing.media_types import DOCX
from tests.persistence.parsing.readers import samples

W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
)
STYLES = f"""<w:styles {W}>
<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="de-DE"/></w:rPr></w:rPrDefault>
</w:docDefaults>
<w:style w:styleId="H"><w:name w:val="heading 2"/></w:style>
<w:style w:styleId="Own"><w:name w:val="Mine"/><w:basedOn w:val="H"/></w:style>
</w:styles>"""
NUMBERING = f"""<w:numbering {W}>
<w:abstractNum w:abstractNumId="7">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>
<w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/>
<w:lvlText w:val="%1.%2)"/></w:lvl>
</w:abstractNum>
<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num></w:numbering>"""


def document(body: str, *related: tuple[str, str], **parts: str | bytes) -> bytes:
    """A document with a body, and other parts beside it."""
    return samples.zipped(
        {
            "_rels/.rels": samples.related(("officeDocument", "word/document.xml")),
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body>"
            "</w:document>",
            "word/_rels/document.xml.rels": samples.related(
                ("styles", "styles.xml"), ("numbering", "numbering.xml"), *related
            ),
            "word/styles.xml": STYLES,
            "word/numbering.xml": NUMBERING,
            **{f"word/{name}": data for name, data in parts.items()},
        }
    )


def p(text: str, properties: str = "") -> str:
    """A paragraph."""
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def item(text: str, level: int) -> str:
    """An item of the numbered list."""
    numbered = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="3"/></w:numPr>'
    return p(text, numbered)


class TestDocx:
    def test_headings_have_their_level_and_lists_their_numbers(self, tmp_path):
        """
        A heading's level comes through the styles its style is based on; items are
        numbered as Word shows them, deeper levels anew below each item.
        """
        data = document(
            p("Title", '<w:pStyle w:val="Own"/>')
            + item("one", 0)
            + item("sub", 1)
            + item("two", 0)
            + item("sub", 1)
        )

        found = samples.blocks(tmp_path, data, DOCX)

        assert found == [
            Block(BlockKind.HEADING, "Title", 2),
            Block(BlockKind.LIST_ITEM, "1. one"),
            Block(BlockKind.LIST_ITEM, "1.a) sub"),
            Block(BlockKind.LIST_ITEM, "2. two"),
            Block(BlockKind.LIST_ITEM, "2.a) sub"),
        ]

    def test_a_table_keeps_its_columns(self, tmp_path):
        """
        Each row is a line; a cell that spans rows is repeated, one that spans columns
        is followed by empty ones.
        """
        merged = '<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>'
        again = "<w:tcPr><w:vMerge/></w:tcPr>"
        wide = '<w:tcPr><w:gridSpan w:val="2"/></w:tcPr>'
        data = document(
            "<w:tbl>"
            f"<w:tr><w:tc>{p('A')}</w:tc><w:tc>{p('B')}</w:tc><w:tc>{p('C')}</w:tc></w:tr>"
            f"<w:tr><w:tc>{merged}{p('x')}</w:tc><w:tc>{p('1')}{p('one')}</w:tc>"
            f"<w:tc>{p('2')}</w:tc></w:tr>"
            f"<w:tr><w:tc>{again}{p('')}</w:tc><w:tc>{wide}{p('3')}</w:tc></w:tr>"
            "</w:tbl>"
        )

        found = samples.blocks(tmp_path, data, DOCX)

        assert found == [Block(BlockKind.TABLE, "A | B | C\nx | 1 one | 2\nx | 3")]

    def test_a_table_that_only_places_text_is_a_flow(self, tmp_path):
        """
        A table inside a table makes the outer one a layout: nothing is lost in a line.
        """
        inner = (
            f"<w:tbl><w:tr><w:tc>{p('a')}</w:tc><w:tc>{p('b')}</w:tc></w:tr>"
            f"<w:tr><w:tc>{p('1')}</w:tc><w:tc>{p('2')}</w:tc></w:tr></w:tbl>"
        )
        data = document(
            f"<w:tbl><w:tr><w:tc>{p('left')}</w:tc><w:tc>{inner}</w:tc></w:tr></w:tbl>"
        )

        assert samples.texts(tmp_path, data, DOCX) == ["left", "a | b\n1 | 2"]

    def test_deletions_are_left_out_and_insertions_kept(self, tmp_path):
        """
        With changes tracked, the text is what accepting them would give; fields show
        their results.
        """
        data = document(
            "<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
            '<w:r><w:fldChar w:fldCharType="begin"/><w:instrText>PAGE</w:instrText>'
            '<w:fldChar w:fldCharType="separate"/><w:t> 7</w:t></w:r></w:p>'
        )

        assert samples.texts(tmp_path, data, DOCX) == ["new 7"]

    def test_what_hangs_on_a_paragraph_follows_it(self, tmp_path):
        """
        Notes and text boxes stand after their paragraph, headers first, comments
        last; a box that is written twice for old programs is read once.
        """
        box = f"<w:txbxContent>{p('boxed')}</w:txbxContent>"
        data = document(
            "<w:p><w:r><w:t>before</w:t></w:r>"
            '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t> after</w:t></w:r>'
            f"<mc:AlternateContent><mc:Choice><w:pict>{box}</w:pict></mc:Choice>"
            f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
            "</w:p>",
            ("footnotes", "footnotes.xml"),
            ("header", "header1.xml"),
            ("comments", "comments.xml"),
            **{
                "footnotes.xml": f'<w:footnotes {W}><w:footnote w:id="2">'
                f"{p('noted')}</w:footnote></w:footnotes>",
                "header1.xml": f"<w:hdr {W}>{p('above')}</w:hdr>",
                "comments.xml": f'<w:comments {W}><w:comment w:author="Ada">'
                f"{p('why?')}</w:comment></w:comments>",
            },
        )

        found = samples.texts(tmp_path, data, DOCX)

        assert found == ["above", "before after", "noted", "boxed", "Ada: why?"]

    def test_diagrams_charts_and_imported_parts_are_read(self, tmp_path):
        """
        SmartArt, charts and altChunk are parts of their own, and text all the same.
        """
        data = document(
            '<w:p><w:r><w:drawing><dgm:relIds r:dm="r3"/></w:drawing></w:r></w:p>'
            '<w:p><w:r><w:drawing><c:chart r:id="r4"/></w:drawing></w:r></w:p>'
            '<w:altChunk r:id="r5"/>',
            ("diagramData", "data1.xml"),
            ("chart", "chart1.xml"),
            ("aFChunk", "part.html"),
            **{
                "data1.xml": f"<dgm:dataModel {W}><dgm:ptLst><dgm:pt><dgm:t><a:p><a:r>"
                "<a:t>Plan</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst>"
                "</dgm:dataModel>",
                "chart1.xml": f"<c:chartSpace {W}><c:ser><c:tx><c:v>Sales</c:v></c:tx>"
                '<c:cat><c:pt idx="0"><c:v>May</c:v></c:pt></c:cat>'
                '<c:val><c:pt idx="0"><c:v>4</c:v></c:pt></c:val></c:ser>'
                "</c:chartSpace>",
                "part.html": "<html><body><p>From a page</p></body></html>",
            },
        )

        found = samples.texts(tmp_path, data, DOCX)

        assert found == ["Plan", " | Sales\nMay | 4", "From a page"]

    def test_the_language_is_that_of_its_styles(self, tmp_path):
        """
        What Word takes as the default language is the document's.
        """
        assert samples.opened(tmp_path, document(p("x")), DOCX).language == "de-DE"

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 wrapped", FailureReason.ENCRYPTED),
            (document(p("x"))[:300], FailureReason.DAMAGED),
            (samples.zipped({"other": "x"}), FailureReason.DAMAGED),
        ],
    )
    def test_what_cannot_be_opened_says_why(self, tmp_path, data, reason):
        """
        An encrypted file is not called damaged, and the other way round.
        """
        with pytest.raises(ParseError) as failure:
            samples.read(tmp_path, data, DOCX)

        assert failure.value.reason is reason

    def test_entities_are_refused(self, tmp_path):
        """
        No part of an office document declares entities; bombs do.
        """
        data = samples.zipped(
            {
                "_rels/.rels": samples.related(("officeDocument", "word/document.xml")),
                "word/document.xml": '<!DOCTYPE d [<!ENTITY a "b">]>'
                f"<w:document {W}><w:body>{p('&a;')}</w:body></w:document>",
            }
        )

        with pytest.raises(ParseError) as failure:
            samples.read(tmp_path, data, DOCX)

        assert failure.value.reason is FailureReason.DAMAGED
