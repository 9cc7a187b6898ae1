"""Chat completions as a server reads them (contract/workers_ai.md section 15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...errors import BadRequestError
from ...generation import Request, Sampling
from ..json_text import whole_characters
from .answer_format import read_format
from .asked import Asked
from .card import Card
from .chat_writing import ChatWriter
from .complaints import bad_input, mismatch, missing, not_let_pass
from .conversation import read_messages
from .offers import read_choice, read_tools
from .sampling import SEEDS, read_sampling
from .values import read_integer, read_number, read_value

__all__ = ["ChatWriter", "model_of", "read_chat"]

READ = frozenset(
    (
        *("model", "messages", "tools", "tool_choice", "parallel_tool_calls", "response_format", "guided_json"),
        *("stream", "stream_options", "n", "options", "lora", "events", "max_tokens", "max_completion_tokens"),
        *("temperature", "top_p", "top_k", "seed", "stop"),
        *("repetition_penalty", "frequency_penalty", "presence_penalty"),
    )
)
"""Fields that count."""
SILENT = frozenset(("user", "metadata", "store", "service_tier", "safety_identifier", "prompt_cache_key"))
"""Fields of OpenAI's that change nothing about an answer."""


def model_of(body: Any) -> str:
    """The model that a body names.

    Raises:
        BadRequestError: With code 5006: it names none.
    """
    if not isinstance(body, dict):
        raise mismatch("/", "object", body)
    model = read_value(body, "model", "string")
    if not model:
        raise missing("/", "model", "messages")
    return whole_characters(model)


def read_chat(body: Any, card: Card, *, strict: bool = False) -> Asked:
    """What the body of a chat completion asks for.

    Beside OpenAI's fields there are `top_k`, `repetition_penalty`, `lora`, `guided_json`, `options.rejectIfBusy`
    (contract/workers_ai.md section 11) and `events`. What is not known is ignored, with a note. A model without a
    documented default of its own writes as much as `Sampling` and its context let it, where no `max_tokens` is given.

    Args:
        body: The JSON of the request.
        card: The model that it names.
        strict: Refuse what would be ignored or dropped.

    Raises:
        BadRequestError: A field has a value that cannot be served; the message names it.
    """
    model_of(body)
    if body.get("messages") is None:
        raise missing("/", "model", "messages")
    messages = read_messages(body["messages"], lenient=True)
    if not messages:
        raise bad_input("'/messages' must have at least 1 item")
    read_number(body, "n", 1, 1, whole=True)
    fields, notes = _wanted(body)
    notes += _ignored(body)
    if strict and notes:
        raise not_let_pass(notes[0])
    stream = _flag(body, "stream")
    fields["extra"] |= _extra(body, card, bool(fields["tools"]))
    sampling, fitting = read_sampling(body, card, stream), True
    if card.edition == "2025" and not any(body.get(name) for name in ("max_tokens", "max_completion_tokens")):
        sampling, fitting = replace(sampling, max_tokens=Sampling().max_tokens), False
    request = Request(messages, sampling=sampling, fitting=fitting, **fields)
    return Asked(
        request,
        stream,
        usage_frame=_flag(read_value(body, "stream_options", "object") or {}, "include_usage", "/stream_options"),
        reject_if_busy=_flag(read_value(body, "options", "object") or {}, "rejectIfBusy", "/options"),
        events=_flag(body, "events"),
        notes=notes,
    )


def _wanted(body: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The fields of a `Request` that say what the answer is to be: calls, or of some form."""
    tools, notes = read_tools(body.get("tools"))
    choice = read_choice(body.get("tool_choice"), tools)
    schema, extra = _form(body)
    if tools and (schema is not None or extra):
        if choice == "none":
            tools, choice = (), "auto"
        else:  # an answer with calls is no JSON, and nothing can be held to either
            schema, extra, notes = None, {}, (*notes, "response_format was ignored beside tools")
    return {"tools": tools, "tool_choice": choice, "output_schema": schema, "extra": {**extra}}, notes


def _flag(values: Mapping[str, Any], name: str, path: str = "") -> bool:
    return read_value(values, name, "boolean", path) or False


def _ignored(body: Mapping[str, Any]) -> tuple[str, ...]:
    names = [name for name, value in body.items() if name not in READ and name not in SILENT and value is not None]
    told = [f"ignored: {', '.join(name[:60] for name in names[:20])}"] if names else []
    seed = read_integer(body, "seed")
    if seed is not None and not 1 <= seed <= SEEDS:
        told.append(f"seed {seed} is outside 1 to {SEEDS} and was mapped into it")
    return tuple(told)


def _form(body: Mapping[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    guided = read_value(body, "guided_json", "object")
    schema, extra = read_format(body.get("response_format"))
    return (guided, {}) if guided is not None else (schema, extra)


def _extra(body: Mapping[str, Any], card: Card, with_tools: bool) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    parallel = read_value(body, "parallel_tool_calls", "boolean")
    if parallel is not None and with_tools:
        extra["parallel_tool_calls"] = parallel
    lora = read_value(body, "lora", "string")
    if lora is not None:
        if "lora" not in card.capabilities:
            raise BadRequestError(f"Model {card.name} does not support LoRA", status=405, code=5005)
        extra["lora"] = lora
    return extra
