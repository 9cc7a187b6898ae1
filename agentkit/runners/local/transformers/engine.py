"""The transformers engine: one loaded folder of safetensors."""

from __future__ import annotations

import itertools
import json
import os
import queue
import threading
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any

from ....errors import BadRequestError, ConfigurationError, MissingDependencyError, ServerError, WeightsError
from ..constrained.masks import GrammarCompiler
from ..engine import End, Load, Task, unknown_adapter
from ..machine import memory_for
from ..needs import check_fits, need_of_folder
from ..templating.own import templates_of_folder
from ..threads import Stopped
from .folder import Folder, read_folder
from .stopping import StopTexts
from .vocabulary import Vocabulary

NEEDED = ("torch", "transformers", "tokenizers", "safetensors", "llguidance", "psutil")
SHOWN = "preserved_tokens"
"""The field that names control tokens which are shown as text, as llama.cpp calls it."""
POLL = 0.1
"""Seconds between two looks at whether a waiting request is stopped."""


class Transformers:
    """One loaded model, driven by the continuous batching of transformers.

    Raises:
        MissingDependencyError: torch, transformers or what they need is not installed.
        WeightsError: The folder is incomplete, not of the model it says, or does not fit.
        ConfigurationError: There is no GPU, and the CPU was not asked for.
    """

    def __init__(self, load: Load) -> None:
        missing = next((module for module in NEEDED if find_spec(module) is None), None)
        if missing:
            raise MissingDependencyError(missing, "transformers")
        self.folder: Folder = read_folder(load.path)
        from .adapters import Adapters
        from .hardware import device_of, dtype_of
        from .loading import how, load_model, weight_bits

        device = device_of(load.device)
        dtype = dtype_of(self.folder, device)
        need = need_of_folder(load, self.folder, device)
        check_fits(load, need, memory_for(load))
        self.context: int = need.context
        self.longest: int = min(self.context, self.folder.context)
        bits = weight_bits(self.folder, dtype, load.quantization)
        self.weight_bytes: int = self.folder.parameters * bits // 8
        self._vocabulary = Vocabulary(load.path)
        self.templates = templates_of_folder(load.path)
        _set_threads(load.threads if device == "cpu" else None)
        self._model = load_model(self.folder, device, dtype, load.quantization, self.longest)
        self._adapters = Adapters(self._model, load.adapters)
        self._ends = _ends(self.folder, self._vocabulary, self._model)
        self._grammars = cache(self._made_grammars)
        self._batcher: Any = None
        self._starting = threading.Lock()
        self._names = map(str, itertools.count())
        self._process = os.getpid()
        parts = (device, dtype, how(self.folder, load.quantization), self._model.config._attn_implementation)
        self.name = f"transformers ({', '.join(part for part in parts if part)})"

    def generate(self, task: Task, on_text: Callable[[str], object], stopped: Callable[[], bool]) -> End:
        """Complete a prompt; see `Engine.generate`.

        Raises:
            Stopped: `stopped` was true.
            BadRequestError: An adapter is unknown, a grammar is broken, or a field is not known here.
            ServerError: The model failed.
        """
        from .rows import Row

        self._check_process()
        unknown = [name for name in task.extra if name != SHOWN]
        if unknown:
            raise BadRequestError(f"the transformers engine knows no {', '.join(map(repr, unknown))}.")
        shown = task.extra.get(SHOWN, ())
        if not isinstance(shown, (list, tuple)) or not all(isinstance(mark, str) for mark in shown):
            raise BadRequestError(f"{SHOWN}={shown!r} must be a list of tokens.")
        given = task.prompt
        prompt = self.tokens(given, start=True, marks=True) if isinstance(given, str) else list(given)
        mask = self._grammars().matcher(task.grammar) if task.grammar else None
        results: queue.SimpleQueue[Any] = queue.SimpleQueue()
        row = Row(prompt, task.sampling, mask, self._place(task.adapter), self._ends, results.put)
        name = next(self._names)
        batcher = self._running()
        batcher.add(name, prompt, task.max_tokens, self._ends, row, results.put)
        finished = False
        try:
            finished, complete = self._read(task, row, results, batcher, on_text, stopped)
        finally:
            batcher.drop(name, cancel=not finished)
        return End(complete, len(prompt) - row.cached, row.cached, len(row.written))

    def _read(
        self, task: Task, row: Any, results: Any, batcher: Any, on_text: Callable[[str], object], stopped: Any
    ) -> tuple[bool, bool]:
        """Hand out the text as its tokens come. Whether the loop is done with the request, and whether the text is."""
        reader = self._vocabulary.reader(task.extra.get(SHOWN, ()))
        texts = StopTexts(_texts(task.sampling.get("stop") or ()))
        token = -1
        while True:
            result = _next(results, batcher, stopped)
            if row.error is not None:
                raise row.error
            if not isinstance(result, int):
                break
            token = result
            piece = texts.feed("" if token in row.ends else reader.feed(token))
            if piece:
                on_text(piece)
            if texts.found:
                return False, True
        if result.error is not None:
            raise ServerError(f"transformers: {result.error[:300]}")
        rest = texts.end()
        if rest:
            on_text(rest)
        return True, token in row.ends

    def logprob(
        self, prompt: Sequence[int], text: Sequence[int], stopped: Callable[[], bool], adapter: str | None = None
    ) -> tuple[float, End]:
        """How likely a text is after a prompt, by one forward pass beside the batch; see `Engine.logprob`."""
        import torch

        self._check_process()
        if stopped():
            raise Stopped
        ids = torch.tensor([[*prompt, *text]], device=self._model.device)
        with self._running().pause(), torch.no_grad():
            self._adapters.alone(self._place(adapter), ids.shape[1])
            logits = self._model(ids, use_cache=False).logits[0, len(prompt) - 1 : -1].float()
        chosen = logits.log_softmax(-1).gather(-1, ids[0, len(prompt) :].unsqueeze(-1))
        return float(chosen.sum()), End(True, ids.shape[1], 0, len(text))

    def tokens(self, text: str, *, start: bool = False, marks: bool = False) -> list[int]:
        """The token ids of a text; see `Engine.tokens`."""
        return self._vocabulary.tokens(text, start=start, marks=marks)

    def close(self) -> None:
        """Free the model. Nothing may be running."""
        if os.getpid() != self._process:
            return
        import gc

        import torch

        if self._batcher is not None:
            self._batcher.close()
        self._batcher = self._model = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _running(self) -> Any:
        """The loop; a new one where the last one has ended by an error."""
        with self._starting:
            if self._batcher is None or not self._batcher.alive:
                if self._batcher is not None:
                    self._batcher.close()
                self._batcher = self._started()
            return self._batcher

    def _started(self) -> Any:
        import torch

        from .batching import Batcher

        try:
            return Batcher(self._model, self.context, self._adapters.choose)
        except (torch.OutOfMemoryError, MemoryError) as error:
            raise WeightsError(
                f"there is no memory for a context of {self.context:,} tokens: {str(error)[:200]}",
                hint="Ask for a smaller context.",
            ) from error

    def _made_grammars(self) -> GrammarCompiler:
        return GrammarCompiler(self._vocabulary.serialized, self._model.config.get_text_config().vocab_size, self._ends)

    def _place(self, adapter: str | None) -> int:
        if adapter is None:
            return 0
        if adapter not in self._adapters.places:
            raise unknown_adapter(adapter, self._adapters.places)
        return self._adapters.places[adapter]

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            raise ConfigurationError(
                "a local model was loaded before this process was forked, so it cannot be used in the child.",
                hint="Load it after the fork, or start processes with the 'spawn' method.",
            )


