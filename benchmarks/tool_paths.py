"""The ways in which the requests of `toolcalls.py` are answered, each a runner.

* grammar: bare llama.cpp, the tools in the system prompt, and the whole answer under llama.cpp's own grammar of a list
  of valid calls: names and types hold, and nothing helps with the values.
* llama.cpp: bare llama.cpp with its own tool calling (`tools=`).
* unguided: `local` without help: the model writes the calls in its own words, under agentkit's grammar.
* ours: `local`, as an agent asks it.
* needle: `local:needle-3`, which shows results as they are.
* needle+chat: `local` with `caller="needle-3"`.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import AsyncGenerator, Callable
from typing import Any

import xllamacpp
from anyio import to_thread

from agentkit.generation import Delta, Finish, Request, TextDelta
from agentkit.messages import Message, ToolCall
from agentkit.runners.base import Runner
from agentkit.runners.local import LocalRunner
from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.needle.runner import NeedleRunner
from agentkit.runners.local.weights import pull
from agentkit.wire.ids import mint

THREADS = 1
MOST_CALLS = 4
LONGEST = 160
"""Tokens; no right answer is longer."""
INSTRUCTIONS = """You can call these tools:
{tools}
Answer with a JSON list of the calls that the request needs, each like {{"name":"tool","arguments":{{}}}}. \
Answer with [] when no tool is needed."""


class Bare:
    """llama.cpp without agentkit, on the weights of the default model.

    Args:
        name: Of the path.
        ask: Makes the body of a chat completion.
    """

    def __init__(self, name: str, ask: Callable[[Request], dict[str, Any]]) -> None:
        self.name = name
        self._ask = ask
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(pull(DEFAULT))
        parameters.n_ctx, parameters.n_parallel, parameters.warmup, parameters.verbosity = 8192, 1, False, -1
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = THREADS
        parameters.hostnames = [os.path.join(tempfile.mkdtemp(), "bare.sock")]
        self._server = xllamacpp.Server(parameters)

    async def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        body = self._ask(request) | {"temperature": 0, "max_tokens": min(request.sampling.max_tokens, LONGEST)}
        reply = await to_thread.run_sync(self._server.handle_chat_completions, body)
        message = reply["choices"][0]["message"] if "choices" in reply else {}
        calls = [_call(call["function"]) for call in message.get("tool_calls") or ()]
        if "response_format" in body:
            calls = [_call(call) for call in _listed(message.get("content") or "")]
        elif message.get("content"):
            yield TextDelta(message["content"])
        for call in calls:
            yield call
        yield Finish("tool_calls" if calls else "stop")

    async def aclose(self) -> None:
        del self._server


def under_grammar(request: Request) -> dict[str, Any]:
    """The tools in the prompt, and a list of valid calls as the only answer; after results, words."""
    messages = _told(request)
    if request.messages[-1].role == "tool":
        return {"messages": messages}
    tools = "\n".join(json.dumps(tool.to_dict()["function"]) for tool in request.tools)
    calls = [
        {
            "type": "object",
            "properties": {"name": {"const": tool.name}, "arguments": tool.parameters},
            "required": ["name", "arguments"],
        }
        for tool in request.tools
    ]
    schema = {"type": "array", "items": {"anyOf": calls}, "minItems": 0, "maxItems": MOST_CALLS}
    return {
        "messages": [{"role": "system", "content": INSTRUCTIONS.format(tools=tools)}, *messages],
        "response_format": {"type": "json_schema", "json_schema": {"name": "calls", "schema": schema}},
    }


def with_tools(request: Request) -> dict[str, Any]:
    """As any client of an OpenAI-compatible server asks."""
    tools = [tool.to_dict() for tool in request.tools]
    return {"messages": [message.to_dict() for message in request.messages], "tools": tools, "tool_choice": "auto"}


def _told(request: Request) -> list[dict[str, Any]]:
    return [
        {"role": "user" if message.role == "tool" else message.role, "content": _text(message)}
        for message in request.messages
    ]


def _text(message: Message) -> str:
    calls = [f"{call.name}({call.arguments})" for call in message.tool_calls]
    told = f"Result of {message.name}: {message.content}" if message.role == "tool" else message.content
    return "\n".join(filter(None, [told, *calls]))


def _listed(content: str) -> list[dict[str, Any]]:
    try:
        return list(json.loads(content))
    except ValueError:
        return []  # cut


def _call(call: dict[str, Any]) -> ToolCall:
    arguments = call.get("arguments", {})
    return ToolCall(mint(), call.get("name", ""), arguments if isinstance(arguments, str) else json.dumps(arguments))


PATHS: dict[str, Callable[[], Runner]] = {
    "grammar": lambda: Bare("grammar", under_grammar),
    "llama.cpp": lambda: Bare("llama.cpp", with_tools),
    "unguided": lambda: LocalRunner(threads=THREADS, guided=False),
    "ours": lambda: LocalRunner(threads=THREADS),
    "needle": NeedleRunner,
    "needle+chat": lambda: LocalRunner(threads=THREADS, caller="needle-3"),
}
