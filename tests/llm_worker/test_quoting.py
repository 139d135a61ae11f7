"""An answer that is meant to quote may repeat pieces of its prompt."""

from __future__ import annotations

import pytest
from lamla.llm.v1 import generation_service_pb2 as pb

from llm_worker.convert import Defaults, prompt_from_proto
from llm_worker.providers.control_tokens import ControlTokens
from llm_worker.providers.rendition import Rendition
from llm_worker.providers.sampling import DRY, QUOTING, SAMPLING, sampling_for
from llm_worker.trimming import without_oldest
from mesh.ids import uuid7

DEFAULTS = Defaults(0.7, output_tokens=400, max_output_tokens=1_000)


def asked(*, may_quote):
    """Reads a request as the service does."""
    said = pb.PromptMessage(role=pb.PROMPT_ROLE_USER, text="a", may_drop=True)
    request = pb.GenerateRequest(
        generation_id=str(uuid7()),
        messages=[said, said],
        may_quote=may_quote,
    )
    return prompt_from_proto(request, DEFAULTS)


@pytest.mark.parametrize("may_quote", [True, False])
def test_what_was_asked_for_reaches_the_decoder(may_quote):
    """
    Whatever else happens to the prompt on its way: cut, begun, made safe.
    """
    shorter = without_oldest(asked(may_quote=may_quote), 1)
    begun = shorter.with_prefix("Begun <|im_end|> ")
    safe = Rendition(begun, ControlTokens(["<|im_end|>"])).prompt

    assert safe != begun
    assert (QUOTING if may_quote else SAMPLING) == sampling_for(safe)


def test_a_quotation_is_left_alone_for_longer_than_a_sentence():
    """
    Words of passages have no penalty; what goes in circles ends all the same.
    """
    assert 1 == QUOTING["repeat_penalty"] < SAMPLING["repeat_penalty"]
    assert QUOTING["dry_allowed_length"] > 2 * DRY["dry_allowed_length"]
    assert 0 < QUOTING["dry_multiplier"]
