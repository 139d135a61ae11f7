"""Fills the templates in."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.envoy.settings import TEMPLATES, EdgeSettings, Place, placeholders

PLACEHOLDER = re.compile(r"\$\{([A-Z_]+)\}")
MAIN = "envoy.yaml"


def fill(place: Place, settings: EdgeSettings) -> Path:
    """Writes Envoy's configuration into `place.config_dir`; returns the main file."""
    values = placeholders(place, settings)
    place.config_dir.mkdir(parents=True, exist_ok=True)
    for template in TEMPLATES.glob("*.yaml"):
        text = PLACEHOLDER.sub(lambda match: values[match[1]], template.read_text())
        (place.config_dir / template.name).write_text(text)
    return place.config_dir / MAIN
