"""Names of tools as models write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.names import PREFIXES, meant

NAMES = {"get_weather", "get_time", "tools_list", "say", "Say", "read-file"}

MEANT = [
    ("get_weather", "get_weather"),
    ("Say", "Say"),
    ("functions.get_weather", "get_weather"),
    ("default_api:get_time", "get_time"),
    ("default_api.get_time", "get_time"),
    ("multi_tool_use.functions.get_time", "get_time"),
    ("get_weather<|channel|>commentary", "get_weather"),
    ("get_weather<|channel|>json<|message|>{}", "get_weather"),
    ("functions.get_weather <|constrain|>json", "get_weather"),
    ("get_time()", "get_time"),
    ("get_time:", "get_time"),
    ("functions.get_time:0", "get_time"),
    (" get_time\n", "get_time"),
    ("`get_time`", "get_time"),
    ("getWeather", "get_weather"),
    ("GET-WEATHER", "get_weather"),
    ("get weather", "get_weather"),
    ("tools.list", "tools_list"),
    ("functions.readFile", "read-file"),
]
NONE = [
    "",
    "functions.",
    "weather",
    "get_weathers",
    "SAY",
    "get_time(city)",
    "analysis",
    "<|channel|>",
    "___",
    "get_weather.x",
]


@pytest.mark.parametrize(("written", "name"), MEANT)
def test_what_is_meant(written: str, name: str) -> None:
    assert meant(written, NAMES) == name


@pytest.mark.parametrize("written", NONE)
def test_what_is_none_or_might_be_several(written: str) -> None:
    assert meant(written, NAMES) is None


@given(st.sets(st.from_regex(r"[a-z_-]{1,8}", fullmatch=True), min_size=1), st.data())
def test_an_exact_name_is_always_itself(names: set[str], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(names)))
    assert meant(name, names) == name
    prefixed = meant(data.draw(st.sampled_from(PREFIXES)) + name, names)
    assert prefixed is None or prefixed in names


@given(st.text(), st.sets(st.text(min_size=1, max_size=6), max_size=5))
def test_only_names_that_are_there_come_back(written: str, names: set[str]) -> None:
    assert meant(written, names) in names | {None}
