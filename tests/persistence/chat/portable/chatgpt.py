"""Conversations as ChatGPT exports them, for tests."""

from __future__ import annotations

import json
from typing import Any

NOON = 1_700_000_000.25


def node(key: str, parent: str | None, message: Any = None) -> dict[str, Any]:
    """Makes a node of the mapping."""
    return {"id": key, "parent": parent, "children": [], "message": message}


def said(role: str, text: Any, time: Any = NOON, **values: Any) -> dict[str, Any]:
    """Makes a message of plain text."""
    return {
        "id": "any",
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": time,
        "content": {"content_type": "text", "parts": [text]},
        "status": "finished_successfully",
        "weight": 1.0,
        "metadata": {"model_slug": "gpt-4o"} if role == "assistant" else {},
        "recipient": "all",
        **values,
    }


def conversation(nodes: list[dict[str, Any]], **values: Any) -> dict[str, Any]:
    """Makes a conversation of nodes."""
    return {
        "title": "Cells",
        "create_time": NOON,
        "update_time": NOON + 60,
        "mapping": {one["id"]: one for one in nodes},
        "current_node": nodes[-1]["id"] if nodes else None,
        "is_archived": False,
        "conversation_id": "6f2f0d1c-0000-4000-8000-000000000000",
        **values,
    }


def document(*conversations: Any) -> str:
    """Makes the file."""
    return json.dumps(conversations)
