"""What is stored about users, their sessions and their refresh tokens."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now

from mesh.ids import uuid7
from mesh.policy import Role
from persistence.identity.managers import UserManager

ROLES = [(role.value, role.value) for role in Role]


class User(AbstractBaseUser, PermissionsMixin):
    """A person: a guest without an e-mail address, or an account with one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    role = models.CharField(max_length=16, choices=ROLES, default=Role.STUDENT.value)
    # Lower case, so that one index keeps every spelling of an address unique.
    email = models.EmailField(max_length=254, unique=True, null=True, blank=True)
    display_name = models.CharField(max_length=100, blank=True, default="")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    # A guest that was made for a caller without a token: its conversations are reached
    # by their ids alone.
    tokenless = models.BooleanField(db_default=False, editable=False)
    create_time = models.DateTimeField(db_default=Now(), editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]),
                name="identity_user_role_known",
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="identity_user_email_lower_case",
            ),
            models.CheckConstraint(
                condition=models.Q(role=Role.GUEST.value, email__isnull=True)
                | (~models.Q(role=Role.GUEST.value) & models.Q(email__isnull=False)),
                name="identity_user_guest_has_no_email",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.email or f"guest {self.id}"


class Session(models.Model):
    """One user's presence on one device: a family of refresh tokens."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    create_time = models.DateTimeField(db_default=Now(), editable=False)
    last_seen_time = models.DateTimeField(db_default=Now())
    # Moves on with each refresh.
    expire_time = models.DateTimeField(db_index=True)
    # When it was signed out; null while it may go on.
    end_time = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"session {self.id}"


class RefreshToken(models.Model):
    """One refresh token, by its hash: whoever reads this table can use none."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(
        Session, on_delete=models.CASCADE, related_name="refresh_tokens"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # SHA-256 of the token, whose 256 random bits need no salt and no stretching.
    token_hash = models.BinaryField(max_length=32, unique=True)
    create_time = models.DateTimeField(db_default=Now(), editable=False)
    expire_time = models.DateTimeField(db_index=True)
    # When it was exchanged for the next one.
    used_time = models.DateTimeField(null=True, blank=True)
    replaced_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"refresh token {self.id}"
