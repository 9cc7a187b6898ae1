"""The edge of the context on llama.cpp: what is too long is refused, and nothing is forgotten on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentkit.errors import ContextOverflowError
from agentkit.generation import Request, Sampling
from agentkit.messages import Message, ToolSpec
from agentkit.runners.local.answering import Answering
from agentkit.runners.local.decoder import Decoder
from agentkit.runners.local.engine import Load, most_tokens
from agentkit.runners.local.llama_cpp import LlamaCpp

pytestmark = pytest.mark.real

CONTEXT = 256
TEN_MEGABYTES = "a word " * 1_430_000
CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = ToolSpec("get_weather", "Tells the weather in a city.", CITY)


@pytest.fixture(scope="module")
def engine(weights: Path) -> Iterator[LlamaCpp]:
    """The embedded model in a small context."""
    made = LlamaCpp(Load(weights, CONTEXT, 1, "cpu"))
    yield made
    made.close()


@pytest.fixture
def decoder(engine: LlamaCpp) -> Decoder:
    """One request."""
    return Decoder(engine, lambda: False)


def steps(engine: LlamaCpp) -> int:
    """Runs of the model so far, by llama.cpp's own count."""
    (count,) = re.findall(r"n_decode_total (\d+)", engine._server.handle_metrics())
    return int(count)


@pytest.mark.parametrize("length", [1, 100, CONTEXT - 2, CONTEXT - 1])
def test_an_answer_that_never_ends_is_cut_where_the_context_ends(decoder: Decoder, length: int) -> None:
    prompt = decoder.engine.tokens("red" + " red" * CONTEXT)[:length]
    completion = decoder.complete(prompt, 100_000, temperature=0, extra={"ignore_eos": True})
    assert not completion.complete
    assert decoder.usage.prompt_tokens + decoder.usage.completion_tokens == CONTEXT


def test_llama_cpp_itself_ends_there_and_forgets_nothing(engine: LlamaCpp) -> None:
    """Told to write more than fits, which the decoder never does, it would shift the context if that were on."""
    last: dict[str, Any] = {}

    def take(chunk: dict[str, Any]) -> bool:
        last.update(chunk)
        return False

    prompt = engine.tokens("Once upon a time there was a fox")
    engine._complete({"prompt": prompt, "n_predict": 3 * CONTEXT, "ignore_eos": True, "temperature": 0}, take)
    assert last["choices"][0]["finish_reason"] == "length"
    assert last["usage"]["prompt_tokens"] == len(prompt)
    assert last["usage"]["total_tokens"] <= CONTEXT + 1


def test_one_token_too_many_is_refused_with_both_numbers_before_anything_runs(
    decoder: Decoder, engine: LlamaCpp
) -> None:
    before = steps(engine)
    text = "red" + " red" * (CONTEXT - 1)
    expected = "the prompt has 256 tokens, 1 too many for a context of 256. .*larger context"
    with pytest.raises(ContextOverflowError, match=expected) as caught:
        decoder.prompt(text)
    assert (caught.value.tokens, caught.value.limit) == (CONTEXT, CONTEXT)
    assert steps(engine) == before


@pytest.mark.parametrize(("most", "fits"), [(156, True), (157, False)])
def test_where_an_answer_must_fit_one_token_too_many_is_refused(engine: LlamaCpp, most: int, fits: bool) -> None:
    decoder = Decoder(engine, lambda: False, room=most)
    prompt = engine.tokens("red" + " red" * CONTEXT)[:100]
    if fits:
        assert decoder.complete(prompt, most, temperature=0).text
        return
    before = steps(engine)
    with pytest.raises(ContextOverflowError, match="at most 156 tokens") as caught:
        decoder.complete(prompt, most)
    assert (caught.value.tokens, caught.value.limit) == (257, CONTEXT)
    assert steps(engine) == before


def test_where_an_answer_must_fit_a_prompt_that_is_too_long_is_counted_with_it(engine: LlamaCpp) -> None:
    with pytest.raises(ContextOverflowError, match="the prompt has 256 tokens") as caught:
        Decoder(engine, lambda: False, room=50).prompt("red" + " red" * (CONTEXT - 1))
    assert (caught.value.tokens, caught.value.limit) == (CONTEXT + 50, CONTEXT)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.sampled_from(["", "<|im_start|>user\n"]))
def test_a_text_has_no_more_tokens_than_bytes(engine: LlamaCpp, text: str, mark: str) -> None:
    assert len(engine.tokens(mark + text, start=True, marks=True)) <= most_tokens(mark + text)


@pytest.mark.parametrize(
    "text", ["Once upon a time", "<|im_start|>user\nSay hello.<|im_end|>\n<|im_start|>assistant\n", "Ça va, 東京? 🦊"]
)
def test_a_prompt_as_a_text_is_the_same_as_its_tokens(engine: LlamaCpp, text: str) -> None:
    as_text, as_tokens = Decoder(engine, lambda: False), Decoder(engine, lambda: False)
    tokens = as_tokens.prompt(text, marks=True)
    assert as_text.complete(text, 12, temperature=0) == as_tokens.complete(tokens, 12, temperature=0)
    assert as_text.usage.prompt_tokens == as_tokens.usage.prompt_tokens == len(tokens)


@pytest.mark.parametrize("room", [0, 200])
def test_a_text_that_may_not_fit_is_counted(engine: LlamaCpp, room: int) -> None:
    decoder = Decoder(engine, lambda: False, room=room)
    assert decoder.complete("red" + " red" * 49, 200, temperature=0, extra={"ignore_eos": True}).text
    assert decoder.usage.completion_tokens == 200
    with pytest.raises(ContextOverflowError):
        decoder.complete("red" + " red" * (CONTEXT - 1), 200)


ASKED, SYSTEM = Message("user", "How is the weather in Paris?"), Message("system", TEN_MEGABYTES)
LONG, LONG_TOOL = Message("user", TEN_MEGABYTES), ToolSpec("get_weather", TEN_MEGABYTES, CITY)


@pytest.mark.parametrize("guided", [True, False])
@pytest.mark.parametrize(
    ("messages", "tool"),
    [
        ([LONG], WEATHER),
        ([ASKED], ToolSpec("get_weather", TEN_MEGABYTES, CITY)),
        ([LONG], None),
        ([SYSTEM, ASKED], None),
    ],
    ids=["request", "tool", "no tools", "system"],
)
def test_ten_megabytes_are_refused_before_anything_runs(
    engine: LlamaCpp, messages: list[Message], tool: ToolSpec | None, guided: bool
) -> None:
    """Only a part of them is read, which is why the number is an estimate."""
    request = Request(messages, tools=[tool] if tool else (), sampling=Sampling(8, temperature=0))
    before = steps(engine)
    with pytest.raises(ContextOverflowError, match=r"about .* too many for a context of 256") as caught:
        Answering(None, guided, None).answer(Decoder(engine, lambda: False), request, lambda delta: None)
    assert (caught.value.tokens or 0) > 1_000_000
    assert steps(engine) == before
