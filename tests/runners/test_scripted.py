"""The scripted runner is strict: about what it is given, what it is asked, and what is left over."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.errors import ConfigurationError, OverloadedError, ScriptError
from agentkit.generation import Delta, Finish, ReasoningDelta, Request, TextDelta
from agentkit.messages import Message, ToolCall, ToolSpec, Usage
from agentkit.runners.scripted import Reply, Scripted, call

pytestmark = pytest.mark.anyio

TOOLS = (ToolSpec("add", "Add.", {"type": "object", "properties": {}}),)
REQUEST = Request([Message("user", "Hi")], TOOLS)
ADD = call("add", a=1)


async def ask(script: Scripted, request: Request = REQUEST) -> list[Delta]:
    return [delta async for delta in script.generate(request)]


async def test_a_text() -> None:
    deltas = await ask(Scripted(["Hello you"]))
    assert deltas == [TextDelta("Hello"), TextDelta(" you"), Finish("stop", Usage(requests=1), "scripted", "script")]


async def test_a_call() -> None:
    assert await ask(Scripted([ADD])) == [ADD, Finish("tool_calls", Usage(requests=1), "scripted", "script")]


async def test_several_calls() -> None:
    assert (await ask(Scripted([[ADD, call("add", a=2)]])))[:2][1].arguments == '{"a": 2}'  # type: ignore[union-attr]


async def test_a_reply_with_everything() -> None:
    reply = Reply("Wait.", (ADD,), "I add.", "length", Usage(5, 2, requests=1))
    assert await ask(Scripted([reply])) == [
        ReasoningDelta("I add."),
        TextDelta("Wait."),
        ADD,
        Finish("length", Usage(5, 2, requests=1), "scripted", "script"),
    ]


async def test_an_error() -> None:
    with pytest.raises(OverloadedError, match="busy"):
        await ask(Scripted([OverloadedError("busy")]))


async def test_an_error_after_some_text() -> None:
    async with aclosing(Scripted([Reply("Hel", error=OverloadedError("busy"))]).generate(REQUEST)) as deltas:
        assert await anext(deltas) == TextDelta("Hel")
        with pytest.raises(OverloadedError):
            await anext(deltas)


async def test_a_function_sees_the_request() -> None:
    def answer(request: Request) -> str:
        return request.messages[-1].content.upper()

    assert (await ask(Scripted([answer])))[0] == TextDelta("HI")


async def test_what_a_function_returns_is_checked() -> None:
    with pytest.raises(ScriptError, match="5 is no reply"):
        await ask(Scripted([lambda request: 5]))  # type: ignore[list-item, return-value]


@pytest.mark.parametrize("step", [5, None, {"text": "x"}, [5], object()])
def test_what_is_no_reply_is_refused(step: Any) -> None:
    with pytest.raises(ConfigurationError, match="is no reply for a script"):
        Scripted([step])


def test_a_text_is_no_script() -> None:
    with pytest.raises(ConfigurationError, match="not the text 'Hello'"):
        Scripted("Hello")


async def test_replies_come_in_their_order() -> None:
    script = Scripted(["a", "b"])
    assert [(await ask(script))[0] for _ in range(2)] == [TextDelta("a"), TextDelta("b")]


async def test_a_request_too_many_is_an_error_that_shows_it() -> None:
    script = Scripted(["a"])
    await ask(script)
    with pytest.raises(ScriptError, match=r"request 2 is not in the script of 1 replies.*'Hi'"):
        await ask(script)


async def test_a_script_without_replies_expects_nothing() -> None:
    for loop in (False, True):
        with pytest.raises(ScriptError, match="request 1 is not in the script"):
            await ask(Scripted([], loop=loop), Request([]))


async def test_a_loop_starts_again() -> None:
    script = Scripted(["a", "b"], loop=True)
    texts = [(await ask(script))[0] for _ in range(5)]
    assert texts == [TextDelta(text) for text in "ababa"]
    script.finish()


async def test_a_loop_never_repeats_an_id() -> None:
    script = Scripted([ADD], loop=True)
    ids = {delta.id for _ in range(5) for delta in await ask(script) if isinstance(delta, ToolCall)}
    assert len(ids) == 5


@pytest.mark.parametrize("request_", [Request([]), Request([], TOOLS, "none")])
async def test_a_call_where_no_tools_are_offered_is_an_error(request_: Request) -> None:
    with pytest.raises(ScriptError, match="calls 'add', but the request offers no tools"):
        await ask(Scripted([ADD]), request_)


async def test_a_call_of_an_unknown_tool_is_what_models_do() -> None:
    assert (await ask(Scripted([call("invented")])))[0].name == "invented"  # type: ignore[union-attr]


async def test_what_is_left_over_is_an_error() -> None:
    script = Scripted(["a", "b", "c"])
    await ask(script)
    with pytest.raises(ScriptError, match=r"2 of 3 scripted replies were not asked for; the next is .*'b'"):
        script.finish()


async def test_a_script_that_is_used_up_is_none() -> None:
    with Scripted(["a"]) as script:
        await ask(script)


def test_the_block_checks_that_the_script_is_used_up() -> None:
    with pytest.raises(ScriptError, match="1 of 1"), Scripted(["a"]):
        pass


def test_an_error_in_the_block_is_not_hidden() -> None:
    with pytest.raises(KeyError), Scripted(["a"]):
        raise KeyError


async def test_requests_are_kept_as_they_were() -> None:
    script, messages = Scripted(["a", "b"]), [Message("user", "1")]
    await ask(script, Request(messages, TOOLS, conversation="c"))
    messages.append(Message("user", "2"))
    await ask(script, Request(messages))
    assert [len(request.messages) for request in script.requests] == [1, 2]
    assert (script.requests[0].tools, script.requests[0].conversation) == (TOOLS, "c")


async def test_a_delay_can_be_cancelled() -> None:
    with anyio.move_on_after(0.01) as scope:
        await ask(Scripted([Reply("a", delay=60)]))
    assert scope.cancelled_caught


async def test_a_stream_can_be_left() -> None:
    script = Scripted(["a b c"])
    async with aclosing(script.generate(REQUEST)) as deltas:
        assert await anext(deltas) == TextDelta("a")
    script.finish()


@given(text=st.text())
async def test_the_pieces_are_the_text(text: str) -> None:
    deltas = await ask(Scripted([text]))
    assert "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)) == text


def test_a_call_has_an_id_of_its_own() -> None:
    first, second = call("add", a="é"), call("add", a="é")
    assert first.id != second.id
    assert first.arguments == '{"a": "é"}'
