"""Persistence as a Django app: it brings the commands that belong to no aggregate."""

from django.apps import AppConfig


class PersistenceConfig(AppConfig):
    """The commands; no models of its own."""

    name = "persistence"
    verbose_name = "Lamla"
