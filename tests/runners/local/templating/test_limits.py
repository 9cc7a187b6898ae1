"""Whatever a template tries, it ends soon, in little memory, with an error; and the next one renders."""

from __future__ import annotations

import threading
import tracemalloc

import pytest

from agentkit.errors import BadRequestError
from agentkit.runners.local.templating.budget import LONGEST
from agentkit.runners.local.templating.template import ChatTemplate

MESSAGES = [{"role": "user", "content": "Hi"}]
A_HUNDRED = "{% set ns = namespace(x='aaaaaaaa') %}{% for i in range(100) %}BODY{% endfor %}{{ ns.x }}"
TOO_LARGE = [
    "{{ 'a' * 10**10 }}",
    "{{ 10**10 * 'a' }}",
    "{{ 10**10**10 }}",
    "{{ [1] * 10**10 }}",
    A_HUNDRED.replace("BODY", "{% set ns.x = ns.x + ns.x %}"),
    A_HUNDRED.replace("BODY", "{% set ns.x = ns.x ~ ns.x %}"),
    A_HUNDRED.replace("BODY", "{% set ns.x %}{{ ns.x }}{{ ns.x }}{% endset %}"),
    A_HUNDRED.replace("BODY", "{% set ns.x = ns.x|replace('a', 'aa') %}"),
    "{% set ns = namespace(x=9) %}{% for i in range(99) %}{% set ns.x = ns.x * ns.x %}{% endfor %}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%*d' % (1000000000, 1) }}",
    "{{ '%1000000000d'|format(1) }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{{ '{:{w}}'.format(1, w=10**9) }}",
    "{{ ('{0}' * 100000).format('a' * 100000) }}",
    "{{ 'a'.ljust(10**10) }}",
    "{{ (1).to_bytes(10**10) }}",
    "{{ 'a'|indent(10**10, true) }}",
    "{{ 'aaaa'.replace('', 'a' * 9999999) }}",
    "{{ ('a' * 9999999).join(['a'] * 1000) }}",
    "{{ (['a'] * 1000)|join('a' * 9999999) }}",
    "{{ 1.5|round(10**10, 'floor') }}",
    "{{ messages|tojson(indent=10**10) }}",
    "{{ messages|tojson(separators=('a' * 9999, 'b')) }}",
    "{{ ('a ' * 5000000).split() }}",
    "{{ strftime_now('%Y' * 9999) }}",
    "{% filter replace('a', 'b' * 10000000) %}aaaaaaaaaa{% endfilter %}",
    "{% for i in range(99999) %}" + "x" * 100_000 + "{% endfor %}",
    "{% set y %}{% for i in range(99999) %}" + "x" * 100_000 + "{% endfor %}{% endset %}",
]
TOO_MANY = [
    A_HUNDRED.replace("BODY", "{% set ns.x = [ns.x, ns.x] %}"),
    A_HUNDRED.replace("BODY", "{% set ns.x = (ns.x, ns.x) %}"),
    A_HUNDRED.replace("BODY", "{% set ns.x = {'a': ns.x, 'b': ns.x} %}"),
    A_HUNDRED.replace("BODY", "{% set ns.x = {'a': ns.x, 'b': ns.x}.values() %}"),
    A_HUNDRED.replace("BODY", "{% set ns.x = dict(a=ns.x, b=ns.x) %}"),
    "{% macro f() %}{% set ns.x = varargs %}{% endmacro %}" + A_HUNDRED.replace("BODY", "{{ f(ns.x, ns.x) }}"),
    "{{ dict.fromkeys(range(100000), 'a' * 9999999) }}",
    "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
    "{% for x in messages recursive %}{{ loop(messages) }}{% endfor %}",
    "{% block a %}{{ self.a() }}{% endblock %}",
    "{% for i in range(10**9) %}{% endfor %}",
]
ENDLESS = [
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% for a in range(99999) %}{% for b in range(99999) if false %}{% endfor %}{% endfor %}",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}",
    "{% set a = 'a' * 15000000 %}{% for i in range(9999) %}{% if 'b' * 500 in a %}{% endif %}{% endfor %}",
    "{% set a = 'a' * 2000000 %}" + "{% set b = a[::-1] %}" * 8000,
]
"""Each would take hours, or for ever."""
FORBIDDEN = [
    "{{ ''.__class__.__mro__ }}",
    "{{ raise_exception.__globals__['x'] }}",
    "{{ self.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ ''|attr('__class__')|attr('__mro__')|list|first|string|length / 0 }}",
    "{{ '{0.__class__.__mro__}'.format(1) }}",
    "{{ [''] | map(attribute='__class__.__mro__') | map(attribute='x') | list | tojson }}",
    "{% set ns = namespace() %}{% set ns.__class__ = 1 %}",
    "{{ messages.append(1) }}",
    "{{ messages[0].update({'a': 1}) }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ lipsum.__globals__ }}",
    "{{ dict.__class__.__mro__ }}",
    "{{ ''.encode() }}",
    "{% include 'x' %}",
    "{% import 'x' as y %}",
    "{% extends 'x' %}",
]


