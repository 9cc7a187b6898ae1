"""What is sent, and what never is: a request, the kind of server, and what the body, the URL and the headers have."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from agentkit.messages import Message, ToolCall, ToolSpec
from agentkit.tooling.tool import Tool

MODEL = "@cf/meta/llama-3.3-70b-instruct-fp8-fast"


@dataclass(frozen=True)
class RequestCase:
    """A request, and what becomes of it."""

    to: str
    """`native` (Workers AI), `gateway` (the same through AI Gateway), `openai` (a compatible server) or `hosted`."""
    messages: Sequence[Message] = (Message("user", "Hi"),)
    tools: tuple[ToolSpec, ...] = ()
    choice: str = "auto"
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of `Sampling`."""
    schema: dict[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    has: Mapping[str, Any] = field(default_factory=dict)
    """Paths in the body -> values; `*` is every item."""
    lacks: Sequence[str] = ()
    """Paths that are not there."""
    never: Sequence[str] = ()
    """Texts that are not in the body."""
    url: str = ""
    """What is in the URL."""
    headers: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""
    """What the `ConfigurationError` says, where it is refused before it is sent."""


def book(title: str, copies: int | None = None, tags: Annotated[list[str] | None, "Words."] = None) -> str:
    return title


def now() -> str:
    return ""


CALL = ToolCall("abcdefghi", "add", '{"a": 1}')
ADD = ToolSpec("add", "Add one.", {"type": "object", "properties": {"a": {"type": "integer", "description": "A number."}}, "required": ["a"]})
BOOK, NOW = Tool(book).spec, Tool(now).spec
ANY = {"type": "object", "properties": {}}
USER = Message("user", "1 + 1?")


def turn(call: ToolCall, **more: Any) -> list[Message]:
    return [USER, Message("assistant", "", (call,), **more), Message("tool", "2", tool_call_id=call.id, name=call.name)]


UNSET = ("temperature", "top_p", "top_k", "seed", "repetition_penalty", "frequency_penalty", "presence_penalty", "stop")

BOTH = {
    "content of a call is empty, never null (Q1)": {"messages": turn(CALL), "has": {"messages.1.content": ""}, "never": [":null"]},
    "content that came as null is empty (Q1)": {"messages": [Message.from_dict({"role": "assistant", "content": None}), USER], "has": {"messages.0.content": ""}},
    "content that came in parts is one text (Q2)": {"messages": [Message.from_dict({"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]})], "has": {"messages.0.content": "a\nb"}},
    "prompt beside messages is refused (Q3)": {"extra": {"prompt": "x"}, "refused": "prompt"},
    "options that are not set are not sent (Q4)": {"lacks": (*UNSET, "tools", "tool_choice", "response_format"), "never": [":null"]},
    "an option set to None is not sent (Q4)": {"options": {"temperature": None, "seed": None}, "lacks": ["temperature", "seed"]},
    "an option that is text is refused (Q4)": {"options": {"temperature": "0.5"}, "refused": "must be a number"},
    "an option that is a boolean is refused (Q4)": {"options": {"temperature": True}, "refused": "must be a number"},
    "a whole number as a float is refused (Q4)": {"options": {"top_k": 5.0}, "refused": "must be an integer"},
    "seed 0 is refused (Q6)": {"options": {"seed": 0}, "refused": "seed=0 is outside"},
    "top_k 51 is refused (Q6)": {"options": {"top_k": 51}, "refused": "top_k=51 is outside"},
    "max_tokens 0 is refused (Q6)": {"options": {"max_tokens": 0}, "refused": "max_tokens=0 is outside"},
    "temperature 0 is sent as 0 (Q6)": {"options": {"temperature": 0}, "has": {"temperature": 0}},
    "no response_format where none was asked for (Q7)": {"lacks": ["response_format"], "never": ['"type":"text"']},
    "a further field goes along (Q8)": {"extra": {"metadata": {"a": "b"}}, "has": {"metadata": {"a": "b"}}},
    "the body says that it is JSON (Q10)": {"headers": {"content-type": "application/json"}},
    "raw and prompt are never sent (Q11)": {"lacks": ["raw", "prompt"]},
    "a system message stays one (Q12)": {"messages": [Message("system", "Be brief."), USER], "has": {"messages.0.role": "system", "messages.1.role": "user"}},
    "tools have OpenAI's shape (Q13)": {"tools": (ADD,), "has": {"tools.*.type": "function", "tools.0.function.name": "add"}, "lacks": ["tools.*.name", "tools.*.parameters"]},
    "a description is never missing (Q14)": {"tools": (BOOK, NOW), "has": {"tools.0.function.description": "Book", "tools.0.function.parameters.properties.title.description": "Title", "tools.1.function.description": "Now"}},
    "a parameter has one plain type (Q14)": {"tools": (BOOK,), "has": {"tools.0.function.parameters.properties.copies.type": "integer", "tools.0.function.parameters.properties.tags.type": "array"}, "never": ["anyOf", "$ref", "null"]},
    "a tool without parameters has an object of none (Q14)": {"tools": (NOW,), "has": {"tools.0.function.parameters.type": "object", "tools.0.function.parameters.properties": {}}},
    "no tools, no list of them": {"lacks": ["tools"]},
    "tool_choice any is required (Q16)": {"tools": (ADD,), "choice": "any", "has": {"tool_choice": "required"}},
    "tool_choice required (Q16)": {"tools": (ADD,), "choice": "required", "has": {"tool_choice": "required"}},
    "tool_choice by name (Q16)": {"tools": (ADD,), "choice": "add", "has": {"tool_choice": {"type": "function", "function": {"name": "add"}}}},
    "tool_choice none (Q16)": {"tools": (ADD,), "choice": "none", "has": {"tool_choice": "none"}},
    "tool_choice auto is not sent (Q16)": {"tools": (ADD,), "lacks": ["tool_choice"]},
    "tool_choice without tools is not sent (Q16)": {"choice": "required", "lacks": ["tool_choice", "tools"]},
    "functions, function_call and image are never sent (Q17)": {"tools": (ADD,), "messages": turn(CALL), "lacks": ["functions", "function_call", "image", "messages.*.function_call"]},
    "ids are nine letters and digits (Q26)": {"messages": turn(CALL), "has": {"messages.1.tool_calls.0.id": "abcdefghi", "messages.2.tool_call_id": "abcdefghi"}},
    "the id that the server gave goes back to it (Q25)": {
        "messages": turn(ToolCall("abcdefghi", "add", "{}", "functions.add:0")), "has": {"messages.1.tool_calls.0.id": "functions.add:0", "messages.2.tool_call_id": "functions.add:0"}},
    "a call and its result in OpenAI's shape, with the name (Q31)": {"messages": turn(CALL), "has": {
        "messages.1": {"role": "assistant", "content": "", "tool_calls": [{"id": "abcdefghi", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}]},
        "messages.2": {"role": "tool", "content": "2", "tool_call_id": "abcdefghi", "name": "add"}}},
    "tools go along with their results (Q31)": {"messages": turn(CALL), "tools": (ADD,), "has": {"tools.0.function.name": "add"}},
    "arguments that were empty are an object (Q32)": {"messages": turn(ToolCall("abcdefghi", "add", "")), "has": {"messages.1.tool_calls.0.function.arguments": "{}"}},
    "arguments that were no JSON are an object (Q32)": {"messages": turn(ToolCall("abcdefghi", "add", "{'a': ")), "has": {"messages.1.tool_calls.0.function.arguments": "{}"}},
    "arguments that were a list are an object (Q32)": {"messages": turn(ToolCall("abcdefghi", "add", "[1]")), "has": {"messages.1.tool_calls.0.function.arguments": "{}"}},
    "arguments keep their bytes (Q32)": {"messages": turn(ToolCall("abcdefghi", "add", '{"a" :1.0}')), "has": {"messages.1.tool_calls.0.function.arguments": '{"a" :1.0}'}},
    "reasoning is never sent as reasoning_content (Q55)": {"messages": turn(CALL, reasoning="Hm."), "lacks": ["messages.*.reasoning_content", "messages.*.thinking"]},
    "effort is not sent unasked (Q58)": {"lacks": ["reasoning_effort", "reasoning"]},
    "effort is sent as it was given (Q58)": {"extra": {"reasoning_effort": "low"}, "has": {"reasoning_effort": "low"}},
    "what is for us alone is never sent": {"messages": turn(CALL), "lacks": ["messages.*.encoded", "messages.*.original_id", "messages.*.tool_calls.*.original_id", "conversation", "retries", "strict"]},
    "half a character becomes a question mark": {"messages": [Message("user", "a\ud83db")], "has": {"messages.0.content": "a?b"}},
    "NaN is refused": {"extra": {"x": float("nan")}, "refused": "must be JSON"},
}
"""Whatever the server is."""

OWN = {
    "native: an explicit max_tokens (Q5)": RequestCase("native", has={"max_tokens": 2048}),
    "openai: an explicit max_tokens (Q5)": RequestCase("openai", has={"max_tokens": 2048}),
    "hosted: max_tokens by its newer name (Q5)": RequestCase("hosted", has={"max_completion_tokens": 2048}, lacks=["max_tokens"]),
    "native: the schema is bare (Q7)": RequestCase("native", schema=ANY, has={"response_format": {"type": "json_schema", "json_schema": ANY}}),
    "native: a schema is never streamed (Q7)": RequestCase("native", schema=ANY, lacks=["stream"]),
    "openai: the schema is wrapped (Q7)": RequestCase("openai", schema=ANY, has={"response_format.json_schema": {"name": "output", "schema": ANY}, "stream": True}),
    "native: the id of the model is in the path as it is (Q9)": RequestCase("native", url=f"/ai/run/{MODEL}", lacks=["model"]),
    "gateway: the id of the model is in the path as it is (Q9)": RequestCase("gateway", url=f"/workers-ai/{MODEL}", lacks=["model"]),
    "openai: the id of the model is in the body (Q9)": RequestCase("openai", has={"model": MODEL}, url="/v1/chat/completions"),
    "gateway: its cache is not asked (Q52)": RequestCase("gateway", headers={"cf-aig-skip-cache": "true"}),
    "native: earlier reasoning under the one name that it takes (Q55)": RequestCase("native", messages=turn(CALL, reasoning="Hm."), has={"messages.1.reasoning": "Hm."}),
    "openai: no earlier reasoning (Q55)": RequestCase("openai", messages=turn(CALL, reasoning="Hm."), lacks=["messages.*.reasoning"]),
    "native: no stream_options": RequestCase("native", lacks=["stream_options"], has={"stream": True}),
    "openai: usage is asked for (Q47)": RequestCase("openai", has={"stream_options": {"include_usage": True}}),
}

REQUESTS = OWN | {f"{to}: {name}": RequestCase(to, **case) for name, case in BOTH.items() for to in ("native", "openai", "hosted")}  # type: ignore[arg-type]
