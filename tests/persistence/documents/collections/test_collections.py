"""CollectionService: documents put together under names."""

from __future__ import annotations

import asyncio

import pytest
from lamla.documents.v1 import collection_service_pb2 as pb

from mesh.ids import uuid7
from tests.mesh.failures import failure, reason, typed


async def named(library, **values) -> pb.ListCollectionsResponse:
    """Lists a page."""
    request = pb.ListCollectionsRequest(**values)
    return await library.collections.ListCollections(request, **library.options)


async def rename(library, collection_id: str, name: str):
    """Changes a name."""
    request = pb.UpdateCollectionRequest(collection_id=collection_id, name=name)
    response = await library.collections.UpdateCollection(request, **library.options)
    return response.collection


async def get(library, collection_id: str):
    """Gets one."""
    request = pb.GetCollectionRequest(collection_id=collection_id)
    response = await library.collections.GetCollection(request, **library.options)
    return response.collection


async def delete(library, collection_id: str, request_id: str = "") -> None:
    """Deletes one."""
    request = pb.DeleteCollectionRequest(
        collection_id=collection_id, request_id=request_id or str(uuid7())
    )
    await library.collections.DeleteCollection(request, **library.options)


class TestNames:
    async def test_it_is_made_once_for_each_request(self, adas):
        """
        The same request returns the same one; with another body it is refused.
        """
        request_id = str(uuid7())

        answers = await asyncio.gather(
            *(adas.collect(" Kant\t", request_id) for _ in range(3))
        )

        assert 1 == len({answer.collection_id for answer in answers})
        assert ("Kant", 0) == (answers[0].name, answers[0].document_count)
        error = await failure(adas.collect("Hume", request_id))
        assert "REQUEST_ID_REUSED" == reason(error)

    @pytest.mark.parametrize("name", ["KANT", " kant "])
    async def test_a_name_is_taken_without_case(self, adas, bobs, name):
        """
        ALREADY_EXISTS says by which; other people may have it too.
        """
        kant = await adas.collect("Kant")
        hume = await adas.collect("Hume")

        for call in (adas.collect(name), rename(adas, hume.collection_id, name)):
            error = await failure(call)
            assert "COLLECTION_NAME_TAKEN" == reason(error)
            assert {"collection_id": kant.collection_id} == typed(error).metadata
        await bobs.collect("Kant")

    async def test_its_own_name_can_be_spelled_anew(self, adas):
        """
        Twice is once.
        """
        kant = await adas.collect("kant")

        one = await rename(adas, kant.collection_id, "KANT")
        two = await rename(adas, kant.collection_id, "KANT")

        assert one == two
        assert "KANT" == one.name

    @pytest.mark.parametrize("name", ["", " ", "\N{NO-BREAK SPACE}", "x" * 201, "a\0"])
    async def test_what_is_no_name_is_refused(self, adas, name):
        """
        INVALID_FIELD.
        """
        error = await failure(adas.collect(name))

        assert "INVALID_FIELD" == reason(error)
        assert "name" == typed(error).field_violations[0].field

    async def test_they_are_listed_by_name(self, adas, bobs):
        """
        Without case, in pages, one's own only; a page goes on behind what was deleted.
        """
        await bobs.collect("a")
        made = [await adas.collect(name) for name in ("d", "B", "a", "C")]
        first = await named(adas, page_size=2)
        token = first.next_page_token

        second = await named(adas, page_size=2, page_token=token)
        await delete(adas, made[1].collection_id)
        after = await named(adas, page_size=2, page_token=token)

        assert ["a", "B"] == [each.name for each in first.collections]
        for page in (second, after):
            assert ["C", "d"] == [each.name for each in page.collections]
            assert "" == page.next_page_token


class TestDocuments:
    async def test_documents_go_in_and_out(self, adas):
        """
        What is in already, or out already, stays so.
        """
        ids = [(await adas.upload(b"%d" % n)).document_id for n in range(2)]
        collection_id = (await adas.collect("Kant")).collection_id

        both = await adas.change(collection_id, add=ids)
        again = await adas.change(collection_id, add=ids)
        one = await adas.change(collection_id, take=[ids[0], str(uuid7())])

        assert [2, 2, 1] == [each.document_count for each in (both, again, one)]
        assert both.update_time == again.update_time
        assert both.update_time.ToDatetime() < one.update_time.ToDatetime()
        assert [] == (await adas.get(ids[0])).collection_ids
        assert [collection_id] == (await adas.get(ids[1])).collection_ids

    async def test_it_is_all_or_nothing(self, adas, bobs):
        """
        A document of somebody else is as none.
        """
        mine = (await adas.upload(b"1")).document_id
        theirs = (await bobs.upload(b"1")).document_id
        collection_id = (await adas.collect("Kant")).collection_id

        error = await failure(adas.change(collection_id, add=[mine, theirs]))

        assert "DOCUMENT_NOT_FOUND" == reason(error)
        assert {"document_id": theirs} == typed(error).metadata
        assert 0 == (await get(adas, collection_id)).document_count

    async def test_deleting_one_keeps_the_documents(self, adas):
        """
        Repeated it is fine; with another request it is not found.
        """
        document_id = (await adas.upload(b"1")).document_id
        collection_id = (await adas.collect("Kant")).collection_id
        await adas.change(collection_id, add=[document_id])
        request_id = str(uuid7())

        await delete(adas, collection_id, request_id)
        await delete(adas, collection_id, request_id)

        error = await failure(delete(adas, collection_id))
        assert "COLLECTION_NOT_FOUND" == reason(error)
        assert [] == (await adas.get(document_id)).collection_ids

    async def test_a_deleted_document_is_in_none(self, adas):
        """
        The count says so.
        """
        document_id = (await adas.upload(b"1")).document_id
        collection_id = (await adas.collect("Kant")).collection_id
        await adas.change(collection_id, add=[document_id])

        await adas.delete(document_id)

        assert 0 == (await get(adas, collection_id)).document_count

    async def test_collections_of_somebody_else_are_not_found(self, adas, bobs):
        """
        By no method.
        """
        collection = await adas.collect("Kant")
        id_ = collection.collection_id

        for call in (
            get(bobs, id_),
            rename(bobs, id_, "Mine"),
            delete(bobs, id_),
            bobs.change(id_),
        ):
            assert "COLLECTION_NOT_FOUND" == reason(await failure(call))
        assert collection == await get(adas, id_)