@pytest.mark.parametrize("source", TOO_LARGE, ids=lambda source: source[:60])
def test_nothing_large_is_made(source: str) -> None:
    template = ChatTemplate(source)
    tracemalloc.start()
    try:
        with pytest.raises(BadRequestError, match="the chat template of the model"):
            template.render(MESSAGES)
        assert tracemalloc.get_traced_memory()[1] < 10 * LONGEST
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("source", TOO_MANY, ids=lambda source: source[:60])
def test_nothing_that_holds_itself_many_times_is_made(source: str) -> None:
    with pytest.raises(BadRequestError, match="the chat template of the model"):
        ChatTemplate(source).render(MESSAGES)


@pytest.mark.parametrize("source", ENDLESS, ids=lambda source: source[:60])
def test_nothing_goes_on_for_ever(source: str) -> None:
    with pytest.raises(BadRequestError, match="was stopped: it took more than"):
        ChatTemplate(source).render(MESSAGES)


@pytest.mark.parametrize("source", FORBIDDEN)
def test_nothing_leads_out_of_the_sandbox(source: str) -> None:
    with pytest.raises(BadRequestError):
        ChatTemplate(source).render(MESSAGES)
    assert MESSAGES == [{"role": "user", "content": "Hi"}]


def test_a_namespace_does_not_show_its_content() -> None:
    """It may hold others: a text of all of them could grow without end."""
    source = "{% set ns = namespace() %}{% set ns.x = [ns] %}{{ ns.x }}{{ ns }}"
    assert ChatTemplate(source).render(MESSAGES) == "[<Namespace>]<Namespace>"


def test_a_template_that_was_stopped_renders_again() -> None:
    template = ChatTemplate("{% if messages|length > 1 %}{{ 'a' * 10**10 }}{% endif %}{{ messages[0].content }}")
    for _ in range(2):
        with pytest.raises(BadRequestError, match="10,000,000,000 characters"):
            template.render(MESSAGES * 2)
        assert template.render(MESSAGES) == "Hi"


def test_one_that_takes_long_does_not_spend_what_another_has() -> None:
    """Each rendering has its own limits, also side by side."""
    endless, errors = ChatTemplate(ENDLESS[0]), []

    def run() -> None:
        try:
            endless.render(MESSAGES)
        except BadRequestError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    other = ChatTemplate("{% for m in messages %}{{ m.content }}{% endfor %}")
    assert {other.render(MESSAGES * 500) for _ in range(20)} == {"Hi" * 500}
    thread.join(60)
    assert len(errors) == 1


def test_a_very_long_conversation_is_within_the_limits() -> None:
    source = "{% for m in messages %}{% if m.role == 'user' and loop.index0 < messages|length %}{{ m.content.strip() }}\
{% endif %}{% endfor %}"
    messages = [{"role": "user", "content": "x" * 200, "n": {"a": [1, 2]}} for _ in range(10_000)]
    assert len(ChatTemplate(source).render(messages)) == 2_000_000
