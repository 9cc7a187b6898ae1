"""What becomes of the documented inputs for each kind of server."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit.errors import ConfigurationError
from agentkit.generation import Request, Sampling
from agentkit.messages import Message, ToolSpec
from agentkit.wire.fields import differs, in_fields_of, model_in
from agentkit.wire.servers import SERVERS, server_behind, server_named

HI = [Message("user", "Hi")]
ADD, SUB = (ToolSpec(name, "It does.", {"type": "object", "properties": {}}) for name in ("add", "sub"))
ALL = {
    "temperature": 0.5,
    "top_p": 0.9,
    "top_k": 5,
    "seed": 7,
    "repetition_penalty": 1.1,
    "frequency_penalty": 0.1,
    "presence_penalty": 0.2,
    "stop": ("END",),
}
LESS = {name: value for name, value in ALL.items() if name not in ("top_k", "repetition_penalty")}
LLAMA = {("repeat_penalty" if name == "repetition_penalty" else name): value for name, value in ALL.items()}


def fields(name: str, extra: dict[str, Any] | None = None, **sampling: Any) -> dict[str, Any]:
    request = Request(HI, sampling=Sampling(**sampling), extra=extra or {})
    return dict(in_fields_of(SERVERS[name], request).extra)


@pytest.mark.parametrize(
    ("name", "asked", "sent"),
    [
        ("openai", LESS, LESS),
        ("vllm", ALL, ALL),
        ("vllm-0.11", ALL, ALL),
        ("sglang", ALL, ALL),
        ("llama-server", ALL, LLAMA),
        ("ollama", LESS, LESS),
        ("lm-studio", ALL, LLAMA),
    ],
)
def test_every_option(name: str, asked: dict[str, Any], sent: dict[str, Any]) -> None:
    assert fields(name, **asked) == sent


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize(("asked", "sent"), [(0, 1e-6), (1e-9, 1e-6), (0.5, 0.5), (1, 1), (2.0, 1.0)])
def test_a_top_p_that_servers_refuse_becomes_the_nearest_that_they_take(name: str, asked: float, sent: float) -> None:
    assert fields(name, top_p=asked) == {"top_p": sent}


@pytest.mark.parametrize(("name", "field"), [("vllm", "repetition_penalty"), ("llama-server", "repeat_penalty")])
def test_nobody_divides_by_a_penalty_of_0(name: str, field: str) -> None:
    assert fields(name, repetition_penalty=0) == {field: 0.01}


def test_seeds_of_llama_cpp_have_32_bits_and_the_last_means_any() -> None:
    assert fields("llama-server", seed=2**32 + 1) == {"seed": 2}
    assert fields("llama-server", seed=2**32 - 1) == {"seed": 0}
    assert fields("vllm", seed=9_999_999_999) == {"seed": 9_999_999_999}


@pytest.mark.parametrize("name", ["openai", "vllm", "sglang"])
@pytest.mark.parametrize("choice", ["auto", "none", "required", "any", "add"])
def test_every_choice_of_a_tool_goes_where_there_is_one(name: str, choice: str) -> None:
    sent = in_fields_of(SERVERS[name], Request(HI, (ADD, SUB), choice))
    assert (sent.tools, sent.tool_choice) == ((ADD, SUB), choice)


@pytest.mark.parametrize(
    ("name", "choice", "tools", "sent"),
    [
        ("llama-server", "add", (ADD,), "required"),
        ("lm-studio", "add", (ADD,), "required"),
        ("llama-server", "required", (ADD, SUB), "required"),
        ("llama-server", "none", (ADD, SUB), "none"),
        ("ollama", "add", (ADD,), "auto"),
        ("ollama", "required", (ADD, SUB), "auto"),
        ("ollama", "any", (ADD, SUB), "auto"),
        ("ollama", "none", (), "auto"),
        ("ollama", "auto", (ADD, SUB), "auto"),
    ],
)
def test_a_choice_that_the_server_cannot_read(name: str, choice: str, tools: tuple[ToolSpec, ...], sent: str) -> None:
    request = in_fields_of(SERVERS[name], Request(HI, (ADD, SUB), choice))
    assert (request.tools, request.tool_choice) == (tools, sent)


@pytest.mark.parametrize("name", SERVERS)
def test_guided_json_is_the_schema_of_the_answer(name: str) -> None:
    request = in_fields_of(SERVERS[name], Request(HI, extra={"guided_json": {"type": "object"}}))
    assert (request.output_schema, request.extra) == ({"type": "object"}, {})


@pytest.mark.parametrize(
    ("name", "extra", "sent"),
    [
        ("vllm", {"guided_regex": "a"}, {"structured_outputs": {"regex": "a"}}),
        ("vllm", {"guided_choice": ["a"]}, {"structured_outputs": {"choice": ["a"]}}),
        ("vllm", {"guided_grammar": "a"}, {"structured_outputs": {"grammar": "a"}}),
        ("vllm-0.11", {"guided_regex": "a"}, {"guided_regex": "a"}),
        ("sglang", {"guided_regex": "a", "guided_grammar": "b"}, {"regex": "a", "ebnf": "b"}),
        ("llama-server", {"guided_grammar": "b"}, {"grammar": "b"}),
        ("llama-server", {"lora": 1}, {"lora": [{"id": 1, "scale": 1.0}]}),
        ("llama-server", {"lora": "0"}, {"lora": [{"id": 0, "scale": 1.0}]}),
        ("llama-server", {"lora": [{"id": 0, "scale": 0.5}]}, {"lora": [{"id": 0, "scale": 0.5}]}),
        ("vllm", {"lora": "poet"}, {}),
        ("sglang", {"lora": "poet"}, {}),
        ("ollama", {"raw": False}, {}),
        ("vllm", {"min_p": 0.1}, {"min_p": 0.1}),
    ],
)
def test_fields_of_ones_own(name: str, extra: dict[str, Any], sent: dict[str, Any]) -> None:
    assert fields(name, extra) == sent


@pytest.mark.parametrize(
    ("name", "extra", "message"),
    [
        ("openai", {"guided_regex": "a"}, "openai documents no field for guided_regex. It takes guided_json."),
        ("sglang", {"guided_choice": ["a"]}, "It takes guided_json, guided_regex, guided_grammar."),
        ("ollama", {"lora": "poet"}, "ollama documents no field for lora. Name the model"),
        ("llama-server", {"lora": "poet"}, "knows adapters by their numbers, and lora='poet' is none"),
        ("vllm", {"raw": True}, "raw goes with a prompt"),
    ],
)
def test_what_a_server_lacks_is_refused(name: str, extra: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        fields(name, extra)
    assert message in str(caught.value)


def test_defaults_fill_what_is_open_and_fits() -> None:
    request = Request(HI, sampling=Sampling(temperature=0))
    defaults: Any = {"temperature": 0.2, "top_p": 0.9, "repetition_penalty": 1.1}
    assert in_fields_of(SERVERS["llama-server"], request, defaults).extra == {
        "temperature": 0,
        "top_p": 0.9,
        "repeat_penalty": 1.1,
    }
    assert in_fields_of(SERVERS["ollama"], request, defaults).extra == {"temperature": 0, "top_p": 0.9}


@pytest.mark.parametrize(("name", "model"), [("vllm", "poet"), ("sglang", "base:poet"), ("llama-server", "base")])
def test_how_an_adapter_is_named(name: str, model: str) -> None:
    assert model_in(SERVERS[name], "base", {"lora": "poet"}) == model
    assert model_in(SERVERS[name], "base", {}) == "base"


@pytest.mark.parametrize(
    "request_",
    [
        Request(HI, sampling=Sampling(top_k=1)),
        Request(HI, sampling=Sampling(repetition_penalty=1)),
        Request(HI, (ADD,), "add"),
        Request(HI, extra={"lora": "poet"}),
        Request(HI, extra={"guided_json": {}}),
    ],
)
def test_servers_differ(request_: Request) -> None:
    assert differs(request_)


def test_servers_do_not_differ_in_the_rest() -> None:
    sampling = Sampling(temperature=0, top_p=0.5, seed=1, frequency_penalty=1, presence_penalty=1, stop="a")
    assert not differs(Request(HI, (ADD,), "required", sampling, {"type": "object"}, extra={"min_p": 0.1}))


@pytest.mark.parametrize("models", [None, [], {}, {"data": None}, {"data": [1, {}]}, {"data": [{"owned_by": "me"}]}])
def test_a_list_of_models_that_tells_nothing(models: Any) -> None:
    assert server_behind(models) is None


def test_a_name_is_a_row() -> None:
    assert all(server_named(name).name == name for name in SERVERS)
    with pytest.raises(ConfigurationError, match="unknown"):
        server_named("VLLM")
