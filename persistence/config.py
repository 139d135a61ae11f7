"""What else persistence can be told by its environment, and what it refuses."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import (
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import SettingsConfigDict

from mesh.settings import CommaSeparated
from persistence import database
from persistence.database_settings import is_production
from persistence.ingest_settings import IngestSettings

# Django's own threshold for `check --deploy` (security.W009).
SECRET_KEY_CHARACTERS = 50
SECRET_KEY_VARIETY = 5
DEVELOPMENT_SECRET_KEY = "django-insecure-for-development-only-never-in-production"  # noqa: S105 - Refused in production.


class PersistenceSettings(IngestSettings):
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
    gateway: str = Field(
        default="",
        description="Where gateway is reached, host:port or a gRPC name, for /health "
        "to say how it is. Empty: /health does not name it.",
    )
    llm_worker: str = Field(
        default="",
        description="Where llm_worker is reached, host:port or a gRPC name, for "
        "/health to say how it is. Empty: /health does not name it.",
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
        default=6,
        ge=1,
        description="Connections of the pool for checkpoints.",
    )
    search_pool_size: int = Field(
        default=3,
        ge=1,
        description="Connections of the pool for searches in documents.",
    )
    pgvector_enabled: bool = Field(
        default=True,
        description="Whether chunks are found by vectors too; false: by words alone, "
        "and new documents get no vectors.",
        validation_alias="PGVECTOR_ENABLED",
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
        if is_production(info):
            if "insecure" in key:
                raise ValueError("Required in production: 50 random characters.")
            if len(key) < SECRET_KEY_CHARACTERS or len(set(key)) < SECRET_KEY_VARIETY:
                raise ValueError("Too short for production: 50 random characters.")
        return value

    @field_validator("debug")
    @classmethod
    def _is_off(cls, value: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic passes it by position.
        if value and is_production(info):
            raise ValueError("Refused in production.")
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _are_named(
        cls, value: tuple[str, ...], info: ValidationInfo
    ) -> tuple[str, ...]:
        if is_production(info):
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
            if "*" in origin and is_production(info):
                raise ValueError("* is refused in production: name the origins.")
        return value

    @model_validator(mode="after")
    def _pools_fit(self) -> PersistenceSettings:
        # One more listens for notifications.
        app = self.replicas * (self.orm_threads + 1)
        service = self.replicas * (
            self.service_threads
            + self.pool_size
            + self.search_pool_size
            + self.http_threads
        )
        room = (
            database.APP_CONNECTIONS - database.SPARE_CONNECTIONS,
            database.SERVICE_CONNECTIONS
            - database.INGEST_CONNECTIONS
            - database.SPARE_CONNECTIONS,
        )
        if app > room[0]:
            raise ValueError(
                f"LAMLA_PERSISTENCE_ORM_THREADS: {app} connections in all replicas; "
                f"at most {room[0]}."
            )
        if service > room[1]:
            raise ValueError(
                "LAMLA_PERSISTENCE_SERVICE_THREADS, _POOL_SIZE, _SEARCH_POOL_SIZE and "
                f"_HTTP_THREADS: {service} connections in all replicas; at most "
                f"{room[1]}."
            )
        return self

    @property
    def is_https(self) -> bool:
        """Whether browsers reach Lamla over HTTPS."""
        return self.public_origin.startswith("https://")
