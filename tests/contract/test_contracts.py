"""Rules that hold for every service, read from the descriptors of generated code."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest
from google.api import annotations_pb2
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

ROOT = Path(__file__).parents[2]
INTERNAL = {"lamla.llm.v1", "lamla.store.v1"}
# Older clients' paths: they are as they were, without request ids and pages.
OLDER = "lamla.compat.v1"
# Signing in twice is two sessions, as meant; a refresh token is its own idempotency.
# Of documents: what says how things are to be, or names an upload and a place in it,
# can be said twice; a search changes nothing; the stream's id is in its first message.
WITHOUT_REQUEST_ID = {
    "lamla.chat.v1.ChatService.CancelGeneration",
    "lamla.chat.v1.ChatService.Reply",
    "lamla.documents.v1.CollectionService.ChangeDocuments",
    "lamla.documents.v1.CollectionService.UpdateCollection",
    "lamla.documents.v1.DocumentService.CancelIngestion",
    "lamla.documents.v1.DocumentService.RetryIngestion",
    "lamla.documents.v1.DocumentService.UpdateDocument",
    "lamla.documents.v1.SearchService.SearchChunks",
    "lamla.documents.v1.UploadService.CancelUpload",
    "lamla.documents.v1.UploadService.CompleteUpload",
    "lamla.documents.v1.UploadService.UploadDocument",
    "lamla.documents.v1.UploadService.UploadPart",
    "lamla.identity.v1.IdentityService.CreateGuest",
    "lamla.identity.v1.IdentityService.Login",
    "lamla.identity.v1.IdentityService.Logout",
    "lamla.identity.v1.IdentityService.Refresh",
    "lamla.identity.v1.IdentityService.Register",
}


def services() -> list[ServiceDescriptor]:
    """Returns every service of ours."""
    files = (ROOT / "protos" / "lamla").rglob("*_service.proto")
    names = [
        str(file.relative_to(ROOT / "protos").with_suffix("")).replace("/", ".")
        for file in files
    ]
    modules = [importlib.import_module(f"{name}_pb2") for name in sorted(names)]
    return [
        service
        for module in modules
        for service in module.DESCRIPTOR.services_by_name.values()
    ]


def methods(*, public: bool) -> list[MethodDescriptor]:
    """Returns every method of the public or of the internal services."""
    return [
        method
        for service in services()
        if (service.file.package not in INTERNAL) == public
        for method in service.methods
    ]


def of_today() -> list[MethodDescriptor]:
    """Returns the public methods that new clients call."""
    return [
        method
        for method in methods(public=True)
        if method.containing_service.file.package != OLDER
    ]


def http(method: MethodDescriptor) -> tuple[str, str]:
    """Returns verb and path of a method's JSON face, empty without one."""
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    verb = rule.WhichOneof("pattern")
    return (verb, getattr(rule, verb)) if verb else ("", "")


@pytest.mark.parametrize("method", methods(public=True), ids=lambda m: m.full_name)
def test_public_methods_have_a_json_face(method):
    """
    Scripts reach whatever the page reaches; a path has a version and no slash at its
    end, which Envoy's transcoder refuses.
    """
    if method.client_streaming:
        return  # JSON cannot stream up: those are for services.
    _, path = http(method)
    older = method.containing_service.file.package == OLDER

    assert path.startswith("/api/" if older else "/v1/")
    assert not path.endswith("/")


@pytest.mark.parametrize("method", methods(public=False), ids=lambda m: m.full_name)
def test_internal_methods_have_none(method):
    """
    What has no annotation cannot be reached over JSON, whatever the edge is told.
    """
    assert ("", "") == http(method)


def test_json_paths_are_unique():
    """
    Two methods on one path would make the transcoder choose.
    """
    paths = [http(method) for method in methods(public=True) if http(method)[1]]

    assert len(paths) == len(set(paths))


@pytest.mark.parametrize("method", of_today(), ids=lambda m: m.full_name)
def test_mutations_are_idempotent(method):
    """
    What changes something can be retried: by a `request_id`, or it is named above.
    """
    verb, _ = http(method)
    if verb == "get" or method.full_name in WITHOUT_REQUEST_ID:
        return

    assert "request_id" in method.input_type.fields_by_name


@pytest.mark.parametrize("method", of_today(), ids=lambda m: m.full_name)
def test_lists_are_paged(method):
    """
    A list that grows with its user is read in pages (https://google.aip.dev/158).
    """
    if not method.name.startswith("List"):
        return
    request, response = method.input_type, method.output_type

    assert {"page_size", "page_token"} <= set(request.fields_by_name.keys())
    assert "next_page_token" in response.fields_by_name


@pytest.mark.parity("A15")
def test_no_service_passes_calls_on():
    """
    Envoy routes by service name, so no service implements another's contract: each
    generated servicer has exactly one subclass in the packages.
    """
    sources = [
        path.read_text()
        for package in ("gateway", "llm_worker", "persistence")
        for path in (ROOT / package).rglob("*.py")
    ]

    implementations = {
        service.full_name: sum(f".{service.name}Servicer)" in s for s in sources)
        for service in services()
    }

    assert dict.fromkeys(implementations, 1) == implementations


def test_generated_docstrings_come_from_the_contract():
    """
    A reader of the stubs sees what the proto promises.
    """
    stub = ROOT / "gen" / "python" / "lamla" / "chat" / "v1" / "chat_service_pb2.pyi"

    assert "not only white space" in inspect.cleandoc(stub.read_text())
