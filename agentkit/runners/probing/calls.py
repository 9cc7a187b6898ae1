"""Calls of tools: whether they come as calls, streamed, several at once, and whether results are taken."""

from __future__ import annotations

import json

from ...errors import AgentKitError
from ...messages import Message, ToolCall, ToolSpec
from .finding import Finding, failed, quoted
from .subject import Answer, Subject


def _tool(name: str, description: str) -> ToolSpec:
    city = {"type": "string", "description": "Name of the city, for example Rome."}
    return ToolSpec(name, description, {"type": "object", "properties": {"city": city}, "required": ["city"]})


WEATHER = _tool("get_weather", "Get the weather of a city.")
TIME = _tool("get_time", "Get the time of day in a city.")
QUESTION = "What is the weather in Paris? Call the tool to find out."
NO_CALLS = "not asked, because no call came before"
READ = "Calls in a text are read all the same; a bigger model, or a server with a tool parser, does better."


async def tools(subject: Subject) -> Finding:
    """Whether calls come as calls, if need be when they are forced. Remembers with which choice."""
    written, error, said = "", None, ""
    for choice in ("auto", WEATHER.name):
        answer = await subject.ask(QUESTION, tools=(WEATHER,), choice=choice, whole=True)
        error = error or answer.error
        if answer.calls and subject.call is None:
            subject.call, subject.choice = answer.calls[0], choice
        if answer.native:
            subject.call, subject.choice = answer.calls[0], choice
            forced = ", but only when it is forced" if choice != "auto" else ""
            return Finding("tools", "yes", f"{_shown(answer)}{forced}")
        written, said = written or answer.as_text, said or answer.text
        if subject.fatal is not None:
            break
    if written:
        return Finding("tools", "no", written, READ)
    if error is not None:
        return failed("tools", error)
    return Finding("tools", "no", f"no call, also when it is forced; it says {quoted(said)}", READ)


async def streamed_calls(subject: Subject) -> Finding | None:
    """Whether a call comes whole through a stream; None where that cannot be chosen."""
    if subject.whole is None:
        return None
    if subject.call is None:
        return Finding("streamed_calls", "unknown", NO_CALLS)
    answer = await subject.ask(QUESTION, tools=(WEATHER,), choice=subject.choice)
    error: AgentKitError | None = answer.error
    hint = "The runner asks without streaming where it offers tools."
    if error is not None and subject.fatal is None:
        return Finding("streamed_calls", "no", quoted(error.message, marks=False), hint)
    if error is not None:
        return failed("streamed_calls", error)
    if any(call.name == WEATHER.name and _city(call) for call in answer.calls):
        return Finding("streamed_calls", "yes", _shown(answer))
    came = _shown(answer) if answer.calls else f"no call, but {quoted(answer.text)}"
    return Finding("streamed_calls", "no", f"{came}; without streaming the call is right", hint)


async def parallel_calls(subject: Subject) -> Finding:
    """Whether one reply may have several calls."""
    if subject.call is None:
        return Finding("parallel_calls", "unknown", NO_CALLS)
    prompt = "What is the weather in Paris, and what in Tokyo? Call the tool for both cities at once."
    answer = await subject.ask(prompt, tools=(WEATHER,), choice=_any(subject), whole=True)
    if answer.error is not None:
        return failed("parallel_calls", answer.error)
    if not answer.calls:
        return Finding("parallel_calls", "unknown", f"no call, but {quoted(answer.text)}")
    return Finding("parallel_calls", "yes" if len(answer.calls) > 1 else "no", _shown(answer))


async def required(subject: Subject) -> Finding:
    """Whether `tool_choice: required` makes a call where none would be made."""
    answer = await subject.ask("Hello!", tools=(WEATHER,), choice="required", whole=True)
    hint = "The runner asks for one tool by its name where that helps, and else in words."
    return _forced("required", answer, WEATHER.name, hint)


async def named(subject: Subject) -> Finding:
    """Whether the tool is called that `tool_choice` names, though another one would fit."""
    answer = await subject.ask(QUESTION, tools=(WEATHER, TIME), choice=TIME.name, whole=True)
    return _forced("named", answer, TIME.name, None)


async def results(subject: Subject) -> Finding:
    """Whether the result of a call is taken, and used."""
    call = subject.call or ToolCall("probe0001", WEATHER.name, '{"city": "Paris"}')
    conversation = [
        Message("user", QUESTION),
        Message("assistant", "", (call,)),
        Message("tool", "17 degrees, with a purple sky", tool_call_id=call.id, name=call.name),
    ]
    answer = await subject.ask(conversation, tools=(WEATHER,), whole=True)
    if answer.error is not None:
        return failed("results", answer.error)
    if "17" in answer.text or "purple" in answer.text.lower():
        return Finding("results", "yes", f"says {quoted(answer.text)}")
    came = f"calls again: {_shown(answer)}" if answer.calls else f"says {quoted(answer.text)}"
    return Finding("results", "unknown", f"taken, but not used: it {came}")


def _forced(name: str, answer: Answer, tool: str, hint: str | None) -> Finding:
    if answer.error is not None:
        return failed(name, answer.error)
    if any(call.name == tool for call in answer.calls):
        return Finding(name, "yes", _shown(answer))
    came = _shown(answer) if answer.calls else f"no call, but {quoted(answer.text)}"
    return Finding(name, "no", came, hint)


def _any(subject: Subject) -> str:
    """The choice that leaves the number of calls open: a named one asks for one of them."""
    return "auto" if subject.choice == "auto" else "required"


def _shown(answer: Answer) -> str:
    calls = "; ".join(quoted(f"{call.name}({call.arguments})", marks=False) for call in answer.calls)
    return f"{calls} [{answer.as_text}]" if answer.as_text else calls


def _city(call: ToolCall) -> bool:
    try:
        value = json.loads(call.arguments)
    except ValueError:
        return False
    return isinstance(value, dict) and bool(value.get("city"))
