"""Numbers as a spreadsheet shows them: dates, times, percentages.

Format codes: ECMA-376 part 1, 18.8.30 and 18.8.31.
"""

import math
import re
from datetime import datetime, timedelta

_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""Numbers of the built-in formats that show a date or a time."""
_TIMES = {18, 19, 20, 21, 45, 46, 47}
_DAYS = {14, 15, 16, 17}
_PERCENT = {9: 0, 10: 2}
_LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]')
_SECONDS_A_DAY = 86_400
_MARCH_1900 = 60
"""Day 60 of spreadsheets is 29 February 1900, which did not exist."""
_LAST_DAY = 2_958_466  # 31 December 9999, the last that is shown.


def shown(value: str, format_number: int, code: str, *, since_1904: bool) -> str:
    """What a cell with a stored number shows; the number where no format is known."""
    try:
        number = float(value)
    except ValueError:
        return value
    if has_date(format_number, code):
        return _moment(number, format_number, code, since_1904=since_1904) or value
    places = percent_places(format_number, code)
    if places is not None:
        # Spreadsheets round a half up, where Python takes the even digit.
        shift = 10.0**places
        return f"{math.floor(number * 100 * shift + 0.5) / shift:.{places}f}%"
    return plain(number)


def plain(number: float) -> str:
    """A number without the traces of its binary form: 0.1, 12, 1.5e+20."""
    whole = int(number) if abs(number) < 1e15 else None  # noqa: PLR2004 - What is exact.
    return str(whole) if whole == number else f"{number:.15g}"


def has_date(number: int, code: str) -> bool:
    """Whether a format shows a date or a time."""
    if number in _DATES:
        return True
    bare = _bare(code)
    return bool(re.search(r"[dyhs]|m{1,5}", bare)) and "general" not in bare


def percent_places(number: int, code: str) -> int | None:
    """How many decimals a percentage is shown with; nothing for no percentage."""
    if number in _PERCENT:
        return _PERCENT[number]
    bare = _bare(code)
    if "%" not in bare:
        return None
    decimals = re.search(r"\.([0#?]+)", bare)
    return len(decimals[1]) if decimals else 0


def _bare(code: str) -> str:
    """The part of a code for positive numbers, without what it shows as it is."""
    return _LITERALS.sub("", code).partition(";")[0].lower()


def _moment(number: float, format_number: int, code: str, *, since_1904: bool) -> str:
    bare = _bare(code)
    has_day = format_number in _DAYS or bool(re.search(r"[dy]|mmm", bare))
    has_time = format_number in _TIMES or bool(re.search(r"[hs]", bare))
    if not has_day and not has_time:
        has_day = True
        has_time = format_number == 22 or bool(number % 1)  # noqa: PLR2004 - The built-in "m/d/yy h:mm".
    if not has_day:
        seconds = round(number * _SECONDS_A_DAY)
        hours, rest = divmod(seconds, 3600)
        return f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    if not 0 <= number < _LAST_DAY:
        return ""
    if since_1904:
        start = datetime(1904, 1, 1)  # noqa: DTZ001 - A sheet's dates have no zone.
    else:
        day = 30 if number >= _MARCH_1900 else 31
        start = datetime(1899, 12, day)  # noqa: DTZ001
    moment = start + timedelta(seconds=round(number * _SECONDS_A_DAY))
    return moment.strftime("%Y-%m-%d %H:%M:%S" if has_time else "%Y-%m-%d")
