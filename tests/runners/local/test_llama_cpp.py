"""The llama.cpp engine with the embedded model: what it refuses and says, how it decodes, and what it leaves behind."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agentkit.errors import (
    BadRequestError,
    ConfigurationError,
    ContextOverflowError,
    ServerError,
    WeightsError,
)
from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.decoder import Decoder
from agentkit.runners.local.engine import Load
from agentkit.runners.local.llama_cpp import LlamaCpp, default_threads
from agentkit.runners.local.loopback import Loopback
from agentkit.runners.local.shared import claim, release
from agentkit.runners.local.threads import Stopped
from agentkit.runners.local.weights import find

pytestmark = pytest.mark.real

CONTEXT = 256


@pytest.fixture(scope="module")
def load() -> Load:
    """The embedded model in a small context."""
    path = find(DEFAULT)
    if path is None:
        pytest.skip("the embedded weights are not on this machine")
    return Load(path, CONTEXT, 1)


@pytest.fixture(scope="module")
def model(load: Load) -> Iterator[LlamaCpp]:
    """It, loaded once for all."""
    yield claim(load, lambda: False)
    release(load)


@pytest.fixture
def decoder(model: LlamaCpp) -> Decoder:
    """One request."""
    return Decoder(model, lambda: False)


def words(decoder: Decoder, prompt: str, most: int = 12, **options: Any) -> str:
    return decoder.complete(decoder.prompt(prompt), most, **{"temperature": 0, **options}).text


LIST = "A list of words: yes, yes, yes, yes, yes, yes, yes,"


def test_temperature_0_gives_the_same_text_again_also_without_the_cache(decoder: Decoder) -> None:
    texts = {words(decoder, "Once upon a time", extra={"cache_prompt": cached}) for cached in (True, False, True)}
    assert len(texts) == 1


def test_a_seed_gives_the_same_text_again_and_another_seed_another_one(decoder: Decoder) -> None:
    first, again, other = (words(decoder, "Once upon a time", temperature=1.5, seed=seed) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def test_without_a_seed_texts_differ(decoder: Decoder) -> None:
    assert len({words(decoder, "Once upon a time", temperature=1.5) for _ in range(4)}) > 1


def test_top_k_1_is_greedy(decoder: Decoder) -> None:
    greedy = words(decoder, "Once upon a time")
    assert words(decoder, "Once upon a time", temperature=1.5, top_k=1, seed=3) == greedy


def test_top_p_0_is_greedy(decoder: Decoder) -> None:
    assert words(decoder, "Once upon a time", temperature=1.5, top_p=0, seed=3) == words(decoder, "Once upon a time")


@pytest.mark.parametrize(
    "penalty", [{"repetition_penalty": 2.0}, {"frequency_penalty": 2.0}, {"presence_penalty": 2.0}], ids=str
)
def test_a_penalty_lets_the_model_repeat_itself_less(decoder: Decoder, penalty: dict[str, float]) -> None:
    plain = words(decoder, LIST, 16)
    assert plain.count("yes") > 4
    assert words(decoder, LIST, 16, **penalty).count("yes") < plain.count("yes")


def test_a_logprob_is_that_of_the_likeliest_token_or_less(decoder: Decoder) -> None:
    prompt = decoder.prompt("The capital of France is")
    paris, rome = (decoder.logprob(prompt, decoder.engine.tokens(city)) for city in (" Paris", " Rome"))
    assert rome < paris < 0


def test_logprobs_of_a_text_add_up_token_by_token(decoder: Decoder) -> None:
    prompt, text = decoder.prompt("The"), decoder.engine.tokens(" cat sat")
    parts = [decoder.logprob([*prompt, *text[:at]], text[at : at + 1]) for at in range(len(text))]
    assert decoder.logprob(prompt, text) == pytest.approx(sum(parts), abs=1e-3)


def test_usage_counts_every_token_once(model: LlamaCpp) -> None:
    decoder = Decoder(model, lambda: False)
    prompt = decoder.prompt("Numbers of all kinds: one, two, three, four, five")
    decoder.complete(prompt, 5, temperature=0, extra={"cache_prompt": False})
    assert (decoder.usage.prompt_tokens, decoder.usage.cached_tokens) == (len(prompt), 0)
    assert decoder.usage.completion_tokens == 5
    again = Decoder(model, lambda: False)
    again.complete(prompt, 3, temperature=0)
    assert again.usage.prompt_tokens == len(prompt)
    assert again.usage.cached_tokens == len(prompt) - 1  # the last token of a prompt is always computed
    assert (again.usage.completion_tokens, again.usage.requests) == (3, 1)


@pytest.mark.parametrize(
    "grammar", ["root ::= ((", "root ::= missing", "no grammar", "%llguidance {}\nstart: /[0-9]+", 5, ["root"]]
)
def test_a_bad_grammar_is_never_passed_over(decoder: Decoder, grammar: Any) -> None:
    with pytest.raises(BadRequestError, match="grammar"):
        words(decoder, "Hello", grammar=grammar)
    assert words(decoder, "Hello", grammar='root ::= "fine"') == "fine"


@pytest.mark.parametrize(
    "options", [{"prompt": "x"}, {"n_predict": 3}, {"max_tokens": 3}, {"n": 2}, {"n_cmpl": 2}, {"stream": False}]
)
def test_options_do_not_change_what_the_runner_sees_to_itself(decoder: Decoder, options: dict[str, Any]) -> None:
    plain = decoder.complete(decoder.prompt("Once upon"), 6, temperature=0)
    assert decoder.complete(decoder.prompt("Once upon"), 6, temperature=0, extra=options) == plain


def test_an_option_of_the_wrong_kind_is_refused(decoder: Decoder) -> None:
    with pytest.raises(BadRequestError, match="temperature"):
        words(decoder, "Hello", temperature="hot")


def test_what_a_callback_raises_is_raised_and_ends_the_generation(decoder: Decoder) -> None:
    """xllamacpp swallows it, and would go on."""
    pieces: list[str] = []

    def broken(piece: str) -> None:
        pieces.append(piece)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        decoder.complete(decoder.prompt("Once upon a time"), 400, broken, temperature=0)
    assert len(pieces) == 1


def test_a_stop_ends_it_at_the_next_token(model: LlamaCpp) -> None:
    pieces: list[str] = []
    decoder = Decoder(model, lambda: len(pieces) >= 3)
    with pytest.raises(Stopped):
        decoder.complete(decoder.prompt("Once upon a time"), 400, pieces.append, temperature=0)
    assert len(pieces) <= 5


def test_a_stop_ends_the_reading_of_a_long_prompt(model: LlamaCpp) -> None:
    """At the next batch, not at its end: what was read is less than the prompt."""
    asked: list[bool] = []

    def stopped() -> bool:
        asked.append(True)
        return True

    pieces: list[str] = []
    decoder = Decoder(model, stopped)
    with pytest.raises(Stopped):
        decoder.complete(decoder.engine.tokens("red blue " * 120), 8, pieces.append, temperature=0)
    assert asked
    assert pieces == []


def test_a_forced_text_is_written_whole_side_by_side(model: LlamaCpp) -> None:
    """Nothing of one generation gets into another."""
    texts = [f"The {word} is number {number}." for number, word in enumerate(["sun", "moon", "sea"] * 2)]
    got: dict[str, str] = {}

    def work(text: str) -> None:
        got[text] = words(Decoder(model, lambda: False), f"Say {text}", 32, grammar=f'root ::= "{text}"')

    threads = [threading.Thread(target=work, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {text: text for text in texts}


def test_the_largest_prompt_that_fits_leaves_one_token(decoder: Decoder) -> None:
    tokens = decoder.engine.tokens("red " * CONTEXT, start=True)[: CONTEXT - 1]
    completion = decoder.complete(tokens, 100, temperature=0)
    assert (completion.complete, decoder.usage.completion_tokens) == (False, 1)


def test_a_prompt_that_fills_the_context_is_refused_with_its_numbers(decoder: Decoder) -> None:
    """Found by growing the prompt one word at a time over the edge."""
    accepted = 0
    with pytest.raises(
        ContextOverflowError, match="the prompt has 256 tokens, 1 too many for a context of 256"
    ) as caught:
        for count in range(CONTEXT - 4, CONTEXT + 4):
            accepted = len(decoder.prompt("red" + " red" * count))
    assert accepted == CONTEXT - 1
    assert (caught.value.tokens, caught.value.limit) == (CONTEXT, CONTEXT)
    assert "Shorten the conversation" in str(caught.value)


@pytest.mark.parametrize("piece", ["a word ", "7", " ", "=", "\n", "漢", "a" * 50])
def test_a_prompt_of_ten_million_characters_is_refused_by_its_start(decoder: Decoder, piece: str) -> None:
    """So it takes no time, also where 64 characters are one token: the number is an estimate."""
    with pytest.raises(ContextOverflowError, match=r"about [\d,]+ tokens, about [\d,]+ too many") as caught:
        decoder.prompt(piece * (10_000_000 // len(piece)))
    assert caught.value.tokens is not None
    assert caught.value.tokens > 150_000
    assert caught.value.limit == CONTEXT


def test_a_context_larger_than_the_model_was_made_for_does_not_lengthen_a_conversation(load: Load) -> None:
    engine = LlamaCpp(replace(load, context=8192 + 256))
    try:
        assert (engine.context, engine.longest) == (8192 + 256, 8192)
    finally:
        engine.close()


def test_a_context_of_nothing_asked_is_what_the_model_was_made_for(load: Load) -> None:
    engine = LlamaCpp(replace(load, context=None))
    try:
        assert engine.context == engine.longest == 8192
    finally:
        engine.close()


def test_control_tokens_have_their_meaning_in_a_prompt_only(model: LlamaCpp) -> None:
    assert len(model.tokens("<|im_end|>", marks=True)) == 1
    assert len(model.tokens("<|im_end|>")) > 1


def test_closing_at_once_does_not_hang(load: Load) -> None:
    """llama.cpp's loop never ends when it is told to before it has begun."""
    for _ in range(3):
        LlamaCpp(replace(load, context=256)).close()


