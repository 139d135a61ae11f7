"""What persistence can be told by its environment, and what it refuses."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import (
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import SettingsConfigDict

from mesh.settings import CommaSeparated, Environment, PeerSettings
from persistence import database
from persistence.database import Database

SslMode = Literal["disable", "prefer", "require", "verify-ca", "verify-full"]

# Django's own threshold for `check --deploy` (security.W009).
SECRET_KEY_CHARACTERS = 50
SECRET_KEY_VARIETY = 5
DEVELOPMENT_SECRET_KEY = "django-insecure-for-development-only-never-in-production"  # noqa: S105 - Refused in production.
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


class PersistenceSettings(PeerSettings):
    """The environment of persistence and of its commands."""

    model_config = SettingsConfigDict(env_prefix="LAMLA_PERSISTENCE_")

    listen: str = Field(
        default="127.0.0.1:20803",
        description="Where gRPC is served, host:port.",
    )
    http_listen: str = Field(
        default="127.0.0.1:20804",
        description="Where HTTP is served to Envoy, host:port.",
    )
    public_origin: str = Field(
        default="http://localhost:8080",
        description="Where browsers reach Lamla; with https:// cookies are Secure and "
        "the admin insists on HTTPS.",
    )
    signing_key_file: Path | None = Field(
        default=None,
        description="PEM file with the Ed25519 private key that signs access tokens. "
        "Required to serve.",
    )
    retired_keys_dir: Path | None = Field(
        default=None,
        description="Directory of *.pem public keys that signed tokens before; "
        "published until the last of their tokens has expired.",
    )
    orm_threads: int = Field(
        default=16,
        ge=1,
        description="Threads, and so connections, for users' calls.",
    )
    service_threads: int = Field(
        default=4,
        ge=1,
        description="Threads, and so connections, for work that spans owners.",
    )
    pool_size: int = Field(
        default=8,
        ge=1,
        description="Connections of the pool for checkpoints.",
    )
    http_threads: int = Field(
        default=4,
        ge=1,
        description="Threads, and so connections, for the admin site.",
    )
    replicas: int = Field(
        default=1,
        ge=1,
        description="How many processes share the database; their pools together must "
        "stay below the roles' connection limits (30 and 20).",
    )
    password_hashes: int = Field(
        default=2,
        ge=1,
        le=64,
        description="How many passwords are hashed at a time; each takes 46 MiB.",
    )
    sweep_seconds: float = Field(
        default=300,
        gt=0,
        description="How often what has expired is deleted, in seconds.",
    )
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
    secret_key: SecretStr = Field(
        default=SecretStr(DEVELOPMENT_SECRET_KEY),
        validation_alias="SECRET_KEY",
        validate_default=True,
        description="Signs the admin site's cookies; 50 random characters or more. "
        "Required in production.",
    )
    debug: bool = Field(
        default=False,
        validation_alias="DEBUG",
        description="Django's error pages. Refused in production.",
    )
    allowed_hosts: CommaSeparated = Field(
        default=(),
        validation_alias="ALLOWED_HOSTS",
        validate_default=True,
        description="Host names the admin site answers to, comma-separated. Empty: "
        "the public origin's and localhost. Required in production.",
    )
    csrf_trusted_origins: CommaSeparated = Field(
        default=(),
        validation_alias="CSRF_TRUSTED_ORIGINS",
        description="Origins whose forms the admin site accepts, comma-separated, "
        "besides the public origin.",
    )

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            database.parse_url(value.get_secret_value())
        return value

    @field_validator("public_origin")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("Must be an origin: https://lamla.example.")
        if parts.path not in {"", "/"} or parts.query:
            raise ValueError("Must be an origin, without a path.")
        return value.rstrip("/")

    @field_validator("secret_key")
    @classmethod
    def _is_secret(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        key = value.get_secret_value()
        if _is_production(info):
            if "insecure" in key:
                raise ValueError("Required in production: 50 random characters.")
            if len(key) < SECRET_KEY_CHARACTERS or len(set(key)) < SECRET_KEY_VARIETY:
                raise ValueError("Too short for production: 50 random characters.")
        return value

    @field_validator("debug")
    @classmethod
    def _is_off(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic passes it by position.
        if value and _is_production(info):
            raise ValueError("Refused in production.")
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _are_named(
        cls, value: tuple[str, ...], info: ValidationInfo
    ) -> tuple[str, ...]:
        if _is_production(info):
            if not value:
                raise ValueError("Required in production: the host names to answer to.")
            if "*" in value:
                raise ValueError("* is refused in production: name the hosts.")
        return value

    @field_validator("csrf_trusted_origins")
    @classmethod
    def _are_origins(
        cls, value: tuple[str, ...], info: ValidationInfo
    ) -> tuple[str, ...]:
        for origin in value:
            if not origin.startswith(("http://", "https://")):
                raise ValueError("Each must begin with http:// or https://.")
            if "*" in origin and _is_production(info):
                raise ValueError("* is refused in production: name the origins.")
        return value

    @field_validator("db_password", "db_service_password", "db_owner_password")
    @classmethod
    def _is_no_default(
        cls, value: SecretStr | None, info: ValidationInfo
    ) -> SecretStr | None:
        if value is not None and _is_production(info):
            _refuse_weak(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _pools_fit(self) -> PersistenceSettings:
        app = self.replicas * self.orm_threads
        service = self.replicas * (
            self.service_threads + self.pool_size + self.http_threads
        )
        room = (
            database.APP_CONNECTIONS - database.SPARE_CONNECTIONS,
            database.SERVICE_CONNECTIONS - database.SPARE_CONNECTIONS,
        )
        if app > room[0]:
            raise ValueError(
                f"LAMLA_PERSISTENCE_ORM_THREADS: {app} connections in all replicas; "
                f"at most {room[0]}."
            )
        if service > room[1]:
            raise ValueError(
                "LAMLA_PERSISTENCE_SERVICE_THREADS, _POOL_SIZE and _HTTP_THREADS: "
                f"{service} connections in all replicas; at most {room[1]}."
            )
        return self

    @model_validator(mode="after")
    def _has_passwords(self) -> PersistenceSettings:
        if self.environment != Environment.PRODUCTION:
            return self
        missing = [
            name
            for name, login in (
                ("DB_PASSWORD", self.app_database),
                ("DB_SERVICE_PASSWORD", self.service_database),
            )
            if not login.password
        ]
        if missing:
            raise ValueError(f"{', '.join(missing)}: required in production.")
        _refuse_weak(self.app_database.password or "")
        return self

    @property
    def is_https(self) -> bool:
        """Whether browsers reach Lamla over HTTPS."""
        return self.public_origin.startswith("https://")

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


def _is_production(info: ValidationInfo) -> bool:
    return info.data.get("environment") == Environment.PRODUCTION


def _refuse_weak(password: str) -> None:
    if password.lower() in KNOWN_PASSWORDS:
        raise ValueError("A known default password is refused in production.")
    if len(password) < PASSWORD_CHARACTERS:
        raise ValueError(
            f"Too short for production: {PASSWORD_CHARACTERS} characters or more."
        )
