"""The embedded model behind a runner: streams, limits, usage, cancelling, sharing."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from pydantic import BaseModel

from agentkit import Agent
from agentkit.errors import BadRequestError, ConfigurationError, ContextOverflowError, WeightsError
from agentkit.generation import Finish, Request, Sampling, TextDelta
from agentkit.messages import Message
from agentkit.runners.local import LocalRunner
from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.engine import Load
from agentkit.runners.local.llama_cpp import SLOTS, LlamaCpp
from agentkit.runners.local.shared import claim, release
from agentkit.runners.local.weights import find

pytestmark = [pytest.mark.anyio, pytest.mark.real]

CONTEXT, LARGER = 256, 512
STORY = "Tell me a story about a fox."
MANY = 100
"""Far fewer steps than the generations that are stopped would take, far more than they take until they are."""


@pytest.fixture(scope="module")
def load() -> Load:
    """What the runner loads."""
    path = find(DEFAULT)
    if path is None:
        pytest.skip("the embedded weights are not on this machine")
    return Load(path, CONTEXT, 1)


@pytest.fixture(scope="module")
def runner(load: Load) -> LocalRunner:
    """One runner for all; the model is loaded once."""
    return LocalRunner(threads=1, context=CONTEXT)


@pytest.fixture(scope="module")
def wide() -> LocalRunner:
    """One with room for the examples that come before structured output."""
    return LocalRunner(threads=1, context=1024)


def request_of(conversation: str | Sequence[Message], most: int = 12, **options: Any) -> Request:
    messages = [Message("user", conversation)] if isinstance(conversation, str) else conversation
    extra = options.pop("extra", {})
    return Request(messages, sampling=Sampling(most, **{"temperature": 0, **options}), extra=extra)


async def answered(runner: LocalRunner, request: Request) -> tuple[list[str], Finish]:
    """The pieces of text, and the end."""
    async with aclosing(runner.generate(request)) as deltas:
        *pieces, finish = [delta async for delta in deltas]
    assert isinstance(finish, Finish)
    assert all(isinstance(piece, TextDelta) for piece in pieces)
    return [piece.text for piece in pieces if isinstance(piece, TextDelta)], finish


def model_of(load: Load) -> LlamaCpp:
    """The loaded model that the runner uses."""
    model = claim(load, lambda: False)
    release(load, unload=False)
    return model


def tokens_left(model: LlamaCpp) -> tuple[int, int]:
    """Tokens and places that no generation holds."""
    return model.room._tokens, model.room._places


def decoded(model: LlamaCpp) -> int:
    """Steps of the decoder so far, by llama.cpp's own count."""
    (count,) = re.findall(r"n_decode_total (\d+)", model._server.handle_metrics())
    return int(count)


async def until_free(model: LlamaCpp) -> None:
    """Wait until no generation runs any more."""

    def wait() -> bool:
        for _ in range(6000):
            if tokens_left(model) == (CONTEXT, SLOTS):
                return True
            time.sleep(0.01)
        return False

    assert await anyio.to_thread.run_sync(wait)


async def test_text_comes_in_pieces_and_the_end_last(runner: LocalRunner) -> None:
    pieces, finish = await answered(runner, request_of(STORY))
    assert len(pieces) == 12
    assert (finish.model, finish.engine) == ("smollm2-135m-instruct", "llama.cpp (cpu)")
    assert finish.first_token is not None
    assert finish.first_token > 0


@pytest.mark.parametrize("most", [1, 5])
async def test_max_tokens_cuts_after_exactly_as_many(runner: LocalRunner, most: int) -> None:
    _, finish = await answered(runner, request_of(STORY, most))
    assert (finish.reason, finish.usage.completion_tokens, finish.usage.requests) == ("length", most, 1)


async def test_an_answer_that_ends_by_itself_says_so(runner: LocalRunner) -> None:
    pieces, finish = await answered(runner, request_of("Hi", extra={"grammar": 'root ::= "fine"'}))
    assert ("".join(pieces), finish.reason) == ("fine", "stop")


async def test_a_stop_text_ends_the_answer_and_is_not_part_of_it(runner: LocalRunner) -> None:
    whole = "".join((await answered(runner, request_of(STORY, 16)))[0])
    before, word, _ = whole.partition(whole.split()[6])
    pieces, finish = await answered(runner, request_of(STORY, 16, stop=["never said", word]))
    assert ("".join(pieces), finish.reason) == (before, "stop")


async def test_options_reach_the_model(runner: LocalRunner) -> None:
    """What each of them does is shown in the tests of the engine."""
    texts = ["".join((await answered(runner, request_of(STORY, temperature=2, seed=seed)))[0]) for seed in (1, 1, 2)]
    assert texts[0] == texts[1]
    assert texts[0] != texts[2]