def test_closing_frees_memory_and_removes_the_socket(load: Load) -> None:
    engine = LlamaCpp(load)
    socket = Path(engine._loopback._address.removeprefix("unix://"))
    assert socket.is_socket()
    assert socket.parent.stat().st_mode & 0o777 == 0o700
    before = memory()
    engine.close()
    assert not socket.parent.exists()
    assert memory() < before - 50_000_000


def memory() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_socket_that_is_gone_is_a_failed_server(load: Load) -> None:
    engine = LlamaCpp(load)
    try:
        shutil.rmtree(Path(engine._loopback._address.removeprefix("unix://")).parent)
        with pytest.raises(ServerError, match="/tokenize"):
            engine.tokens("Hello")
    finally:
        engine.close()


def test_a_wrong_key_is_refused(model: LlamaCpp) -> None:
    stranger = Loopback(model._loopback._address, "wrong")
    with pytest.raises(BadRequestError) as caught:
        stranger.post("/tokenize", {"content": "Hello"})
    assert caught.value.status == 401


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"there is no weight file .*missing\.gguf.* Name a GGUF file"):
        LlamaCpp(Load(tmp_path / "missing.gguf"))


def test_a_file_that_is_no_gguf_is_named(tmp_path: Path) -> None:
    path = tmp_path / "text.gguf"
    path.write_text("Hello, this is no model.")
    with pytest.raises(WeightsError, match=r"text\.gguf.* is not a GGUF file: it starts with b'Hell'\. Convert"):
        LlamaCpp(Load(path))


