"""Presentations: slides in their order, titles first, notes last."""

from persistence.documents.parsing.domain import Block, BlockKind
from persistence.documents.parsing.media_types import PPTX
from tests.persistence.parsing.readers import samples

P = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


def shape(text: str, placeholder: str = "") -> str:
    """A shape with a paragraph."""
    return (
        f"<p:sp><p:nvSpPr><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr>"
        f"<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def slide(shapes: str) -> str:
    """A slide with some shapes."""
    return f"<p:sld {P}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"


def presentation(*slides: str, **parts: str) -> bytes:
    """A presentation; its list of slides names them backwards."""
    listed = "".join(f'<p:sldId r:id="r{n}"/>' for n in range(len(slides), 0, -1))
    targets = [("slide", f"slides/slide{n}.xml") for n in range(1, len(slides) + 1)]
    return samples.zipped(
        {
            "_rels/.rels": samples.related(("officeDocument", "ppt/presentation.xml")),
            "ppt/presentation.xml": f"<p:presentation {P}><p:sldIdLst>{listed}"
            "</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": samples.related(*targets),
            **{f"ppt/slides/slide{n}.xml": text for n, text in enumerate(slides, 1)},
            **parts,
        }
    )


class TestPptx:
    def test_slides_come_in_the_order_in_which_they_are_shown(self, tmp_path):
        """
        The list of slides decides, not the names of their files; titles are labels.
        """
        title = '<p:ph type="title"/>'
        data = presentation(
            slide(shape("one")), slide(shape("body") + shape("Two", title))
        )

        found = samples.pages(tmp_path, data, PPTX)

        assert [(page.number, page.label, page.text) for page in found] == [
            (1, "Two", "Two\n\nbody"),
            (2, "", "one"),
        ]

    def test_groups_tables_and_notes_are_read_and_numbers_of_slides_not(self, tmp_path):
        """
        Text in groups and cells counts; what stands on every slide does not.
        """
        cells = "".join(
            f"<a:tr><a:tc><a:txBody><a:p><a:r><a:t>{a}</a:t></a:r></a:p></a:txBody></a:tc>"
            f"<a:tc><a:txBody><a:p><a:r><a:t>{b}</a:t></a:r></a:p></a:txBody></a:tc></a:tr>"
            for a, b in (("h1", "h2"), ("1", "2"))
        )
        shapes = (
            f"<p:grpSp>{shape('grouped')}</p:grpSp>"
            f"<p:graphicFrame><a:graphic><a:tbl>{cells}</a:tbl></a:graphic></p:graphicFrame>"
            + shape("3", '<p:ph type="sldNum"/>')
            + shape("point", '<p:ph type="body"/>')
        )
        data = presentation(
            slide(shapes),
            **{
                "ppt/slides/_rels/slide1.xml.rels": samples.related(
                    ("notesSlide", "../notes1.xml")
                ),
                "ppt/notes1.xml": f"<p:notes {P}><p:cSld><p:spTree>{shape('say this')}"
                "</p:spTree></p:cSld></p:notes>",
            },
        )

        found = samples.blocks(tmp_path, data, PPTX)

        assert found == [
            Block(BlockKind.PARAGRAPH, "grouped"),
            Block(BlockKind.TABLE, "h1 | h2\n1 | 2"),
            Block(BlockKind.LIST_ITEM, "point"),
            Block(BlockKind.PARAGRAPH, "say this"),
        ]
