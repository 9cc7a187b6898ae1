"""How a request is answered: by the model in its own words, or with the help that small ones need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...errors import BadRequestError
from ...generation import Delta, FinishReason, Request, SamplingOptions, TextDelta
from .calling.planning import Caller, Planner, Recipe
from .calling.policy import SMALL, respond
from .calling.structured import structured_answer
from .chatting import chat
from .constrained.tool_calling import call_tools, wanted_schema, write_json
from .constrained.values import Bounds
from .decoder import Decoder
from .entry import Entry
from .needle.engine import Needle
from .needle.paired import Paired
from .prompting import RAW, chat_prompt, prompter_of
from .sampling import chosen

LORA = "lora"
"""The documented field that names an adapter (contract/workers_ai.md section 4)."""
TIGHT = Bounds(text=400, items=12, depth=3, free=1, calls=4)
"""For small models, which do not come to an end by themselves."""


class Answering:
    """Answers requests to one model.

    Args:
        entry: The model in the catalogue; None for weights of the user.
        guided: Whether it is helped; None: where it needs it.
        needle: Finds the values of calls, where the model is helped; None: the model itself.
    """

    def __init__(self, entry: Entry | None, guided: bool | None, needle: Needle | None) -> None:
        self._template = entry.template if entry else None
        self._defaults = entry.sampling if entry else SamplingOptions()
        self._guided = guided
        self._needle = needle
        self._planner = Planner()

    def answer(self, decoder: Decoder, request: Request, put: Callable[[Delta], None]) -> FinishReason:
        """Answer a request.

        Raises:
            ContextOverflowError: The conversation leaves no room for an answer.
            BadRequestError: A field, a schema or the template does not allow it.
        """
        _check_lengths(decoder, request)
        schema, raw = wanted_schema(request), request.extra.get(RAW) is True
        guided = not raw and (self._guided if self._guided is not None else self._needs_help(decoder))
        if guided and schema is not None:
            put(TextDelta(structured_answer(decoder, request.messages, schema)))
            return "stop"
        reason = respond(decoder, self._caller(decoder), request, put) if guided and request.tools else None
        if reason is not None:
            return reason
        if raw or guided or (schema is None and not request.tools):
            return chat(decoder, request, self._defaults, put, self._template)
        prompt = chat_prompt(decoder, request.messages, request.tools, self._template)
        sampling = chosen(request.sampling, self._defaults)
        bounds = TIGHT if decoder.engine.weight_bytes < SMALL else None
        if schema is not None:
            return write_json(decoder, prompt, request, schema, put, sampling=sampling, bounds=bounds)
        format = prompter_of(decoder.engine, self._template).format
        return call_tools(decoder, prompt, request, format, put, sampling=sampling, bounds=bounds)

    def _needs_help(self, decoder: Decoder) -> bool:
        """Whether the model is too small to choose tools and fill in values by itself, and was not made for it."""
        return decoder.engine.weight_bytes < SMALL and not prompter_of(decoder.engine, self._template).abilities.tools

    def _caller(self, decoder: Decoder) -> Caller:
        recipe = Recipe(decoder, self._planner)
        return recipe if self._needle is None else Paired(recipe, self._needle, decoder.stopped)


def _check_lengths(decoder: Decoder, request: Request) -> None:
    """Refuse what is far too long before anything looks at it; a helped model would read a part of it, slowly."""
    asked = next((message.content for message in reversed(request.messages) if message.role == "user"), "")
    for text in (asked, *(tool.description for tool in request.tools)):
        decoder.check_length(text)


def adapter_of(request: Request) -> str | None:
    """The LoRA adapter that a request names.

    Raises:
        BadRequestError: It is no name.
    """
    name = request.extra.get(LORA)
    if name is not None and not isinstance(name, str):
        raise BadRequestError(f"lora={name!r} must be the name of an adapter.")
    return name


def without_adapter(request: Request) -> Request:
    """A request of which the adapter has been read."""
    return replace(request, extra={name: value for name, value in request.extra.items() if name != LORA})
