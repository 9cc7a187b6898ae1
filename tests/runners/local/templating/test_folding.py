"""Any conversation becomes one that a template takes, and nothing that was said is lost."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.messages import Message, Role, ToolCall
from agentkit.runners.local.templating.abilities import Abilities, probe
from agentkit.runners.local.templating.built_in import BUILT_IN, TOKENS
from agentkit.runners.local.templating.folding import fold
from agentkit.runners.local.templating.template import ChatTemplate

ALL = Abilities(True, True, True, True, True, True, True)
STYLES = {path.stem: path.read_text("utf-8") for path in sorted((Path(__file__).parent / "styles").glob("*.jinja"))}
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>"}
TEMPLATES = {name: ChatTemplate(source, SPECIAL) for name, source in STYLES.items()}
TEMPLATES |= {name: ChatTemplate(BUILT_IN[name], TOKENS[name]) for name in ("chatml", "llama2", "mistral")}
ABLE = {name: probe(template) for name, template in TEMPLATES.items()}

WEATHER = ToolCall("a1b2c3d4e", "weather", '{"city":"Lagos"}')
TIME = ToolCall("f5g6h7i8j", "time", "{}")
SUNNY = Message("tool", "sunny", tool_call_id=WEATHER.id, name="weather")
NOON = Message("tool", "noon", tool_call_id=TIME.id, name="time")
SYSTEM, USER, ANSWER = Message("system", "Be brief."), Message("user", "How is Lagos?"), Message("assistant", "Hot.")


def asked(call: ToolCall, arguments: Any) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def test_calls_and_results_stay_what_they_are_where_the_template_takes_them() -> None:
    calling = Message("assistant", "Wait.", (WEATHER, TIME))
    assert fold([SYSTEM, USER, calling, SUNNY, NOON, ANSWER], ALL) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "How is Lagos?"},
        {
            "role": "assistant",
            "content": "Wait.",
            "tool_calls": [asked(WEATHER, {"city": "Lagos"}), asked(TIME, {})],
        },
        {"role": "tool", "name": "weather", "tool_call_id": WEATHER.id, "content": "sunny"},
        {"role": "tool", "name": "time", "tool_call_id": TIME.id, "content": "noon"},
        {"role": "assistant", "content": "Hot."},
    ]


def test_arguments_are_text_where_the_template_wants_text() -> None:
    entries = fold([USER, Message("assistant", "", (WEATHER,)), SUNNY], replace(ALL, objects=False))
    assert entries[1]["tool_calls"] == [asked(WEATHER, '{"city":"Lagos"}')]


@pytest.mark.parametrize(("arguments", "told"), [("[1]", [1]), ('{"a', '{"a'), ("[" * 100_000, "[" * 100_000)])
def test_arguments_that_are_no_object_become_one(arguments: str, told: Any) -> None:
    call = replace(WEATHER, arguments=arguments)
    entries = fold([USER, Message("assistant", "", (call,)), SUNNY], ALL)
    assert entries[1]["tool_calls"][0]["function"]["arguments"] == {"arguments": told}


def test_several_calls_are_told_one_by_one_where_the_template_takes_only_one() -> None:
    calling = Message("assistant", "Wait.", (WEATHER, TIME))
    entries = fold([USER, calling, NOON, SUNNY], replace(ALL, several_calls=False))
    assert [(entry["role"], entry["content"]) for entry in entries] == [
        ("user", "How is Lagos?"),
        ("assistant", "Wait."),
        ("tool", "sunny"),
        ("assistant", ""),
        ("tool", "noon"),
    ]


def test_a_call_without_its_result_and_a_result_without_its_call_are_told_in_words() -> None:
    assert fold([USER, Message("assistant", "", (WEATHER, TIME)), SUNNY, USER], ALL) == [
        {"role": "user", "content": "How is Lagos?"},
        {"role": "assistant", "content": 'weather({"city":"Lagos"})\ntime({})'},
        {"role": "user", "content": "Result of weather: sunny\n\nHow is Lagos?"},
    ]


def test_the_system_prompt_goes_into_the_first_turn_of_the_user() -> None:
    assert fold([SYSTEM, USER, ANSWER, SYSTEM], Abilities(), preface="Tools: none.") == [
        {"role": "user", "content": "Be brief.\n\nTools: none.\n\nHow is Lagos?"},
        {"role": "assistant", "content": "Hot."},
        {"role": "user", "content": "Be brief."},
    ]


def test_a_user_is_put_before_an_assistant_that_must_not_begin() -> None:
    assert fold([SYSTEM, ANSWER], Abilities(system=True)) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": ""},
        {"role": "assistant", "content": "Hot."},
    ]


def test_an_empty_turn_stands_between_a_result_and_the_user_where_it_must() -> None:
    entries = fold([USER, Message("assistant", "", (WEATHER,)), SUNNY, USER], replace(ALL, user_after_result=False))
    assert [entry["role"] for entry in entries] == ["user", "assistant", "tool", "assistant", "user"]


def test_what_was_said_before_a_call_is_part_of_its_message() -> None:
    entries = fold([USER, ANSWER, Message("assistant", "Wait.", (WEATHER,)), SUNNY], ALL)
    assert [entry["content"] for entry in entries] == ["How is Lagos?", "Hot.\n\nWait.", "sunny"]


def test_calls_are_told_as_the_caller_says() -> None:
    entries = fold([USER, Message("assistant", "", (WEATHER,))], Abilities(), lambda calls: f"CALL {calls[0].name}")
    assert entries[1]["content"] == "CALL weather"


messages = st.builds(
    Message,
    st.sampled_from(get_args(Role)),
    st.text("ab \n", max_size=5),
    st.sampled_from([(), (WEATHER,), (WEATHER, TIME)]),
    st.sampled_from([None, WEATHER.id, TIME.id]),
)
pairs = st.lists(messages, max_size=3).map(lambda some: [*some, USER, Message("assistant", "", (WEATHER,)), SUNNY])
conversations = st.lists(messages, max_size=8) | pairs
flags = st.builds(Abilities, *[st.booleans()] * 9)


@settings(deadline=None)
@given(conversations, flags)
def test_two_of_one_role_never_follow_each_other(conversation: list[Message], able: Abilities) -> None:
    roles = [entry["role"] for entry in fold(conversation, able)]
    assert all(one != other or one == "tool" for one, other in itertools.pairwise(roles))
    assert able.calls or "tool" not in roles


@settings(deadline=None)
@given(conversations, flags)
def test_no_word_is_lost(conversation: list[Message], able: Abilities) -> None:
    entries = fold(conversation, replace(able, parts=False))
    whole = "\n".join(entry["content"] for entry in entries)
    assert all(message.content in whole for message in conversation if message.content.strip())


@settings(deadline=None)
@given(st.sampled_from(sorted(TEMPLATES)), conversations)
def test_every_template_takes_every_conversation_that_a_user_begins(name: str, conversation: list[Message]) -> None:
    entries = fold([USER, *conversation], ABLE[name])
    assert USER.content in TEMPLATES[name].render(entries)


@settings(deadline=None)
@given(st.sampled_from(sorted(TEMPLATES)), st.data())
def test_a_prompt_begins_with_that_of_the_turn_before(name: str, data: st.DataObject) -> None:
    conversation = [SYSTEM] if data.draw(st.booleans()) else []
    earlier = ""
    for turn in range(3):
        conversation.append(Message("user", f"Question {turn}"))
        for _ in range(data.draw(st.integers(0, 2))):
            calls = data.draw(st.sampled_from([(WEATHER,), (WEATHER, TIME)]))
            prompt = TEMPLATES[name].render(fold(conversation, ABLE[name]))
            assert prompt.startswith(earlier)
            earlier = prompt
            conversation += [Message("assistant", "", calls), *[SUNNY, NOON][: len(calls)]]
        prompt = TEMPLATES[name].render(fold(conversation, ABLE[name]))
        assert prompt.startswith(earlier)
        earlier = prompt
        conversation.append(Message("assistant", f"Answer {turn}"))
