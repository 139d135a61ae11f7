"""What is said when the documents do not answer, in the language of the question."""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

from gateway.language.scripts import language_of

_TEXTS = {
    "en": "I could not find anything about this in your documents.",
    "de": "Dazu habe ich in deinen Dokumenten nichts gefunden.",
    "fr": "Je n’ai rien trouvé à ce sujet dans vos documents.",
    "es": "No he encontrado nada sobre esto en tus documentos.",
    "it": "Non ho trovato nulla su questo nei tuoi documenti.",
    "pt": "Não encontrei nada sobre isso nos seus documentos.",
    "nl": "Hierover heb ik niets gevonden in je documenten.",
    "pl": "Nie znalazłem nic na ten temat w Twoich dokumentach.",
    "sv": "Jag hittade inget om detta i dina dokument.",
    "tr": "Belgelerinizde bununla ilgili bir şey bulamadım.",
    "ru": "В ваших документах я ничего об этом не нашёл.",
    "ar": "لم أجد شيئًا عن هذا في مستنداتك.",
    "he": "לא מצאתי על כך דבר במסמכים שלך.",
    "hi": "आपके दस्तावेज़ों में मुझे इसके बारे में कुछ नहीं मिला।",
    "zh": "我在你的文档中没有找到相关内容。",
    "ja": "お使いのドキュメントには、これに関する記述が見つかりませんでした。",
    "ko": "문서에서 이에 대한 내용을 찾지 못했습니다.",
    "el": "Δεν βρήκα κάτι σχετικό στα έγγραφά σας.",
}


def not_found_text(question: str) -> str:
    """Returns one sentence; English where the language cannot be told."""
    return _TEXTS.get(language_of(question), _TEXTS["en"])
