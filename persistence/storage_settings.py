"""Where uploaded files are kept, by persistence's environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, field_validator

from persistence.database_settings import DatabaseSettings

MEBIBYTE = 1024 * 1024
FILE_SYSTEM = "django.core.files.storage.FileSystemStorage"
S3 = "persistence.documents.s3.S3Originals"


class StorageSettings(DatabaseSettings):
    """The directory of uploads, and the S3 bucket that may stand in for the rest."""

    documents_dir: Path | None = Field(
        default=None,
        description="Directory for uploaded files: parts until they are complete, and "
        "the originals unless there is an S3 bucket. Shared by all processes of "
        "persistence. Required to serve.",
    )
    max_file_bytes: int = Field(
        default=256 * MEBIBYTE,
        ge=MEBIBYTE,
        description="The largest file that is taken, in bytes.",
    )
    max_owner_bytes: int = Field(
        default=10 * 1024 * MEBIBYTE,
        ge=MEBIBYTE,
        description="How many bytes the files of one user may have together, with "
        "those that are being uploaded.",
    )
    max_open_uploads: int = Field(
        default=100,
        ge=1,
        description="How many uploads of one user may be incomplete; one that gets no "
        "part for 24 hours is removed.",
    )
    keep_free_bytes: int = Field(
        default=512 * MEBIBYTE,
        ge=0,
        description="How many bytes files leave free on the disk of "
        "LAMLA_PERSISTENCE_DOCUMENTS_DIR, which others may need.",
    )
    s3_bucket: str = Field(
        default="",
        description="S3 bucket for the originals. Empty: they are files in "
        "LAMLA_PERSISTENCE_DOCUMENTS_DIR.",
    )
    s3_endpoint: str = Field(
        default="",
        description="URL of an S3 service that is not Amazon's, for example "
        "https://s3.example.org.",
    )
    s3_region: str = Field(default="us-east-1", description="Region of the S3 bucket.")
    s3_access_key: SecretStr | None = Field(
        default=None,
        description="Access key id for S3. Empty: what the machine's role provides.",
    )
    s3_secret_key: SecretStr | None = Field(
        default=None,
        description="Secret access key for S3.",
    )

    @field_validator("s3_endpoint")
    @classmethod
    def _is_url(cls, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise ValueError("Must begin with https:// or http://.")
        return value.rstrip("/")

    @property
    def originals(self) -> dict[str, Any] | None:
        """The entry of Django's `STORAGES`; None when there is no place for files."""
        if self.s3_bucket:
            return {"BACKEND": S3, "OPTIONS": self._s3_options()}
        if self.documents_dir is None:
            return None
        options = {
            "location": str(self.documents_dir.absolute() / "originals"),
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
            # Names are ours, and storing one again stores the same file.
            "allow_overwrite": True,
        }
        return {"BACKEND": FILE_SYSTEM, "OPTIONS": options}

    def _s3_options(self) -> dict[str, Any]:
        secrets = {"access_key": self.s3_access_key, "secret_key": self.s3_secret_key}
        return {
            "bucket_name": self.s3_bucket,
            "endpoint_url": self.s3_endpoint or None,
            "region_name": self.s3_region,
            **{name: key.get_secret_value() for name, key in secrets.items() if key},
            "default_acl": None,
            "file_overwrite": True,
            "querystring_auth": True,
        }
