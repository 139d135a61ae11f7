"""Words that make no other fact, said or left out: "about", "each"."""

# ruff: noqa: RUF001 - Letters of many scripts are meant.
from __future__ import annotations

_WORDS = """
    about approximately around roughly nearly almost each every
    etwa rund ungefähr circa knapp jeder jede jedes jedem jeden
    environ près chaque cada aproximadamente unos unas cerca casi quase
    circa quasi ogni ongeveer elk elke iedere około prawie każdy każda każde
    cirka ungefär omkring varje yaklaşık her около примерно почти каждый
    каждая каждое حوالي نحو تقريبا كل लगभग करीब हर प्रत्येक
"""
LIGHT = frozenset(_WORDS.split())
