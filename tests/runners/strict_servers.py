"""Servers of chat completions that refuse every field that their documents do not list, each in its own words.

The lists are written down here a second time, from the documents and not from the package. Most real servers ignore
what they do not know, which is worse: an option that is asked for has no effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .loopback import Seen, Step, events, reply

COMMON = frozenset(
    "model messages tools stream stream_options temperature top_p seed frequency_penalty presence_penalty stop "
    "response_format".split()
)
STRINGS = frozenset(("none", "auto", "required"))


@dataclass(frozen=True)
class Strict:
    """What one server takes."""

    owner: str
    fields: frozenset[str]
    error: Callable[[str, str], Any]
    """The body of an error, for a field and what is wrong with it."""
    choices: frozenset[str] = STRINGS | {"object"}
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    inner: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Fields of fields."""

    def refusal(self, body: Mapping[str, Any]) -> Any:
        """The error for a body; None where it is taken."""
        for name, value in body.items():
            if name == "tool_choice":
                if (value if isinstance(value, str) else "object") not in self.choices:
                    return self.error(name, "has a value that is not supported")
            elif name not in self.fields:
                return self.error(name, "is not permitted")
            low, high = self.ranges.get(name, (float("-inf"), float("inf")))
            if isinstance(value, int | float) and not low <= value <= high:
                return self.error(name, f"is outside {low} to {high}")
            if name in self.inner and not value.keys() <= self.inner[name]:
                return self.error(name, "has fields that are not permitted")
        return None

    def serve(self, request: Seen) -> Sequence[Step]:
        """Lists its model, and answers what it takes with Hello."""
        if request.method == "GET":
            card = {"id": "m", "object": "model", "owned_by": self.owner}
            return reply({"object": "list", "data": [card]} if request.target == "/v1/models" else {}, 200)
        error = self.refusal(request.json)
        if error is not None:
            return reply(error, 400)
        return events({"choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": "stop"}]})


def openai_error(name: str, problem: str) -> Any:
    text = f"Unrecognized request argument supplied: {name}" if "permitted" in problem else f"'{name}' {problem}"
    return {"error": {"message": text, "type": "invalid_request_error", "param": None, "code": None}}


def pydantic_error(name: str, problem: str) -> Any:
    text = f"[{{'type': 'extra_forbidden', 'loc': ('body', '{name}'), 'msg': 'Extra inputs {problem}'}}]"
    return {"object": "error", "message": text, "type": "BadRequestError", "param": None, "code": 400}


def llama_error(name: str, problem: str) -> Any:
    return {"error": {"code": 400, "message": f"Field '{name}': {problem}", "type": "invalid_request_error"}}


def go_error(name: str, problem: str) -> Any:
    return {"error": {"message": f'json: unknown field "{name}": {problem}', "type": "api_error", "code": None}}


def lm_studio_error(name: str, problem: str) -> Any:
    return {"error": f"Unrecognized key(s) in object: '{name}': {problem}"}


TENSORS = {"top_p": (1e-9, 1.0), "repetition_penalty": (1e-9, 2.0), "temperature": (0, float("inf"))}
VLLM = COMMON | {"max_tokens", "max_completion_tokens", "top_k", "repetition_penalty", "parallel_tool_calls"}
LLAMA = COMMON | {"max_tokens", "top_k", "repeat_penalty", "parallel_tool_calls"}

STRICT = {
    "openai": Strict("openai", COMMON | {"max_completion_tokens", "parallel_tool_calls"}, openai_error),
    "vllm": Strict(
        "vllm",
        VLLM | {"structured_outputs"},
        pydantic_error,
        ranges=TENSORS,
        inner={"structured_outputs": frozenset(("json", "regex", "choice", "grammar", "json_object"))},
    ),
    "vllm-0.11": Strict(
        "vllm",
        VLLM | {"guided_json", "guided_regex", "guided_choice", "guided_grammar"},
        pydantic_error,
        ranges=TENSORS,
    ),
    "sglang": Strict("sglang", VLLM | {"regex", "ebnf", "lora_path"}, pydantic_error, ranges=TENSORS),
    "llama-server": Strict(
        "llamacpp",
        LLAMA | {"json_schema", "grammar", "lora"},
        llama_error,
        choices=STRINGS,
        ranges={"repeat_penalty": (1e-9, 1e9), "seed": (0, 2**32 - 2)},
    ),
    "ollama": Strict("library", COMMON | {"max_tokens"}, go_error, choices=frozenset()),
    "lm-studio": Strict(
        "organization_owner", COMMON | {"max_tokens", "top_k", "repeat_penalty"}, lm_studio_error, choices=STRINGS
    ),
}
"""By the names of `agentkit.wire.servers`."""
