"""Pictures of text: PNG, JPEG, TIFF with its pages, WebP, GIF, BMP."""

import io
import warnings
from collections.abc import Iterator

from PIL import Image, ImageOps, ImageSequence

from persistence.documents.parsing import media_types, ocr
from persistence.documents.parsing.domain import (
    Event,
    FailureReason,
    Opened,
    Page,
    PageFailed,
    ParseError,
    Source,
)

_FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "GIF", "BMP", "MPO")
_MOST_PAGES = 2000
_SMALL_SIDE = 1600
"""A picture with a longest side below this is a screen's, not a scanner's."""

_DPI = 300
_ITS_FAULT = (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError)


class ImageReader:
    """Has pictures recognised, one page at a time."""

    media_types = media_types.IMAGES

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        languages = ocr.languages_of(source.options.ocr_languages)
        if not languages:
            raise ParseError(FailureReason.NO_TEXT_LAYER, "no engine")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        Image.MAX_IMAGE_PIXELS = ocr.MAX_PIXELS
        try:
            image = Image.open(source.path, formats=_FORMATS)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise ParseError(FailureReason.TOO_LARGE, "pixels") from error
        except _ITS_FAULT as error:
            raise ParseError(FailureReason.DAMAGED, type(error).__name__) from error
        with image:
            yield from _pages(image, source, languages)


def _pages(image: Image.Image, source: Source, languages: str) -> Iterator[Event]:
    paged = source.media_type == media_types.TIFF
    count = getattr(image, "n_frames", 1) if paged else 1
    if count > _MOST_PAGES:
        raise ParseError(FailureReason.TOO_LARGE, f"{count} pages")
    yield Opened(count)
    for number, frame in enumerate(ImageSequence.Iterator(image), 1):
        source.announce()
        try:
            blocks = ocr.recognise(_prepared(frame), languages=languages, dpi=_DPI)
            yield Page(number, blocks, from_image=True)
        except ParseError as error:
            yield PageFailed(number, error.reason)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            yield PageFailed(number, FailureReason.TOO_LARGE)
        except _ITS_FAULT:
            yield PageFailed(number, FailureReason.DAMAGED)
        if number == count:
            return


def _prepared(frame: Image.Image) -> bytes:
    """A frame the right way up, grey, without transparency, and large enough."""
    upright = ImageOps.exif_transpose(frame)
    if upright.has_transparency_data:
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright.convert("RGBA"))
    grey = upright.convert("L")
    if max(grey.size) < _SMALL_SIDE:
        grey = grey.resize((grey.width * 2, grey.height * 2), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    grey.save(out, "PPM")
    return out.getvalue()


READER = ImageReader()
