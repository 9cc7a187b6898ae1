"""OpenAI's Python package, at both places where chat completions are served."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI
from pydantic import BaseModel

from agentkit.errors import OverloadedError
from agentkit.runners.scripted import Reply, call

from .site import LONG, MODEL, WRAPPED, Site

Script = Callable[..., Site]
Connect = Callable[..., OpenAI]
ASK: list[Any] = [{"role": "user", "content": "Say hello."}]


class City(BaseModel):
    """The weather of a city."""

    city: str


class Weather(BaseModel):
    city: str
    degrees: int


STRICT = openai.pydantic_function_tool(City, name="get_weather")
"""The only tools that the streaming helper takes."""


@pytest.fixture(params=["account", "short"])
def base(request: pytest.FixtureRequest) -> Callable[[Site], str]:
    """The two base URLs: below an account, as documented, and `/v1`."""
    below = request.param == "account"
    return lambda site: f"{site.account}/v1" if below else f"{site.url}/v1"


@pytest.fixture
def connect(base: Callable[[Site], str]) -> Iterator[Connect]:
    """Make clients of a site; they are closed at the end."""
    made: list[OpenAI] = []

    def make(site: Site, token: str = "any", retries: int = 0) -> OpenAI:
        made.append(OpenAI(api_key=token, base_url=base(site), max_retries=retries))
        return made[-1]

    yield make
    for client in made:
        client.close()


def test_a_chat_is_answered(scripted: Script, connect: Connect) -> None:
    site = scripted("Hello there.")
    made = connect(site).chat.completions.create(model=MODEL, messages=ASK, max_tokens=12, temperature=0)
    assert made.object == "chat.completion"
    assert made.model == MODEL
    assert made.choices[0].message.content == "Hello there."
    assert made.choices[0].finish_reason == "stop"
    assert made.usage is not None
    assert made.usage.total_tokens == made.usage.prompt_tokens + made.usage.completion_tokens
    assert site.asked.requests[0].sampling.max_tokens == 12


def test_a_cut_answer_says_so(scripted: Script, connect: Connect) -> None:
    site = scripted(Reply("Hello", finish_reason="length"))
    made = connect(site).chat.completions.create(model=MODEL, messages=ASK, max_completion_tokens=1)
    assert made.choices[0].finish_reason == "length"
    assert site.asked.requests[0].sampling.max_tokens == 1


def test_a_stream_arrives_in_pieces(scripted: Script, connect: Connect) -> None:
    with connect(scripted("One two three.")).chat.completions.create(model=MODEL, messages=ASK, stream=True) as stream:
        chunks = list(stream)
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == "One two three."
    assert len([piece for piece in pieces if piece]) > 1
    assert len({chunk.id for chunk in chunks}) == 1
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"


def test_a_stream_tells_the_token_counts_where_it_is_asked_to(scripted: Script, connect: Connect) -> None:
    client = connect(scripted("One.", "One."))
    counted = client.chat.completions.create(
        model=MODEL, messages=ASK, stream=True, stream_options={"include_usage": True}
    )
    *chunks, last = list(counted)
    assert last.choices == []
    assert last.usage is not None
    assert all(chunk.usage is None for chunk in chunks)
    assert all(chunk.choices for chunk in client.chat.completions.create(model=MODEL, messages=ASK, stream=True))


def test_tools_are_called_and_their_results_go_back(scripted: Script, connect: Connect) -> None:
    site = scripted([call("get_weather", city="Paris"), call("get_weather", city="Oslo")], "12 and 3 degrees.")
    client = connect(site)
    asked = client.chat.completions.create(model=MODEL, messages=ASK, tools=[WRAPPED])
    message = asked.choices[0].message
    assert asked.choices[0].finish_reason == "tool_calls"
    assert message.tool_calls is not None
    assert len({each.id for each in message.tool_calls}) == 2
    assert [json.loads(each.function.arguments) for each in message.tool_calls] == [{"city": "Paris"}, {"city": "Oslo"}]
    first, second = message.tool_calls
    results = [
        {"role": "tool", "tool_call_id": second.id, "content": "3"},
        {"role": "tool", "tool_call_id": first.id, "content": "12"},
    ]
    answer = client.chat.completions.create(model=MODEL, messages=[*ASK, message, *results], tools=[WRAPPED])
    assert answer.choices[0].message.content == "12 and 3 degrees."
    _, turn, *told = site.asked.requests[1].messages
    contents = {each.tool_call_id: each.content for each in told}
    assert [contents[each.id] for each in turn.tool_calls] == ["12", "3"]


def test_streamed_tool_calls_are_put_together_by_the_client(scripted: Script, connect: Connect) -> None:
    client = connect(scripted([call("get_weather", city="Paris"), call("get_weather", city="Oslo")]))
    with client.chat.completions.stream(model=MODEL, messages=ASK, tools=[STRICT]) as stream:
        for _ in stream:
            pass
        final = stream.get_final_completion()
    assert final.choices[0].finish_reason == "tool_calls"
    calls = final.choices[0].message.tool_calls or []
    assert [json.loads(each.function.arguments) for each in calls] == [{"city": "Paris"}, {"city": "Oslo"}]
    assert len({each.id for each in calls}) == 2


NAMED = {"type": "function", "function": {"name": "get_weather"}}


@pytest.mark.parametrize(
    ("choice", "meant"),
    [("auto", "auto"), ("none", "none"), ("required", "required"), (NAMED, "get_weather")],
    ids=["auto", "none", "required", "named"],
)
def test_all_forms_of_the_choice_of_a_tool_arrive(scripted: Script, connect: Connect, choice: Any, meant: str) -> None:
    site = scripted("Hello." if meant in ("auto", "none") else call("get_weather", city="Paris"))
    connect(site).chat.completions.create(model=MODEL, messages=ASK, tools=[WRAPPED], tool_choice=choice)
    assert site.asked.requests[0].tool_choice == meant


def test_an_answer_is_parsed_as_the_type_that_was_asked_for(scripted: Script, connect: Connect) -> None:
    site = scripted('{"city": "Paris", "degrees": 12}')
    made = connect(site).chat.completions.parse(model=MODEL, messages=ASK, response_format=Weather)
    assert made.choices[0].message.parsed == Weather(city="Paris", degrees=12)
    assert site.asked.requests[0].output_schema is not None


def test_json_mode_gives_text_that_is_json(scripted: Script, connect: Connect) -> None:
    client = connect(scripted('{"city": "Paris"}'))
    made = client.chat.completions.create(model=MODEL, messages=ASK, response_format={"type": "json_object"})
    assert json.loads(made.choices[0].message.content or "") == {"city": "Paris"}


def test_parts_of_text_are_one_text(scripted: Script, connect: Connect) -> None:
    site = scripted("Hello there.")
    parts: Any = [{"role": "user", "content": [{"type": "text", "text": "Say "}, {"type": "text", "text": "hello."}]}]
    connect(site).chat.completions.create(model=MODEL, messages=parts)
    assert "hello" in str(site.asked.requests[0].messages[-1])


def test_an_unknown_model_is_told(scripted: Script, connect: Connect) -> None:
    with pytest.raises((openai.BadRequestError, openai.NotFoundError)) as caught:
        connect(scripted()).chat.completions.create(model="@cf/nobody/nothing", messages=ASK)
    assert "@cf/nobody/nothing" in str(caught.value.body)


def test_a_value_out_of_range_is_a_bad_request(scripted: Script, connect: Connect) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        connect(scripted()).chat.completions.create(model=MODEL, messages=ASK, temperature=99)
    assert "temperature" in str(caught.value.body)


def test_a_wrong_key_is_an_authentication_error(scripted: Script, connect: Connect) -> None:
    with pytest.raises(openai.AuthenticationError):
        connect(scripted(token="right"), "wrong").chat.completions.create(model=MODEL, messages=ASK)


def test_a_full_queue_is_a_rate_limit_that_the_client_tries_again(scripted: Script, connect: Connect) -> None:
    busy = OverloadedError("Capacity temporarily exceeded, please try again.", status=429, code=3040)
    with pytest.raises(openai.RateLimitError):
        connect(scripted(busy)).chat.completions.create(model=MODEL, messages=ASK)
    made = connect(scripted(busy, "Hello."), retries=1).chat.completions.create(model=MODEL, messages=ASK)
    assert made.choices[0].message.content == "Hello."


def test_a_stream_that_breaks_off_raises(scripted: Script, connect: Connect) -> None:
    client = connect(scripted(Reply("One two", error=OverloadedError("the engine is gone."))))
    stream = client.chat.completions.create(model=MODEL, messages=ASK, stream=True)
    pieces = (chunk.choices[0].delta.content for chunk in stream)
    assert "One" in (next(pieces), next(pieces))
    with stream, pytest.raises(openai.APIError):
        _ = list(pieces)


def test_the_generation_ends_when_the_client_leaves_its_stream(scripted: Script, connect: Connect) -> None:
    site = scripted(LONG)
    with connect(site).chat.completions.create(model=MODEL, messages=ASK, stream=True) as stream:
        next(stream)
    site.wait_until_left()


def test_the_models_are_listed(scripted: Script, connect: Connect) -> None:
    assert MODEL in [model.id for model in connect(scripted()).models.list()]


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.anyio
async def test_the_asynchronous_client_streams_a_tool_call(scripted: Script, base: Callable[[Site], str]) -> None:
    site = scripted(call("get_weather", city="Paris"))
    async with (
        AsyncOpenAI(api_key="any", base_url=base(site), max_retries=0) as client,
        client.chat.completions.stream(model=MODEL, messages=ASK, tools=[STRICT]) as stream,
    ):
        final = await stream.get_final_completion()
    (made,) = final.choices[0].message.tool_calls or ()
    assert json.loads(made.function.arguments) == {"city": "Paris"}


@pytest.mark.real
def test_a_real_model_answers_whole_and_streamed(embedded: Site, connect: Connect) -> None:
    client = connect(embedded)
    whole = client.chat.completions.create(model=embedded.model, messages=ASK, max_tokens=16)
    assert whole.choices[0].message.content
    assert whole.usage is not None
    assert 0 < whole.usage.completion_tokens <= 16
    with client.chat.completions.create(model=embedded.model, messages=ASK, max_tokens=16, stream=True) as stream:
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


@pytest.mark.real
def test_a_real_model_calls_the_tool_it_must_call_in_a_stream(embedded: Site, connect: Connect) -> None:
    client = connect(embedded)
    with client.chat.completions.stream(
        model=embedded.model,
        messages=[{"role": "user", "content": "How warm is it in Paris?"}],
        tools=[STRICT],
        tool_choice="required",
        max_tokens=64,
    ) as stream:
        final = stream.get_final_completion()
    (made, *_) = final.choices[0].message.tool_calls or ()
    assert made.function.name == "get_weather"
    assert isinstance(json.loads(made.function.arguments)["city"], str)


@pytest.mark.real
def test_a_real_model_writes_the_type_that_was_asked_for(embedded: Site, connect: Connect) -> None:
    made = connect(embedded).chat.completions.parse(
        model=embedded.model,
        messages=[{"role": "user", "content": "It is 12 degrees in Paris."}],
        response_format=Weather,
        max_tokens=64,
    )
    assert isinstance(made.choices[0].message.parsed, Weather)
