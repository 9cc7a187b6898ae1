"""Replies written under the grammar of a toolset: what they are, what they are not, and how they are read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentkit.errors import BadRequestError, ServerError
from agentkit.messages import ToolCall, ToolSpec
from agentkit.runners.local.constrained.call_formats import (
    FORMATS,
    FUNCTIONGEMMA,
    HERMES,
    LFM2,
    LFM2_JSON,
    LLAMA,
    MISTRAL,
    QWEN_XML,
    CallFormat,
    format_of,
)
from agentkit.runners.local.constrained.checking import Follower
from agentkit.runners.local.constrained.tool_grammar import MOST_TOOLS, output_grammar, tool_grammar
from agentkit.runners.local.constrained.tool_reading import CallReader, read_block
from agentkit.runners.local.constrained.values import Bounds

Write = Callable[..., tuple[str, bool]]
SMALL = Bounds(text=12, items=3, depth=2, free=1, calls=3)
SOME = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


def spec(name: str, **properties: Any) -> ToolSpec:
    required = list(properties)[:1]
    return ToolSpec(name, "Does it.", {"type": "object", "properties": properties, "required": required})


WEATHER = spec("get_weather", city={"type": "string"}, days={"type": "integer", "minimum": 1, "maximum": 16})
NOW = spec("now")
BOOK = spec(
    "book.table",
    people={"type": "array", "items": {"type": "object", "properties": {"age": {"type": "number"}}}, "minItems": 1},
    when={"type": "string", "format": "date-time"},
    smoking={"type": ["boolean", "null"]},
    note={"enum": ["a}", ']"', "</tool_call>", 'say "(x=1)"']},
)
TOOLS = (WEATHER, NOW, BOOK)
formats = pytest.mark.parametrize("format", FORMATS, ids=lambda each: each.name)


def read(
    format: CallFormat, text: str, *, must: bool = False, size: int = 1, texts: Any = None
) -> tuple[str, list[ToolCall]]:
    """The text and the calls of a reply that comes in pieces."""
    reader = CallReader(format, must=must, texts=texts)
    said = "".join(reader.feed(text[at : at + size]) for at in range(0, len(text), size))
    return said + reader.rest(), reader.calls()


@formats
@SOME
@given(seed=st.integers(), temperature=st.sampled_from([0.0, 1.0, 8.0]), size=st.integers(1, 9))
def test_all_calls_are_of_offered_tools_and_satisfy_their_schemas(
    write: Write, format: CallFormat, seed: int, temperature: float, size: int
) -> None:
    grammar = tool_grammar(TOOLS, "required", format, bounds=SMALL)
    text, ended = write(grammar.plain, seed, temperature)
    said, calls = read(grammar.format, text, must=True, size=size, texts=grammar.texts)
    assert ended
    assert calls
    assert not said
    assert len({call.id for call in calls}) == len(calls)
    schemas = {tool.name: tool.parameters for tool in TOOLS}
    for call in calls:
        jsonschema.validate(json.loads(call.arguments), schemas[call.name])


@formats
@SOME
@given(seed=st.integers(), size=st.integers(1, 9))
def test_a_free_reply_is_text_or_calls_behind_text_and_comes_back_unchanged(
    write: Write, format: CallFormat, seed: int, size: int
) -> None:
    grammar = tool_grammar(TOOLS, "auto", format, bounds=SMALL)
    lead = "Let me see <b> [x] {y}. " if format.mark else ""
    block = write(tool_grammar(TOOLS, "required", format, bounds=SMALL).plain, seed)[0]
    for text, expected in ((lead + "So be it.", []), (lead + block, read_block(block, grammar.format, grammar.texts))):
        follower = Follower(grammar.plain)
        follower.take(text)
        assert follower.whole
        said, calls = read(grammar.format, text, size=size, texts=grammar.texts)
        assert [(call.name, call.arguments) for call in calls] == expected
        assert said == (lead if expected else text)


@formats
@SOME
@given(seed=st.integers(), size=st.integers(1, 9))
def test_what_a_random_model_writes_freely_is_text_that_is_let_through_or_whole_calls(
    write: Write, format: CallFormat, seed: int, size: int
) -> None:
    grammar = tool_grammar((WEATHER,), "auto", format, bounds=SMALL)
    text, ended = write(grammar.plain, seed, most=300)
    said, calls = read(format, text, size=size) if ended else (text, [])
    assert bool(calls) != (said == text)


@pytest.mark.parametrize(
    "text",
    [
        "Well: <tool_call> is what I would write.",
        '<tool_call>\n{"name": "get_weather", "arguments": {}}\n</tool_call>',
        '<tool_call>\n{"name": "no_such_tool", "arguments": {}}\n</tool_call>',
        '<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call> and so on',
        '{"name": "now", "arguments": {}}',
        ' ```json\n[ {"name" : "now"',
    ],
)
def test_a_free_reply_never_looks_like_half_a_call(text: str) -> None:
    with pytest.raises(ServerError, match="left the grammar"):
        Follower(tool_grammar(TOOLS, "auto", HERMES).plain).take(text)


@pytest.mark.parametrize("text", ["so <tool_c", "so <t", "", "<tool_call>"])
def test_a_free_reply_does_not_end_in_half_a_mark(text: str) -> None:
    follower = Follower(tool_grammar(TOOLS, "auto", HERMES).plain)
    follower.take(text)
    assert not follower.whole


@pytest.mark.parametrize(
    "text", ["a < b", '{"answer": 4}', "[1, 2]", "<tools> ```json\n{}```", "\n\n ok", '"name": "x"']
)
def test_a_free_reply_may_be_any_other_text(text: str) -> None:
    follower = Follower(tool_grammar(TOOLS, "auto", HERMES).plain)
    follower.take(text)
    assert follower.whole
    assert read(HERMES, text) == (text, [])


@formats
def test_without_a_choice_no_call_can_be_written(format: CallFormat) -> None:
    for tools in (TOOLS, ()) if format.mark else (TOOLS,):
        grammar = tool_grammar(tools, "none", format)
        with pytest.raises(ServerError):
            Follower(grammar.plain).take(f"{format.opening}now{format.middle}")
        Follower(grammar.plain).take("Just text.")


@formats
@pytest.mark.parametrize("parallel", [True, False])
def test_several_calls_come_only_where_they_may(write: Write, format: CallFormat, parallel: bool) -> None:
    grammar = tool_grammar((NOW,), "required", format, parallel=parallel)
    most = max(len(read_block(write(grammar.plain, seed, 5.0)[0], format)) for seed in range(25))
    assert (most > 1) == (parallel and format.between is not None)


def test_a_named_tool_is_called_once(write: Write) -> None:
    grammar = tool_grammar(TOOLS, "now", HERMES)
    assert grammar.must
    assert {write(grammar.plain, seed)[0] for seed in range(9)} == {
        '<tool_call>\n{"name": "now", "arguments": {}}\n</tool_call>'
    }


def test_a_choice_that_is_not_offered_is_refused() -> None:
    with pytest.raises(BadRequestError, match="'fly' names none"):
        tool_grammar(TOOLS, "fly", HERMES)


def test_a_mark_that_is_a_token_is_written_as_that_token() -> None:
    grammar = tool_grammar(TOOLS, "auto", MISTRAL, special={"[TOOL_CALLS]": 5})
    assert "<[5]>" in grammar.text
    assert "<[5]>" not in grammar.plain
    assert tool_grammar(TOOLS, "auto", MISTRAL).text == grammar.plain


def test_names_that_python_does_not_take_are_written_as_json() -> None:
    assert tool_grammar(TOOLS, "auto", LFM2).format is LFM2
    odd = spec("now", **{"with space": {"type": "string"}})
    assert tool_grammar((odd,), "auto", LFM2).format is LFM2_JSON
    assert tool_grammar((spec("class"),), "auto", LFM2).format is LFM2_JSON


def test_properties_keep_the_order_of_the_schema() -> None:
    tool = ToolSpec("t", "", {"type": "object", "properties": {"b": {}, "a": {"const": 1}}, "required": ["a"]})
    follower = Follower(tool_grammar((tool,), "required", LLAMA).plain)
    follower.take('{"name": "t", "parameters": {"b": 2, "a": 1}}')
    assert follower.whole
    with pytest.raises(ServerError):
        Follower(tool_grammar((tool,), "required", LLAMA).plain).take('{"name": "t", "parameters": {"a": 1, "b"')


def test_a_toolset_is_made_a_grammar_once() -> None:
    again = tuple(ToolSpec(tool.name, "other words", dict(tool.parameters)) for tool in TOOLS)
    assert tool_grammar(TOOLS, "auto", HERMES) is tool_grammar(again, "auto", HERMES)


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}, "required": ["a"]}
    return schema


ENDLESS = {"$ref": "#/$defs/a", "$defs": {"a": nested(1) | {"properties": {"a": {"$ref": "#/$defs/a"}}}}}


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"properties": {"tags": {"type": "array", "uniqueItems": True}}}, "'uniqueItems' of 'tags'"),
        ({"properties": {"a": {"properties": {"b": {"not": {}}}}}}, "'not' of 'a.b'"),
        ({"properties": {"a": {"type": "strnig"}}}, "'strnig'"),
        ({"properties": {"a": {"$ref": "#/$defs/none"}}}, "points at nothing"),
        ({"properties": {"a": {"$ref": "http://example.com/schema"}}}, "outside"),
        ({"properties": {"a": {"type": "string", "pattern": "(?=x)"}}}, "regex"),
        ({"properties": {"a": {"type": "string", "pattern": "("}}}, "regex"),
        ({"properties": {"a": {"oneOf": [{"type": "number"}, {"minimum": 3}]}}}, "oneOf"),
        ({"properties": {"a": False}, "required": ["a"]}, "no value can satisfy"),
        ({"properties": {"a": {"minimum": 3, "maximum": 2, "type": "integer"}}, "required": ["a"]}, "no value"),
        (ENDLESS, "no value can satisfy"),
        (nested(300), "nested too deeply"),
        (nested(900), "nested too deeply"),
        ({"properties": {"a": {"enum": ["x" * 90 + str(n) for n in range(30_000)]}}}, "at most 2,000,000"),
        ({"properties": {f"a{n}": {} for n in range(301)}}, "301 properties"),
        ({"properties": {"a": {"minLength": "x", "allOf": [{"minLength": 2}]}}}, "malformed"),
        ({"properties": {"a": {"type": "integer", "minimum": 10**400}}}, "malformed"),
        ({"allOf": [{"anyOf": [{"minimum": n + m} for n in range(11)]} for m in range(3)]}, "1,331 choices"),
    ],
)
def test_a_schema_that_no_grammar_can_say_is_refused_by_the_name_of_its_tool(schema: Any, message: str) -> None:
    broken = ToolSpec("broken", "", {"type": "object", **schema})
    with pytest.raises(BadRequestError, match=f"'broken': .*{re.escape(message)}"):
        tool_grammar((NOW, broken), "auto", HERMES)
    with pytest.raises(BadRequestError, match="the output schema: "):
        output_grammar({"type": "object", **schema})
    assert tool_grammar((NOW,), "auto", HERMES)


def test_too_many_tools_are_refused() -> None:
    tools = tuple(spec(f"tool_{number}") for number in range(MOST_TOOLS + 1))
    with pytest.raises(BadRequestError, match="301 tools"):
        tool_grammar(tools, "auto", HERMES)
    Follower(tool_grammar(tools[1:], "auto", HERMES).plain).take('<tool_call>\n{"name": "tool_30')


@pytest.mark.parametrize("format", [HERMES, LFM2, LLAMA, QWEN_XML, FUNCTIONGEMMA])
def test_a_block_that_is_no_call_is_an_error(format: CallFormat) -> None:
    for text in ("nonsense", format.opening, f"{format.opening}now{format.middle}"):
        with pytest.raises(ServerError, match="a call was expected"):
            read_block(text, format)


FREE = spec(
    "save",
    text={"type": "string"},
    code={"anyOf": [{"type": "string"}, {"type": "null"}]},
    unit={"enum": ["celsius", "5", None]},
    count={"type": ["integer", "string"]},
)


def tagged(**values: str) -> str:
    """Arguments as Qwen 3 Coder writes them."""
    return "".join(f"<parameter={name}>\n{value}\n</parameter>\n" for name, value in values.items())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"text": "5"}, {"text": "5"}),
        ({"text": '"""\nx = [1]\n<b>\n'}, {"text": '"""\nx = [1]\n<b>\n'}),
        ({"text": "", "code": "null"}, {"text": "", "code": None}),
        ({"text": " ", "code": '"null"'}, {"text": " ", "code": "null"}),
        ({"text": "t", "unit": "celsius"}, {"text": "t", "unit": "celsius"}),
        ({"text": "t", "unit": '"5"'}, {"text": "t", "unit": "5"}),
        ({"text": "t", "count": "5"}, {"text": "t", "count": 5}),
        ({"text": "t", "count": "five"}, {"text": "t", "count": "five"}),
    ],
)
def test_texts_between_tags_are_plain_and_everything_else_is_json(
    written: dict[str, str], read: dict[str, Any]
) -> None:
    grammar = tool_grammar((FREE,), "required", QWEN_XML)
    follower = Follower(grammar.plain)
    text = f"<tool_call>\n<function=save>\n{tagged(**written)}</function>\n</tool_call>"
    follower.take(text)
    assert follower.whole
    ((name, arguments),) = read_block(text, QWEN_XML, grammar.texts)
    assert (name, json.loads(arguments)) == ("save", read)


@pytest.mark.parametrize("value", [{"unit": "5"}, {"count": "-"}, {"code": "true"}])
def test_what_would_be_read_as_something_else_is_not_written(value: dict[str, str]) -> None:
    follower = Follower(tool_grammar((FREE,), "required", QWEN_XML).plain)
    follower.take(f"<tool_call>\n<function=save>\n{tagged(text='t')}")
    with pytest.raises(ServerError):
        follower.take(tagged(**value))


def test_a_call_of_functiongemma_is_written_and_read_as_google_documents_it() -> None:
    tool = spec("f", city={"type": "string"}, **{"odd name": {"items": {"type": ["string", "number"]}}})
    text = (
        '<start_function_call>call:f{city:<escape>{Pa}, "ris"<escape>,<escape>odd name<escape>:[<escape><escape>,2.5]}'
        "<end_function_call>"
    )
    for trail in ("", "<start_function_response>"):
        follower = Follower(tool_grammar((tool,), "required", FUNCTIONGEMMA).plain)
        follower.take(text + trail)
        assert follower.whole
        ((name, arguments),) = read_block(text + trail, FUNCTIONGEMMA)
        assert (name, json.loads(arguments)) == ("f", {"city": '{Pa}, "ris"', "odd name": ["", 2.5]})


def test_texts_stand_between_single_tokens_where_the_mark_is_one() -> None:
    special = {"<escape>": 5, "<start_function_call>": 6}
    grammar = tool_grammar((WEATHER,), "required", FUNCTIONGEMMA, special=special)
    assert "<escape>" not in re.sub(r"/.*/", "", grammar.text)
    assert "<[5]>" in grammar.text


def test_names_that_no_tag_takes_are_written_as_json() -> None:
    odd = spec("now", **{"a>b": {"type": "string"}})
    assert tool_grammar((odd,), "auto", QWEN_XML).format is HERMES
    assert tool_grammar(TOOLS, "auto", QWEN_XML).format is QWEN_XML


@pytest.mark.parametrize(
    ("template", "format"),
    [
        (r"{{- '\n<tool_call>\n<function=' + tool_call.name + '>\n' }}{{- '<parameter=' + args_name }}", QWEN_XML),
        ("{{- '<start_function_call>call:' + function['name'] + '{' -}}", FUNCTIONGEMMA),
        (r"""{{- '<tool_call>\n{"name": ' }}""", HERMES),
    ],
)
def test_a_template_shows_how_its_model_writes_calls(template: str, format: CallFormat) -> None:
    assert format_of(template) is format
