"""Older and binary workbooks (.xls, .xlsb), through calamine."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from itertools import count

import python_calamine

from persistence.documents.parsing import media_types
from persistence.documents.parsing.domain import (
    Event,
    FailureReason,
    Opened,
    ParseError,
    Source,
)
from persistence.documents.parsing.readers.number_formats import plain
from persistence.documents.parsing.readers.rows import row_blocks
from persistence.documents.parsing.readers.rtf_fonts import of_page
from persistence.documents.parsing.readers.slicing import slice_characters, sliced

_EXCEL_95 = b"\x09\x08\x08\x00\x00\x05\x05\x00"
"""How the stream of a workbook of Excel 5 or 95 begins."""

_DOUBLE_BYTE_PAGE = re.compile(
    rb"\x42\x00\x02\x00(\xa4\x03|\xa8\x03|\xb5\x03|\xb6\x03|\x51\x05)"
)
"""The record that names the code page: 932, 936, 949, 950 or 1361."""

_WESTERN = (1252).to_bytes(2, "little")
_BYTES_OF = {
    bytes([byte]).decode("cp1252", "ignore") or chr(byte): byte for byte in range(256)
}


class CalamineReader:
    """Reads .xls and .xlsb; hidden sheets too. One sheet at a time is in memory."""

    media_types = frozenset({media_types.XLS, media_types.XLSB})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        limit = slice_characters(source)
        with _failures_named():
            workbook, shown = _opened(source)
            yield Opened()
            numbers = count(1)
            for name in workbook.sheet_names:
                try:
                    rows = workbook.get_sheet_by_name(name).iter_rows()
                except (python_calamine.CalamineError, OSError):
                    continue  # A sheet of charts or macros has no cells.
                # A sheet may be said to have 16 million cells, nearly all empty.
                filled = (row for row in rows if row.count("") < len(row))
                cells = ([shown(cell) for cell in row] for row in filled)
                label = shown(name)
                yield from sliced(row_blocks(cells, limit), limit, numbers, label)


def _opened(
    source: Source,
) -> tuple[python_calamine.CalamineWorkbook, Callable[[object], str]]:
    """A workbook, and how to show what is in it.

    The library takes the two bytes of a Chinese, Japanese or Korean letter in workbooks
    of Excel 5 and 95 for two letters, so it is told that they are Western ones.
    """
    open_file = python_calamine.CalamineWorkbook.from_filelike
    data = source.path.read_bytes() if source.media_type == media_types.XLS else b""
    page = _DOUBLE_BYTE_PAGE.search(data) if _EXCEL_95 in data else None
    if page is None:
        return python_calamine.CalamineWorkbook.from_path(source.path), _shown
    western = data[: page.start(1)] + _WESTERN + data[page.end(1) :]
    encoding = of_page(int.from_bytes(page[1], "little"))

    def shown(value: object) -> str:
        letters = bytes(map(_BYTES_OF.__getitem__, _shown(value)))
        return letters.decode(encoding, "replace")

    return open_file(io.BytesIO(western)), shown


@contextmanager
def _failures_named() -> Iterator[None]:
    try:
        yield
    except python_calamine.PasswordError as error:
        raise ParseError(FailureReason.ENCRYPTED, "workbook") from error
    except (python_calamine.CalamineError, OSError) as error:
        raise ParseError(FailureReason.DAMAGED, "workbook") from error
    except BaseException as error:
        # What Rust code could not handle; no name for it can be imported.
        if type(error).__name__ == "PanicException":
            raise ParseError(FailureReason.DAMAGED, "workbook") from error
        raise


def _shown(value: object) -> str:
    match value:
        case bool():
            text = str(value).upper()
        case float():
            text = plain(value)
        case datetime():
            moment = value.isoformat(sep=" ", timespec="seconds")
            text = moment.removesuffix(" 00:00:00")
        case time():
            text = value.isoformat(timespec="seconds")
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            text = f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
        case _:
            text = str(value)
    return text


READER = CalamineReader()
