"""Plain text, code and subtitles."""

from persistence.documents.parsing.domain import Block, BlockKind
from persistence.documents.parsing.media_types import PLAIN
from tests.persistence.parsing.readers import samples


class TestPlain:
    def test_paragraphs_end_at_empty_lines(self, tmp_path):
        """
        Lines of a paragraph stay lines.
        """
        found = samples.blocks(tmp_path, "a\r\nb\r\n\r\n\r\nc", PLAIN)

        assert found == [
            Block(BlockKind.PARAGRAPH, "a\nb"),
            Block(BlockKind.PARAGRAPH, "c"),
        ]

    def test_code_keeps_its_indentation(self, tmp_path):
        """
        The name says that a text is code.
        """
        found = samples.blocks(tmp_path, "def f():\n    x\n\ny\n", PLAIN, name="a.py")

        assert found == [
            Block(BlockKind.CODE, "def f():\n    x"),
            Block(BlockKind.CODE, "y"),
        ]

    def test_one_endless_line_becomes_pages(self, tmp_path):
        """
        A text without line ends is cut between words, and nothing of it is lost.
        """
        words = [f"word{n}" for n in range(20_000)]

        found = samples.pages(tmp_path, " ".join(words), PLAIN, page=2000)

        assert len(found) > 50
        assert max(len(page.text) for page in found) < 4000
        assert " ".join(page.text for page in found).split() == words

    def test_subtitles_are_what_is_said(self, tmp_path):
        """
        No numbers, times or marks; a line that rolls on is said once.
        """
        text = (
            "WEBVTT\n\nNOTE by nobody\n\n1\n00:01.000 --> 00:02.000 align:start\n"
            "<v Ann>Hello &amp;\n\n00:02.000 --> 00:03.000\nHello &amp;\n<i>you</i>\n\n"
            "2\n0:00:04,000 --> 0:00:05,000\n42\n"
        )

        assert samples.texts(tmp_path, text, PLAIN) == ["Hello &\nyou\n42"]
