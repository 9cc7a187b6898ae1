"""Plain conversation: the model answers in its own words."""

from __future__ import annotations

from collections.abc import Callable

from ...generation import Delta, FinishReason, Request, SamplingOptions, TextDelta
from .decoder import Decoder
from .prompting import chat_prompt
from .sampling import chosen


def chat(decoder: Decoder, request: Request, defaults: SamplingOptions, put: Callable[[Delta], None]) -> FinishReason:
    """Answer a conversation, piece by piece, as it is decoded.

    `max_tokens` is the most that is written; where the context has less room left, the answer ends there, with the
    reason `length`.

    Raises:
        ContextOverflowError: The conversation leaves no room for an answer.
    """
    sampling = chosen(request.sampling, defaults)
    prompt = chat_prompt(decoder, request.messages)
    completion = decoder.complete(
        prompt, request.sampling.max_tokens, lambda text: put(TextDelta(text)), extra=request.extra, **sampling
    )
    return "stop" if completion.complete else "length"