@pytest.mark.parametrize("size", [10, 1_000_000, 4_000_000])
def test_a_file_that_ends_too_early_is_named(load: Load, tmp_path: Path, size: int) -> None:
    path = tmp_path / "short.gguf"
    with load.path.open("rb") as whole:
        path.write_bytes(whole.read(size))
    with pytest.raises(WeightsError, match=r"short\.gguf.* is broken: .* Fetch or copy the file again"):
        LlamaCpp(Load(path))


def test_a_file_that_ends_in_its_last_tensor_is_named(load: Load, tmp_path: Path) -> None:
    """llama.cpp finds that, and the process lives on."""
    path = tmp_path / "almost.gguf"
    shutil.copyfile(load.path, path)
    os.truncate(path, load.path.stat().st_size - 100)
    before = set(Path(tempfile.gettempdir()).glob("agentkit-*"))
    with pytest.raises(WeightsError, match=r"almost\.gguf"):
        LlamaCpp(Load(path, 256, 1))
    assert set(Path(tempfile.gettempdir()).glob("agentkit-*")) <= before


def test_a_gpu_that_is_not_there_is_not_passed_over(load: Load) -> None:
    import xllamacpp

    if any("GPU" in device["type"].name for device in xllamacpp.get_device_info()):
        pytest.skip("there is a GPU")
    with pytest.raises(ConfigurationError, match=r"sees no GPU\. Install an xllamacpp wheel with GPU support"):
        LlamaCpp(replace(load, device="gpu"))


def test_an_unknown_device_is_refused(load: Load) -> None:
    with pytest.raises(ConfigurationError, match="device='tpu' must be 'cpu', 'gpu' or None"):
        LlamaCpp(replace(load, device="tpu"))


def test_one_core_is_left_to_others() -> None:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    assert default_threads() == max(1, cores - 1)
