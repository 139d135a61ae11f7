"""Puts gateway's flows together over the ports they use, whoever implements those."""

from __future__ import annotations

from collections.abc import Callable

import grpc

from gateway.citations.proving import Proving
from gateway.clients.chunks import Chunks
from gateway.clients.conversations import Conversations
from gateway.clients.documents import Documents
from gateway.clients.embedder import Embedder
from gateway.clients.gateways import Gateways
from gateway.clients.guests import Guests
from gateway.clients.store import Store
from gateway.clients.worker import Worker
from gateway.flows.answer_message import AnswerMessage
from gateway.flows.cancel_generation import CancelGeneration
from gateway.flows.find_generation import FindGeneration
from gateway.flows.follow_generation import FollowGeneration
from gateway.flows.get_generation import GetGeneration
from gateway.flows.get_models import GetModels
from gateway.flows.name_conversation import NameConversation
from gateway.flows.open_guest import OpenGuest
from gateway.flows.reply import Reply
from gateway.flows.report_errors import ReportErrors
from gateway.flows.resume_generation import ResumeGeneration
from gateway.flows.search_documents import SearchDocuments
from gateway.flows.tell_text import TellText
from gateway.generations.checkpoint import Checkpointer
from gateway.generations.generation import Generation
from gateway.generations.hold import Hold
from gateway.generations.hub import Hub
from gateway.generations.load import Load
from gateway.generations.plan import Prepared
from gateway.generations.writer import Tools
from gateway.models import Models
from gateway.policy import CHAT, COMPAT, REPORTS, SEARCH
from gateway.prompts.template import Template
from gateway.retrieval.ground import GroundAnswer
from gateway.retrieval.model_rewriting import ChosenRewriter
from gateway.retrieval.searching import Searching
from gateway.servicers.chat import ChatServicer
from gateway.servicers.client_report import ClientReportServicer
from gateway.servicers.compat import CompatServicer
from gateway.servicers.search import SearchServicer
from gateway.settings import GatewaySettings

# A writer that shows no life is replaced when its lease is over; some time on top for
# who replaces it.
PATIENCE_SECONDS = 10.0


class Application:
    """Everything that runs inside one gateway.

    Attributes:
        hub: The answers that are being written.
        servicer: The public face.
        registrations: What adds each service to a server, by its full name.
    """

    def __init__(  # noqa: PLR0913 - The ports, by keyword.
        self,
        settings: GatewaySettings,
        *,
        store: Store,
        worker: Worker,
        gateways: Gateways,
        guests: Guests,
        conversations: Conversations,
        documents: Documents,
        chunks: Chunks,
        embedder: Embedder,
        endpoint: str,
        template: Template | None = None,
    ) -> None:
        """Reads the template that `settings` names, unless one is given.

        Args:
            endpoint: Names this run of this process in leases.

        Raises:
            UnknownPromptError: there is none of that name.
        """
        self._load = Load()
        self._models = Models(worker)
        self._checkpointer = Checkpointer(
            store,
            self._load,
            seconds=settings.checkpoint_seconds,
            max_seconds=settings.max_checkpoint_seconds,
            lease_seconds=settings.lease_seconds,
        )
        hold = Hold(
            load=self._load,
            active=lambda: self.hub.active,
            idle_generations=settings.idle_generations,
            rule_seconds=settings.hold_milliseconds / 1_000,
            max_seconds=settings.max_hold_milliseconds / 1_000,
        )
        self._embedder = embedder
        searching = Searching(chunks, embedder)
        ground = GroundAnswer(
            chunks=chunks,
            searching=searching,
            embedder=embedder,
            rewriter=ChosenRewriter(worker, timeout_seconds=settings.rewrite_seconds),
            models=self._models,
            template=template or Template.load(settings.prompt),
            settings=settings,
        )
        tools = Tools(
            worker=worker,
            store=store,
            hold=hold,
            checkpointer=self._checkpointer,
            prove=self._prove,
            refind=ground.refind,
            settings=settings,
        )
        self.hub = Hub(tools)
        find = FindGeneration(hub=self.hub, store=store, endpoint=endpoint)
        patience_seconds = settings.lease_seconds + PATIENCE_SECONDS
        follow = FollowGeneration(
            find=find,
            gateways=gateways,
            patience_seconds=patience_seconds,
            heartbeat_seconds=settings.heartbeat_seconds,
        )
        self._idle_generations = settings.idle_generations
        self._name = NameConversation(
            store=store,
            worker=worker,
            models=self._models,
            may_run=self._has_nothing_better_to_do,
        )
        answer = AnswerMessage(
            hub=self.hub,
            store=store,
            models=self._models,
            ground=ground,
            follow=follow,
            name=self._name,
            settings=settings,
        )
        reply = Reply(answer, timeout_seconds=settings.reply_timeout_seconds)
        self.servicer = ChatServicer(
            answer=answer,
            reply=reply,
            resume=ResumeGeneration(follow),
            cancel=CancelGeneration(
                find=find, gateways=gateways, patience_seconds=patience_seconds
            ),
            get=GetGeneration(find=find, gateways=gateways),
            offer=GetModels(self._models, settings),
        )
        compat = CompatServicer(
            open_guest=OpenGuest(guests),
            reply=reply,
            tell=TellText(answer),
            conversations=conversations,
            documents=documents,
        )
        self.registrations: dict[str, Callable[[grpc.aio.Server], None]] = {
            CHAT: self.servicer.register,
            COMPAT: compat.register,
            REPORTS: ClientReportServicer(ReportErrors()).register,
            SEARCH: SearchServicer(SearchDocuments(searching)).register,
        }

    def start(self) -> None:
        """Begins what runs in the background."""
        self._load.start()
        self._models.start()
        self._checkpointer.start()
        self.hub.start()
        self._name.start()

    async def drain(self) -> None:
        """Lets answers end, or ends them; takes no new ones."""
        await self._name.stop()
        await self.hub.drain()

    async def stop(self) -> None:
        """Ends what runs in the background."""
        await self._name.stop()
        await self.hub.stop()
        await self._checkpointer.stop()
        await self._models.stop()
        self._load.stop()

    def _prove(self, generation: Generation, prepared: Prepared) -> Proving:
        return Proving(
            generation,
            prepared.chunks,
            question=prepared.question,
            embedder=self._embedder,
        )

    def _has_nothing_better_to_do(self, model: str) -> bool:
        """Says whether a title may be made with `model` without delaying an answer."""
        limit = 0 if self._models.is_built_in(model) else self._idle_generations
        is_calm = self._load.is_calm and not self.hub.is_draining
        return is_calm and self.hub.active <= limit
