"""Which module reads which format.

A reader is a module of this package with a `READER` that satisfies `domain.Reader`. It
is imported when its format is met, because the libraries behind it cost more time than
reading a small file does. A new format: a module here and one line in `_MODULES`.
"""

from importlib import import_module
from typing import cast

from persistence.documents.parsing import media_types as of
from persistence.documents.parsing.domain import FailureReason, ParseError, Reader

_MODULES: dict[str, str] = {
    of.PDF: "pdf",
    of.DOCX: "docx",
    of.PPTX: "pptx",
    of.XLSX: "xlsx",
    of.XLSB: "calamine",
    of.XLS: "calamine",
    of.ODT: "odf",
    of.ODS: "odf",
    of.ODP: "odf",
    of.FLAT_ODF: "odf",
    of.EPUB: "epub",
    of.RTF: "rtf",
    of.DOC: "doc",
    of.PPT: "ppt",
    of.MSG: "msg",
    of.EMAIL: "mail",
    of.MBOX: "mail",
    of.HTML: "html_page",
    of.XML: "xml_text",
    of.SVG: "xml_text",
    of.MARKDOWN: "markdown",
    of.PLAIN: "plain",
    of.CSV: "delimited",
    of.TSV: "delimited",
    of.JSON: "json_text",
    of.JSON_LINES: "json_text",
    of.NOTEBOOK: "notebook",
    **dict.fromkeys(of.IMAGES, "image"),
}

SUPPORTED = frozenset(_MODULES)
"""Every media type that some reader takes."""


def reader_for(media_type: str) -> Reader:
    """The reader of a format.

    Raises:
        ParseError: UNSUPPORTED_TYPE, when no reader takes it.
    """
    module = _MODULES.get(media_type)
    if module is None:
        raise ParseError(FailureReason.UNSUPPORTED_TYPE, media_type)
    return cast("Reader", import_module(f"{__name__}.{module}").READER)
