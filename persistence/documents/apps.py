"""Names the app, so that its tables are `documents_…`."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Files, their text, and what finds it."""

    name = "persistence.documents"
    label = "documents"
    verbose_name = "Documents"
