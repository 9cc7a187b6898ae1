"""The retry map, row by row: by the class of the error, in one layer."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Any

import httpx
import pytest
import respx

from agentkit import Agent, tool
from agentkit.errors import (
    AuthenticationError,
    BadRequestError,
    ConnectionFailedError,
    ContextOverflowError,
    ModelGoneError,
    ModelNotFoundError,
    OverloadedError,
    QuotaExhaustedError,
    RateLimitedError,
    RunnerError,
    ServerError,
    TimedOutError,
)
from agentkit.generation import Request, TextDelta
from agentkit.messages import Message
from agentkit.runners.openai import OpenAIRunner
from agentkit.runners.retries import BUDGET, FIRST_WAIT, wait_after, worth_it

from .loopback import events, serve

URL = "http://models.test/v1"
NOW = {"retry-after": "0"}
OK = httpx.Response(200, json={"response": "Hello"})


def failing(status: int, code: int | None = None, text: str = "no", **headers: str) -> httpx.Response:
    body = {"errors": [{"code": code, "message": text}], "success": False} if code else {"error": {"message": text}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body, headers=NOW | named)


async def ask(replies: Iterable[httpx.Response | type[Exception]], **options: Any) -> tuple[str, int]:
    """The text, or the class of the error, and how often the server was asked."""
    with respx.MockRouter() as router:
        route = router.post(f"{URL}/chat/completions").mock(side_effect=replies)
        async with httpx.AsyncClient(transport=httpx.MockTransport(router.async_handler)) as client:
            runner = OpenAIRunner("m", base_url=URL, client=client, **options)
            try:
                deltas = [delta async for delta in runner.generate(Request([Message("user", "Hi")]))]
            except RunnerError as error:
                return type(error).__name__, route.call_count
        return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)), route.call_count


RETRIED: list[tuple[httpx.Response, type[RunnerError]]] = [
    (failing(408), TimedOutError),
    (failing(408, 3007), TimedOutError),
    (failing(408, 3046), TimedOutError),
    (failing(409), OverloadedError),
    (failing(429), RateLimitedError),
    (failing(429, 3021), RateLimitedError),
    (failing(429, 2003), RateLimitedError),
    (failing(429, 3040), OverloadedError),
    (failing(500), ServerError),
    (failing(500, 3043), ServerError),
    (failing(500, 4007), ServerError),
    (failing(502), ServerError),
    (failing(503), OverloadedError),
    (failing(503, 3050), OverloadedError),
    (failing(504), ServerError),
    *[(failing(status), ServerError) for status in range(520, 527)],
    (failing(529), OverloadedError),
    (failing(502, 7009), OverloadedError),
]

NEVER: list[tuple[httpx.Response, type[RunnerError]]] = [
    (failing(400), BadRequestError),
    (failing(400, 5006), BadRequestError),
    (failing(400, 8001), BadRequestError),
    (failing(500, 5017), BadRequestError),
    (failing(401), AuthenticationError),
    (failing(403, 9109), AuthenticationError),
    (failing(402), QuotaExhaustedError),
    (failing(429, 3036), QuotaExhaustedError),
    (failing(429, 4006), QuotaExhaustedError),
    (failing(429, text="used up your daily free allocation"), QuotaExhaustedError),
    (failing(429, 2045), QuotaExhaustedError),
    (failing(404, 5007), ModelNotFoundError),
    (failing(410, 5028), ModelGoneError),
    (failing(413, 5021), ContextOverflowError),
    (failing(422), BadRequestError),
]


def named(rows: list[tuple[httpx.Response, type[RunnerError]]]) -> list[Any]:
    return [pytest.param(*row, id=f"{row[0].status_code} {json.loads(row[0].content)}") for row in rows]


@pytest.mark.anyio
@pytest.mark.parametrize(("reply", "kind"), named(RETRIED))
async def test_an_error_that_may_pass_is_tried_again(reply: httpx.Response, kind: type[RunnerError]) -> None:
    assert await ask([reply, reply, OK]) == ("Hello", 3)
    assert await ask([reply] * 9) == (kind.__name__, 3)


@pytest.mark.anyio
@pytest.mark.parametrize(("reply", "kind"), named(NEVER))
async def test_an_error_that_stays_is_not(reply: httpx.Response, kind: type[RunnerError]) -> None:
    assert await ask([reply, OK]) == (kind.__name__, 1)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError, ConnectionFailedError),
        (httpx.ReadError, ConnectionFailedError),
        (httpx.ConnectTimeout, TimedOutError),
        (httpx.ReadTimeout, TimedOutError),
        (httpx.PoolTimeout, TimedOutError),
    ],
)
async def test_a_connection_that_fails_is_tried_again(error: type[Exception], kind: type[RunnerError]) -> None:
    assert await ask([error, OK]) == ("Hello", 2)
    assert await ask([error], retries=0) == (kind.__name__, 1)


@pytest.mark.anyio
@pytest.mark.parametrize("retries", [0, 1, 3])
async def test_the_number_of_retries(retries: int) -> None:
    assert await ask([failing(500)] * 9, retries=retries) == ("ServerError", retries + 1)


@pytest.mark.anyio
async def test_the_error_of_the_last_try_is_raised() -> None:
    assert await ask([failing(500), failing(429), failing(401)]) == ("AuthenticationError", 3)


@pytest.mark.anyio
async def test_an_error_under_http_200_is_tried_again_by_its_class() -> None:
    capacity = httpx.Response(200, json={"errors": [{"code": 3040, "message": "x"}], "success": False})
    assert await ask([capacity, OK], retries=1) == ("Hello", 2)


@pytest.mark.anyio
async def test_the_provider_may_ask_not_to_try_again() -> None:
    assert await ask([failing(500, x_should_retry="false"), OK]) == ("ServerError", 1)


@pytest.mark.anyio
async def test_the_provider_may_ask_to_try_again() -> None:
    assert await ask([failing(400, x_should_retry="true"), OK]) == ("Hello", 2)


@pytest.mark.anyio
async def test_nobody_tries_again_when_the_allowance_is_used_up() -> None:
    assert await ask([failing(429, 4006, x_should_retry="true"), OK]) == ("QuotaExhaustedError", 1)


@pytest.mark.anyio
async def test_a_wait_beyond_the_budget_is_not_waited() -> None:
    assert await ask([failing(429, retry_after=str(BUDGET + 1)), OK]) == ("RateLimitedError", 1)


@pytest.mark.anyio
async def test_a_retry_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "agentkit")
    await ask([failing(500), OK])
    assert "raised ServerError" in caplog.text


def test_waits_double() -> None:
    for kind, first in FIRST_WAIT.items():
        for attempt in (1, 2, 3):
            assert 0.75 <= wait_after(kind("x"), attempt) / (first * 2 ** (attempt - 1)) <= 1.25


def test_waits_differ() -> None:
    assert len({wait_after(ServerError("x"), 1) for _ in range(10)}) > 1


def test_the_provider_says_how_long() -> None:
    assert wait_after(RateLimitedError("x", retry_after=7.0), 3) == 7.0


def test_only_errors_of_the_runner_are_worth_it() -> None:
    assert not worth_it(ValueError())


@pytest.mark.anyio
async def test_a_run_has_one_budget_for_all_its_requests() -> None:
    fails, turn = (
        failing(500),
        httpx.Response(200, json={"response": "", "tool_calls": [{"name": "x", "arguments": {}}]}),
    )
    with respx.MockRouter() as router:
        route = router.post(f"{URL}/chat/completions").mock(side_effect=[fails, turn, fails, turn, fails, turn])
        async with httpx.AsyncClient(transport=httpx.MockTransport(router.async_handler)) as client:
            agent = Agent(OpenAIRunner("m", base_url=URL, client=client), max_retries=2)
            with pytest.raises(ServerError):
                await agent.run("Hi")
    assert route.call_count == 5, "three turns were asked for, and two of them asked for again"


@pytest.mark.anyio
async def test_a_stream_that_ends_before_it_has_delivered_anything_is_tried_again() -> None:
    begun = b'data: {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}\n\n'
    cut = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=begun)
    assert await ask([cut, OK]) == ("Hello", 2)
    assert await ask([cut], retries=0) == ("TruncatedStreamError", 1)


@pytest.mark.anyio
async def test_a_stream_that_is_cut_in_the_middle_of_a_call_is_tried_again_and_the_tool_called_once() -> None:
    """A call counts when it is whole: until then, nothing has been delivered."""
    called: list[int] = []

    @tool
    def keep(number: int) -> str:
        """Keep a number."""
        called.append(number)
        return "kept"

    def frame(arguments: str, **names: str) -> Any:
        call = {"index": 0, **names, "function": {**names, "arguments": arguments}}
        return {"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]}

    whole = events(frame('{"number"', name="keep", id="x"), frame(": 7}"))
    last = events({"choices": [{"index": 0, "delta": {"content": "Done."}, "finish_reason": "stop"}]})
    async with (
        serve([*whole[:2], "close"], whole, last) as server,
        Agent(OpenAIRunner("m", base_url=server.url), tools=[keep]) as agent,
    ):
        assert (await agent.run("Keep 7.")).response == "Done."
    assert called == [7]
    assert len(server.requests) == 3
