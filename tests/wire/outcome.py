"""What a reply comes to, in a form that can be compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agentkit.errors import RunnerError
from agentkit.generation import Delta, Finish, ReasoningDelta, Repaired, TextDelta
from agentkit.messages import ToolCall, Usage
from agentkit.wire.replies import ReplyReader
from agentkit.wire.sse import EventSplitter

from .reply_cases import Case


@dataclass(frozen=True)
class Outcome:
    """The deltas of a reply with their texts joined, and the error at their end."""

    text: str
    reasoning: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    ids: tuple[str | None, ...] = ()
    repairs: tuple[str, ...] = ()
    reason: str = ""
    usage: Usage | None = None
    model: str = ""
    error: type[RunnerError] | None = None
    says: str = ""


def outcome(deltas: Sequence[Delta], error: RunnerError | None = None) -> Outcome:
    """What deltas come to. The text of an error is that before it; there is one end, and it is last."""
    text = "".join(item.text for item in deltas if isinstance(item, TextDelta))
    if error is not None:
        assert error.text.startswith(text)
        return Outcome(error.text, error=type(error), says=str(error))
    finish = deltas[-1]
    assert isinstance(finish, Finish)
    assert sum(isinstance(item, Finish) for item in deltas) == 1
    calls = [item for item in deltas if isinstance(item, ToolCall)]
    ids = [call.id for call in calls]
    assert len(set(ids)) == len(ids)
    assert all(len(made) == 9 and made.isalnum() for made in ids)
    return Outcome(
        text,
        "".join(item.text for item in deltas if isinstance(item, ReasoningDelta)),
        tuple((call.name, call.arguments) for call in calls),
        tuple(call.original_id for call in calls),
        tuple(item.what for item in deltas if isinstance(item, Repaired)),
        finish.reason,
        finish.usage,
        finish.model,
    )


def differences(case: Case, found: Outcome) -> list[str]:
    """Where an outcome is not what the case states."""
    wanted = {"text": case.text, "error": case.error}
    if case.error is None:
        reason = case.reason or ("tool_calls" if case.calls else "stop")
        wanted |= {"reasoning": case.reasoning, "calls": tuple(case.calls), "repairs": tuple(case.repairs)}
        wanted |= {"reason": reason, "usage": case.usage, "model": case.model}
        if case.ids is not None:
            wanted["ids"] = tuple(case.ids)
    wrong = [
        f"{name}: {getattr(found, name)!r} is not {value!r}"
        for name, value in wanted.items()
        if getattr(found, name) != value
    ]
    return wrong if case.says in found.says else [*wrong, f"{case.says!r} is not in {found.says!r}"]


def reader(case: Case) -> ReplyReader:
    return ReplyReader(model="asked", max_tokens=case.max_tokens, tools=case.tools)


def read_whole(case: Case, data: str) -> Outcome:
    """A reply that comes at once."""
    reading, deltas = reader(case), list[Delta]()
    try:
        deltas += reading.feed(data, whole=True)
        deltas += reading.finish()
    except RunnerError as error:
        return outcome(deltas, error)
    return outcome(deltas)


def read_stream(case: Case, chunks: Iterable[bytes]) -> Outcome:
    """A stream, as the runners read it, in the given chunks."""
    reading, splitter, deltas = reader(case), EventSplitter(), list[Delta]()

    def take(events: list[tuple[str, str]], *, last: bool = False) -> None:
        for name, data in events:
            if name == "error":
                raise reading.fail(data)
            deltas.extend(reading.feed_last(data) if last else reading.feed(data))

    try:
        for chunk in chunks:
            take(splitter.feed(chunk))
        take(splitter.close(), last=True)
        deltas += reading.finish()
    except RunnerError as error:
        return outcome(deltas, error)
    return outcome(deltas)
