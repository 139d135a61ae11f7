"""How persistence reaches its database, by its environment, and as which roles."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from mesh.settings import Environment, PeerSettings
from persistence import database
from persistence.database import Database

SslMode = Literal["disable", "prefer", "require", "verify-ca", "verify-full"]

KNOWN_PASSWORDS = frozenset(
    {
        "admin",
        "changeme",
        "changethis",
        "chatbot",
        "default",
        "lamla",
        "lamla_app",
        "lamla_owner",
        "lamla_service",
        "password",
        "postgres",
        "secret",
        "test",
    }
)
PASSWORD_CHARACTERS = 12


class DatabaseSettings(PeerSettings):
    """The database and the logins of its three roles."""

    database_url: SecretStr | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="postgresql://user:password@host:port/name?sslmode=…, instead of "
        "DB_HOST, DB_PORT, DB_NAME, DB_USER and DB_PASSWORD.",
    )
    db_host: str = Field(
        default="127.0.0.1",
        validation_alias="DB_HOST",
        description="Database server: name, address, or directory of a Unix socket.",
    )
    db_port: int = Field(
        default=5432,
        ge=1,
        le=65535,
        validation_alias="DB_PORT",
        description="Port of the database server.",
    )
    db_name: str = Field(
        default="lamla",
        min_length=1,
        validation_alias="DB_NAME",
        description="Name of the database.",
    )
    db_sslmode: SslMode | None = Field(
        default=None,
        validation_alias="DB_SSLMODE",
        description="TLS to the database: disable, prefer, require, verify-ca or "
        "verify-full. Empty: libpq's default, prefer.",
    )
    db_sslrootcert: Path | None = Field(
        default=None,
        validation_alias="DB_SSLROOTCERT",
        description="The authority that the database server's certificate is from.",
    )
    db_user: str = Field(
        default=database.APP_ROLE,
        validation_alias="DB_USER",
        description="Login of the runtime role.",
    )
    db_password: SecretStr | None = Field(
        default=None,
        validation_alias="DB_PASSWORD",
        validate_default=True,
        description="Password of the runtime role.",
    )
    db_service_user: str = Field(
        default=database.SERVICE_ROLE,
        validation_alias="DB_SERVICE_USER",
        description="Login of the role for work that spans owners.",
    )
    db_service_password: SecretStr | None = Field(
        default=None,
        validation_alias="DB_SERVICE_PASSWORD",
        validate_default=True,
        description="Password of the role for work that spans owners.",
    )
    db_owner_user: str = Field(
        default=database.OWNER_ROLE,
        validation_alias="DB_OWNER_USER",
        description="Login of the role that owns the tables.",
    )
    db_owner_password: SecretStr | None = Field(
        default=None,
        validation_alias="DB_OWNER_PASSWORD",
        description="Password of the role that owns the tables. With it, manage.py "
        "connects as that role; serving never does.",
    )
    db_superuser_url: SecretStr | None = Field(
        default=None,
        validation_alias="DB_SUPERUSER_URL",
        description="A superuser's postgresql:// URL, for setup_postgres only.",
    )

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(
        cls, value: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        if value is not None:
            parsed = database.parse_url(value.get_secret_value())
            if parsed.password is not None and is_production(info):
                _refuse_weak(parsed.password)
        return value

    @field_validator("db_password")
    @classmethod
    def _is_given(
        cls, value: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        url = info.data.get("database_url")
        is_in_url = url and database.parse_url(url.get_secret_value()).password
        if value is None and not is_in_url and is_production(info):
            raise ValueError("Required in production.")
        return value

    @field_validator("db_service_password")
    @classmethod
    def _is_given_for_service(
        cls, value: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        if value is None and is_production(info):
            raise ValueError("Required in production.")
        return value

    @field_validator("db_password", "db_service_password", "db_owner_password")
    @classmethod
    def _is_no_default(
        cls, value: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        if value is not None and is_production(info):
            _refuse_weak(value.get_secret_value())
        return value

    @cached_property
    def app_database(self) -> Database:
        """The database, as the runtime role."""
        secret = self.db_password.get_secret_value() if self.db_password else None
        if self.database_url is not None:
            parsed = database.parse_url(self.database_url.get_secret_value())
            return parsed.login(parsed.user, parsed.password or secret)
        parameters = {
            "sslmode": self.db_sslmode,
            "sslrootcert": self.db_sslrootcert and str(self.db_sslrootcert),
        }
        return Database(
            host=self.db_host,
            port=self.db_port,
            name=self.db_name,
            user=self.db_user,
            password=secret,
            parameters=tuple((k, v) for k, v in parameters.items() if v),
        )

    @cached_property
    def service_database(self) -> Database:
        """The database, as the role that spans owners."""
        secret = self.db_service_password
        return self.app_database.login(
            self.db_service_user, secret.get_secret_value() if secret else None
        )

    @cached_property
    def owner_database(self) -> Database | None:
        """The database, as the tables' owner; None without that credential."""
        if self.db_owner_password is None:
            return None
        return self.app_database.login(
            self.db_owner_user, self.db_owner_password.get_secret_value()
        )


def is_production(info: ValidationInfo) -> bool:
    """Whether the settings being validated are production's."""
    return info.data.get("environment") == Environment.PRODUCTION


def _refuse_weak(password: str) -> None:
    if password.lower() in KNOWN_PASSWORDS:
        raise ValueError("A known default password is refused in production.")
    if len(password) < PASSWORD_CHARACTERS:
        raise ValueError(
            f"Too short for production: {PASSWORD_CHARACTERS} characters or more."
        )
