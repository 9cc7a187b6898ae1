"""What a body of `/ai/run` asks for (contract/workers_ai.md sections 3 to 7, 11, 11b, 13, 14)."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit.errors import BadRequestError
from agentkit.generation import Sampling
from agentkit.messages import Message, ToolSpec
from agentkit.wire.serving.asked import Asked
from agentkit.wire.serving.card import Card
from agentkit.wire.serving.run import read_run, variant_of

CARD = Card("@cf/vendor/model", capabilities=("lora",))
OLD = Card("@cf/vendor/old", "2023", max_tokens_streaming=2500)
USER = {"role": "user", "content": "Hi"}
ONE = {"messages": [USER]}
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
TOOL = {"name": "add", "description": "Adds.", "parameters": {"type": "object", "properties": {}}}
OTHER = {"type": "function", "function": {**TOOL, "name": "sub"}}


def read(body: Any, card: Card = CARD, *, strict: bool = False) -> Asked:
    return read_run(body, card, strict=strict)


def refused(body: Any, card: Card = CARD, *, strict: bool = False) -> tuple[int | None, Any, str]:
    with pytest.raises(BadRequestError) as raised:
        read(body, card, strict=strict)
    return raised.value.status, raised.value.code, raised.value.message


@pytest.mark.parametrize(
    ("body", "variant"),
    [
        ({"prompt": "x"}, "prompt"),
        (ONE, "messages"),
        ({"requests": []}, "requests"),
        ({"request_id": "x"}, "request_id"),
        ({"prompt": "x", "request_id": "x"}, "prompt"),
        ({"request_id": "x", "requests": [], **ONE}, "messages"),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_a_variant_is_known_by_its_fields(body: Any, variant: str | None) -> None:
    assert variant_of(body) == variant


class TestPrompts:
    def test_a_prompt_is_one_message_of_the_user(self) -> None:
        asked = read({"prompt": "Hi"})
        assert asked.request.messages == (Message("user", "Hi"),)
        assert asked.request.extra == {}
        assert not asked.stream
        assert asked.notes == ()

    def test_a_raw_prompt_goes_as_it_is(self) -> None:
        assert read({"prompt": "[INST]Hi[/INST]", "raw": True}).request.extra == {"raw": True}

    def test_raw_false_is_nothing(self) -> None:
        assert read({"prompt": "Hi", "raw": False}).request.extra == {}

    def test_raw_beside_messages_is_ignored(self) -> None:
        asked = read({**ONE, "raw": True})
        assert (asked.request.extra, asked.notes) == ({}, ("raw was ignored beside messages",))

    def test_tools_beside_raw_are_ignored(self) -> None:
        asked = read({"prompt": "Hi", "raw": True, "tools": [TOOL]})
        assert asked.request.tools == ()
        assert asked.notes == ("tools were ignored beside raw",)

    def test_a_prompt_may_have_tools(self) -> None:
        assert [tool.name for tool in read({"prompt": "Hi", "tools": [TOOL]}).request.tools] == ["add"]

    def test_a_prompt_beside_broken_messages_is_the_prompt(self) -> None:
        """Quirk Q3."""
        asked = read({"prompt": "Hi", "messages": "bad"})
        assert asked.request.messages == (Message("user", "Hi"),)
        assert asked.notes == ("ignored: messages",)

    def test_halves_of_characters_do_not_come_in(self) -> None:
        assert read({"prompt": "a\ud83db"}).request.messages[0].content == "a\ufffdb"


class TestAdapters:
    @pytest.mark.parametrize("body", [{"prompt": "Hi"}, ONE])
    def test_an_adapter_goes_along(self, body: Any) -> None:
        assert read({**body, "lora": "cf-public-magicoder"}).request.extra == {"lora": "cf-public-magicoder"}

    def test_a_model_without_adapters_refuses(self) -> None:
        told = (405, 5005, "Model @cf/vendor/old does not support LoRA")
        assert refused({**ONE, "lora": "x"}, OLD) == told

    def test_what_is_no_name_is_ignored_where_the_schema_does_not_know_it(self) -> None:
        asked = read({**ONE, "lora": 5})
        assert (asked.request.extra, asked.notes) == ({}, ("lora is no name and was ignored",))


class TestTools:
    def test_both_shapes_may_be_mixed(self) -> None:
        """Quirk Q13."""
        expected = (ToolSpec("add", "Adds.", TOOL["parameters"]), ToolSpec("sub", "Adds.", TOOL["parameters"]))
        assert read({**ONE, "tools": [TOOL, OTHER]}).request.tools == expected

    @pytest.mark.parametrize("edition", ["2023", "2024", "2024-tools", "2025"])
    def test_every_edition_may_call_tools(self, edition: Any) -> None:
        assert read({**ONE, "tools": [TOOL]}, Card("x", edition)).request.tools

    @pytest.mark.parametrize(
        ("given", "choice"),
        [
            ("auto", "auto"),
            ("none", "none"),
            ("required", "required"),
            ({"type": "function", "function": {"name": "sub"}}, "sub"),
            (None, "auto"),
        ],
    )
    def test_the_choice_has_four_forms(self, given: Any, choice: str) -> None:
        """contract/workers_ai.md section 6.4."""
        assert read({**ONE, "tools": [TOOL, OTHER], "tool_choice": given}).request.tool_choice == choice

    def test_a_choice_that_is_none_of_them_is_refused(self) -> None:
        """Quirk Q16."""
        status, code, text = refused({**ONE, "tools": [TOOL], "tool_choice": "any"})
        assert (status, code) == (400, 8001)
        assert "'any'" in text

    def test_a_choice_without_tools_is_nothing(self) -> None:
        assert read({**ONE, "tools": [], "tool_choice": "required"}).request.tool_choice == "auto"

    @pytest.mark.parametrize("tools", [None, 5, {}])
    def test_what_is_no_list_passes_and_is_none(self, tools: Any) -> None:
        assert read({**ONE, "tools": tools}).request.tools == ()

    def test_what_is_no_tool_is_dropped(self) -> None:
        """Quirk Q14."""
        asked = read({**ONE, "tools": [[1, "a"], TOOL]})
        assert [tool.name for tool in asked.request.tools] == ["add"]
        assert len(asked.notes) == 1

    def test_one_call_at_a_time_may_be_asked_for(self) -> None:
        body = {**ONE, "tools": [TOOL], "parallel_tool_calls": False}
        assert read(body).request.extra == {"parallel_tool_calls": False}

    def test_functions_and_images_are_ignored(self) -> None:
        """Quirk Q17."""
        asked = read({**ONE, "functions": [{"name": "f", "code": "x"}], "image": [1, 2]})
        assert asked.notes == ("ignored: image, functions",)


class TestConversations:
    def test_calls_and_results_come_in(self) -> None:
        call = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
        turns = [
            USER,
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "name": "add", "content": "3"},
        ]
        _, asked, result = read({"messages": turns}).request.messages
        assert [(found.name, found.arguments) for found in asked.tool_calls] == [("add", '{"a": 1}')]
        assert (result.tool_call_id, result.name, result.content) == (asked.tool_calls[0].id, "add", "3")

    def test_calls_as_text_come_in(self) -> None:
        """contract/workers_ai.md section 7.1."""
        turns = [
            USER,
            {"role": "assistant", "content": '{"name":"add","arguments":{"a":1}}'},
            {"role": "tool", "content": "3"},
        ]
        _, asked, result = read({"messages": turns}).request.messages
        assert [found.name for found in asked.tool_calls] == ["add"]
        assert result.tool_call_id == asked.tool_calls[0].id

    def test_an_unknown_role_is_the_user(self) -> None:
        """Quirk Q12: the validator takes any."""
        asked = read({"messages": [{"role": "banana", "content": "Hi"}]})
        assert asked.request.messages == (Message("user", "Hi"),)
        assert asked.notes == ("the role 'banana' is unknown and was read as 'user'",)

    def test_no_messages_are_no_messages(self) -> None:
        assert read({"messages": []}).request.messages == ()

    def test_what_the_validator_took_for_a_file_is_refused(self) -> None:
        """A list of texts passes it."""
        told = (400, 5006, "Bad input: Error: Type mismatch of '/messages/0', 'object' not in 'string'")
        assert refused({"messages": ["Hi"]}) == told


class TestSampling:
    def test_every_option_counts(self) -> None:
        options = {
            "max_tokens": 5,
            "temperature": 0.5,
            "top_p": 0.5,
            "top_k": 5,
            "seed": 7,
            "repetition_penalty": 1.1,
            "frequency_penalty": -1,
            "presence_penalty": 1,
        }
        asked = read({**ONE, **options, "stop": ["END"]})
        assert asked.request.sampling == Sampling(stop=("END",), **options)  # type: ignore[arg-type]
        assert asked.notes == ()

    def test_a_temperature_of_zero_stays_zero(self) -> None:
        assert read({**ONE, "temperature": 0}).request.sampling.temperature == 0

    @pytest.mark.parametrize(("body", "most"), [({}, 256), ({"stream": True}, 2500), ({"max_tokens": 9.0}, 9)])
    def test_the_usual_length_is_the_cards(self, body: Any, most: int) -> None:
        assert read({**ONE, **body}, OLD).request.sampling.max_tokens == most

    @pytest.mark.parametrize("most", [0, -1])
    def test_a_length_that_passes_and_cannot_be_is_the_usual_one(self, most: int) -> None:
        asked = read({**ONE, "max_tokens": most})
        assert asked.request.sampling.max_tokens == 256
        assert asked.notes == (f"max_tokens is {most}; it is the usual one",)

    def test_a_length_beyond_all_measure_is_left_to_the_context(self) -> None:
        assert read({**ONE, "max_tokens": 10**12}).request.sampling.max_tokens == 10_000_000

    def test_prompt_and_reply_must_fit_together(self) -> None:
        """contract/workers_ai.md section 11."""
        assert read(ONE).request.fitting

    def test_an_option_that_the_edition_does_not_check_is_ignored_where_it_cannot_be_used(self) -> None:
        asked = read({**ONE, "temperature": "hot", "top_k": 3, "stop": 5}, OLD)
        assert asked.request.sampling.temperature is None
        assert asked.request.sampling.top_k == 3
        assert sorted(asked.notes) == [
            "stop has no value that can be used and was ignored",
            "temperature has no value that can be used and was ignored",
        ]


class TestJson:
    """contract/workers_ai.md section 11b."""

    @pytest.mark.parametrize(
        ("wanted", "schema"),
        [
            ({"type": "json_schema", "json_schema": SCHEMA}, SCHEMA),
            ({"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA, "strict": True}}, SCHEMA),
            ({"type": "json_object"}, {"type": "object"}),
            ({"type": "json_object", "json_schema": SCHEMA}, SCHEMA),
            ({"json_schema": SCHEMA}, SCHEMA),
            ({"type": "json_schema"}, {"type": "object"}),
            ({"type": "json_schema", "json_schema": 5}, {"type": "object"}),
        ],
    )
    def test_the_schema_is_found(self, wanted: Any, schema: Any) -> None:
        asked = read({**ONE, "response_format": wanted})
        assert asked.request.output_schema == schema
        assert asked.as_object

    @pytest.mark.parametrize("wanted", [None, {}, 5, "json", {"type": "text"}, {"type": "xml"}])
    def test_what_asks_for_no_json_gets_text(self, wanted: Any) -> None:
        asked = read({**ONE, "response_format": wanted}, OLD)
        assert asked.request.output_schema is None
        assert not asked.as_object

    def test_guided_json_is_a_bare_schema(self) -> None:
        asked = read({**ONE, "guided_json": SCHEMA})
        assert asked.request.output_schema == SCHEMA
        assert asked.as_object

    def test_it_does_not_stream(self) -> None:
        told = (400, 5023, "JSON Schema mode is not supported with stream mode")
        assert refused({**ONE, "response_format": {"type": "json_object"}, "stream": True}) == told

    def test_text_is_refused_where_the_schema_has_the_field(self) -> None:
        """Quirk Q7."""
        told = "enum text not in json_object,json_schema at '/response_format/type'"
        body = {**ONE, "response_format": {"type": "text"}}
        assert refused(body) == (400, 5006, f"Bad input: Error: oneOf at '/' not met, 0 matches: {told}")

    def test_tools_come_first(self) -> None:
        asked = read({**ONE, "tools": [TOOL], "response_format": {"type": "json_object"}})
        assert asked.request.output_schema is None
        assert not asked.as_object
        assert asked.notes == ("response_format was ignored beside tools",)

    def test_tools_that_must_not_be_called_do_not(self) -> None:
        body = {**ONE, "tools": [TOOL], "tool_choice": "none", "response_format": {"type": "json_object"}}
        request = read(body).request
        assert (request.tools, request.tool_choice, request.output_schema) == ((), "auto", {"type": "object"})


class TestOptions:
    def test_a_stream_is_asked_for(self) -> None:
        assert read({**ONE, "stream": True}).stream

    @pytest.mark.parametrize(
        ("options", "rejects"),
        [({"rejectIfBusy": True}, True), ({"rejectIfBusy": False}, False), ({"rejectIfBusy": 1}, False), (5, False)],
    )
    def test_waiting_may_be_refused(self, options: Any, rejects: bool) -> None:
        assert read({**ONE, "options": options}).reject_if_busy is rejects

    def test_events_may_be_asked_for(self) -> None:
        assert read({**ONE, "events": True}).events

    def test_unknown_keys_are_told_once(self) -> None:
        """Quirk Q8."""
        assert read({**ONE, "max_token": 5, "tool_choices": 1}).notes == ("ignored: max_token, tool_choices",)

    def test_the_notes_have_no_endless_names(self) -> None:
        body = {**ONE, **{"x" * 5000 + str(index): 1 for index in range(100)}}
        assert len(read(body).notes[0]) < 1500


class TestRefusals:
    def test_a_batch_that_is_not_queued_is_refused(self) -> None:
        status, code, text = refused({"requests": [{"prompt": "x"}]})
        assert (status, code) == (400, 5006)
        assert "queueRequest" in text

    def test_a_batch_is_unknown_to_the_older_editions(self) -> None:
        told = "required properties at '/' are 'prompt', required properties at '/' are 'messages'"
        text = f"Bad input: Error: oneOf at '/' not met, 0 matches: {told}"
        assert refused({"requests": [{"prompt": "x"}]}, OLD) == (400, 5006, text)

    @pytest.mark.parametrize("body", [None, [], "x", 5, {}, {"prompt": "x", **ONE}])
    def test_what_fits_no_variant_is_refused(self, body: Any) -> None:
        assert refused(body)[:2] == (400, 5006)

    @pytest.mark.parametrize(
        "body",
        [
            {**ONE, "max_token": 5},
            {**ONE, "image": [1]},
            {"messages": [{"role": "banana", "content": "Hi"}]},
            {**ONE, "raw": True},
            {**ONE, "max_tokens": 0},
        ],
    )
    def test_the_strict_reading_refuses_what_is_ignored_otherwise(self, body: Any) -> None:
        [note] = read(body).notes
        text = f"Bad input: Error: --strict does not let this pass: {note}"
        assert refused(body, strict=True) == (400, 5006, text)

    def test_the_strict_reading_looks_into_tools(self) -> None:
        """Quirk Q14."""
        body = {**ONE, "tools": [{"name": "add"}]}
        assert read(body).request.tools
        assert "'/tools/0' not met" in refused(body, strict=True)[2]

    def test_the_strict_reading_takes_what_is_documented(self) -> None:
        body = {**ONE, "tools": [TOOL, OTHER], "temperature": 0.5, "stream": True, "tool_choice": "required"}
        assert read(body, strict=True) == read(body)
