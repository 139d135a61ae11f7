"""Measures of time, length, weight and the like, in many languages as one.

Another measure beside the same number is another fact; so is another one anywhere.
"""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

from functools import cache, lru_cache

import regex

# By language; `*` stands for any ending. Words that mean much else are left out.
_MEASURES = {
    "": {
        "kilometre": "km",
        "centimetre": "cm",
        "millimetre": "mm",
        "kilogram": "kg",
        "kilowatt": "kw kwh",
        "gigabyte": "gb",
        "megabyte": "mb",
    },
    "en": {
        "second": "seconds sec secs",
        "minute": "minute minutes",
        "hour": "hour hours hourly",
        "day": "day days daily",
        "week": "week weeks weekly",
        "month": "month months monthly",
        "year": "year years yearly annual annually",
        "metre": "metre metres meter meters",
        "kilometre": "kilometre* kilometer*",
        "centimetre": "centimetre* centimeter*",
        "millimetre": "millimetre* millimeter*",
        "mile": "mile miles",
        "gram": "gram grams gramme grammes",
        "kilogram": "kilogram* kilos",
        "ton": "ton tons tonne tonnes",
        "litre": "litre litres liter liters",
        "euro": "euro euros",
        "dollar": "dollar dollars",
    },
    "de": {
        "second": "sekunde sekunden",
        "minute": "minute minuten",
        "hour": "stunde stunden stündlich",
        "day": "tag tage tagen tages täglich*",
        "week": "woche wochen wöchentlich*",
        "month": "monat monate monaten monats monatlich*",
        "year": "jahr jahre jahren jahres jährlich*",
        "metre": "meter metern",
        "kilometre": "kilometer*",
        "centimetre": "zentimeter*",
        "millimetre": "millimeter*",
        "gram": "gramm",
        "kilogram": "kilogramm kilo",
        "ton": "tonne tonnen",
        "litre": "liter litern",
        "euro": "euro",
        "dollar": "dollar",
    },
    "fr": {
        "second": "secondes",
        "minute": "minute minutes",
        "hour": "heure heures",
        "day": "jour jours quotidien*",
        "week": "semaine semaines hebdomadaire*",
        "month": "mois mensuel*",
        "year": "an ans année années annuel*",
        "metre": "mètre mètres",
        "kilometre": "kilomètre*",
        "centimetre": "centimètre*",
        "gram": "gramme grammes",
        "kilogram": "kilogramme* kilos",
        "ton": "tonne tonnes",
        "litre": "litre litres",
        "euro": "euro euros",
        "dollar": "dollar dollars",
    },
    "es": {
        "second": "segundos segundo",
        "minute": "minuto minutos",
        "hour": "hora horas",
        "day": "día días diario* diariamente",
        "week": "semana semanas semanal*",
        "month": "mes meses mensual*",
        "year": "año años anual*",
        "metre": "metro metros",
        "kilometre": "kilómetro*",
        "gram": "gramo gramos",
        "kilogram": "kilogramo* kilos",
        "ton": "tonelada*",
        "litre": "litro litros",
        "euro": "euro euros",
        "dollar": "dólar dólares",
    },
    "it": {
        "second": "secondi",
        "minute": "minuto minuti",
        "hour": "ora ore orario",
        "day": "giorno giorni giornalier* quotidian*",
        "week": "settimana settimane settimanal*",
        "month": "mese mesi mensil*",
        "year": "anno anni annual* annu*",
        "metre": "metro metri",
        "kilometre": "chilometr*",
        "gram": "grammo grammi",
        "kilogram": "chilogramm* chili",
        "ton": "tonnellat*",
        "litre": "litro litri",
        "euro": "euro",
        "dollar": "dollaro dollari",
    },
    "pt": {
        "second": "segundos segundo",
        "minute": "minuto minutos",
        "hour": "hora horas",
        "day": "dia dias diári* diariamente",
        "week": "semana semanas semanal*",
        "month": "mês meses mensal*",
        "year": "ano anos anual*",
        "metre": "metro metros",
        "kilometre": "quilômetro* quilómetro*",
        "gram": "grama gramas",
        "kilogram": "quilograma* quilos",
        "ton": "tonelada*",
        "litre": "litro litros",
        "euro": "euro euros",
        "dollar": "dólar dólares",
    },
    "nl": {
        "second": "seconde seconden",
        "minute": "minuut minuten",
        "hour": "uur uren",
        "day": "dag dagen dagelijks*",
        "week": "week weken wekelijks*",
        "month": "maand maanden maandelijks*",
        "year": "jaar jaren jaarlijks*",
        "metre": "meter meters",
        "kilometre": "kilometer*",
        "gram": "gram",
        "kilogram": "kilogram kilo",
        "ton": "ton",
        "litre": "liter liters",
        "euro": "euro",
        "dollar": "dollar",
    },
    "pl": {
        "second": "sekund*",
        "minute": "minut*",
        "hour": "godzin*",
        "day": "dzień dni dniem dnia codzienn*",
        "week": "tydzień tygod*",
        "month": "miesiąc* miesięc*",
        "year": "rok roku lat lata latach rocznie",
        "metre": "metr metry metrów",
        "kilometre": "kilometr*",
        "gram": "gram gramy gramów",
        "kilogram": "kilogram*",
        "ton": "tona tony ton",
        "litre": "litr litry litrów",
        "euro": "euro",
        "dollar": "dolar*",
        "zloty": "złot*",
    },
    "sv": {
        "second": "sekund*",
        "minute": "minut*",
        "hour": "timme timmar timmen",
        "day": "dag dagar dagen dagarna dagligen",
        "week": "vecka veckor veckan",
        "month": "månad*",
        "year": "år åren året årligen årlig",
        "metre": "meter",
        "kilometre": "kilometer",
        "gram": "gram",
        "kilogram": "kilogram kilo",
        "ton": "ton",
        "litre": "liter",
        "krona": "krona kronor",
        "euro": "euro",
    },
    "tr": {
        "second": "saniye*",
        "minute": "dakika*",
        "hour": "saat*",
        "day": "gün günde günü günlük günler*",
        "week": "hafta*",
        "month": "ay ayda aylık aylar*",
        "year": "yıl yılda yıllık yıllar* yılı",
        "metre": "metre metrelik metredir",
        "kilometre": "kilometre*",
        "gram": "gram",
        "kilogram": "kilogram* kilo",
        "ton": "ton",
        "litre": "litre",
        "lira": "lira",
    },
    "ru": {
        "second": "секунд*",
        "minute": "минут минута минуту минуты",
        "hour": "час часа часов часы",
        "day": "день дня дней дни сутки суток ежедневн*",
        "week": "недел* еженедельн*",
        "month": "месяц* ежемесячн*",
        "year": "год года году лет годы ежегодн*",
        "metre": "метр метра метров метры",
        "kilometre": "километр*",
        "gram": "грамм*",
        "kilogram": "килограмм*",
        "ton": "тонн*",
        "litre": "литр*",
        "ruble": "рубл*",
        "dollar": "доллар*",
        "euro": "евро",
    },
    "ar": {
        "second": "ثانية ثواني ثوان",
        "minute": "دقيقة دقائق دقيقتين",
        "hour": "ساعة ساعات ساعتين",
        "day": "يوم يوما أيام يومين يوميا",
        "week": "أسبوع أسابيع أسبوعين أسبوعيا",
        "month": "شهر شهرا أشهر شهور شهرين شهريا",
        "year": "سنة سنوات سنتين عام عاما أعوام سنويا",
        "metre": "متر مترا أمتار",
        "kilometre": "كيلومتر كيلومترا كيلومترات",
        "kilogram": "كيلوغرام كيلوغراما",
        "litre": "لتر لترا",
    },
    "hi": {
        "second": "सेकंड सेकेंड",
        "minute": "मिनट",
        "hour": "घंटा घंटे घंटों",
        "day": "दिन दिनों प्रतिदिन",
        "week": "सप्ताह हफ़्ते हफ्ते",
        "month": "महीना महीने महीनों माह",
        "year": "साल वर्ष वर्षों सालों",
        "metre": "मीटर",
        "kilometre": "किलोमीटर",
        "kilogram": "किलोग्राम किलो",
        "litre": "लीटर",
        "rupee": "रुपये रुपया",
    },
}
_LETTERS = regex.compile(r"[\p{L}\p{M}]+")
_ARTICLE = "ال"


def measures_in(text: str, language: str) -> frozenset[str]:
    """Returns the measures that a text names."""
    found = (measure_of(word, language) for word in _LETTERS.findall(text))
    return frozenset(measure for measure in found if measure)


@lru_cache(maxsize=20_000)
def measure_of(word: str, language: str) -> str:
    """Returns the measure that a word means; empty for other words."""
    word = word.casefold()
    if language == "ar":
        word = word.removeprefix(_ARTICLE)
    for pattern, measure in _patterns(language):
        if pattern.fullmatch(word):
            return measure
    return ""


@cache
def _patterns(language: str) -> list[tuple[regex.Pattern[str], str]]:
    known = [_MEASURES[""], _MEASURES.get(language, {})]
    return [
        (regex.compile("|".join(map(_pattern, words.split()))), measure)
        for measures in known
        for measure, words in measures.items()
    ]


def _pattern(word: str) -> str:
    stem = regex.escape(word.removesuffix("*"))
    return rf"{stem}[\p{{L}}\p{{M}}]*" if word.endswith("*") else stem
