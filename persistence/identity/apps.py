"""The identity app."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Users, sessions and refresh tokens."""

    name = "persistence.identity"
    label = "identity"
