"""One loaded model: what it writes is what transformers' own `generate` writes, whoever else is served beside it."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
import torch

from agentkit.errors import BadRequestError, ConfigurationError, ServerError, WeightsError
from agentkit.runners.local.engine import Load, Task
from agentkit.runners.local.threads import Stopped
from agentkit.runners.local.transformers.batching import PROMPT_CHUNK
from agentkit.runners.local.transformers.engine import Transformers

from .conftest import CONTEXT, ask, side_by_side

DRAWN: dict[str, Any] = {"temperature": 1.0, "seed": 11}
CUT: dict[str, Any] = {"temperature": 0.8, "seed": 5, "top_k": 20, "top_p": 0.9}
PENALIZED: dict[str, Any] = {"repetition_penalty": 1.3, "frequency_penalty": 0.5, "presence_penalty": 0.4}


def prompts(engine: Transformers, count: int = 8, lengths: Sequence[int] = (3, 33, 90)) -> list[list[int]]:
    chance = random.Random(4)
    size = engine._vocabulary.size
    return [[chance.randrange(2, size) for _ in range(chance.choice(lengths))] for _ in range(count)]


def reference(engine: Transformers, prompt: list[int], tokens: int = 20, **options: Any) -> str:
    """What `generate` writes."""
    engine._running()
    with engine._batcher.pause(), torch.no_grad():
        written = engine._model.generate(
            torch.tensor([prompt]), max_new_tokens=tokens, do_sample=False, pad_token_id=0, **options
        )
    reader = engine._vocabulary.reader()
    return "".join(reader.feed(token) for token in written[0, len(prompt) :].tolist() if token not in engine._ends)


def test_greedy_text_is_that_of_generate_alone_and_side_by_side(engine: Transformers) -> None:
    asked = prompts(engine)
    expected = [reference(engine, prompt) for prompt in asked]
    assert [ask(engine, prompt).text for prompt in asked] == expected
    together = side_by_side([partial(ask, engine, prompt) for prompt in asked])
    assert [answer.text for answer in together] == expected


def test_a_long_prompt_is_read_in_chunks(engine: Transformers) -> None:
    (prompt,) = prompts(engine, 1, (PROMPT_CHUNK * 2 + 7,))
    assert ask(engine, prompt).text == reference(engine, prompt)


def test_the_repetition_penalty_is_that_of_generate(engine: Transformers) -> None:
    for prompt in prompts(engine, 3):
        assert ask(engine, prompt, repetition_penalty=1.5).text == reference(engine, prompt, repetition_penalty=1.5)


@pytest.mark.parametrize("options", [DRAWN, CUT, DRAWN | PENALIZED, PENALIZED], ids=["drawn", "cut", "both", "greedy"])
def test_a_request_gives_the_same_alone_and_in_any_batch(engine: Transformers, options: dict[str, Any]) -> None:
    asked = prompts(engine)
    alone = [ask(engine, prompt, **options).text for prompt in asked]
    others = [partial(ask, engine, prompt, temperature=1.3, top_k=3) for prompt in prompts(engine, 5, (7, 40))]
    together = side_by_side([*(partial(ask, engine, prompt, **options) for prompt in asked), *others])
    assert [answer.text for answer in together[: len(asked)]] == alone


def test_seeds_differ_and_repeat(llama: Transformers) -> None:
    prompt = prompts(llama, 1)[0]
    texts = {seed: ask(llama, prompt, temperature=1.0, seed=seed).text for seed in range(1, 9)}
    assert len(set(texts.values())) == 8
    assert all(ask(llama, prompt, temperature=1.0, seed=seed).text == text for seed, text in texts.items())


def test_without_a_seed_every_answer_is_another(llama: Transformers) -> None:
    prompt = prompts(llama, 1)[0]
    assert len({ask(llama, prompt, temperature=1.0).text for _ in range(6)}) > 1


def test_frequency_and_presence_penalties_keep_the_model_from_repeating_itself(llama: Transformers) -> None:
    prompt = prompts(llama, 1, (5,))[0]
    tokens = {
        name: len(set(llama.tokens(ask(llama, prompt, 120, **{name: 2.0}).text)))
        for name in ("frequency_penalty", "presence_penalty")
    }
    plain = len(set(llama.tokens(ask(llama, prompt, 120).text)))
    assert all(count > plain for count in tokens.values())


def test_a_repeated_prefix_is_not_computed_again(llama: Transformers) -> None:
    (prompt,) = prompts(llama, 1, (200,))
    first = ask(llama, prompt, 4)
    again = ask(llama, [*prompt, 5, 6, 7], 4)
    assert (first.end.computed, first.end.cached) == (200, 0)
    assert again.end.cached == 192
    assert again.end.computed == 11


def test_max_tokens_cuts_and_says_so(llama: Transformers) -> None:
    answer = ask(llama, prompts(llama, 1)[0], 5)
    assert (answer.end.complete, answer.end.completed) == (False, 5)


def test_a_stop_text_ends_the_answer_before_it(llama: Transformers) -> None:
    prompt = prompts(llama, 1)[0]
    whole = ask(llama, prompt, 40).text
    stop = whole[12:15]
    answer = ask(llama, prompt, 40, stop=[stop, "not in it"])
    assert answer.text == whole[: whole.index(stop)]
    assert answer.end.complete


def test_an_end_token_ends_the_answer_and_is_no_text(llama: Transformers) -> None:
    prompt = prompts(llama, 1)[0]
    end = llama.tokens(ask(llama, prompt, 12).text)[-1]
    ends, llama._ends = llama._ends, [*llama._ends, end]
    try:
        answer = ask(llama, prompt, 400)
    finally:
        llama._ends = ends
    assert answer.end.complete
    assert answer.end.completed <= 12


def test_text_comes_while_it_is_written(llama: Transformers) -> None:
    pieces: list[tuple[float, str]] = []
    task = Task(tuple(prompts(llama, 1)[0]), 60, {"temperature": 0})
    llama.generate(task, lambda text: pieces.append((time.monotonic(), text)), lambda: False)
    assert len(pieces) > 20
    assert pieces[-1][0] > pieces[0][0]


def wait_for(condition: Any) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_cancelled_request_frees_its_memory_and_its_neighbour_notices_nothing(llama: Transformers) -> None:
    one, other = prompts(llama, 2, (64,))
    expected = ask(llama, other, 200).text
    cache = llama._batcher._manager.batch_processor.cache
    stop = threading.Event()
    pieces: list[str] = []

    def take(text: str) -> None:
        pieces.append(text)
        if len(pieces) == 20:
            stop.set()

    def cancelled() -> None:
        with pytest.raises(Stopped):
            llama.generate(Task(tuple(one), 1500, {"temperature": 0}), take, stop.is_set)

    _, neighbour = side_by_side([cancelled, partial(ask, llama, other, 200)])
    assert stop.is_set()
    assert len(pieces) < 100
    assert neighbour.text == expected
    wait_for(lambda: not llama._batcher._manager.batch_processor.scheduler.active_requests)
    cache.evict_cached_blocks()
    cache.pool.try_to_free_sectors()
    assert cache.pool.num_free_sectors == cache.num_sectors


def test_one_that_was_stopped_before_it_began_does_nothing(llama: Transformers) -> None:
    with pytest.raises(Stopped):
        llama.generate(Task((5, 6), 10), lambda text: None, lambda: True)
    assert ask(llama, [5, 6], 3).end.completed == 3


def test_what_a_callback_raises_is_raised_and_ends_the_generation(llama: Transformers) -> None:
    def broken(text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        llama.generate(Task((5, 6), 500, {"temperature": 0}), broken, lambda: False)
    wait_for(lambda: not llama._batcher._manager.batch_processor.scheduler.active_requests)


def test_more_than_fit_at_once_wait_their_turn_and_none_is_lost(llama: Transformers) -> None:
    asked = prompts(llama, 40, (100, 150))
    expected = [ask(llama, prompt, 40).text for prompt in asked]
    answers = side_by_side([partial(ask, llama, prompt, 40) for prompt in asked])
    assert [answer.text for answer in answers] == expected


def test_500_requests_at_once_are_all_answered(llama: Transformers) -> None:
    answers = side_by_side([partial(ask, llama, [3 + place % 40, 9], 3) for place in range(500)])
    assert all(answer.end.completed == 3 for answer in answers)


def test_a_failed_forward_pass_fails_its_requests_and_the_engine_lives_on(folders: dict[str, Path]) -> None:
    engine = Transformers(Load(folders["qwen2"], 512, device="cpu"))
    expected = ask(engine, [5, 6, 7]).text
    layer = engine._model.model.layers[0]

    def fail(*_: Any) -> None:
        raise RuntimeError("out of memory")

    hook = layer.register_forward_pre_hook(fail)
    with pytest.raises(ServerError, match=r"out of memory|has failed"):
        ask(engine, [5, 6, 7, 8])
    hook.remove()
    assert ask(engine, [5, 6, 7]).text == expected
    engine.close()


def test_the_probability_of_a_text_is_that_of_the_model(engine: Transformers) -> None:
    prompt, text = [5, 6, 7], [8, 9, 10]
    total, end = engine.logprob(prompt, text, lambda: False)
    with torch.no_grad():
        logits = engine._model(torch.tensor([prompt + text])).logits[0].log_softmax(-1)
    expected = sum(float(logits[len(prompt) - 1 + place, token]) for place, token in enumerate(text))
    assert total == pytest.approx(expected, abs=1e-3)
    assert end.completed == 3


def test_it_says_what_runs(engine: Transformers) -> None:
    assert engine.name == "transformers (cpu, float32, sdpa)"
    assert (engine.context, engine.longest) == (CONTEXT, CONTEXT)


def test_a_window_that_the_context_does_not_reach_is_no_window(folders: dict[str, Path], tmp_path: Path) -> None:
    """So that prefixes can be shared, which the library does not for sliding windows."""
    from .tiny_models import make_model

    near = Transformers(Load(make_model(tmp_path, "mistral", sliding_window=64), 512, device="cpu"))
    (prompt,) = prompts(near, 1, (200,))
    assert ask(near, prompt).text == reference(near, prompt)
    near.close()
    far = Transformers(Load(folders["mistral"], 512, device="cpu"))
    (prompt,) = prompts(far, 1, (200,))
    ask(far, prompt)
    assert ask(far, prompt).end.cached == 192
    far.close()


def test_an_unknown_field_or_adapter_is_refused(llama: Transformers) -> None:
    with pytest.raises(BadRequestError, match="'mirostat'"):
        ask(llama, [5], extra={"mirostat": 1})
    with pytest.raises(BadRequestError, match="preserved_tokens=7 must be"):
        ask(llama, [5], extra={"preserved_tokens": 7})
    with pytest.raises(BadRequestError, match="no LoRA adapter 'poet'; loaded: none"):
        ask(llama, [5], adapter="poet")


def test_without_a_gpu_the_cpu_must_be_asked_for(folders: dict[str, Path]) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    for device in (None, "gpu"):
        with pytest.raises(ConfigurationError, match="sees no GPU"):
            Transformers(Load(folders["llama"], device=device))
    with pytest.raises(ConfigurationError, match="'tpu'"):
        Transformers(Load(folders["llama"], device="tpu"))


def test_what_does_not_fit_is_refused_with_the_numbers(folders: dict[str, Path]) -> None:
    with pytest.raises(WeightsError, match=r"4,608\.0 GB for a context of 9,000,000,000 tokens; .* can be"):
        Transformers(Load(folders["llama"], 9_000_000_000, device="cpu"))


def test_a_context_that_the_library_finds_too_large_is_refused(folders: dict[str, Path]) -> None:
    """Its masks grow with the context, too, which no plan counts."""
    free = psutil.virtual_memory().available
    engine = Transformers(Load(folders["llama"], min(free // 1500, 100_000_000), device="cpu"))
    with pytest.raises(WeightsError, match="no memory for a context of"):
        ask(engine, [5])
    engine.close()


def test_twenty_cycles_of_loading_and_unloading_leave_no_memory_behind(folders: dict[str, Path]) -> None:
    process, sizes = psutil.Process(), []
    load = Load(folders["qwen2"], 512, device="cpu")
    for _ in range(20):
        engine = Transformers(load)
        ask(engine, [5, 6, 7], 4)
        engine.close()
        sizes.append(process.memory_info().rss)
    assert sizes[-1] - sizes[4] < 30e6


CALL = '{"name": "get_the_weather", "arguments": {"city": "'
GRAMMAR = 'root ::= "{\\"name\\": \\"get_the_weather\\", \\"arguments\\": {\\"city\\": \\"" [a-z]{3,9} "\\"}}"'


def test_a_grammar_is_kept_at_any_temperature_beside_others_without_one(engine: Transformers) -> None:
    free = prompts(engine, 3)
    expected = [ask(engine, prompt).text for prompt in free]
    bound = [partial(ask, engine, [5, 6], 200, temperature=heat, grammar=GRAMMAR) for heat in (0, 0.7, 1.5, 5)]
    answers = side_by_side([*bound, *(partial(ask, engine, prompt) for prompt in free)])
    assert all(re.fullmatch(re.escape(CALL) + '[a-z]{3,9}"}}', answer.text) for answer in answers[:4])
    assert all(answer.end.complete for answer in answers[:4])
    assert [answer.text for answer in answers[4:]] == expected


def test_forced_tokens_are_not_decoded_one_by_one(engine: Transformers) -> None:
    steps = 0

    def count(*_: Any) -> None:
        nonlocal steps
        steps += 1

    hook = engine._model.register_forward_pre_hook(count)
    answer = ask(engine, [5, 6], 200, grammar=GRAMMAR)
    hook.remove()
    assert answer.end.completed > 40
    assert steps < 20


@pytest.mark.parametrize("most", [1, 2, 5, 30])
def test_a_grammar_does_not_write_past_max_tokens(llama: Transformers, most: int) -> None:
    answer = ask(llama, [5, 6], most, grammar=GRAMMAR)
    assert (answer.end.completed, answer.end.complete) == (most, False)
    assert CALL.startswith(answer.text)


@pytest.mark.parametrize("grammar", ["root ::= ((", "root ::= missing", "%llguidance {}\nstart: /[0-9]+", "none"])
def test_a_bad_grammar_is_refused_and_the_engine_lives_on(llama: Transformers, grammar: str) -> None:
    with pytest.raises(BadRequestError, match="grammar"):
        ask(llama, [5, 6], grammar=grammar)
    assert ask(llama, [5, 6], 3).end.completed == 3
