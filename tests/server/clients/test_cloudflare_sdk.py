"""Cloudflare's own Python package, unchanged but for its address.

Its type of an answer is a union with `object` in it, so that answers are dicts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import cloudflare
import pytest
from cloudflare import AsyncCloudflare, Cloudflare

from agentkit.errors import OverloadedError
from agentkit.runners.scripted import Reply, call

from .site import ACCOUNT, LONG, MODEL, WEATHER, WRAPPED, Site

Script = Callable[..., Site]


@pytest.fixture
def connect() -> Iterator[Callable[..., Cloudflare]]:
    """Make clients of a site; they are closed at the end."""
    made: list[Cloudflare] = []

    def make(site: Site, token: str = "any", retries: int = 0) -> Cloudflare:
        made.append(Cloudflare(api_token=token, base_url=site.native, max_retries=retries))
        return made[-1]

    yield make
    for client in made:
        client.close()


Connect = Callable[..., Cloudflare]


def frames(lines: Iterator[str]) -> list[Any]:
    """The events of a stream, the end as `[DONE]`."""
    data = [line.removeprefix("data: ") for line in lines if line]
    return [*map(json.loads, data[:-1]), data[-1]]


def test_a_prompt_is_answered(scripted: Script, connect: Connect) -> None:
    site = scripted("Hello there.")
    answer: Any = connect(site).ai.run(MODEL, account_id=ACCOUNT, prompt="Say hello.", max_tokens=12)
    assert answer["response"] == "Hello there."
    assert site.asked.requests[0].sampling.max_tokens == 12


def test_messages_are_answered_with_the_token_counts(scripted: Script, connect: Connect) -> None:
    site = scripted("Hello there.")
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Say hello."}]
    answer: Any = connect(site).ai.run(MODEL, account_id=ACCOUNT, messages=messages)
    assert answer["response"] == "Hello there."
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


@pytest.mark.parametrize("tool", [WEATHER, WRAPPED], ids=["flat", "wrapped"])
def test_a_tool_is_called_and_its_result_goes_back(scripted: Script, connect: Connect, tool: dict[str, Any]) -> None:
    site = scripted(call("get_weather", city="Paris"), "It is 12 degrees.")
    client = connect(site)
    messages: list[Any] = [{"role": "user", "content": "How warm is it in Paris?"}]
    asked: Any = client.ai.run(MODEL, account_id=ACCOUNT, messages=messages, tools=[tool])
    (made,) = asked["tool_calls"]
    assert (made["name"], made["arguments"]) == ("get_weather", {"city": "Paris"})
    messages += [
        {"role": "assistant", "content": json.dumps(made)},
        {"role": "tool", "content": '{"degrees": 12}'},
    ]
    answer: Any = client.ai.run(MODEL, account_id=ACCOUNT, messages=messages, tools=[tool])
    assert answer["response"] == "It is 12 degrees."
    _, turn, result = site.asked.requests[1].messages
    assert turn.tool_calls[0].arguments == '{"city": "Paris"}'
    assert (result.tool_call_id, result.name) == (turn.tool_calls[0].id, "get_weather")


def test_several_calls_of_one_turn_arrive(scripted: Script, connect: Connect) -> None:
    site = scripted([call("get_weather", city="Paris"), call("get_weather", city="Oslo")])
    asked: Any = connect(site).ai.run(
        MODEL, account_id=ACCOUNT, messages=[{"role": "user", "content": "?"}], tools=[WEATHER]
    )
    assert [each["arguments"] for each in asked["tool_calls"]] == [{"city": "Paris"}, {"city": "Oslo"}]


def test_json_mode_gives_an_object(scripted: Script, connect: Connect) -> None:
    site = scripted('{"city": "Paris"}')
    answer: Any = connect(site).ai.run(
        MODEL,
        account_id=ACCOUNT,
        prompt="Where?",
        response_format={"type": "json_schema", "json_schema": WEATHER["parameters"]},
    )
    assert answer["response"] == {"city": "Paris"}


def test_a_stream_has_the_documented_frames(scripted: Script, connect: Connect) -> None:
    site = scripted("One two three.")
    run = connect(site).ai.with_streaming_response.run
    with run(MODEL, account_id=ACCOUNT, prompt="Count.", stream=True) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        *pieces, last, end = frames(response.iter_lines())
    assert "".join(piece["response"] for piece in pieces) == "One two three."
    assert len(pieces) > 1
    assert last["usage"]["total_tokens"] >= 0
    assert end == "[DONE]"


def test_a_stream_carries_a_tool_call(scripted: Script, connect: Connect) -> None:
    site = scripted(call("get_weather", city="Paris"))
    messages = [{"role": "user", "content": "How warm is it in Paris?"}]
    run = connect(site).ai.with_streaming_response.run
    with run(MODEL, account_id=ACCOUNT, messages=messages, tools=[WEATHER], stream=True) as response:
        calls = [each for frame in frames(response.iter_lines())[:-1] for each in frame.get("tool_calls") or ()]
    assert "get_weather" in json.dumps(calls)
    assert "Paris" in json.dumps(calls)


def test_a_raw_response_has_the_headers_and_the_envelope(scripted: Script, connect: Connect) -> None:
    site = scripted("Hello there.")
    raw = connect(site).ai.with_raw_response.run(MODEL, account_id=ACCOUNT, prompt="Say hello.")
    assert raw.headers["content-type"] == "application/json"
    assert raw.headers["cf-ai-req-id"]
    body = json.loads(raw.text())
    assert body["success"] is True
    assert body["result"]["response"] == "Hello there."


def test_an_unknown_model_is_a_bad_request(scripted: Script, connect: Connect) -> None:
    with pytest.raises(cloudflare.BadRequestError) as caught:
        connect(scripted()).ai.run("@cf/nobody/nothing", account_id=ACCOUNT, prompt="Say hello.")
    assert [error.code for error in caught.value.errors] == [5007]


def test_a_value_out_of_range_is_a_bad_request_in_the_documented_words(scripted: Script, connect: Connect) -> None:
    with pytest.raises(cloudflare.BadRequestError) as caught:
        connect(scripted()).ai.run(MODEL, account_id=ACCOUNT, prompt="Say hello.", temperature=6)
    (error,) = caught.value.errors
    assert error.code == 5006
    assert "'/temperature' must be <= 5" in str(error.message)


def test_a_stream_that_is_refused_is_refused_before_it_begins(scripted: Script, connect: Connect) -> None:
    run = connect(scripted()).ai.with_streaming_response.run
    with pytest.raises(cloudflare.BadRequestError), run(MODEL, account_id=ACCOUNT, messages=[{}], stream=True):
        pass


def test_a_wrong_token_is_an_authentication_error(scripted: Script, connect: Connect) -> None:
    with pytest.raises(cloudflare.AuthenticationError) as caught:
        connect(scripted(token="right"), "wrong").ai.run(MODEL, account_id=ACCOUNT, prompt="Say hello.")
    assert [error.code for error in caught.value.errors] == [10000]


def test_the_right_token_is_let_in(scripted: Script, connect: Connect) -> None:
    site = scripted("Hello there.", token="right")
    answer: Any = connect(site, "right").ai.run(MODEL, account_id=ACCOUNT, prompt="Say hello.")
    assert answer["response"] == "Hello there."


def test_a_full_queue_is_a_rate_limit_that_the_client_tries_again(scripted: Script, connect: Connect) -> None:
    busy = OverloadedError("Capacity temporarily exceeded, please try again.", status=429, code=3040)
    with pytest.raises(cloudflare.RateLimitError) as caught:
        connect(scripted(busy)).ai.run(MODEL, account_id=ACCOUNT, prompt="Say hello.")
    assert [error.code for error in caught.value.errors] == [3040]
    site = scripted(busy, "Hello there.")
    answer: Any = connect(site, retries=1).ai.run(MODEL, account_id=ACCOUNT, prompt="Say hello.")
    assert answer["response"] == "Hello there."


def test_a_stream_that_breaks_off_has_no_end(scripted: Script, connect: Connect) -> None:
    site = scripted(Reply("One two", error=OverloadedError("the engine is gone.")))
    run = connect(site).ai.with_streaming_response.run
    with run(MODEL, account_id=ACCOUNT, prompt="Count.", stream=True) as response:
        text = "\n".join(response.iter_lines())
    assert '"One"' in text
    assert "[DONE]" not in text
    assert "error" in text


def test_the_generation_ends_when_the_client_leaves_its_stream(scripted: Script, connect: Connect) -> None:
    site = scripted(LONG)
    run = connect(site).ai.with_streaming_response.run
    with run(MODEL, account_id=ACCOUNT, prompt="Count.", stream=True) as response:
        next(response.iter_lines())
    site.wait_until_left()


def test_the_models_are_listed_to_their_end(scripted: Script, connect: Connect) -> None:
    rows: list[Any] = list(connect(scripted()).ai.models.list(account_id=ACCOUNT))
    assert MODEL in [row["name"] for row in rows]
    assert len({row["name"] for row in rows}) == len(rows)


def test_the_models_are_searched(scripted: Script, connect: Connect) -> None:
    client = connect(scripted())
    assert [row["name"] for row in client.ai.models.list(account_id=ACCOUNT, search="llama-3.3")] == [MODEL]
    assert list(client.ai.models.list(account_id=ACCOUNT, task="Text Generation"))
    assert not list(client.ai.models.list(account_id=ACCOUNT, task="text-generation"))


def test_the_schema_of_a_model_is_told(scripted: Script, connect: Connect) -> None:
    schema = connect(scripted()).ai.models.schema.get(account_id=ACCOUNT, model=MODEL).to_dict()
    assert "oneOf" in json.dumps(schema["input"])
    assert "output" in schema


def test_the_tasks_are_listed(scripted: Script, connect: Connect) -> None:
    tasks: list[Any] = list(connect(scripted()).ai.tasks.list(account_id=ACCOUNT))
    assert "Text Generation" in [task["name"] for task in tasks]


def test_a_batch_is_queued_and_fetched(scripted: Script, connect: Connect) -> None:
    client = connect(scripted("First.", "Second."))
    queued: Any = client.ai.run(
        MODEL,
        account_id=ACCOUNT,
        extra_query={"queueRequest": "true"},
        extra_body={"requests": [{"prompt": "One."}, {"prompt": "Two.", "external_reference": "two"}]},
    )
    assert queued["status"] == "queued"
    while True:
        found: Any = client.ai.run(MODEL, account_id=ACCOUNT, extra_body={"request_id": queued["request_id"]})
        if found.get("status") not in ("queued", "running"):
            break
    texts = {item["id"]: item["result"]["response"] for item in found["responses"]}
    assert sorted(texts.values()) == ["First.", "Second."]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.anyio
async def test_the_asynchronous_client_is_answered_and_streams(scripted: Script) -> None:
    site = scripted("Hello there.", "One two.")
    async with AsyncCloudflare(api_token="any", base_url=site.native, max_retries=0) as client:
        answer: Any = await client.ai.run(MODEL, account_id=ACCOUNT, prompt="Say hello.")
        assert answer["response"] == "Hello there."
        run = client.ai.with_streaming_response.run
        async with run(MODEL, account_id=ACCOUNT, prompt="Count.", stream=True) as response:
            text = "".join([line + "\n" async for line in response.iter_lines()])
    assert text.rstrip().endswith("data: [DONE]")


@pytest.mark.real
def test_a_real_model_answers_whole_and_streamed(embedded: Site, connect: Connect) -> None:
    client = connect(embedded)
    whole: Any = client.ai.run(embedded.model, account_id=ACCOUNT, prompt="Say hello.", max_tokens=16)
    assert whole["response"]
    assert 0 < whole["usage"]["completion_tokens"] <= 16
    run = client.ai.with_streaming_response.run
    with run(embedded.model, account_id=ACCOUNT, prompt="Say hello.", max_tokens=16, stream=True) as response:
        *pieces, last, end = frames(response.iter_lines())
    assert "".join(piece["response"] for piece in pieces)
    assert 0 < last["usage"]["completion_tokens"] <= 16
    assert end == "[DONE]"


@pytest.mark.real
@pytest.mark.parametrize("tool", [WEATHER, WRAPPED], ids=["flat", "wrapped"])
def test_a_real_model_calls_the_tool_it_must_call(embedded: Site, connect: Connect, tool: dict[str, Any]) -> None:
    asked: Any = connect(embedded).ai.run(
        embedded.model,
        account_id=ACCOUNT,
        messages=[{"role": "user", "content": "How warm is it in Paris?"}],
        tools=[tool],
        max_tokens=64,
        extra_body={"tool_choice": "required"},
    )
    (made, *_) = asked["tool_calls"]
    assert made["name"] == "get_weather"
    assert isinstance(made["arguments"]["city"], str)
