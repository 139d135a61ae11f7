"""Books: chapters in the order of the spine."""

import pytest

from persistence.documents.parsing.domain import FailureReason, ParseError
from persistence.documents.parsing.media_types import EPUB
from persistence.documents.parsing.sniff import sniff
from tests.persistence.parsing.readers import samples

CONTAINER = (
    '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
)
OPF = """<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>
<dc:title>A Book</dc:title><dc:language>fr</dc:language></metadata>
<manifest><item id="a" href="a%20b.xhtml" media-type="application/xhtml+xml"/>
<item id="b" href="b.xhtml" media-type="application/xhtml+xml"/>
<item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>
</manifest><spine><itemref idref="n"/><itemref idref="b" linear="no"/>
<itemref idref="a"/></spine></package>"""
NAV = '<html><body><nav><a href="a%20b.xhtml#x">First</a></nav></body></html>'


def book(**parts: str) -> bytes:
    """A book of two chapters; the second is no part of its main flow."""
    return samples.zipped(
        {
            "META-INF/container.xml": CONTAINER,
            "OPS/book.opf": OPF,
            "OPS/nav.xhtml": NAV,
            "OPS/a b.xhtml": "<?xml version='1.0'?><html><head><title/></head>"
            "<body><h2>Un</h2><p>caf&eacute;</p></body></html>",
            "OPS/b.xhtml": "<html><body><h1>Notes</h1><p>aside</p></body></html>",
            **parts,
        }
    )


class TestEpub:
    def test_chapters_are_pages_in_the_order_of_the_spine(self, tmp_path):
        """
        What is no part of the main flow comes last; labels are those of the table of
        contents, else the chapter's own heading.
        """
        found = samples.pages(tmp_path, book(), EPUB)

        assert [(page.number, page.label, page.text) for page in found] == [
            (1, "First", "Un\n\ncafé"),
            (2, "Notes", "Notes\n\naside"),
        ]

    def test_a_book_may_be_zipped_with_its_folder(self, tmp_path):
        """
        Files of an unpacked book that were packed again from outside of it.
        """
        path = tmp_path / "book.epub"
        path.write_bytes(
            samples.zipped(
                {
                    "book/mimetype": "application/epub+zip",
                    "book/META-INF/container.xml": CONTAINER,
                    "book/OPS/book.opf": OPF,
                    "book/OPS/a b.xhtml": "<html><body><p>Un</p></body></html>",
                }
            )
        )

        assert sniff(path, "book.epub") == EPUB
        assert "Un" in samples.texts(tmp_path, path.read_bytes(), EPUB)

    def test_metadata_is_the_books(self, tmp_path):
        """
        Title, language and number of chapters are known from the start.
        """
        first = samples.opened(tmp_path, book(), EPUB)

        assert (first.title, first.language, first.page_count) == ("A Book", "fr", 2)

    @pytest.mark.parametrize(
        ("method", "is_refused"),
        [
            ("http://www.idpf.org/2008/embedding", False),
            ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", True),
        ],
    )
    def test_protected_chapters_are_refused(self, tmp_path, method, is_refused):
        """
        Scrambled fonts hinder nobody; encrypted text does.
        """
        encryption = (
            f'<encryption><EncryptedData><EncryptionMethod Algorithm="{method}"/>'
            '<CipherData><CipherReference URI="OPS/a%20b.xhtml"/></CipherData>'
            "</EncryptedData></encryption>"
        )
        data = book(**{"META-INF/encryption.xml": encryption})

        if is_refused:
            with pytest.raises(ParseError) as failure:
                samples.read(tmp_path, data, EPUB)
            assert failure.value.reason is FailureReason.ENCRYPTED
        else:
            assert len(samples.pages(tmp_path, data, EPUB)) == 2
