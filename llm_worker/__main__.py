"""Starts llm_worker: `python -m llm_worker serve`."""

from __future__ import annotations

import typer
from lamla.llm.v1 import embedding_service_pb2_grpc, generation_service_pb2_grpc

from llm_worker.convert import Defaults
from llm_worker.embeddings import registry as embedding_registry
from llm_worker.embeddings.base import Embedder
from llm_worker.generations import Generations
from llm_worker.policy import POLICY
from llm_worker.providers import registry
from llm_worker.providers.base import Provider
from llm_worker.routing import Router
from llm_worker.servicers.embedding import EmbeddingServicer
from llm_worker.servicers.generation import GenerationServicer
from llm_worker.settings import LLMWorkerSettings
from mesh import process, telemetry
from mesh.credentials import Certificates
from mesh.server import PeerServer
from mesh.settings import load

# Some vendors count how often they are asked for a sign of life.
PROBE_SECONDS = 15.0

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def llm_worker() -> None:
    """Turns prompts into tokens and texts into vectors."""


@app.command()
def serve() -> None:
    """Serves until SIGTERM or SIGINT."""
    process.run(main)


async def main() -> None:
    """Wires the parts of the process together and serves.

    Raises:
        SettingsError: the environment cannot be used.
        CertificatesError: the certificate files cannot be used.
    """
    settings = load(LLMWorkerSettings)
    telemetry.configure("llm_worker", settings.log_level)
    providers = registry.build(settings)
    generations = Generations(Router(providers), limit=settings.max_generations)
    embedders = embedding_registry.build(settings)
    server = assemble(settings, generations, embedders)
    watch(server, providers, embedders)
    try:
        await embedding_registry.start(embedders)
        for provider in providers:
            provider.start()
        await server.run()
    finally:
        await generations.close()
        for embedder in embedders:
            await embedder.close()
        for provider in providers:
            await provider.close()


def assemble(
    settings: LLMWorkerSettings,
    generations: Generations,
    embedders: list[Embedder],
) -> PeerServer:
    """Makes the server with both services."""
    server = PeerServer(
        settings,
        listen=settings.listen,
        policy=POLICY,
        verifier=None,
        certs=Certificates(settings.certs_dir),
    )
    defaults = Defaults(
        temperature=settings.default_temperature,
        output_tokens=settings.output_tokens,
        max_output_tokens=settings.max_output_tokens,
    )
    generation = GenerationServicer(
        generations, defaults=defaults, endpoint=settings.endpoint
    )
    server.add(
        lambda s: generation_service_pb2_grpc.add_GenerationServiceServicer_to_server(
            generation, s
        ),
        "lamla.llm.v1.GenerationService",
    )
    embedding = EmbeddingServicer(embedders)
    server.add(
        lambda s: embedding_service_pb2_grpc.add_EmbeddingServiceServicer_to_server(
            embedding, s
        ),
        "lamla.llm.v1.EmbeddingService",
    )
    return server


def watch(
    server: PeerServer, providers: list[Provider], embedders: list[Embedder]
) -> None:
    """Lets health report who answers; none of them decides about the process."""
    for provider in providers:
        server.health.depends_on(provider.name, provider.check, PROBE_SECONDS)
    names = ["embeddings", *(f"embeddings:{one.name}" for one in embedders[1:])]
    for name, embedder in zip(names, embedders, strict=True):
        server.health.depends_on(name, embedder.check, embedder.probe_seconds)


if __name__ == "__main__":
    app()
