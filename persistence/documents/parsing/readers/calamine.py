"""Older and binary workbooks (.xls, .xlsb), through calamine."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
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
from persistence.documents.parsing.readers.slicing import sliced


class CalamineReader:
    """Reads .xls and .xlsb; hidden sheets too. One sheet at a time is in memory."""

    media_types = frozenset({media_types.XLS, media_types.XLSB})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        limit = source.options.page_characters
        try:
            workbook = python_calamine.CalamineWorkbook.from_path(source.path)
        except python_calamine.PasswordError as error:
            raise ParseError(FailureReason.ENCRYPTED, "workbook") from error
        except python_calamine.CalamineError as error:
            raise ParseError(FailureReason.DAMAGED, "workbook") from error
        yield Opened()
        numbers = count(1)
        for name in workbook.sheet_names:
            try:
                rows = workbook.get_sheet_by_name(name).iter_rows()
            except python_calamine.CalamineError:
                continue  # A sheet of charts or macros has no cells.
            cells = ([_shown(cell) for cell in row] for row in rows)
            yield from sliced(row_blocks(cells, limit), limit, numbers, name)


def _shown(value: object) -> str:
    match value:
        case bool():
            return str(value).upper()
        case float():
            return plain(value)
        case datetime():
            return value.isoformat(sep=" ", timespec="seconds").removesuffix(" 00:00:00")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat(timespec="seconds")
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
        case _:
            return str(value)


READER = CalamineReader()
