"""Mails: who, when, what, and what is attached."""

# ruff: noqa: RUF001 - Letters of other scripts look alike.

from email.message import EmailMessage

from persistence.documents.parsing.media_types import EMAIL, MBOX
from tests.persistence.parsing.readers import samples
from tests.persistence.parsing.readers.test_docx import document, p


def mail(subject: str = "Grüße") -> EmailMessage:
    """A mail without a text yet."""
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Ada <ada@example.org>"
    message["To"] = "bob@example.org"
    return message


class TestMail:
    def test_the_text_comes_once_with_its_headers(self, tmp_path):
        """
        Of the plain text and the page that say the same, one is taken.
        """
        message = mail()
        message.set_content("Hello Bob, this is the text of it.")
        message.add_alternative(
            "<p>Hello <b>Bob</b>, this is the text of it.</p>", "html"
        )

        found = samples.texts(tmp_path, message.as_bytes(), EMAIL)

        assert found == [
            "Grüße",
            "From: Ada <ada@example.org>\nTo: bob@example.org",
            "Hello Bob, this is the text of it.",
        ]

    def test_a_page_that_says_more_is_taken(self, tmp_path):
        """
        "Your program shows no HTML" is not the mail.
        """
        message = mail()
        message.set_content("No HTML?")
        message.add_alternative(
            "<table><tr><th>Item<th>Price<tr><td>Tea<td>3</table>", "html"
        )

        assert samples.texts(tmp_path, message.as_bytes(), EMAIL)[2:] == [
            "Item | Price\nTea | 3"
        ]

    def test_attachments_are_named_and_read(self, tmp_path):
        """
        Text and office documents are read; of the rest there is the name.
        """
        message = mail()
        message.set_content("See below.")
        message.add_attachment("some notes", filename="notes.txt")
        message.add_attachment(
            document(p("inside")),
            maintype="application",
            subtype="x",
            filename="a.docx",
        )
        message.add_attachment(
            b"\x89PNG\0\0", maintype="image", subtype="png", filename="p.png"
        )
        inner = mail("Fwd")
        inner.set_content("forwarded")
        message.add_attachment(inner)

        found = samples.texts(tmp_path, message.as_bytes(), EMAIL)[2:]

        assert found == [
            "See below.",
            "Attachment: notes.txt",
            "some notes",
            "Attachment: a.docx",
            "inside",
            "Attachment: p.png",
            "Fwd",
            "From: Ada <ada@example.org>\nTo: bob@example.org",
            "forwarded",
        ]

    def test_headers_and_bodies_without_a_charset_are_decoded(self, tmp_path):
        """
        Old programs wrote bytes and did not say which.
        """
        text = "Subject: Привет всем читателям\n\nКак дела сегодня вечером, друзья?\n"

        found = samples.texts(tmp_path, text.encode("koi8_r"), EMAIL)

        assert found == ["Привет всем читателям", "Как дела сегодня вечером, друзья?"]

    def test_a_mailbox_has_its_mails_on_pages_of_their_own(self, tmp_path):
        """
        Lines that only begin as separators do are text.
        """
        text = (
            "From a@b Mon Jan  1 00:00:00 2024\nSubject: {0}\n\n{0}\n>From here on\n\n"
        )

        found = samples.pages(tmp_path, text.format("one") + text.format("two"), MBOX)

        assert [(page.number, page.label, page.text) for page in found] == [
            (1, "one", "one\n\none\nFrom here on"),
            (2, "two", "two\n\ntwo\nFrom here on"),
        ]