def _next(results: Any, batcher: Any, stopped: Callable[[], bool]) -> Any:
    while True:
        if stopped():
            raise Stopped
        try:
            return results.get(timeout=POLL)
        except queue.Empty:
            if not batcher.alive and results.empty():
                raise ServerError("the batch that this request was part of has failed.") from None


def _texts(stop: str | Sequence[str]) -> Sequence[str]:
    return (stop,) if isinstance(stop, str) else stop


def _ends(folder: Folder, vocabulary: Vocabulary, model: Any) -> list[int]:
    """The tokens that end an answer: those of the generation config, the config and the tokenizer."""
    stated = [model.generation_config.eos_token_id, folder.config.get("eos_token_id")]
    ends = {end for each in stated for end in (each if isinstance(each, list) else [each]) if isinstance(end, int)}
    try:
        told = json.loads((folder.path / "tokenizer_config.json").read_text("utf-8")).get("eos_token")
    except (OSError, ValueError, AttributeError):
        told = None
    content = told.get("content") if isinstance(told, dict) else told
    found = vocabulary.id_of(content) if isinstance(content, str) else None
    return sorted(ends if found is None else ends | {found})


def _set_threads(threads: int | None) -> None:
    if threads is not None:
        import torch

        torch.set_num_threads(threads)
