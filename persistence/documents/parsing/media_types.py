"""The names of the formats, as `sniff` gives them and readers declare them."""

PDF = "application/pdf"

PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
WEBP = "image/webp"
GIF = "image/gif"
BMP = "image/bmp"
SVG = "image/svg+xml"

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"
FLAT_ODF = "application/vnd.oasis.opendocument.flat+xml"
EPUB = "application/epub+zip"

DOC = "application/msword"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
MSG = "application/vnd.ms-outlook"

HTML = "text/html"
XML = "application/xml"
RTF = "application/rtf"
EMAIL = "message/rfc822"
MBOX = "application/mbox"
JSON = "application/json"
JSON_LINES = "application/x-ndjson"
NOTEBOOK = "application/x-ipynb+json"
CSV = "text/csv"
TSV = "text/tab-separated-values"
MARKDOWN = "text/markdown"
PLAIN = "text/plain"

IMAGES = frozenset({PNG, JPEG, TIFF, WEBP, GIF, BMP})
ZIPPED = frozenset({DOCX, PPTX, XLSX, XLSB, ODT, ODS, ODP, EPUB})
"""Formats that are zip archives: their size is checked before a reader opens them."""
