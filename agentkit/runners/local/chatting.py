"""Plain conversation: the model answers in its own words."""

from __future__ import annotations

from collections.abc import Callable

from ...generation import Delta, FinishReason, Request, SamplingOptions, TextDelta
from .constrained.tool_calling import engine_fields
from .decoder import Decoder
from .prompting import RAW, chat_text, raw_text
from .sampling import chosen


def chat(
    decoder: Decoder,
    request: Request,
    defaults: SamplingOptions,
    put: Callable[[Delta], None],
    template: str | None = None,
) -> FinishReason:
    """Answer a conversation, piece by piece, as it is decoded.

    `max_tokens` is the most that is written; where the context has less room left, the answer ends there, with the
    reason `length`. With `raw` in the request's `extra`, the last message of the user is the whole prompt, unchanged.

    Args:
        decoder: The model.
        request: Its messages, sampling and `extra` count.
        defaults: How tokens are drawn where the request leaves it open.
        put: Gets the deltas.
        template: The published prompt format of a model without a template of its own.

    Raises:
        ContextOverflowError: The conversation leaves no room for an answer.
    """
    sampling = chosen(request.sampling, defaults)
    if request.extra.get(RAW) is True:
        prompt = raw_text(decoder, request.messages, template)
    else:
        prompt = chat_text(decoder, request.messages, fallback=template)
    most, extra = request.sampling.max_tokens, engine_fields(request)
    completion = decoder.complete(prompt, most, lambda text: put(TextDelta(text)), extra=extra, **sampling)
    return "stop" if completion.complete else "length"
