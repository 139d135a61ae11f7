"""Names the app, so that its tables are `chat_…`."""

from django.apps import AppConfig


class ChatConfig(AppConfig):
    """Conversations and what is said in them."""

    name = "persistence.chat"
    label = "chat"
    verbose_name = "Chat"
