"""What a template takes is found out by trying it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from agentkit.errors import WeightsError
from agentkit.runners.local.templating.abilities import Abilities, probe
from agentkit.runners.local.templating.budget import MOST_SECONDS
from agentkit.runners.local.templating.built_in import BUILT_IN, TOKENS
from agentkit.runners.local.templating.template import ChatTemplate

STYLES = Path(__file__).parent / "styles"
ALL = Abilities(True, True, True, True, True, True, True)


def abilities(source: str) -> Abilities:
    return probe(ChatTemplate(source, {"bos_token": "<s>", "eos_token": "</s>"}))


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("hermes", ALL),
        ("granite", ALL),
        ("xml", ALL),
        ("llama3", Abilities(True, True, True, True, True, several_calls=False, user_after_result=True)),
        ("mistral3", Abilities(tools=True, calls=True, several_calls=True)),
        ("zephyr", Abilities(system=True, system_later=True, assistant_first=True)),
        ("gemma", Abilities()),
    ],
)
def test_the_styles_that_are_in_use(style: str, expected: Abilities) -> None:
    assert abilities((STYLES / f"{style}.jinja").read_text("utf-8")) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chatml", Abilities(system=True, system_later=True, assistant_first=True)),
        ("llama2", Abilities(system=True)),
        ("codellama", Abilities(system=True)),
        ("mistral", Abilities()),
    ],
)
def test_the_built_in_formats(name: str, expected: Abilities) -> None:
    assert probe(ChatTemplate(BUILT_IN[name], TOKENS[name])) == expected


EACH = "{% for m in messages %}{{ m.role }}: {{ m.content }}\n"


def test_arguments_as_text_where_objects_would_be_written_as_python() -> None:
    source = EACH + "{% for c in m.tool_calls %}{{ c.function.name }}{{ c.function.arguments }}{% endfor %}{% endfor %}"
    assert abilities(source) == Abilities(
        system=True,
        system_later=True,
        assistant_first=True,
        calls=True,
        several_calls=True,
        user_after_result=True,
        objects=False,
    )


def test_arguments_as_objects_where_text_would_be_json_in_json() -> None:
    source = EACH + "{% for c in m.tool_calls %}{{ c.function|tojson }}{% endfor %}{% endfor %}"
    assert abilities(source).objects


def test_a_role_that_vanishes_is_not_taken() -> None:
    found = abilities("{% for m in messages if m.role != 'system' %}{{ m.content }}{% endfor %}")
    assert not found.system
    assert not found.calls


def test_contents_in_parts() -> None:
    source = "{% for m in messages %}{% for p in m.content %}{{ p.text }}{% endfor %}{% endfor %}"
    assert abilities(source).parts


@pytest.mark.parametrize("source", ["", "{{ raise_exception('no') }}", "{{ 'a' * 10**10 }}", "hello"])
def test_one_that_renders_nothing_is_refused_at_once(source: str) -> None:
    with pytest.raises(WeightsError, match="does not render a message of the user"):
        abilities(source)


def test_one_that_never_ends_is_tried_only_once() -> None:
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    before = time.thread_time()
    with pytest.raises(WeightsError, match="was stopped: it took more than"):
        abilities(endless)
    assert time.thread_time() - before < 2 * MOST_SECONDS
