"""The documented schemas of text generation, by edition (contract/workers_ai.md section 4).

| edition | published | what it has |
|---|---|---|
| `2023` | on the page of the whole family | `prompt`, `messages`, `stream`, `max_tokens`; 4,096 characters |
| `2024` | with qwen1.5-1.8b-chat | sampling, `raw`, `functions`; 131,072 characters |
| `2024-tools` | with llama-2-13b-chat-awq | `tools`, `image`, `lora` |
| `2025` | with llama-3.3-70b-instruct-fp8-fast | `response_format`, batches; no limit of characters |
"""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from . import schema_parts as parts
from .card import Edition
from .schema_parts import Schema, obj


def input_schema(edition: Edition) -> dict[str, Any]:
    """What a model of an edition takes, as the service publishes it.

    It is for reading. The one of 2025 fits no request at all by the rules of JSON Schema, because its batches have no
    required field (quirk Q56); `validation` knows how it is meant.
    """
    return deepcopy(inputs(edition))


def output_schema(edition: Edition) -> dict[str, Any]:
    """What a model of an edition answers, as the service publishes it."""
    properties: Schema = {"response": parts.RESPONSE}
    if edition == "2025":
        properties["usage"] = parts.USAGE
    if edition in ("2024-tools", "2025"):
        properties["tool_calls"] = parts.TOOL_CALLS
    media: Schema = {"contentType": "application/json"}
    schemas = [obj(properties, ("response",) if edition == "2025" else (), **media), parts.EVENTS]
    if edition == "2025":
        schemas.append(obj({"request_id": parts.REQUEST_ID}, **media, title="Async response"))
    schema = {"oneOf": schemas}
    return deepcopy(_plain(schema) if edition in ("2023", "2024") else schema)


@cache
def inputs(edition: Edition) -> dict[str, Any]:
    """`input_schema`, shared: not to be changed."""
    branches = {"2023": _first, "2024": _sampled, "2024-tools": _tooled, "2025": _latest}[edition]()
    schema = {"type": "object", "oneOf": branches}
    return _plain(schema) if edition in ("2023", "2024") else schema


def _branch(title: str, fields: Schema) -> Schema:
    return {"title": title, "properties": fields, "required": [title.lower()]}


def _first() -> list[Schema]:
    common = {"stream": parts.STREAM, "max_tokens": parts.MAX_TOKENS}
    return [
        _branch("Prompt", {"prompt": parts.prompt(maxLength=4096), **common}),
        _branch("Messages", {"messages": parts.messages(maxLength=4096), **common}),
    ]


def _sampling(stream: Schema, top_p: Schema, low: float) -> Schema:
    return {
        "stream": stream,
        "max_tokens": parts.MAX_TOKENS,
        "temperature": parts.TEMPERATURE,
        "top_p": top_p,
        "top_k": parts.TOP_K,
        "seed": parts.SEED,
        **parts.penalties(low),
    }


def _sampled() -> list[Schema]:
    tooled = _tooled()
    later = ("image", "tools", "lora")
    fields = [{name: field for name, field in branch["properties"].items() if name not in later} for branch in tooled]
    return [branch | {"properties": kept} for branch, kept in zip(tooled, fields, strict=True)]


def _tooled() -> list[Schema]:
    alone = _sampling(parts.STREAM, parts.top_p(0, 2), 0)
    talk = _sampling(parts.STREAM_SHORT, parts.top_p(0, 2, parts.TOP_P_OTHER), 0)
    prompt = parts.prompt(minLength=1, maxLength=131_072)
    first = {"prompt": prompt, "image": parts.IMAGE, "raw": parts.RAW, **alone, "lora": parts.LORA}
    messages = parts.messages(maxLength=131_072)
    offered = {"image": parts.IMAGE, "functions": parts.FUNCTIONS, "tools": parts.TOOLS}
    return [_branch("Prompt", first), _branch("Messages", {"messages": messages, **offered, **talk})]


def _latest() -> list[Schema]:
    common = {"response_format": parts.RESPONSE_FORMAT, "raw": parts.RAW}
    common |= _sampling(parts.STREAM, parts.top_p(0.001, 1), -2)
    offered = {"functions": parts.FUNCTIONS, "tools": parts.TOOLS}
    items = {
        "external_reference": parts.REFERENCE,
        "prompt": parts.prompt("Prompt for the text generation model", minLength=1),
        **_sampling(parts.STREAM, parts.top_p(0, 2), 0),
        "response_format": parts.RESPONSE_FORMAT,
    }
    del items["top_k"]
    batch = obj({"requests": {"type": "array", "items": obj(items)}})
    return [
        _branch("Prompt", {"prompt": parts.prompt(minLength=1), "lora": parts.LORA, **common}),
        _branch("Messages", {"messages": parts.messages(), **offered, **common}),
        {"title": "Async Batch", **batch},
    ]


def _plain(schema: Any) -> Any:
    """A schema without titles and descriptions, as the editions without tools were published."""
    if isinstance(schema, dict):
        return {name: _plain(inner) for name, inner in schema.items() if name not in ("title", "description")}
    return [_plain(item) for item in schema] if isinstance(schema, list) else schema
