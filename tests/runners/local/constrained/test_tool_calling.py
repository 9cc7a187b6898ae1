"""Replies of the embedded model under grammars: every call is valid, whatever it is drawn with and however it ends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest

from agentkit.errors import BadRequestError, ServerError
from agentkit.generation import Delta, Repaired, Request, Sampling, SamplingOptions, TextDelta
from agentkit.messages import Message, ToolCall, ToolSpec
from agentkit.runners.local.constrained.call_formats import (
    FORMATS,
    FUNCTIONGEMMA,
    HERMES,
    LLAMA,
    QWEN_XML,
    CallFormat,
)
from agentkit.runners.local.constrained.tool_calling import call_tools, special_marks, wanted_schema, write_json
from agentkit.runners.local.constrained.values import Bounds
from agentkit.runners.local.decoder import Decoder
from agentkit.runners.local.engine import End, Load, Task
from agentkit.runners.local.shared import claim, release

from ..travel import TRIP, WEATHER

SMALL = Bounds(text=20, items=3, depth=2, free=1, calls=2)
ASKED = "<|im_start|>user\nWhat will the weather be in Paris?<|im_end|>\n<|im_start|>assistant\n"
TOOLS = (WEATHER, TRIP)
TOKENS = CallFormat(
    "tokens",
    before="<repo_name>[",
    begin='{"name": "',
    middle='", "arguments": ',
    end="}",
    between=", ",
    after="]<file_sep>",
    mark="<repo_name>",
    marks=("<repo_name>", "<file_sep>"),
)
"""Mistral's way, with marks that are control tokens of the embedded model."""

WORDS = replace(TOKENS, name="words", before=" weather[", after="]", mark=" weather", marks=(" weather",))
"""The same with a mark that is a word like others."""

QUOTES = replace(
    FUNCTIONGEMMA,
    name="quotes",
    begin="<repo_name>call:",
    end="<file_sep>",
    quote="<gh_stars>",
    trail="<issue_start>",
    mark="<repo_name>",
    marks=("<repo_name>", "<file_sep>", "<gh_stars>", "<issue_start>"),
)
"""FunctionGemma's way, with control tokens of the embedded model, also around texts."""

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def decoder(weights: Path) -> Iterator[Decoder]:
    """The embedded model itself."""
    load = Load(weights, 2048, 1, None)
    yield Decoder(claim(load, lambda: False), lambda: False)
    release(load)


def asked(choice: str = "required", tools: tuple[ToolSpec, ...] = TOOLS, **fields: Any) -> Request:
    fields.setdefault("sampling", Sampling(max_tokens=400))
    return Request([Message("user", "What will the weather be?")], tools, choice, **fields)


def reply(decoder: Any, request: Request, format: CallFormat, **options: Any) -> tuple[str, list[Delta]]:
    deltas: list[Delta] = []
    prompt, sampling = decoder.prompt(ASKED, marks=True), cast("SamplingOptions", options)
    return call_tools(decoder, prompt, request, format, deltas.append, sampling=sampling, bounds=SMALL), deltas


def check(deltas: Sequence[Delta]) -> list[ToolCall]:
    calls = [delta for delta in deltas if isinstance(delta, ToolCall)]
    for call in calls:
        schema = next(tool.parameters for tool in TOOLS if tool.name == call.name)
        jsonschema.validate(json.loads(call.arguments), schema)
    return calls


@pytest.mark.parametrize(
    ("format", "temperature"),
    [(each, 5) for each in (*FORMATS, TOKENS, QUOTES)]
    + [(each, 0) for each in (HERMES, TOKENS, WORDS, FUNCTIONGEMMA, QUOTES, QWEN_XML)],
    ids=lambda each: each.name if isinstance(each, CallFormat) else str(each),
)
def test_every_call_that_must_come_is_valid(decoder: Decoder, format: CallFormat, temperature: float) -> None:
    request = asked(extra={"parallel_tool_calls": temperature > 0})
    reason, deltas = reply(decoder, request, format, temperature=temperature, seed=7)
    assert reason == "tool_calls"
    assert check(deltas) == deltas


