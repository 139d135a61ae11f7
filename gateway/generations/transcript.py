"""Turns what llm_worker tells into the events of a generation."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from os.path import commonprefix

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.clients.worker import ProviderFinished, ProviderStarted
from gateway.events import AttemptChanged, Tokens
from gateway.evidence import Grounding
from gateway.generations.generation import Generation
from gateway.generations.hold import HeldTokens, Hold

WorkerBody = ProviderStarted | Tokens | AttemptChanged | ProviderFinished


class Transcript:
    """Writes a generation from its begin.

    Attributes:
        first_token: When the first token came, by the loop's clock; None when it came
            to a former writer.
        worker_endpoint: Where the llm_worker is reached that generates.
        finished: How the model ended; None until then.
        begun: What the answer begins with that llm_worker does not tell.
    """

    def __init__(self, generation: Generation, hold: Hold, *, prefix: str = "") -> None:
        """`prefix` is what the answer begins with before llm_worker says a word."""
        self.first_token: float | None = None
        self.worker_endpoint = ""
        self.finished: ProviderFinished | None = None
        self.begun = prefix
        self._generation = generation
        self._held = HeldTokens(generation, hold)
        self._has_started = False
        self._prefix = prefix
        self._prefix_length = len(prefix)
        self._grounding: Grounding | None = None

    @property
    def is_caught_up(self) -> bool:
        """Whether it is past what a former writer stored."""
        return True

    def write(self, body: WorkerBody) -> None:
        """Writes one event of llm_worker."""
        match body:
            case Tokens():
                self._write_tokens(body)
            case ProviderStarted():
                self.worker_endpoint = body.worker_endpoint
                self._accept(body)
            case AttemptChanged():
                self._change_attempt(body)
            case ProviderFinished():
                self.finished = body

    def begin(self) -> None:
        """Writes `started`, with the model that was asked for, and the prefix, unless
        that has been done.
        """
        if self._has_started:
            return
        self._has_started = True
        self._generation.append(self._generation.started)
        if self._prefix:
            self._generation.append(Tokens(self._prefix, 0, 0))
            self._generation.text.mark_stored(self._prefix, 0)  # With the turn.
        if self._grounding is not None:
            self._generation.append(self._grounding)

    def ground(self, grounding: Grounding) -> None:
        """Writes what the answer rests on: after `started`, before the first token."""
        if self._generation.findings.grounding is not None:
            return  # A former writer has told it.
        self._grounding = grounding
        if self._has_started:
            self._generation.append(grounding)
        else:
            self._generation.findings.add(grounding)  # To be stored at once.

    def close(self) -> None:
        """Writes what is still held, before the last event."""
        self.begin()
        self._held.flush()

    def _write_tokens(self, tokens: Tokens) -> None:
        if self.first_token is None:
            self.first_token = asyncio.get_running_loop().time()
        self._held.add(tokens.text, tokens.token_count)

    def _accept(self, started: ProviderStarted) -> None:
        self._generation.identify(model=started.model, provider=started.provider)
        self.begin()

    def _change_attempt(self, changed: AttemptChanged) -> None:
        self._held.flush()
        # llm_worker knows no prefix: its texts begin after it.
        offset = self._prefix_length + changed.replace_from_offset
        self._generation.append(replace(changed, replace_from_offset=offset))


class TakenOverTranscript(Transcript):
    """Writes on where a former writer's checkpoint ends.

    llm_worker tells everything again from its first event; what is stored already is
    compared instead of written. Should it differ, the text is cut where it does.
    """

    def __init__(
        self, generation: Generation, hold: Hold, *, prefix_length: int = 0
    ) -> None:
        """`prefix_length` is how much of the stored text llm_worker did not write."""
        super().__init__(generation, hold)
        self._has_started = True  # Readers begin with a snapshot.
        self._prefix_length = prefix_length
        self.begun = str(generation.text)[:prefix_length]
        self._stored: str | None = str(generation.text)[prefix_length:]
        self._told = ""
        self._told_tokens = 0

    @property
    def is_caught_up(self) -> bool:
        """See `Transcript.is_caught_up`."""
        return self._stored is None

    def close(self) -> None:
        """See `Transcript.close`. What ended too early leaves the stored text."""
        if self.finished is not None:
            self._catch_up()
        super().close()

    def _write_tokens(self, tokens: Tokens) -> None:
        if self._stored is None:
            self._held.add(tokens.text, tokens.token_count)
            return
        self._told += tokens.text
        self._told_tokens += tokens.token_count
        if len(self._told) >= len(self._stored):
            self._catch_up()

    def _change_attempt(self, changed: AttemptChanged) -> None:
        if self._stored is None:
            super()._change_attempt(changed)
            return
        self._told = self._told[: changed.replace_from_offset]
        self._generation.identify(model=changed.model, provider=changed.provider)

    def _catch_up(self) -> None:
        if self._stored is None:
            return
        stored, self._stored = self._stored, None
        same = len(commonprefix([stored, self._told]))  # noqa: RUF071 - Characters are meant.
        if same < len(stored):
            started = self._generation.started
            cause = ErrorReason.ERROR_REASON_GENERATION_INTERRUPTED
            self._generation.append(
                AttemptChanged(
                    attempt=2,
                    provider=started.provider,
                    model=started.model,
                    replace_from_offset=self._prefix_length + same,
                    cause=ErrorReason.Name(cause),
                )
            )
        self._generation.token_count = self._told_tokens
        if rest := self._told[same:]:
            self._held.add(rest, 0)  # Its tokens are counted in the line above.
