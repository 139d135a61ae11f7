"""Numbers as lists show them: 4, iv, d."""

_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
_ROMAN_LIMIT = 4000
_LETTERS = 26


def numeral(number: int, style: str) -> str:
    """Writes a number as Word's `numFmt` names it; digits for any other style."""
    match style:
        case "lowerRoman":
            return roman(number)
        case "upperRoman":
            return roman(number).upper()
        case "lowerLetter":
            return letters(number)
        case "upperLetter":
            return letters(number).upper()
        case "decimalZero":
            return f"{number:02}"
        case _:
            return str(number)


def roman(number: int) -> str:
    """Small Roman numerals; digits beyond what they can say."""
    if not 0 < number < _ROMAN_LIMIT:
        return str(number)
    written = ""
    for value, sign in _ROMAN:
        written += sign * (number // value)
        number %= value
    return written


def letters(number: int) -> str:
    """a to z, then aa to zz, as Word counts."""
    if number < 1:
        return str(number)
    times, letter = divmod(number - 1, _LETTERS)
    return chr(ord("a") + letter) * min(times + 1, 10)
