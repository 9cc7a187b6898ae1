"""One reply under a grammar: calls of tools, or JSON of a schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from ....errors import BadRequestError
from ....generation import Delta, FinishReason, Repaired, Request, SamplingOptions, TextDelta
from ..decoder import Decoder
from ..engine import Engine
from .call_formats import CallFormat
from .checking import Follower
from .tool_grammar import output_grammar, tool_grammar
from .tool_reading import CallReader
from .values import Bounds

READ_HERE = ("parallel_tool_calls", "raw", "response_format")
"""Fields of a request's `extra` that are no engine's."""
Put = Callable[[Delta], None]


def call_tools(
    decoder: Decoder,
    prompt: Sequence[int],
    request: Request,
    format: CallFormat,
    put: Put,
    *,
    sampling: SamplingOptions | None = None,
    bounds: Bounds | None = None,
) -> FinishReason:
    """Answer a request with tools: text, calls, or text and then calls, as its `tool_choice` says.

    Every call that is put satisfies the schema of its tool. A reply that was cut, at `max_tokens` or by a `stop` text,
    has none: what was written of it is reported with `Repaired`.

    Args:
        decoder: The model.
        prompt: Token ids of the conversation, in which the tools were described.
        request: Its `tools`, `tool_choice` and `sampling.max_tokens` count, and `parallel_tool_calls` in `extra`.
        format: How the model writes calls.
        put: Gets the deltas.
        sampling: How tokens are drawn, without `max_tokens`.
        bounds: For what the schemas do not bound.

    Raises:
        BadRequestError: A schema cannot be made a grammar.
        ServerError: The engine did not follow the grammar.
    """
    special = special_marks(decoder.engine, format)
    several = request.extra.get("parallel_tool_calls") is not False
    grammar = tool_grammar(request.tools, request.tool_choice, format, parallel=several, special=special, bounds=bounds)
    reader, follower = CallReader(grammar.format, must=grammar.must, texts=grammar.texts), Follower(grammar.plain)

    def take(piece: str) -> None:
        follower.take(piece)
        if text := reader.feed(piece):
            put(TextDelta(text))

    extra = engine_fields(request) | ({"preserved_tokens": list(special)} if special else {})
    most = request.sampling.max_tokens
    completion = decoder.complete(prompt, most, take, grammar=grammar.text, extra=extra, **(sampling or {}))
    if reader.block and completion.complete and follower.whole:
        for call in reader.calls():
            put(call)
        return "tool_calls"
    if reader.block:
        put(Repaired("a call was cut and is left out", reader.block, ""))
    elif text := reader.rest():
        put(TextDelta(text))
    return "stop" if completion.complete else "length"


def write_json(
    decoder: Decoder,
    prompt: Sequence[int],
    request: Request,
    schema: Any,
    put: Put,
    *,
    sampling: SamplingOptions | None = None,
    bounds: Bounds | None = None,
) -> FinishReason:
    """Answer a request with JSON that satisfies a schema, unless it is cut: see `call_tools`."""
    grammar = output_grammar(schema, bounds)
    follower = Follower(grammar)

    def take(piece: str) -> None:
        follower.take(piece)
        put(TextDelta(piece))

    most, extra = request.sampling.max_tokens, engine_fields(request)
    completion = decoder.complete(prompt, most, take, grammar=grammar, extra=extra, **(sampling or {}))
    return "stop" if completion.complete else "length"


def wanted_schema(request: Request) -> Any:
    """The schema that the whole answer must satisfy, by `output_schema` or `response_format`; None where there is none.

    `response_format` is read in both documented forms (contract/workers_ai.md, OpenAI): the schema in `json_schema`,
    or in its field `schema`.

    Raises:
        BadRequestError: `response_format` is of an unknown type, or has no schema.
    """
    if request.output_schema is not None:
        return request.output_schema
    wanted = request.extra.get("response_format")
    if wanted is None:
        return None
    kind = wanted.get("type") if isinstance(wanted, Mapping) else wanted
    if kind == "text":
        return None
    if kind == "json_object":
        return {"type": "object"}
    schema = wanted.get("json_schema", wanted.get("schema")) if kind == "json_schema" else None
    if not isinstance(schema, Mapping):
        raise BadRequestError(
            f"response_format={wanted!r} is none that is known here.",
            hint="Its type is 'text', 'json_object', or 'json_schema' with the schema in 'json_schema'.",
        )
    inner = schema.get("schema")
    return inner if isinstance(inner, Mapping) else schema


def engine_fields(request: Request) -> dict[str, Any]:
    """The fields of `extra` that are for the engine."""
    return {name: value for name, value in request.extra.items() if name not in READ_HERE}


def special_marks(engine: Engine, format: CallFormat) -> dict[str, int]:
    """The marks of a format that are single tokens in the vocabulary of a model, with their ids."""
    known = _marks.setdefault(engine, {})
    if format.name not in known:
        tokens = {mark: engine.tokens(mark, marks=True) for mark in format.marks}
        known[format.name] = {mark: found[0] for mark, found in tokens.items() if len(found) == 1}
    return known[format.name]


_marks: WeakKeyDictionary[Engine, dict[str, dict[str, int]]] = WeakKeyDictionary()
