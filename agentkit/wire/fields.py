"""Requests in the fields of one kind of server, with nothing in them that it does not document.

| what is asked | what is sent |
|---|---|
| an option under another name there | that name |
| `top_p` above 1, or 0 | 1, or almost 0: servers refuse what is outside, and it means the same |
| `repetition_penalty` of 0 | 0.01, because servers divide by it |
| a tool that must be called, where none can be named | that tool alone, with `required` where there is such a thing |
| `tool_choice` of `none` where there is no such field | no tools |
| `guided_json` (contract/workers_ai.md section 4) | the schema of the answer |
| `guided_regex`, `guided_choice`, `guided_grammar` | the server's own field |
| `lora` (contract/workers_ai.md section 13) | the model's name, or the server's own field |
| anything else that the server lacks | nothing: it is refused here |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..errors import UnsupportedError
from ..generation import Request, Sampling, SamplingOptions
from ..messages import ToolSpec
from .servers import Server

LEAST = {"top_p": 1e-6, "repetition_penalty": 0.01}
MOST = {"top_p": 1.0}
PORTABLE = ("guided_json", "guided_regex", "guided_choice", "guided_grammar", "lora", "raw")
"""Fields of `Request.extra` that are not a server's own."""


def differs(request: Request) -> bool:
    """Whether servers take a request in different ways."""
    sampling = request.sampling
    return (
        sampling.top_k is not None
        or sampling.repetition_penalty is not None
        or any(name in request.extra for name in PORTABLE)
        or (request.tool_choice != "auto" and any(tool.name == request.tool_choice for tool in request.tools))
    )


def in_fields_of(server: Server, request: Request, defaults: SamplingOptions | None = None) -> Request:
    """The request in a server's fields.

    Args:
        server: Its row.
        request: With the documented names.
        defaults: Options for what the request leaves open; what the server does not take is left out.

    Raises:
        UnsupportedError: The server has nothing for an option or a field; the message names it.
    """
    tools, choice = _choice(server, request)
    extra = {name: value for name, value in request.extra.items() if name not in PORTABLE}
    return replace(
        request,
        tools=tools,
        tool_choice=choice,
        sampling=Sampling(max_tokens=request.sampling.max_tokens),
        output_schema=request.extra.get("guided_json", request.output_schema),
        extra={**_options(server, request.sampling, defaults or {}), **_constraints(server, request.extra), **extra},
    )


def model_in(server: Server, model: str, extra: Mapping[str, Any]) -> str:
    """What a request calls its model: its adapter, where it has one and the server names it so."""
    adapter = extra.get("lora")
    if adapter is None or server.lora not in ("model", "suffix"):
        return model
    return str(adapter) if server.lora == "model" else f"{model}:{adapter}"


def _options(server: Server, sampling: Sampling, defaults: SamplingOptions) -> dict[str, Any]:
    asked = sampling.to_dict()
    del asked["max_tokens"]
    lacking = sorted(asked.keys() - server.options.keys())
    if lacking:
        raise _lacking(server, ", ".join(lacking), f"It takes {', '.join(server.options)}.")
    open_options = {name: value for name, value in defaults.items() if name in server.options and value is not None}
    return {server.options[name]: _value(server, name, value) for name, value in {**open_options, **asked}.items()}


def _value(server: Server, name: str, value: Any) -> Any:
    if name == "seed" and server.seeds:
        return value % server.seeds
    if name in LEAST:
        value = max(value, LEAST[name])
    return min(value, MOST[name]) if name in MOST else value


def _choice(server: Server, request: Request) -> tuple[tuple[ToolSpec, ...], str]:
    """The tools that are offered, and how one is chosen."""
    tools, choice = request.tools, request.tool_choice
    named = tuple(tool for tool in tools if tool.name == choice)
    form = "named" if named else "required" if choice == "any" else choice
    if form == "auto" or form in server.choices:
        return tools, choice
    if form == "none":
        return (), "auto"
    return named or tools, "required" if "required" in server.choices else "auto"


def _constraints(server: Server, extra: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a server for what `extra` has under portable names."""
    fields: dict[str, Any] = {}
    for name in PORTABLE:
        if name not in extra or name == "guided_json" or (name == "raw" and not extra[name]):
            continue
        if name == "raw":
            raise UnsupportedError("raw goes with a prompt, and conversations are sent here.", hint="Leave it out.")
        if name == "lora":
            fields |= _adapters(server, extra[name])
        elif name in server.guided:
            head, *rest = server.guided[name]
            fields[head] = {**fields.get(head, {}), rest[0]: extra[name]} if rest else extra[name]
        else:
            raise _lacking(server, name, f"It takes {', '.join(['guided_json', *server.guided])}.")
    return fields


def _adapters(server: Server, adapter: Any) -> dict[str, Any]:
    if server.lora is None:
        raise _lacking(server, "lora", "Name the model that has the adapter merged into it.")
    if server.lora != "numbers":
        return {}
    if isinstance(adapter, list):
        return {"lora": adapter}
    if not str(adapter).isdecimal():
        raise UnsupportedError(
            f"{server.name} knows adapters by their numbers, and lora={adapter!r} is none.",
            hint="GET /lora-adapters lists them, in the order in which they were loaded.",
        )
    return {"lora": [{"id": int(adapter), "scale": 1.0}]}


def _lacking(server: Server, what: str, hint: str) -> UnsupportedError:
    return UnsupportedError(f"{server.name} documents no field for {what}.", hint=hint)
