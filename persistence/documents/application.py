"""What a process of persistence runs for documents, put together."""

from __future__ import annotations

from collections.abc import Callable

import grpc

from mesh.settings import SettingsError
from persistence.config import PersistenceSettings
from persistence.documents.periodic import documents_periodic
from persistence.documents.quotas import Quotas, Streams
from persistence.documents.servicers.collections import SERVICE as COLLECTIONS
from persistence.documents.servicers.collections import CollectionServicer
from persistence.documents.servicers.documents import SERVICE as DOCUMENTS
from persistence.documents.servicers.documents import DocumentServicer
from persistence.documents.servicers.uploads import SERVICE as UPLOADS
from persistence.documents.servicers.uploads import UploadServicer
from persistence.documents.uploads.intake import Intake
from persistence.documents.uploads.spool import Spool
from persistence.documents.watch.changes import Changes
from persistence.documents.watch.follow import FollowIngestion
from persistence.documents.watch.listener import Listener

# Of one owner in this process: each holds a piece of its file.
OWNER_DOWNLOADS = 16


class DocumentsApplication:
    """The services of documents and what runs behind them.

    Attributes:
        intake: Where files come in.
        follow: Follows the ingestion of documents.
        downloads: Bounds the originals that are being read.
        listener: To be run for as long as the process serves.
        registrations: What adds each service to a server, by its full name.
    """

    def __init__(self, config: PersistenceSettings) -> None:
        """Makes the directories; nothing connects yet.

        Raises:
            SettingsError: there is no directory for files.
        """
        if config.documents_dir is None:
            raise SettingsError(
                ["LAMLA_PERSISTENCE_DOCUMENTS_DIR: required to serve. A directory."]
            )
        try:
            spool = Spool(
                config.documents_dir / "uploads",
                keep_free_bytes=config.keep_free_bytes,
            )
        except OSError as error:
            raise SettingsError(
                [f"LAMLA_PERSISTENCE_DOCUMENTS_DIR: {error.strerror}."]
            ) from error
        self._changes = Changes()
        self.intake = Intake(
            spool,
            max_file_bytes=config.max_file_bytes,
            quotas=Quotas.configured(config),
        )
        self.follow = FollowIngestion(self._changes)
        self.downloads = Streams("download_streams", OWNER_DOWNLOADS)
        self.listener = Listener(config.app_database, self._changes)
        self.periodic = documents_periodic(spool)
        uploads = UploadServicer(self.intake, fetch_private=config.fetch_private)
        self.registrations: dict[str, Callable[[grpc.aio.Server], None]] = {
            DOCUMENTS: DocumentServicer(self.follow, self.downloads).register,
            UPLOADS: uploads.register,
            COLLECTIONS: CollectionServicer().register,
        }

    async def drain(self) -> None:
        """Ends the streams that would last."""
        self._changes.end()
