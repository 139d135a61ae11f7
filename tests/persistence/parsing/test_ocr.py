"""Pictures of text, where Tesseract is installed."""

import io

import pytest
from PIL import Image, ImageDraw, ImageFont

from persistence.documents.parsing import ocr
from persistence.documents.parsing.domain import FailureReason
from tests.persistence.parsing.conftest import Read
from tests.persistence.parsing.pdf_files import picture_page

ENGLISH = ("eng",)
needs_engine = pytest.mark.skipif(
    "eng" not in ocr.installed_languages(),
    reason="needs Tesseract with English: apt-get install tesseract-ocr",
)


def picture(*lines: str) -> Image.Image:
    """Black letters on a white page."""
    image = Image.new("L", (1275, 800), 255)
    font = ImageFont.load_default(size=40)
    draw = ImageDraw.Draw(image)
    for number, text in enumerate(lines):
        draw.text((100, 100 + 60 * number), text, fill=0, font=font)
    return image


def saved(*images: Image.Image, kind: str) -> bytes:
    """A picture file, of several pages where its format has them."""
    out = io.BytesIO()
    more = {"save_all": True, "append_images": images[1:]} if images[1:] else {}
    images[0].save(out, kind, **more)
    return out.getvalue()


@needs_engine
async def test_a_scanned_page_of_a_pdf_is_recognised(read: Read) -> None:
    """
    A page without letters is drawn and read, and says that it was.
    """
    image = picture("The heart pumps blood", "through two circuits.")
    data = picture_page(*image.size, image.tobytes())

    reading = await read(data, ocr_languages=ENGLISH)

    words = reading.text.replace("\n", " ")

    assert "The heart pumps blood through two circuits" == words.rstrip(".,")
    assert reading.pages[0].from_image


@needs_engine
async def test_each_page_of_a_picture_file_is_recognised(read: Read) -> None:
    """
    TIFF has pages; a page that shows nothing is empty.
    """
    images = picture("First page of it"), picture(), picture("Third page of it")

    reading = await read(saved(*images, kind="TIFF"), ocr_languages=ENGLISH)

    assert ["First page of it", "", "Third page of it"] == [
        page.text for page in reading.pages
    ]


@needs_engine
async def test_a_transparent_picture_is_read_on_white(read: Read) -> None:
    """
    What lies behind the letters of a screenshot is paper.
    """
    grey = picture("Letters on glass")
    image = Image.new("RGBA", grey.size, (0, 0, 0, 0))
    image.putalpha(grey.point(lambda value: 255 - value))

    reading = await read(saved(image, kind="PNG"), ocr_languages=ENGLISH)

    assert "Letters on glass" == reading.text


@needs_engine
async def test_a_picture_of_nothing_is_empty(read: Read) -> None:
    """
    A photograph is no damaged document.
    """
    reading = await read(saved(picture(), kind="WEBP"), ocr_languages=ENGLISH)

    assert FailureReason.EMPTY == reading.reason


@needs_engine
async def test_a_picture_of_billions_of_points_is_refused(read: Read) -> None:
    """
    A few bytes may claim a size that no memory holds.
    """
    small = bytearray(saved(Image.new("1", (8, 8)), kind="BMP"))
    small[18:26] = (60_000).to_bytes(4, "little") * 2

    reading = await read(bytes(small), ocr_languages=ENGLISH)

    assert reading.reason in {FailureReason.TOO_LARGE, FailureReason.DAMAGED}


async def test_without_languages_a_picture_has_no_text_layer(read: Read) -> None:
    """
    Where OCR is off or not installed, the reason says what is missing.
    """
    data = saved(picture("Some text"), kind="PNG")

    off = await read(data)
    unknown = await read(data, ocr_languages=("klingon",))

    assert [FailureReason.NO_TEXT_LAYER] * 2 == [off.reason, unknown.reason]
