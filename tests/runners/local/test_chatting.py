"""Plain conversation with the embedded model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from agentkit.errors import BadRequestError, WeightsError
from agentkit.generation import Delta, Request, Sampling, TextDelta
from agentkit.messages import Message
from agentkit.runners.local.chatting import chat
from agentkit.runners.local.decoder import Decoder
from agentkit.runners.local.engine import Engine, Load
from agentkit.runners.local.prompting import chat_prompt
from agentkit.runners.local.shared import claim, release
from agentkit.runners.local.templating.own import Templates

pytestmark = pytest.mark.real
SHORT = Sampling(max_tokens=8, temperature=0)
TURN = "<|im_start|>user\nName the capital of France.<|im_end|>\n<|im_start|>assistant\n"


@pytest.fixture(scope="module")
def engine(weights: Path) -> Iterator[Engine]:
    """The embedded model."""
    load = Load(weights, 512, 1)
    yield claim(load, lambda: False)
    release(load)


def said(engine: Engine, request: Request) -> tuple[str, int]:
    """The answer, and how many tokens the prompt had."""
    decoder, deltas = Decoder(engine, lambda: False), list[Delta]()
    chat(decoder, request, {}, deltas.append)
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)), decoder.usage.prompt_tokens


def test_a_raw_prompt_is_all_that_the_model_reads(engine: Engine) -> None:
    request = Request([Message("system", "Be rude."), Message("user", TURN)], sampling=SHORT, extra={"raw": True})
    text, tokens = said(engine, request)
    assert "Paris" in text
    assert tokens == len(engine.tokens(TURN, marks=True))


@pytest.mark.parametrize("extra", [{}, {"raw": False}])
def test_any_other_prompt_goes_through_the_template(engine: Engine, extra: dict[str, bool]) -> None:
    messages = [Message("user", "Name the capital of France.")]
    _, tokens = said(engine, Request(messages, sampling=SHORT, extra=extra))
    assert tokens == len(chat_prompt(Decoder(engine, lambda: False), messages)) > len(engine.tokens(TURN, marks=True))


class Odd:
    """The embedded model with another template."""

    def __init__(self, engine: Engine, template: str) -> None:
        self._engine = engine
        self.templates = Templates(template)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


ODD = """\
{%- for message in messages %}
    {%- if 'refuse' in message.content %}{{ raise_exception('I do not like it') }}{% endif %}
    {%- if 'loop' in message.content %}{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}
    {%- endif %}
    {%- if 'large' in message.content %}{{ 'a' * 10**10 }}{% endif %}
    {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}
{%- endfor %}
{{- '<|im_start|>assistant\n' }}"""


def test_a_template_that_misbehaves_fails_its_request_only(engine: Engine) -> None:
    odd = cast(Engine, Odd(engine, ODD))
    for word, complaint in (("refuse", "I do not like it"), ("loop", "was stopped"), ("large", "10,000,000,000")):
        with pytest.raises(BadRequestError, match=complaint):
            said(odd, Request([Message("user", word)], sampling=SHORT))
        text, _ = said(odd, Request([Message("user", "Name the capital of France.")], sampling=SHORT))
        assert "Paris" in text


@pytest.mark.parametrize("template", ["{% for", "{{ raise_exception('no') }}", "{{ ''.__class__.__mro__ }}", "hello"])
def test_a_template_that_is_of_no_use_is_told(engine: Engine, template: str) -> None:
    with pytest.raises(WeightsError, match="the chat template of the model"):
        said(cast(Engine, Odd(engine, template)), Request([Message("user", "Hi")], sampling=SHORT))
