"""Web pages: what a visitor sees."""

import pytest

from persistence.documents.parsing.domain import Block, BlockKind
from persistence.documents.parsing.media_types import HTML
from persistence.documents.parsing.readers.html_blocks import HtmlDocument, html_blocks
from tests.persistence.parsing.readers import samples


class TestBlocks:
    def test_what_is_not_shown_is_left_out(self):
        """
        Scripts, styles and navigation go; alternative texts stay, and readings above
        ideographs do not cut words in two.
        """
        found = html_blocks(
            "<head><style>a{}</style></head><nav>Home</nav><script>x<b>y</script>"
            '<p>See <img src=a.png alt="a map"> of <ruby>東<rt>とう</rt>京</ruby></p>'
        )

        assert found == [Block(BlockKind.PARAGRAPH, "See a map of 東京")]

    def test_a_page_of_nothing_but_links_keeps_them(self):
        """
        Where navigation is all there is, it is the content.
        """
        assert [block.text for block in html_blocks("<nav>Only this</nav>")] == [
            "Only this"
        ]

    def test_kinds_follow_the_elements(self):
        """
        Headings with level, numbered items, code with its indentation; text beside
        blocks is a paragraph.
        """
        found = html_blocks(
            "<h2>T <i>x</i></h2>loose<ol start=3><li><p>a</p><p>b</p></ol>"
            "<ul><li>c<ul><li>d</ul></ul><pre>\nif x:\n    y\n</pre>"
        )

        assert found == [
            Block(BlockKind.HEADING, "T x", 2),
            Block(BlockKind.PARAGRAPH, "loose"),
            Block(BlockKind.LIST_ITEM, "3. a"),
            Block(BlockKind.LIST_ITEM, "b"),
            Block(BlockKind.LIST_ITEM, "c"),
            Block(BlockKind.LIST_ITEM, "d"),
            Block(BlockKind.CODE, "if x:\n    y"),
        ]

    def test_cells_that_span_keep_the_columns(self):
        """
        A cell over two rows is said in both; one over two columns is followed by an
        empty one.
        """
        found = html_blocks(
            "<table><tr><th>a<th>b<th>c<tr><td rowspan=2>x<td>1<td>2"
            "<tr><td>3<td>4<tr><td colspan=2>y<td>5</table>"
        )

        assert found == [
            Block(BlockKind.TABLE, "a | b | c\nx | 1 | 2\nx | 3 | 4\ny |  | 5")
        ]

    def test_a_table_of_any_length_repeats_its_header(self):
        """
        Long tables come in pieces, so that they fit in memory.
        """
        rows = "".join(f"<tr><td>{n}<td>v{n}" for n in range(500))
        page = f"<table><tr><th>number<th>value{rows}</table>"

        found = list(HtmlDocument().blocks([page]))

        assert len(found) == 3
        assert all(block.text.startswith("number | value\n") for block in found)
        assert "499 | v499" in found[-1].text

    def test_spans_of_attackers_are_bounded(self):
        """
        Two numbers must not make a table of billions of cells.
        """
        found = html_blocks(
            "<table><tr><td colspan=99999 rowspan=99999>a<td>b<tr><td>c</table>"
        )

        assert sum(len(block.text) for block in found) < 2000


class TestReader:
    @pytest.mark.parametrize(
        "page",
        [
            "<meta charset=windows-1251><p>Привет, мир".encode("cp1251"),
            "<p>Привет, мир, как дела сегодня вечером".encode("cp1251"),
            "<?xml version='1.0' encoding='koi8-r'?><p>Привет, мир</p>".encode(
                "koi8-r"
            ),
            "<meta charset=windows-1251><p>Привет, мир".encode(),
            "\ufeff<p>Привет, мир".encode("utf-16-le"),
        ],
    )
    def test_the_encoding_is_found(self, tmp_path, page):
        """
        By mark, by declaration where it is true, else by its letters.
        """
        assert samples.texts(tmp_path, page, HTML)[0].startswith("Привет, мир")

    def test_xhtml_may_close_elements_at_once(self, tmp_path):
        """
        `<script/>` is complete in XHTML; HTML would swallow the rest of the page.
        """
        page = (
            '<?xml version="1.0"?><html xml:lang="fr"><head><title>T&eacute;</title>'
            '<script src="a.js"/></head><body><p>a&nbsp;b &amp; c</p></body></html>'
        )

        assert samples.texts(tmp_path, page, HTML) == ["Té", "a b & c"]

    def test_the_title_is_said_once(self, tmp_path):
        """
        A title that the page does not repeat stands above it.
        """
        same = "<title>News - Site</title><h1>News</h1>"
        other = "<html lang=de><title>Site</title><h1>News</h1>"

        assert samples.texts(tmp_path, same, HTML) == ["News"]
        assert samples.texts(tmp_path, other, HTML) == ["Site", "News"]
        assert samples.opened(tmp_path, other, HTML).language == "de"