async def test_the_next_turn_computes_only_what_is_new(runner: LocalRunner) -> None:
    asked = [Message("system", "You are a fox."), Message("user", "Where do you live?" + " Tell me." * 10)]
    pieces, first = await answered(runner, request_of(asked, 16))
    asked += [Message("assistant", "".join(pieces)), Message("user", "Why?")]
    _, second = await answered(runner, request_of(asked, 4))
    assert second.usage.cached_tokens >= first.usage.prompt_tokens
    new = second.usage.prompt_tokens - second.usage.cached_tokens
    assert 0 < new < 32


async def test_a_closed_stream_stops_decoding_and_frees_its_room(runner: LocalRunner, load: Load) -> None:
    await answered(runner, request_of(STORY, 1))
    model = model_of(load)
    before = decoded(model)
    async with aclosing(runner.generate(request_of(STORY, CONTEXT))) as deltas:
        assert isinstance(await anext(deltas), TextDelta)
        assert tokens_left(model) == (0, SLOTS - 1)
    await until_free(model)
    assert decoded(model) - before < MANY
    assert (await answered(runner, request_of("Hi", 2)))[1].usage.completion_tokens == 2


async def test_a_cancelled_stream_stops_decoding_and_frees_its_room(runner: LocalRunner, load: Load) -> None:
    await answered(runner, request_of(STORY, 1))
    model = model_of(load)
    before = decoded(model)
    with anyio.CancelScope() as scope:
        async with aclosing(runner.generate(request_of(STORY, CONTEXT))) as deltas:
            async for _ in deltas:
                scope.cancel()
    assert scope.cancelled_caught
    await until_free(model)
    assert decoded(model) - before < MANY
    assert (await answered(runner, request_of("Hi", 2)))[1].usage.completion_tokens == 2


async def test_one_that_waits_for_room_can_be_cancelled(runner: LocalRunner, load: Load) -> None:
    async with aclosing(runner.generate(request_of(STORY, CONTEXT))) as first:
        await anext(first)
        with anyio.move_on_after(0.3) as scope:
            await answered(runner, request_of("Hi", 2))
        assert scope.cancelled_caught
        assert isinstance(await anext(first), TextDelta)
    await until_free(model_of(load))
    assert (await answered(runner, request_of("Hi", 2)))[1].usage.completion_tokens == 2


async def test_requests_that_outgrow_the_context_together_wait_and_all_succeed(runner: LocalRunner) -> None:
    """Five of more than 100 tokens in a context of 256."""
    finishes: list[Finish] = []

    async def ask(number: int) -> None:
        prompt = f"Story {number}: " + "red fox " * 36
        finishes.append((await answered(runner, request_of(prompt, 4)))[1])

    async with anyio.create_task_group() as tasks:
        for number in range(5):
            tasks.start_soon(ask, number)
    assert [finish.usage.completion_tokens for finish in finishes] == [4] * 5
    assert sum(finish.usage.prompt_tokens for finish in finishes) > 2 * CONTEXT


async def test_eight_at_once_each_get_their_own_answer(runner: LocalRunner) -> None:
    """Forced by a grammar: which of two almost equal tokens a free answer takes, rounding decides beside others."""
    texts = [f"{word} is number {number}." for number, word in enumerate("sun moon sea sky fox owl elk ant".split())]
    got: dict[str, str] = {}

    async def ask(text: str) -> None:
        request = request_of(f"Say: {text}", 24, extra={"grammar": f'root ::= "{text}"'})
        pieces, finish = await answered(runner, request)
        got[text] = "".join(pieces)
        assert finish.reason == "stop"

    async with anyio.create_task_group() as tasks:
        for text in texts:
            tasks.start_soon(ask, text)
    assert got == {text: text for text in texts}


async def test_one_after_the_other_gives_the_same_texts_again(runner: LocalRunner) -> None:
    questions = ["Name a colour.", "Who are you?", "What is 2+2?"]
    rounds = [[await answered(runner, request_of(question)) for question in questions] for _ in range(2)]
    assert [pieces for pieces, _ in rounds[0]] == [pieces for pieces, _ in rounds[1]]


async def test_the_event_loop_goes_on_while_tokens_are_computed(runner: LocalRunner) -> None:
    ticks = 0
    ticks_at_piece: list[int] = []

    async def tick() -> None:
        nonlocal ticks
        while True:
            await anyio.lowlevel.checkpoint()
            ticks += 1

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(tick)
        async with aclosing(runner.generate(request_of("red fox " * 60, 4))) as deltas:
            ticks_at_piece = [ticks async for _ in deltas]
        tasks.cancel_scope.cancel()
    assert ticks_at_piece[0] > 20  # while the prompt was read
    assert ticks_at_piece[-1] > ticks_at_piece[0] + 4


