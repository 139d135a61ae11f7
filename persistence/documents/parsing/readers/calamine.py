"""Older and binary workbooks (.xls, .xlsb), through calamine."""

from collections.abc import Iterator
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
from persistence.documents.parsing.readers.slicing import slice_characters, sliced


class CalamineReader:
    """Reads .xls and .xlsb; hidden sheets too. One sheet at a time is in memory."""

    media_types = frozenset({media_types.XLS, media_types.XLSB})

    def read(self, source: Source) -> Iterator[Event]:
        """See `Reader.read`."""
        limit = slice_characters(source)
        with _failures_named():
            workbook = python_calamine.CalamineWorkbook.from_path(source.path)
            yield Opened()
            numbers = count(1)
            for name in workbook.sheet_names:
                try:
                    rows = workbook.get_sheet_by_name(name).iter_rows()
                except (python_calamine.CalamineError, OSError):
                    continue  # A sheet of charts or macros has no cells.
                # A sheet may be said to have 16 million cells, nearly all empty.
                filled = (row for row in rows if row.count("") < len(row))
                cells = ([_shown(cell) for cell in row] for row in filled)
                yield from sliced(row_blocks(cells, limit), limit, numbers, name)


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
