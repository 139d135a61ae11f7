"""Brings in the file of a document that was imported from a web address."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import RETRY_AFTER, ServiceError
from persistence.documents import files
from persistence.documents.ingestion.domain import Claim, SupersededError
from persistence.documents.ingestion.imports import Imported
from persistence.documents.ingestion.store import Store
from persistence.documents.ingestion.web.download import Download, Web, download
from persistence.documents.quotas import Quotas
from persistence.documents.storage import (
    original_delete,
    original_keep,
    original_name,
    temporary_directory,
)

log = structlog.get_logger()


class UrlFetcher:
    """Downloads, stores the original, and tells the document's row of it."""

    def __init__(self, store: Store, web: Web, quotas: Quotas, *, at_once: int) -> None:
        """Fetches `at_once` at most: slow addresses leave room for files."""
        self._store = store
        self._web = web
        self._quotas = quotas
        self._at_once = at_once
        self._fetching = 0

    async def __call__(self, claim: Claim) -> Claim:
        """Returns the claim with its original stored.

        Raises:
            ServiceError: `URL_REFUSED`, `URL_UNREACHABLE`, `FILE_TOO_LARGE`,
                `QUOTA_EXCEEDED`; `DEPENDENCY_UNAVAILABLE` when the storage fails, and
                for later when as many are being fetched already.
            SupersededError: nobody wants it any more, or its user has it already: then
                that document takes its place.
        """
        name = original_name(claim.owner_id, claim.document_id)
        if self._fetching >= self._at_once:
            raise ServiceError(
                ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE,
                "As many addresses are being fetched as this process can hold.",
                retry_after=RETRY_AFTER,
                dependency="web",
            )
        self._fetching += 1
        try:
            got = await self._kept(claim, name)
        finally:
            self._fetching -= 1
        imported = Imported(claim, got, name)
        try:
            if await self._store.run(imported.store):
                return replace(
                    claim,
                    storage_name=name,
                    file_name=got.file_name,
                    title=await self._store.run(imported.title),
                )
            log.info("import_is_known", document_id=str(claim.document_id))
            await self._store.run(imported.merge)
        except SupersededError:
            await files.run(original_delete, name)
            raise
        await files.run(original_delete, name)
        raise SupersededError

    async def _kept(self, claim: Claim, name: str) -> Download:
        with tempfile.NamedTemporaryFile(
            dir=temporary_directory(), prefix="fetched-", delete=False
        ) as file:
            path = Path(file.name)
            try:
                got = await download(claim.source_url, file, self._web)
                await self._store.run(
                    partial(
                        self._quotas.check_fetched,
                        owner_id=claim.owner_id,
                        size_bytes=got.size_bytes,
                    )
                )
                await files.run(original_keep, path, name)
            finally:
                await files.run(path.unlink, missing_ok=True)
        return got
