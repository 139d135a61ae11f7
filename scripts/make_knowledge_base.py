"""Writes the fixture `knowledge_base.json` anew, after its Markdown files changed.

    python scripts/make_knowledge_base.py

Its vectors are those of the default embedding model, rounded as they are stored. They
differ in the third digit between kinds of processors.
"""  # noqa: INP001 - Scripts are no package.

from __future__ import annotations

import json
import os
from pathlib import Path

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "persistence.settings")
django.setup()

from llm_worker.embeddings import e5  # noqa: E402 - Models need Django.
from llm_worker.embeddings.base import Purpose  # noqa: E402
from persistence.seed import knowledge_base  # noqa: E402

CHECKOUT = Path(__file__).parents[1]
FIXTURE = CHECKOUT / "persistence" / "documents" / "fixtures" / "knowledge_base.json"


def main() -> None:
    """Writes the file, one object on each line."""
    made = knowledge_base.objects(knowledge_base.sources())
    model, embedder = e5.model().name, e5.E5()
    for chunk, text in knowledge_base.passages(made):
        values = np.float16(embedder.embed(text, Purpose.PASSAGE).values)
        spelled = ",".join(f"{value:.5g}" for value in values.tolist())
        made.append(knowledge_base.vector(chunk, model, f"[{spelled}]"))
    lines = [json.dumps(one, ensure_ascii=False) for one in made]
    FIXTURE.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
