"""The runner for chat-completions servers against a real one: llama.cpp's, with the embedded model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from agentkit.errors import BadRequestError, ContextOverflowError
from agentkit.generation import Delta, Finish, Repaired, Request, Sampling, TextDelta
from agentkit.messages import Message, ToolCall, ToolSpec
from agentkit.runners.openai import OpenAIRunner

from .llama_server import llama_servers

pytestmark = [pytest.mark.anyio, pytest.mark.real]

ADD = ToolSpec(
    "add",
    "Add two numbers.",
    {"type": "object", "properties": {"a": {"type": "integer", "description": "A number."}}, "required": ["a"]},
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The address of the server, in a process of its own."""
    with llama_servers() as (server,):
        yield server.url


async def ask(url: str, request: Request, *, stream: bool, server: str | None = None) -> list[Delta]:
    runner = OpenAIRunner("smollm2", base_url=f"{url}/v1", stream=stream, server=server)
    try:
        return [delta async for delta in runner.generate(request)]
    finally:
        await runner.aclose()


def text(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))


@pytest.mark.parametrize("stream", [True, False])
async def test_an_answer(url: str, stream: bool) -> None:
    request = Request([Message("user", "Say hello.")], sampling=Sampling(max_tokens=12, temperature=0))
    deltas = await ask(url, request, stream=stream)
    finish = deltas[-1]
    assert isinstance(finish, Finish)
    assert text(deltas)
    assert (len(deltas) > 5) is stream
    assert finish.reason in ("stop", "length")
    assert finish.usage.prompt_tokens > 10
    assert 0 < finish.usage.completion_tokens <= 12


@pytest.mark.parametrize("stream", [True, False])
async def test_a_conversation_with_a_call_is_taken(url: str, stream: bool) -> None:
    history = [
        Message("system", "Be brief."),
        Message("user", "1 + 1?"),
        Message.from_dict({"role": "assistant", "content": None, "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}]}),
        Message("tool", "2", tool_call_id="c1", name="add"),
    ]  # fmt: skip
    deltas = await ask(url, Request(history, (ADD,), sampling=Sampling(max_tokens=8)), stream=stream)
    assert isinstance(deltas[-1], Finish)


CALL_OF_ADD = {
    "type": "object",
    "properties": {"name": {"const": "add"}, "arguments": ADD.parameters},
    "required": ["name", "arguments"],
    "additionalProperties": False,
}
AS_A_CALL = {"response_format": {"type": "json_schema", "json_schema": {"name": "call", "schema": CALL_OF_ADD}}}
"""Makes the model write a call, as text: its template knows no tools, so that the server does not heed tool_choice."""


@pytest.mark.parametrize("stream", [True, False])
async def test_a_call_as_text_there_and_back(url: str, stream: bool) -> None:
    messages = [Message("user", "Add one to 3. Call add.")]
    sampling = Sampling(max_tokens=64, temperature=0)
    deltas = await ask(url, Request(messages, (ADD,), "required", sampling, extra=AS_A_CALL), stream=stream)
    calls = tuple(delta for delta in deltas if isinstance(delta, ToolCall))
    assert [call.name for call in calls] == ["add"]
    assert isinstance(json.loads(calls[0].arguments)["a"], int)
    assert [delta.what for delta in deltas if isinstance(delta, Repaired)] == ["a call was written as text (json)"]
    assert text(deltas) == ""
    assert isinstance(deltas[-1], Finish)
    assert deltas[-1].reason == "tool_calls"
    messages += [Message("assistant", "", calls), Message("tool", "4", tool_call_id=calls[0].id, name="add")]
    assert text(await ask(url, Request(messages, (ADD,), sampling=sampling), stream=stream))


@pytest.mark.parametrize("stream", [True, False])
async def test_an_answer_with_a_schema(url: str, stream: bool) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    request = Request([Message("user", "Give a number.")], sampling=Sampling(max_tokens=64), output_schema=schema)
    assert isinstance(json.loads(text(await ask(url, request, stream=stream)))["n"], int)


@pytest.mark.parametrize("stream", [True, False])
async def test_a_prompt_that_does_not_fit_says_by_how_much(url: str, stream: bool) -> None:
    with pytest.raises(ContextOverflowError) as caught:
        await ask(url, Request([Message("user", "word " * 3000)]), stream=stream)
    assert caught.value.limit == 1024
    assert (caught.value.tokens or 0) > 3000


async def test_a_second_turn_finds_the_prefix_cached(url: str) -> None:
    messages = [Message("user", "Tell me about the sea. " * 10)]
    await ask(url, Request(messages, sampling=Sampling(max_tokens=1)), stream=False)
    messages += [Message("assistant", "It is wide."), Message("user", "And?")]
    finish = (await ask(url, Request(messages, sampling=Sampling(max_tokens=1)), stream=False))[-1]
    assert isinstance(finish, Finish)
    assert finish.usage.cached_tokens > 40


async def test_a_wrong_path_names_the_base_url(url: str) -> None:
    runner = OpenAIRunner("m", base_url=f"{url}/nowhere")
    with pytest.raises(BadRequestError, match="Is base_url right"):
        [delta async for delta in runner.generate(Request([]))]
    await runner.aclose()


STORY = [Message("user", "Tell me a story about a cat and a dog.")]


async def story(url: str, server: str | None = "llama-server", extra: Any = None, **options: Any) -> str:
    sampling = Sampling(**{"max_tokens": 24, "temperature": 0, **options})
    return text(await ask(url, Request(STORY, sampling=sampling, extra=extra or {}), stream=False, server=server))


@pytest.mark.parametrize("server", ["llama-server", None])
async def test_top_k_of_1_leaves_no_choice(url: str, server: str | None) -> None:
    assert await story(url, server, temperature=5, top_k=1) == await story(url, server)


@pytest.mark.parametrize("server", ["llama-server", None])
async def test_the_repetition_penalty_goes_under_its_own_name(url: str, server: str | None) -> None:
    """The server ignores the documented name, so that the text would be the same."""
    assert await story(url, server, repetition_penalty=1.8) != await story(url, server)


async def test_a_seed_gives_the_same_text_again(url: str) -> None:
    first = await story(url, temperature=2, seed=7)
    assert await story(url, temperature=2, seed=7) == first
    assert await story(url, temperature=2, seed=2**32 - 1 + 7) == first, "seeds have 32 bits, as in this process"
    assert await story(url, temperature=2, seed=8) != first


async def test_a_grammar_constrains_the_answer(url: str) -> None:
    assert await story(url, extra={"guided_grammar": 'root ::= "meow" | "woof"'}) in ("meow", "woof")


async def test_a_guided_schema_constrains_the_answer(url: str) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    assert isinstance(json.loads(await story(url, extra={"guided_json": schema}, max_tokens=64))["n"], int)


async def test_a_stop_and_a_top_p_that_others_refuse(url: str) -> None:
    whole = await story(url, top_p=2.0)
    assert await story(url, stop=whole.split()[3]) == whole.partition(whole.split()[3])[0]
