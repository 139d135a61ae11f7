"""Telling text from what only looks like it."""

# ruff: noqa: RUF001 - Letters of all scripts are what is tested.

import random

import pytest

from persistence.documents.parsing.readability import (
    are_numbers,
    looks_garbled,
    looks_like_text,
)

TEXTS = {
    "English": "The heart pumps blood through two circuits, of which one is smaller.",
    "Chinese": "晉太元中，武陵人捕魚為業，緣溪行，忘路之遠近。忽逢桃花林，夾岸數百步。",
    "Arabic": "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق.",
    "Hindi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता प्राप्त है।",
    "Polish": "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności.",
    "Welsh": "Genir pawb yn rhydd ac yn gydradd â'i gilydd mewn urddas a hawliau.",
    "Croatian": "Krv vrt prst smrt Hrvat Trst brk crn grb grm hrt krst mrk srp.",
    "Greek": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια.",
    "code": "for (int i = 0; i < n; ++i) { a[i] *= (b[i] ^ 0xff) >> 3; } // ok",
    "numbers": "1 | 2.5 | -3 | 40,000\n5 | 6.25 | -7 | 80,000\n",
    "symbols": "→ ✓ ✗ ☎ ★",
    "tree": "├── a\n│   └── b\n└── c",
    "mathematics": "∀x∈ℝ: x² ≥ 0 ∧ ∃y: 𝑦² = 𝑥",
    "mixed": "Der β-Blocker wirkt am β₁-Rezeptor; die α-Wirkung ist Ω-förmig (µm).",
}


@pytest.mark.parametrize("kind", TEXTS)
def test_text_of_any_script_is_text(kind: str) -> None:
    """
    Languages, code, tables and formulas all pass, long or short.
    """
    assert looks_like_text(TEXTS[kind])
    assert looks_like_text(TEXTS[kind] * 30)
    assert kind == "Croatian" or not looks_garbled(TEXTS[kind] * 30)


NOISE = random.Random(1).randbytes(3000)


@pytest.mark.parametrize(
    "junk",
    [
        NOISE.decode("latin-1"),
        NOISE.decode("utf-8", "replace"),
        NOISE.decode("utf-16-le", "replace"),
        "".join(chr(0xE000 + i) for i in range(200)),
        "\x01\x02\x03\x04" * 50,
        "\ufffd" * 30 + "some letters",
        "!!!???---///" * 20,
    ],
)
def test_junk_is_not_text(junk: str) -> None:
    """
    Bytes decoded wrongly, glyphs without a meaning, mere signs.
    """
    assert not looks_like_text(junk)


def test_shifted_letters_are_garbled() -> None:
    """
    Fonts without a map to Unicode give letters that are not the drawn ones.
    """
    shifted = "".join(chr(ord(c) + 3) if c.isalpha() else c for c in TEXTS["English"])

    assert looks_garbled(shifted * 10)


def test_words_of_several_alphabets_are_garbled() -> None:
    """
    No language writes one word in four alphabets.
    """
    assert looks_garbled("ӫѿҧ֊ّ׎૚૊ઞ ࠳࠷Ѣѿٯࢵඕ ߢ߮࠺࠾Ѣ Ѣر֐ႌၸѢّӖ ୁନѢҰوٴ ӉԌԨدӫඕ " * 5)


def test_mostly_accented_letters_are_garbled() -> None:
    """
    The letters of another alphabet, read as those of Western Europe.
    """
    assert looks_garbled(
        "\u0420\u043e\u0441\u0441\u0438\u044f ".encode("cp1251").decode("latin-1") * 30
    )


def test_names_in_capitals_are_not_garbled() -> None:
    """
    Signals, parts and offices have few vowels in their names.
    """
    assert not looks_garbled("GND VCC TX RX SCLK MOSI PWM CLK RST NRST DDR " * 20)


def test_numbers_of_glyphs_are_told_from_ornaments() -> None:
    """
    Where most other signs are letters, what is not known is no more than decoration.
    """
    assert are_numbers("\x01\x02\x03! ) # (4 %" * 9)
    assert not are_numbers("Allegro \x01\x02\x03 con brio" * 9)