async def test_a_prompt_that_is_too_long_says_by_how_much(runner: LocalRunner) -> None:
    with pytest.raises(ContextOverflowError, match=r"the prompt has (\d+) tokens, (\d+) too many") as caught:
        await answered(runner, request_of("red " * CONTEXT))
    assert caught.value.limit == CONTEXT
    assert caught.value.tokens is not None
    excess = caught.value.tokens + 1 - CONTEXT
    assert f"{excess} too many" in str(caught.value)
    _, finish = await answered(runner, request_of("red " * (CONTEXT - excess), 9))
    assert (finish.usage.prompt_tokens, finish.usage.completion_tokens) == (CONTEXT - 1, 1)
    assert finish.reason == "length"


@pytest.mark.parametrize("unit", ["a word ", " "])
async def test_ten_megabytes_are_refused(runner: LocalRunner, unit: str) -> None:
    with pytest.raises(ContextOverflowError) as caught:
        await answered(runner, request_of(unit * (10_000_000 // len(unit))))
    assert caught.value.tokens is not None
    assert caught.value.tokens > 100_000


async def test_a_bad_grammar_is_refused(runner: LocalRunner) -> None:
    for grammar in ("root ::= ((", "%llguidance {}\nstart: /["):
        with pytest.raises(BadRequestError, match="grammar"):
            await answered(runner, request_of("Hi", extra={"grammar": grammar}))


@pytest.mark.parametrize("extra", [{"max_tokens": 3}, {"prompt": "x"}, {"messages": []}, {"n": 2}])
async def test_extra_fields_do_not_replace_the_conversation(runner: LocalRunner, extra: dict[str, Any]) -> None:
    plain, odd = await answered(runner, request_of(STORY)), await answered(runner, request_of(STORY, extra=extra))
    assert odd[0] == plain[0]
    assert odd[1].usage.total_tokens == plain[1].usage.total_tokens


@pytest.mark.parametrize("messages", [[], [Message("user")], [Message("system", "Be brief.")]])
async def test_a_conversation_without_a_question_is_answered(runner: LocalRunner, messages: list[Message]) -> None:
    assert (await answered(runner, request_of(messages, 2)))[1].usage.completion_tokens == 2


@pytest.fixture
async def others() -> AsyncIterator[list[LocalRunner]]:
    """Runners of a context that no other test uses."""
    runners = [LocalRunner(threads=1, context=LARGER) for _ in range(2)]
    yield runners
    for runner in runners:
        await runner.aclose()


class City(BaseModel):
    """Where something is."""

    name: str
    inhabitants: int
    capital: bool


@pytest.mark.parametrize("text", ["Lagos has 15 million people and is no capital.", "?", "", "Tell me a joke!"])
async def test_structured_output_always_validates(wide: LocalRunner, text: str) -> None:
    result = await Agent(wide, output=City).run(text)
    assert isinstance(result.output, City)


async def test_two_runners_share_one_model_until_both_are_closed(others: list[LocalRunner], load: Load) -> None:
    own = Load(load.path, LARGER, 1)
    for each in others:
        await answered(each, request_of("Hi", 1))
    model = model_of(own)
    await others[0].aclose()
    assert model.tokens("still there")
    await answered(others[1], request_of("Hi", 1))
    assert model_of(own) is model
    await others[1].aclose()
    assert not hasattr(model, "_server")


async def test_a_closed_runner_can_be_used_again(others: list[LocalRunner]) -> None:
    first = await answered(others[0], request_of("Hi", 3))
    await others[0].aclose()
    await others[0].aclose()
    again = await answered(others[0], request_of("Hi", 3))
    assert first[0] == again[0]


async def test_closing_while_it_answers_lets_it_finish(others: list[LocalRunner], load: Load) -> None:
    async with aclosing(others[0].generate(request_of(STORY, 24))) as deltas:
        await anext(deltas)
        await others[0].aclose()
        assert isinstance([delta async for delta in deltas][-1], Finish)


def test_what_cannot_be_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"there is no local model 'gpt-9'.*agentkit models.*\.gguf"):
        LocalRunner("gpt-9")
    for options in ({"context": 1}, {"context": -5}, {"context": 10**12}, {"threads": 0}, {"threads": True}):
        with pytest.raises(ConfigurationError, match="must be an integer from"):
            LocalRunner(**options)  # type: ignore[arg-type]


async def test_a_path_that_is_not_there_is_told_at_the_first_request(tmp_path: Path) -> None:
    runner = LocalRunner(str(tmp_path / "missing.gguf"))
    for _ in range(2):
        with pytest.raises(WeightsError, match=r"missing\.gguf"):
            await answered(runner, request_of("Hi"))
    await runner.aclose()


async def test_a_file_of_ones_own_is_named_by_its_name(load: Load, tmp_path: Path) -> None:
    (tmp_path / "mine.gguf").symlink_to(load.path)
    runner = LocalRunner(str(tmp_path / "mine.gguf"), context=256, threads=1)
    try:
        assert (await answered(runner, request_of("Hi", 2)))[1].model == "mine"
        assert runner.name == f"local:{tmp_path / 'mine.gguf'}"
    finally:
        await runner.aclose()