@pytest.mark.parametrize("format", [HERMES, LLAMA, TOKENS], ids=lambda each: each.name)
def test_a_free_reply_of_a_model_that_was_told_nothing_is_text(decoder: Decoder, format: CallFormat) -> None:
    reason, deltas = reply(decoder, asked("auto", sampling=Sampling(max_tokens=25)), format, temperature=0)
    assert reason == "length"
    assert len(deltas) > 10
    assert all(isinstance(delta, TextDelta) for delta in deltas)


def test_text_may_come_before_a_call(decoder: Decoder) -> None:
    prompt = decoder.prompt(ASKED + "I will look it up:\n<repo_name>", marks=True)
    deltas: list[Delta] = []
    bias = decoder.engine.tokens("<repo_name>", marks=True)[0]
    request = asked("auto", extra={"logit_bias": [[bias, 50]]})
    assert call_tools(decoder, prompt, request, TOKENS, deltas.append, bounds=SMALL) == "tool_calls"
    assert check(deltas)


@pytest.mark.parametrize("format", [HERMES, TOKENS], ids=lambda each: each.name)
@pytest.mark.parametrize("tokens", [2, 9, 20])
def test_of_a_reply_that_was_cut_no_call_is_delivered(decoder: Decoder, format: CallFormat, tokens: int) -> None:
    reason, deltas = reply(decoder, asked(sampling=Sampling(max_tokens=tokens)), format, temperature=0)
    assert reason == "length"
    assert [type(delta) for delta in deltas] == [Repaired]
    assert isinstance(deltas[0], Repaired)
    assert deltas[0].before.startswith(format.opening[:5])


def test_a_stop_text_in_a_call_cuts_it(decoder: Decoder) -> None:
    reason, deltas = reply(decoder, asked("get_weather"), HERMES, temperature=0, stop=["days"])
    assert reason == "stop"
    assert [type(delta) for delta in deltas] == [Repaired]


def test_marks_that_are_single_tokens_are_found(decoder: Decoder) -> None:
    assert special_marks(decoder.engine, TOKENS) == {"<repo_name>": 3, "<file_sep>": 5}
    assert special_marks(decoder.engine, QUOTES).keys() == set(QUOTES.marks)
    assert special_marks(decoder.engine, WORDS).keys() == {" weather"}
    assert special_marks(decoder.engine, HERMES) == {}


@pytest.mark.parametrize(
    "schema",
    [WEATHER.parameters, TRIP.parameters, {"type": "object"}, {"type": "array", "items": {"type": "boolean"}}],
)
@pytest.mark.parametrize("temperature", [0, 5])
def test_json_that_was_asked_for_satisfies_its_schema(decoder: Decoder, schema: Any, temperature: float) -> None:
    deltas: list[Delta] = []
    prompt = decoder.prompt(ASKED, marks=True)
    sampling: Any = {"temperature": temperature, "seed": 3}
    request = asked(tools=(), output_schema=schema)
    wanted = wanted_schema(request)
    assert write_json(decoder, prompt, request, wanted, deltas.append, sampling=sampling, bounds=SMALL) == "stop"
    text = "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))
    jsonschema.validate(json.loads(text), schema)


def test_the_response_format_is_read_in_every_documented_form() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "null"}}}
    forms: list[tuple[Any, Any]] = [
        (None, None),
        ({"type": "text"}, None),
        ({"type": "json_object"}, {"type": "object"}),
        ({"type": "json_schema", "json_schema": schema}, schema),
        ({"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}, schema),
    ]
    for form, expected in forms:
        assert wanted_schema(asked(extra={} if form is None else {"response_format": form})) == expected
    for form in ({"type": "xml"}, {"type": "json_schema"}, "json", 5):
        with pytest.raises(BadRequestError, match="response_format"):
            wanted_schema(asked(extra={"response_format": form}))


class Deaf:
    """An engine that follows no grammar, as llama.cpp does where it cannot compile one."""

    name, context, longest, weight_bytes = "deaf", 100, 100, 0

    def generate(self, task: Task, on_text: Callable[[str], object], stopped: Callable[[], bool]) -> End:
        assert task.grammar
        on_text("The weather is fine.")
        return End(True, 1, 0, 5)

    def tokens(self, text: str, *, start: bool = False, marks: bool = False) -> list[int]:
        return [1, 2]


def test_an_engine_that_does_not_follow_the_grammar_is_found_out() -> None:
    with pytest.raises(ServerError, match="left the grammar"):
        reply(Decoder(Deaf(), lambda: False), asked(), HERMES)  # type: ignore[arg-type]
