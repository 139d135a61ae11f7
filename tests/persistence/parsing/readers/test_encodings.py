"""Texts whose encoding nobody names."""

# ruff: noqa: RUF001 - The letters of other scripts are the point.

import pytest

from persistence.documents.parsing.domain import FailureReason, ParseError
from persistence.documents.parsing.media_types import PLAIN
from persistence.documents.parsing.readers.decoding import decode, encoding_of
from tests.persistence.parsing.readers import samples

TEXTS = {
    "ru": "Все люди рождаются свободными и равными в своём достоинстве и правах.",
    "uk": "Всі люди народжуються вільними і рівними у своїй гідності та правах.",
    "el": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια.",
    "he": "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
    "ar": "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق.",
    "th": "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
    "ja": "すべての人間は、生まれながらにして自由であり、尊厳と権利において平等だ。",
    "ko": "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
    "zh": "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心。",
    "tw": "人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心。",
    "cs": "Všichni lidé se rodí svobodní a sobě rovní co do důstojnosti a práv.",
    "pl": "Wszyscy ludzie rodzą się wolni i równi w swej godności i swych prawach.",
    "de": "Alle Menschen sind frei und gleich an Würde geboren; Größe zählt nicht.",
    "fr": "Les êtres humains naissent égaux en dignité et en droits, n’est-ce pas.",
    "tr": "Bütün insanlar hür, haysiyet ve haklar bakımından eşittir.",
}
CASES = [
    *(
        ("ru", each)
        for each in ("cp1251", "koi8_r", "iso8859_5", "cp866", "mac_cyrillic")
    ),
    *(("uk", each) for each in ("cp1251", "koi8_u")),
    *(("el", each) for each in ("cp1253", "iso8859_7", "cp737")),
    *(("he", each) for each in ("cp1255", "iso8859_8", "cp862")),
    *(("ar", each) for each in ("cp1256", "iso8859_6")),
    ("th", "cp874"),
    *(("ja", each) for each in ("cp932", "euc_jp", "iso2022_jp", "utf-16-be")),
    *(("ko", each) for each in ("cp949", "iso2022_kr", "utf-16-le")),
    *(("zh", each) for each in ("gb18030", "hz", "utf-32-le", "utf-16")),
    ("tw", "cp950"),
    *(("cs", each) for each in ("cp1250", "iso8859_2", "cp852")),
    ("pl", "iso8859_2"),
    *(("de", each) for each in ("cp1252", "cp850", "utf-8-sig")),
    ("fr", "cp1252"),
    ("tr", "cp1254"),
]


class TestFinding:
    @pytest.mark.parametrize(("language", "encoding"), CASES)
    def test_a_sentence_is_enough(self, tmp_path, language, encoding):
        """
        Two lines in any usual encoding are read as they were written.
        """
        text = f"{TEXTS[language]}\n{TEXTS[language]}\n"
        path = tmp_path / "text"
        path.write_bytes(text.encode(encoding))

        assert text == path.read_text(encoding_of(path))

    def test_letters_far_from_the_beginning_count(self, tmp_path):
        """
        A file that is ASCII for a megabyte is not ASCII yet.
        """
        path = tmp_path / "text"
        path.write_bytes(b"plain line\n" * 100_000 + TEXTS["ru"].encode("koi8_r"))

        assert encoding_of(path) == "koi8_r"

    def test_utf_8_may_have_a_damaged_byte(self):
        """
        One wrong byte does not make a text of another encoding.
        """
        data = TEXTS["ru"].encode() + b"\xff " + TEXTS["de"].encode()

        assert TEXTS["ru"] in decode(data)

    def test_utf_8_may_be_cut_in_a_character(self):
        """
        The end of a download may fall anywhere.
        """
        assert decode("größe".encode()[:3]) == "gr\ufffd"

    def test_a_declared_encoding_is_believed_when_it_fits(self):
        """
        What the bytes cannot be is not what they are.
        """
        assert decode("šé".encode("iso8859_2"), declared="ISO-8859-2") == "šé"
        assert decode(TEXTS["ru"].encode("cp1251"), declared="utf-8") == TEXTS["ru"]
        assert decode(TEXTS["de"].encode(), declared="shift_jis") == TEXTS["de"]
        assert decode("naïve".encode("cp1252"), declared="no-such-one") == "naïve"


class TestJunk:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", FailureReason.EMPTY),
            (b" \n\t\n", FailureReason.EMPTY),
            (bytes(range(256)) * 20, FailureReason.UNREADABLE_TEXT),
            (b"\x7fELF\0\0\x01\x02\xff\xfe" * 50, FailureReason.UNREADABLE_TEXT),
        ],
    )
    def test_what_is_no_text_is_refused(self, tmp_path, data, reason):
        """
        Junk must not become text that every search finds.
        """
        with pytest.raises(ParseError) as failure:
            samples.read(tmp_path, data, PLAIN)

        assert failure.value.reason is reason
