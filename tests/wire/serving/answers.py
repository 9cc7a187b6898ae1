"""Answers for tests of writers: deltas, and what a client makes of what was written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from hypothesis import strategies as st

from agentkit.generation import Delta, Finish, ReasoningDelta, Repaired, TextDelta
from agentkit.messages import ToolCall, Usage
from agentkit.wire.serving.writer import Writer

texts = st.text(max_size=8)
arguments = st.dictionaries(texts, st.integers() | texts | st.none(), max_size=3).map(
    lambda value: json.dumps(value, ensure_ascii=False)
)
pieces = texts.map(TextDelta) | texts.map(ReasoningDelta) | st.just(Repaired("it was mended", "a", "b"))
calls = st.builds(ToolCall, st.just("aaaaaaaa1"), st.from_regex(r"[a-z_]{1,8}", fullmatch=True), arguments)
usages = st.builds(
    Usage, st.integers(1, 9999), st.integers(1, 9999), st.integers(0, 9), st.sampled_from([0.0, 0.25]), st.just(1)
)
ends = st.builds(Finish, st.sampled_from(["stop", "tool_calls", "length", "content_filter"]), usages)


@st.composite
def answers(draw: st.DrawFn) -> list[Delta]:
    """A reply of a runner: pieces of text, then calls, then the end."""
    made: list[Delta] = [*draw(st.lists(pieces, max_size=6)), *draw(st.lists(calls, max_size=3)), draw(ends)]
    return made


def streamed(writer: Writer, deltas: Iterable[Delta]) -> bytes:
    return b"".join(map(writer.frames, deltas))


def whole(writer: Writer, deltas: Iterable[Delta]) -> bytes:
    for delta in deltas:
        writer.add(delta)
    return writer.whole()


def cut(stream: bytes, draw: st.DataObject) -> list[bytes]:
    """A stream in chunks, cut anywhere."""
    cuts = sorted(draw.draw(st.sets(st.integers(0, len(stream)), max_size=8)))
    return [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]


def said(deltas: Sequence[Delta], kind: type[TextDelta] | type[ReasoningDelta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, kind))


def called(deltas: Sequence[Delta]) -> tuple[tuple[str, str], ...]:
    return tuple((delta.name, delta.arguments) for delta in deltas if isinstance(delta, ToolCall))
