"""Creates users for Django's own commands and for the services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.hashers import make_password

from mesh.policy import Role

if TYPE_CHECKING:
    from persistence.identity.models import User


def email_normalised(email: str) -> str:
    """Returns the one spelling of an e-mail address under which it is stored."""
    return email.strip().lower()


class UserManager(BaseUserManager["User"]):
    """Users by their e-mail address, in any spelling."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Returns the account with this e-mail address."""
        return self.get(email=email_normalised(username or ""))

    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        """Creates an account."""
        fields.setdefault("role", Role.STUDENT)
        return self.create(
            email=email_normalised(email), password=make_password(password), **fields
        )

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        """Creates an account that may do everything; `createsuperuser` calls it."""
        return self.create_user(
            email,
            password,
            **{"role": Role.ADMIN, **fields, "is_staff": True, "is_superuser": True},
        )
