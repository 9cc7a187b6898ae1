"""Templates are rendered as Hugging Face's `apply_chat_template` does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.errors import BadRequestError, WeightsError
from agentkit.runners.local.templating.built_in import BUILT_IN, TOKENS
from agentkit.runners.local.templating.template import LONGEST_SOURCE, ChatTemplate, TemplateRefusalError

STYLES = {path.stem: path.read_text("utf-8") for path in sorted((Path(__file__).parent / "styles").glob("*.jinja"))}
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>"}
CALL = {
    "id": "a1b2c3d4e",
    "type": "function",
    "function": {"name": "weather", "arguments": {"city": "Zürich <b>", "days": 2, "of": [1.5, None, True]}},
}
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Its name & country"},
                "of": {"type": "array", "items": {"type": "number"}},
            },
            "required": ["city"],
        },
    },
}
USER = {"role": "user", "content": " How is\nLagos? "}
SYSTEM = {"role": "system", "content": "Be brief. "}
ANSWER = {"role": "assistant", "content": "It is sunny.\n"}
CALLING = {"role": "assistant", "content": "", "tool_calls": [CALL]}
RESULT = {"role": "tool", "content": '{"sky": "sunny"}', "tool_call_id": "a1b2c3d4e", "name": "weather"}
CONVERSATIONS: dict[str, list[dict[str, Any]]] = {
    "one turn": [USER],
    "system": [SYSTEM, USER],
    "several turns": [SYSTEM, USER, ANSWER, USER, ANSWER, USER],
    "call": [USER, CALLING, RESULT],
    "call and answer": [SYSTEM, USER, CALLING, RESULT, ANSWER, USER],
    "two calls": [USER, {**CALLING, "tool_calls": [CALL, {**CALL, "id": "123456789"}]}, RESULT, RESULT],
    "reasoning": [USER, {**CALLING, "reasoning_content": "\nHm.\n"}, RESULT],
    "two users": [USER, USER],
    "nothing": [],
}


def reference(source: str, messages: list[dict[str, Any]], tools: list[Any] | None, prompted: bool, **more: Any) -> str:
    """What transformers renders; the words of its error where it fails."""
    utils = pytest.importorskip("transformers.utils.chat_template_utils")
    try:
        rendered, _ = utils.render_jinja_template(
            [messages], tools=tools, chat_template=source, add_generation_prompt=prompted, **SPECIAL, **more
        )
    except Exception as error:
        return f"error: {error}".rstrip(".")
    return str(rendered[0])


def ours(source: str, messages: list[dict[str, Any]], tools: list[Any] | None, prompted: bool, **more: Any) -> str:
    try:
        return ChatTemplate(source, SPECIAL).render(messages, tools, add_generation_prompt=prompted, **more)
    except BadRequestError as error:
        return "error: " + error.message.partition(": ")[2].rstrip(".")


@pytest.mark.parametrize("conversation", CONVERSATIONS)
@pytest.mark.parametrize("style", [*STYLES, *BUILT_IN])
def test_a_template_gives_what_transformers_gives(style: str, conversation: str) -> None:
    source = STYLES.get(style) or BUILT_IN[style]
    messages = CONVERSATIONS[conversation]
    for tools in (None, [WEATHER], [WEATHER, WEATHER]):
        for prompted in (True, False):
            assert ours(source, messages, tools, prompted) == reference(source, messages, tools, prompted)


@pytest.mark.parametrize(
    "source",
    [
        "  {% if true %}\n  a\n  {% endif %}\nb\n",
        "{%- for m in messages -%}\n {{ loop.index }}/{{ loop.length }}{{ loop.last }} {% break %}\n{%- endfor %}",
        "{% for m in messages if m.role == 'user' %}{{ loop.length }}{{ loop.revindex }}{% else %}none{% endfor %}",
        "{% for k, v in tools[0].function|dictsort %}{{ k }}{% continue %}{{ v }}{% endfor %}",
        "{{ tools|tojson(indent=2) }}{{ tools|tojson(separators=(',', ':'), sort_keys=true, ensure_ascii=true) }}",
        "{{ '<b>&' }}{{ '<b>'|e }}{{ ['<']|tojson }}{{ None }}{{ 1.0 }}{{ [1, 'a', none, true] }}{{ {'a': (1, 2)} }}",
        "{{ 'a' ~ 1 ~ none }}{{ 'ab' * 3 }}{{ 2 ** 10 }}{{ 7 // 2 }}{{ 7 % 4 }}{{ '%s-%03d' % ('x', 5) }}{{ -3|abs }}",
        "{{ '{:>5}|{x}'.format('a', x=1) }}{{ 'a,b'.split(',')|join('+') }}{{ '%s'|format(3) }}{{ 'a b'.title() }}",
        "{% macro f(a, b=2) %}{{ a }}{{ b }}{{ caller() if caller }}{% endmacro %}{% call f(1) %}x{% endcall %}",
        "{% macro f(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ f(3) }}{{ f(b=1, a=4) }}",
        "{% set x %}a{{ 1 }}{% endset %}{{ x|length }}{% filter upper %}b{{ x }}{% endfilter %}",
        "{% set ns = namespace(a=1, b=[]) %}{% for m in messages %}{% set ns.a = ns.a + 1 %}{% endfor %}{{ ns.a }}",
        "{{ messages|map(attribute='role')|list }}{{ messages|selectattr('role', 'equalto', 'user')|list|length }}",
        "{{ messages[-1].role }}{{ messages[0]['none'] is defined }}{{ messages[::-1][0].role }}",
        "{{ dict(a=1).items()|list }}{{ namespace(a=1).a }}{{ messages[1:]|length }}{{ {'a': 1}.get('b', 2) }}",
        "{% with a = 1 %}{{ a }}{% endwith %}{{ a is defined }}{{ range(3)|list }}",
        "{{ 'x' in 'xyz' }}{{ none|default('d') }}{{ x|default('d') }}{{ 'abc'[1:] }}{{ 'a' if x else 'b' }}",
        "{% generation %}{% set a = 1 %}{{ a }}{% endgeneration %}{{ a is defined }}",
        "{% for m in messages recursive %}{{ loop.depth }}{% endfor %}{{ strftime_now('%Y') }}{{ 'a\nb'|indent(2) }}",
        "{{ 'x'|replace('x', 'y') }}{{ 'aXa'.replace('a', 'b', 1) }}{{ [3, 1]|sort|first }}{{ 1.256|round(2) }}",
        "{{ raise_exception('Not like this') }}",
        "{{ nothing.at.all }}",
        "{{ messages.append(1) }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ 1 / 0 }}",
    ],
)
def test_every_part_of_the_language_is_as_in_transformers(source: str) -> None:
    messages = CONVERSATIONS["several turns"]
    assert ours(source, messages, [WEATHER], True) == reference(source, messages, [WEATHER], True)


texts = st.text("ab <>|[]/{}%'\"\\\n\té漢", max_size=8)
turns = st.lists(st.tuples(st.sampled_from(["user", "assistant", "tool"]), texts), max_size=5)


@settings(deadline=None)
@given(
    st.sampled_from([*STYLES]), st.lists(st.tuples(st.sampled_from(["user", "assistant", "tool"]), texts), max_size=5)
)
def test_any_texts_are_rendered_as_in_transformers(style: str, told: list[tuple[str, str]]) -> None:
    messages = [{"role": role, "content": text, "tool_call_id": "123456789"} for role, text in told]
    assert ours(STYLES[style], messages, None, True) == reference(STYLES[style], messages, None, True)


def test_further_variables_reach_the_template() -> None:
    source = STYLES["granite"]
    given = {"controls": {"length": "short"}}
    assert ours(source, [USER], None, True, **given) == reference(source, [USER], None, True, **given)
    assert json.dumps(given["controls"]) in ours(source, [USER], None, True, **given)


def test_what_the_template_raises_is_told_in_its_words() -> None:
    with pytest.raises(TemplateRefusalError, match="refuses the conversation: System role not supported"):
        ChatTemplate(STYLES["gemma"], SPECIAL).render([SYSTEM, USER])


@pytest.mark.parametrize("source", ["{% for", "{{ 1 + }}", "{{ x|center }}", "{% endif %}", "{{" + "(" * 3000 + "{{ 1"])
def test_what_is_no_jinja_is_refused_at_once(source: str) -> None:
    with pytest.raises(WeightsError, match="is not Jinja"):
        ChatTemplate(source)


def test_a_template_far_too_long_is_not_read() -> None:
    with pytest.raises(WeightsError, match="200,001 characters"):
        ChatTemplate("x" * (LONGEST_SOURCE + 1))


def test_special_tokens_are_empty_where_there_are_none() -> None:
    assert ChatTemplate("{{ bos_token }}|{{ eos_token }}").render([]) == "|"


def test_every_built_in_format_has_its_special_tokens() -> None:
    assert BUILT_IN.keys() == TOKENS.keys()


def test_without_jinja_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['jinja2'] = None\n"
        "from agentkit.errors import MissingDependencyError\n"
        "from agentkit.runners.local.templating.template import ChatTemplate\n"
        "try: ChatTemplate('x')\nexcept MissingDependencyError as error: print(error.extra)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "local"
