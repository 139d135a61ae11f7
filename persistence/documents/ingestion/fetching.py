"""Brings in the file of a document that was imported from a web address."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog

from persistence.documents import files
from persistence.documents.ingestion.domain import Claim, SupersededError
from persistence.documents.ingestion.imports import Imported
from persistence.documents.ingestion.store import Store
from persistence.documents.ingestion.web.download import Web, download
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

    def __init__(self, store: Store, web: Web, quotas: Quotas) -> None:
        self._store = store
        self._web = web
        self._quotas = quotas

    async def __call__(self, claim: Claim) -> Claim:
        """Returns the claim with its original stored.

        Raises:
            ServiceError: `URL_REFUSED`, `URL_UNREACHABLE`, `FILE_TOO_LARGE`,
                `QUOTA_EXCEEDED`; `DEPENDENCY_UNAVAILABLE` when the storage fails.
            SupersededError: nobody wants it any more, or its user has it already: then
                that document takes its place.
        """
        name = original_name(claim.owner_id, claim.document_id)
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
