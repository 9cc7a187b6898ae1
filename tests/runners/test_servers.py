"""Each kind of server gets what its documents list, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit import Agent
from agentkit.errors import BadRequestError, ConfigurationError
from agentkit.generation import Delta, Request, Sampling, TextDelta
from agentkit.messages import Message, ToolSpec
from agentkit.runners.openai import OpenAIRunner
from agentkit.wire.servers import SERVERS

from .loopback import Seen, Step, events, reply, serve
from .strict_servers import STRICT

HI = [Message("user", "Hi")]
ADD, SUB = (ToolSpec(name, "It does.", {"type": "object", "properties": {}}) for name in ("add", "sub"))
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer", "description": "A number."}}}
HELLO = {"choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": "stop"}]}

anyio = pytest.mark.anyio
each = pytest.mark.parametrize("name", SERVERS)


def runner(name: str | None, url: str = "http://models.test", **options: Any) -> OpenAIRunner:
    return OpenAIRunner("m", base_url=f"{url}/v1" if name != "openai" else None, api_key="k", server=name, **options)


def body(name: str, request: Request) -> Any:
    return json.loads(runner(name).sent(request).body)


async def ask(runner: OpenAIRunner, request: Request) -> str:
    """The text of the answer."""
    try:
        deltas: list[Delta] = [delta async for delta in runner.generate(request)]
    finally:
        await runner.aclose()
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))


def some(low: float, high: float) -> st.SearchStrategy[Any]:
    return st.none() | st.floats(low, high)


samplings = st.builds(
    Sampling,
    max_tokens=st.integers(1, 100),
    temperature=some(0, 5),
    top_p=some(0, 2),
    top_k=st.none() | st.integers(1, 50),
    seed=st.none() | st.integers(1, 9_999_999_999),
    repetition_penalty=some(0, 2),
    frequency_penalty=some(-2, 2),
    presence_penalty=some(-2, 2),
    stop=st.lists(st.text(min_size=1), max_size=2),
)
extras = st.fixed_dictionaries(
    {},
    optional={
        "guided_json": st.just(SCHEMA),
        "guided_regex": st.just("a+"),
        "guided_choice": st.just(["yes", "no"]),
        "guided_grammar": st.just('root ::= "yes"'),
        "lora": st.sampled_from(["poet", "0"]),
        "raw": st.booleans(),
    },
)
requests = st.builds(
    Request,
    messages=st.just(HI),
    tools=st.sampled_from([(), (ADD,), (ADD, SUB)]),
    tool_choice=st.sampled_from(["auto", "none", "required", "any", "add"]),
    sampling=samplings,
    output_schema=st.none() | st.just(SCHEMA),
    extra=extras,
)


@each
@settings(deadline=None)
@given(request=requests)
def test_nothing_is_sent_that_the_server_does_not_document(name: str, request: Request) -> None:
    try:
        sent = body(name, request)
    except ConfigurationError:
        return
    assert STRICT[name].refusal(sent) is None


@anyio
@pytest.mark.parametrize("name", [name for name in SERVERS if name != "openai"])
async def test_a_strict_server_answers(name: str) -> None:
    sampling = Sampling(seed=9_999_999_999, temperature=0.5, top_p=2, stop="END", presence_penalty=-1)
    request = Request(HI, (ADD, SUB), "add", sampling)
    async with serve(STRICT[name].serve) as server:
        assert await ask(runner(name, server.url), request) == "Hello"
        assert [seen.method for seen in server.requests] == ["POST"]


@anyio
@pytest.mark.parametrize("name", [name for name, row in SERVERS.items() if row.owners])
async def test_a_server_is_known_by_its_list_of_models(name: str) -> None:
    requests = [
        Request(HI, (ADD, SUB), "add"),
        Request(HI, (ADD, SUB), "add", Sampling(temperature=0.5)),
    ]
    async with serve(STRICT[name].serve) as server:
        known = runner(None, server.url)
        for request in requests:
            assert await ask(known, request) == "Hello"
        assert [(seen.method, seen.target) for seen in server.requests] == [
            ("GET", "/v1/models"),
            ("POST", "/v1/chat/completions"),
            ("POST", "/v1/chat/completions"),
        ]
        assert server.requests[0].headers["authorization"] == "Bearer k"
        assert server.requests[2].body == runner(name).sent(requests[1]).body == known.sent(requests[1]).body


@anyio
async def test_a_server_is_not_asked_before_it_matters() -> None:
    request = Request(HI, (ADD,), "required", Sampling(temperature=0, top_p=0.5, seed=1), SCHEMA)
    async with serve(STRICT["vllm"].serve) as server:
        assert await ask(runner(None, server.url), request) == "Hello"
        assert [seen.method for seen in server.requests] == ["POST"]


@anyio
@pytest.mark.parametrize(
    "listed",
    [
        reply({"object": "list", "data": [{"id": "m", "owned_by": "me"}]}),
        reply({"data": [None, 1]}),
        reply([]),
        reply("no JSON"),
        reply({"error": {"message": "There is no such page."}}, 404),
    ],
)
async def test_where_that_does_not_tell_the_documented_names_are_sent(listed: list[Step]) -> None:
    def play(request: Seen) -> list[Step]:
        return listed if request.method == "GET" else events(HELLO)

    async with serve(play) as server:
        unknown = runner(None, server.url)
        for _ in range(2):
            sampling = Sampling(top_k=5, repetition_penalty=1.1)
            assert await ask(unknown, Request(HI, sampling=sampling, extra={"lora": "poet"})) == "Hello"
        assert [seen.method for seen in server.requests] == ["GET", "POST", "POST"]
        sent = server.requests[-1].json
        assert (sent["top_k"], sent["repetition_penalty"], sent["lora"], sent["model"]) == (5, 1.1, "poet", "m")


@anyio
async def test_a_server_that_cannot_list_its_models_now_is_asked_again() -> None:
    lists: list[list[Step]] = [["close"], list(STRICT["llama-server"].serve(Seen("GET", "/v1/models", {}, b"")))]

    def play(request: Seen) -> list[Step]:
        return lists.pop(0) if request.method == "GET" else events(HELLO)

    async with serve(play) as server:
        known = runner(None, server.url)
        for _ in range(2):
            assert await ask(known, Request(HI, sampling=Sampling(repetition_penalty=1.1))) == "Hello"
        posts = [seen.json for seen in server.requests if seen.method == "POST"]
        assert "repetition_penalty" in posts[0]
        assert "repeat_penalty" in posts[1]


@anyio
async def test_what_a_server_lacks_is_refused_before_it_is_asked() -> None:
    async with serve(STRICT["ollama"].serve) as server:
        with pytest.raises(ConfigurationError, match=r"ollama documents no field for repetition_penalty, top_k\. It"):
            await ask(runner("ollama", server.url), Request(HI, sampling=Sampling(top_k=5, repetition_penalty=1.1)))
        assert server.requests == []


@anyio
async def test_the_strict_servers_refuse() -> None:
    """Otherwise the tests above would show nothing."""
    for strict in STRICT.values():
        async with serve(strict.serve) as server:
            with pytest.raises(BadRequestError):
                await ask(runner(None, server.url), Request(HI, extra={"n_predict": 5}))


def test_the_hosted_service_is_known_by_its_url() -> None:
    request = Request(HI, sampling=Sampling(top_k=5))
    with pytest.raises(ConfigurationError, match="openai documents no field for top_k"):
        OpenAIRunner("m", api_key="k").sent(request)


def test_an_unknown_server_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"server='tgi' is unknown\. It is one of: openai, vllm"):
        runner("tgi")


@pytest.mark.parametrize("model", ["smollm2-135m-instruct", "SmolLM2-135M-Instruct"])
def test_what_is_left_open_is_what_the_catalogue_has(model: str) -> None:
    request = Request(HI, sampling=Sampling(top_p=0.5))
    sent = json.loads(OpenAIRunner(model, base_url="http://models.test/v1", server="vllm").sent(request).body)
    assert (sent["temperature"], sent["top_p"], sent["repetition_penalty"]) == (0.2, 0.5, 1.1)
    sent = json.loads(OpenAIRunner(model, base_url="http://models.test/v1", server="ollama").sent(request).body)
    assert (sent["temperature"], sent["top_p"]) == (0.2, 0.5)
    assert "repetition_penalty" not in sent
    assert "temperature" not in json.loads(OpenAIRunner(model, base_url="http://models.test/v1").sent(request).body)


@anyio
async def test_an_agent_names_the_server() -> None:
    async with serve(STRICT["sglang"].serve) as server:
        agent = Agent(runner("sglang", server.url), top_k=5, extra={"lora": "poet", "guided_regex": "Hello"})
        async with agent:
            assert (await agent.run("Hi")).response == "Hello"
    sent = server.requests[0].json
    assert (sent["model"], sent["top_k"], sent["regex"]) == ("m:poet", 5, "Hello")
