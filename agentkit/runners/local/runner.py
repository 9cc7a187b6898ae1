"""The runner behind `local` and `local:PATH`."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from anyio.to_thread import run_sync

from ...errors import ConfigurationError
from ...generation import Delta, Finish, Request
from .answering import Answering, adapter_of, without_adapter
from .checkpoint import weights_in
from .decoder import Decoder
from .engine import Load
from .entry import Entry
from .first_use import weights_of
from .fit import usual_context
from .lookup import find_entry, unknown_model
from .needle.engine import Needle
from .needle.opening import needle_3
from .needle.row import NEEDLE
from .shared import claim, keep, let_go, release
from .source import Progress
from .threads import Job

if TYPE_CHECKING:
    from ..base import Runner


SMALLEST_CONTEXT, MOST = 32, 10_000_000
"""Bounds of what may be asked for. At a context of one token, or less than none, llama.cpp ends the process."""


class LocalRunner:
    """A language model in this process.

    Nothing is read before the first request, which loads the model, and fetches its weights where they are missing.
    Runners of the same model share it. It stays loaded until `aclose`; where another model needs its memory between two
    requests, the next one loads it again. Requests run side by side in one context; where they do not fit together,
    they wait for each other. One that runs alone gives the same text again at temperature 0 or with the same seed;
    beside others, rounding may decide otherwise between two tokens that are almost equally likely.

    Args:
        model: A model of the catalogue, or the path of a GGUF file or of a folder of safetensors; empty for the
            embedded default.
        context: Tokens of all prompts and answers that are worked on at once; None: what the model was made for,
            at most 8,192 for weights of your own.
        threads: For computing; None: one less than the cores that this process may use.
        device: `cpu`, `gpu`, or None: for a GGUF file a GPU where xllamacpp sees one, for safetensors always a GPU.
        quantization: `int8` quantizes safetensors when they are loaded; None: as the catalogue says, or not at all.
        adapters: LoRA adapters by name, each the path of a GGUF file or of a folder as PEFT writes it. A request takes
            one with `extra={"lora": NAME}`.
        guided: Whether the model is helped with tools and typed answers: the library chooses the tool and finds the
            values in the request, and the model decides what is left open. None: where it is small, and its chat
            template knows no tools. False lets any model call tools in its own words, under a grammar.
        caller: `needle-3`: that model reads the values of tool calls out of requests, and this one does the rest;
            None: this one does everything.
        progress: Told how many bytes of missing weights have come, and how many there will be (or None), in place of
            a line on stderr. Called in a thread.

    Raises:
        ConfigurationError: The model is neither in the catalogue nor a path, or an option is out of range.
    """

    def __init__(
        self,
        model: str = "",
        *,
        context: int | None = None,
        threads: int | None = None,
        device: str | None = None,
        quantization: str | None = None,
        adapters: Mapping[str, str | os.PathLike[str]] | None = None,
        guided: bool | None = None,
        caller: str | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.name = f"local:{model}" if model else "local"
        self._entry, self._path = _named(model)
        self._options = _number("context", context, SMALLEST_CONTEXT), _number("threads", threads, 1), device
        self._quantization = quantization
        self._adapters = tuple((name, Path(place).expanduser().absolute()) for name, place in (adapters or {}).items())
        self._progress = progress
        self._needle = _second(caller, progress)
        self._answering = Answering(self._entry, guided, self._needle)
        self._lock = threading.Lock()
        self._kept: Load | None = None

    async def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        """Answer one request; see `Runner.generate`.

        Raises:
            WeightsError: The weights are missing, broken, or cannot be fetched.
            MissingDependencyError: xllamacpp is not installed.
            ContextOverflowError: The prompt leaves no room for an answer.
        """
        job: Job[Delta] = Job(partial(self._work, replace(request, messages=tuple(request.messages))))
        async with aclosing(job.items()) as deltas:
            async for delta in deltas:
                yield delta

    async def aclose(self) -> None:
        """Unload the model, unless another runner uses it; the next request loads it again."""
        await run_sync(self._let_go)

    def _work(self, request: Request, job: Job[Delta]) -> None:
        load = self._found(job)
        engine = claim(load, lambda: job.stopped)
        try:
            self._keep(load)
            room = request.sampling.max_tokens if request.fitting else 0
            decoder = Decoder(engine, lambda: job.stopped, adapter_of(request), room=room)
            reason = self._answering.answer(decoder, without_adapter(request), job.put)
            model = self._entry.id if self._entry else load.path.stem
            job.put(Finish(reason, decoder.usage, model, engine.name, first_token=decoder.first_token))
        finally:
            release(load)

    def _found(self, job: Job[Delta]) -> Load:
        kept, entry = self._kept, self._entry
        if kept is not None:
            return kept
        found = weights_of(entry, self._progress, lambda: job.stopped) if entry else weights_in(self._path)
        context, threads, device = self._options
        quantization = self._quantization
        if entry is not None:
            context = context or usual_context(entry)
            if entry.quantization == "int8" and found.is_dir():
                quantization = quantization or "int8"
        return Load(found, context, threads, device, quantization, self._adapters)

    def _keep(self, load: Load) -> None:
        """Keep the model loaded between requests, until `aclose`."""
        with self._lock:
            if self._kept is None:
                keep(load)
                self._kept = load
                self._unused = weakref.finalize(self, let_go, load, unload=False)
                self._unused.atexit = False

    def _let_go(self) -> None:
        if self._needle is not None:
            self._needle.close()
        with self._lock:
            kept, self._kept = self._kept, None
            if kept is not None and self._unused.detach():
                let_go(kept)


def _number(name: str, value: int | None, least: int) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST):
        raise ConfigurationError(f"{name}={value!r} must be an integer from {least} to {MOST:,}, or None.")
    return value


def _second(caller: str | None, progress: Progress | None) -> Needle | None:
    """The model that finds the values of calls, where it is another one."""
    if caller not in (None, NEEDLE.id):
        raise ConfigurationError(f"caller={caller!r} must be {NEEDLE.id!r} or None.")
    return needle_3(progress) if caller else None


def _named(model: str) -> tuple[Entry | None, Path]:
    """The catalogue entry, or the path, that a name stands for."""
    entry, path = find_entry(model), Path(model).expanduser()
    if entry is None and not (model.endswith(".gguf") or model.startswith((".", "~", os.sep)) or path.is_dir()):
        raise unknown_model(model)
    return entry, path.absolute()


if TYPE_CHECKING:
    _: Runner = LocalRunner()
