"""Users and sessions on the admin site."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db import connection
from django.forms import ModelForm
from django.http import HttpRequest

from persistence.identity.models import Session, User

RISING = ("role", "is_staff", "is_superuser", "groups", "user_permissions")


class UserCreation(AdminUserCreationForm):
    """A new account, by its e-mail address."""

    class Meta:
        model = User
        fields = ("email", "display_name")


class UserChange(UserChangeForm):
    """An account; a guest has no e-mail address."""

    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Accounts and guests."""

    form = UserChange
    add_form = UserCreation
    list_display = ("email", "display_name", "role", "is_active", "create_time")
    list_filter = ("role", "is_active", "is_staff")
    search_fields = ("email", "display_name")
    ordering = ("-create_time",)
    readonly_fields = ("id", "create_time", "last_login")
    fieldsets = (
        (None, {"fields": ("id", "email", "display_name", "password")}),
        ("May", {"fields": ("is_active", *RISING)}),
        ("When", {"fields": ("create_time", "last_login")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "display_name", "password1", "password2")}),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: User | None = None
    ) -> tuple[str, ...]:
        """Only a superuser changes what others may do; the database insists."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if request.user.is_superuser else (*fields, *RISING)

    def save_model(
        self, request: HttpRequest, obj: User, form: ModelForm, change: Any
    ) -> None:
        """Saves on behalf of the superuser that the trigger asks for."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('lamla.actor_id', %s, true)", [str(request.user.pk)]
            )
        super().save_model(request, obj, form, change)


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin):
    """Who is signed in; ending a session is deleting it."""

    list_display = ("id", "user", "create_time", "last_seen_time", "expire_time")
    list_select_related = ("user",)
    fields: ClassVar = (
        "id",
        "user",
        "create_time",
        "last_seen_time",
        "expire_time",
        "end_time",
    )
    readonly_fields = fields
    ordering = ("-last_seen_time",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Sessions are made by signing in."""
        return False
