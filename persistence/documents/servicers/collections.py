"""CollectionService: converts, runs a service or selector, converts back."""

from __future__ import annotations

from uuid import UUID

import grpc
from lamla.documents.v1 import collection_service_pb2 as pb
from lamla.documents.v1 import collection_service_pb2_grpc as pb_grpc

from mesh.identity import current_user
from persistence import orm
from persistence.documents.collections import selectors, services
from persistence.documents.convert import collection_to_proto, ids_from_proto

SERVICE = "lamla.documents.v1.CollectionService"

COLLECTIONS_PAGE = 50


class CollectionServicer(pb_grpc.CollectionServiceServicer):
    """The collections of the calling user."""

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to `server`."""
        pb_grpc.add_CollectionServiceServicer_to_server(self, server)

    async def CreateCollection(
        self, request: pb.CreateCollectionRequest, context: grpc.aio.ServicerContext
    ) -> pb.CreateCollectionResponse:
        user = current_user()
        now = await orm.run(
            services.collection_create,
            owner=user.id,
            owner_id=user.id,
            request_id=UUID(request.request_id),
            name=request.name,
        )
        return pb.CreateCollectionResponse(collection=collection_to_proto(now))

    async def ListCollections(
        self, request: pb.ListCollectionsRequest, context: grpc.aio.ServicerContext
    ) -> pb.ListCollectionsResponse:
        user = current_user()
        page = await orm.run(
            selectors.collection_list,
            owner=user.id,
            owner_id=user.id,
            page_size=request.page_size or COLLECTIONS_PAGE,
            page_token=request.page_token,
        )
        return pb.ListCollectionsResponse(
            collections=[collection_to_proto(now) for now in page.collections],
            next_page_token=page.next_token,
        )

    async def GetCollection(
        self, request: pb.GetCollectionRequest, context: grpc.aio.ServicerContext
    ) -> pb.GetCollectionResponse:
        user = current_user()
        now = await orm.run(
            selectors.collection_get,
            owner=user.id,
            owner_id=user.id,
            collection_id=UUID(request.collection_id),
        )
        return pb.GetCollectionResponse(collection=collection_to_proto(now))

    async def UpdateCollection(
        self, request: pb.UpdateCollectionRequest, context: grpc.aio.ServicerContext
    ) -> pb.UpdateCollectionResponse:
        user = current_user()
        now = await orm.run(
            services.collection_update,
            owner=user.id,
            owner_id=user.id,
            collection_id=UUID(request.collection_id),
            name=request.name,
        )
        return pb.UpdateCollectionResponse(collection=collection_to_proto(now))

    async def DeleteCollection(
        self, request: pb.DeleteCollectionRequest, context: grpc.aio.ServicerContext
    ) -> pb.DeleteCollectionResponse:
        user = current_user()
        await orm.run(
            services.collection_delete,
            owner=user.id,
            owner_id=user.id,
            request_id=UUID(request.request_id),
            collection_id=UUID(request.collection_id),
        )
        return pb.DeleteCollectionResponse()

    async def ChangeDocuments(
        self, request: pb.ChangeDocumentsRequest, context: grpc.aio.ServicerContext
    ) -> pb.ChangeDocumentsResponse:
        user = current_user()
        now = await orm.run(
            services.collection_change,
            owner=user.id,
            owner_id=user.id,
            collection_id=UUID(request.collection_id),
            added=ids_from_proto(request.added_document_ids),
            removed=ids_from_proto(request.removed_document_ids),
        )
        return pb.ChangeDocumentsResponse(collection=collection_to_proto(now))
