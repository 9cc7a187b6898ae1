"""The llama.cpp engine: one loaded GGUF model, driven through xllamacpp.

Everything here blocks and is called in worker threads. xllamacpp has no way to stop a call but the callback of a
stream, and swallows what that callback raises; so every generation streams, and errors are carried across.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from weakref import WeakSet

from ...errors import (
    BadRequestError,
    ConfigurationError,
    ContextOverflowError,
    MissingDependencyError,
    RunnerError,
    ServerError,
    WeightsError,
)
from .constrained.checking import check
from .engine import End, Load, Task, unknown_adapter
from .gguf import Header, read_header
from .loopback import Loopback
from .machine import memory_for
from .needs import check_fits, need_of_gguf
from .room import Room
from .sampling import to_body
from .templating.own import templates_of_gguf
from .threads import Stopped

SLOTS = 4
"""Sequences that are decoded side by side. They share the memory of one context."""
BATCH = 256
"""Tokens of a prompt that are read at once; a cancelled request stops at the next batch."""
FORCE = 1000.0
"""A logit bias that no other token can beat."""
HOST_CACHE = 128
"""MiB for the prefixes of conversations that have lost their place."""

SOCKET = "llama.sock"
LONGEST_SOCKET_PATH = 100
"""Bytes; the systems allow a few more."""


class LlamaCpp:
    """One loaded model.

    Its sequences share the memory of one context, each generation with the tokens of its prompt and answer.

    Raises:
        MissingDependencyError: xllamacpp is not installed.
        WeightsError: The file is missing, broken, or not of a model that llama.cpp knows.
        ConfigurationError: A GPU was asked for and there is none, or this process was forked from one that had a
            model loaded: llama.cpp waits for threads that are gone.
    """

    def __init__(self, load: Load) -> None:
        try:
            import xllamacpp
        except ImportError as error:
            raise MissingDependencyError("xllamacpp", "local") from error
        global _used
        if _orphaned:
            raise _forked()
        _used = True
        if load.quantization is not None:
            raise ConfigurationError(
                f"quantization={load.quantization!r} is for safetensors; {str(load.path)!r} is a GGUF file.",
                hint="Take a GGUF file that is quantized already.",
            )
        self.header: Header = read_header(load.path)
        self._adapters = tuple(name for name, _ in load.adapters)
        for name, path in load.adapters:
            _check_adapter(name, path, self.header)
        gpu = _gpu(xllamacpp.get_device_info(), load.device)
        self.name = f"llama.cpp ({gpu.lower() or 'cpu'})"
        need = need_of_gguf(load, self.header)
        check_fits(load, need, memory_for(load))
        self.context: int = need.context
        self.longest: int = min(self.context, self.header.context or self.context)
        """Tokens of one prompt and its answer."""
        self.weight_bytes: int = self.header.least_size
        self.templates = templates_of_gguf(self.header)
        self.room = Room(self.context, SLOTS)
        self._process = os.getpid()
        self._folder = _socket_folder()
        key = secrets.token_hex(16)
        parameters = _parameters(xllamacpp, load, self.context, bool(gpu), key)
        if self._folder:
            parameters.hostnames = [os.path.join(self._folder, SOCKET)]
        try:
            self._server = xllamacpp.Server(parameters)
        except RuntimeError as error:
            self._remove_folder()
            raise WeightsError(
                f"llama.cpp cannot load {str(load.path)!r}.",
                hint=f"It is incomplete, of an unknown architecture ({self.header.architecture!r}), or larger than "
                f"the memory that is free for a context of {self.context:,} tokens.",
            ) from error
        self._server.handle_metrics()  # answered by its loop: closed before that has started, it would never end
        _loaded.add(self)
        self._loopback = Loopback(self._server.listening_address, key)

    def generate(self, task: Task, on_text: Callable[[str], object], stopped: Callable[[], bool]) -> End:
        """Complete a prompt; see `Engine.generate`.

        Raises:
            Stopped: `stopped` was true.
            ContextOverflowError: The prompt does not fit.
            BadRequestError: llama.cpp refuses the request, or would not see a mistake in it.
            ServerError: llama.cpp failed.
        """
        end: dict[str, Any] = {}

        def take(chunk: dict[str, Any]) -> bool:
            choice = chunk["choices"][0]
            if choice["text"]:
                on_text(choice["text"])
            if choice["finish_reason"]:
                end.update(chunk)
            return stopped()

        prompt = task.prompt if isinstance(task.prompt, str) else list(task.prompt)
        fields = {"prompt": prompt, "n_predict": task.max_tokens, "n_cmpl": 1}
        own = {"grammar": task.grammar} if task.grammar else {}
        body = {**to_body(task.sampling), **task.extra, **own, **self._lora(task.adapter), **fields}
        with self.room.take(task.longest_prompt + task.max_tokens, stopped) as admitted:
            if admitted:
                self._complete(body, take)
        if not end:
            raise Stopped
        return _end(end)

    def logprob(
        self, prompt: Sequence[int], text: Sequence[int], stopped: Callable[[], bool], adapter: str | None = None
    ) -> tuple[float, End]:
        """How likely a text is after a prompt; see `Engine.logprob`.

        Exact: each token is forced in a request of its own, which costs one decoded token.
        """
        total, computed, cached = 0.0, 0, 0
        for index, token in enumerate(text):
            prefix = (*prompt, *text[:index])
            found: list[float] = []
            body = {"prompt": list(prefix), "logit_bias": [[token, FORCE]], **self._lora(adapter)}
            end = self._forced(body, found, stopped)
            total += sum(found)
            computed += end.computed
            cached = max(cached, end.cached)
        return total, End(True, computed, cached, len(text))

    def _lora(self, adapter: str | None) -> dict[str, Any]:
        """The scale of every loaded adapter; without this, all would be used."""
        if adapter is not None and adapter not in self._adapters:
            raise unknown_adapter(adapter, self._adapters)
        scales = [{"id": place, "scale": float(name == adapter)} for place, name in enumerate(self._adapters)]
        return {"lora": scales} if scales else {}

    def _forced(self, body: dict[str, Any], found: list[float], stopped: Callable[[], bool]) -> End:
        last: dict[str, Any] = {}

        def take(chunk: dict[str, Any]) -> bool:
            choice = chunk["choices"][0]
            found.extend(each["logprob"] for each in (choice.get("logprobs") or {}).get("content", ()))
            if choice["finish_reason"]:
                last.update(chunk)
            return stopped()

        with self.room.take(len(body["prompt"]) + 1, stopped) as admitted:
            if admitted:
                self._complete({**body, "temperature": 0, "n_probs": 1, "n_predict": 1, "n_cmpl": 1}, take)
        if not last:
            raise Stopped
        return _end(last)

    def _complete(self, body: Mapping[str, Any], on_chunk: Callable[[dict[str, Any]], bool]) -> None:
        """Send a body to llama.cpp's `/completion`; `on_chunk` gets each chunk and returns True to stop.

        What it raises is raised here.
        """
        self._check_process()
        _check_grammar(body.get("grammar", ""))
        raised: list[BaseException] = []

        def callback(chunk: dict[str, Any]) -> bool:
            try:
                if "error" in chunk:
                    raise _error(chunk["error"])
                return on_chunk(chunk)
            except BaseException as error:
                raised.append(error)
                return True

        request = {"cache_prompt": True, "return_progress": True, **body, "stream": True}
        try:
            self._server.handle_completions(request, callback)
        except (RuntimeError, ValueError) as error:
            raise BadRequestError(f"llama.cpp refuses the request: {str(error)[:300]}") from error
        if raised:
            raise raised[0]

    def tokens(self, text: str, *, start: bool = False, marks: bool = False) -> list[int]:
        """The token ids of a text.

        Args:
            text: Any text.
            start: Whether it is a whole prompt, before which the model's first token comes.
            marks: Whether names of control tokens in it stand for the tokens.
        """
        self._check_process()
        body = {"content": text, "add_special": start, "parse_special": marks}
        return list(self._loopback.post("/tokenize", body)["tokens"])

    def close(self) -> None:
        """Free the model. Nothing may be running."""
        if os.getpid() == self._process:
            _loaded.discard(self)
            del self._server
            self._remove_folder()

    def keep_forever(self) -> None:
        """Never free the model: in a forked child its threads are gone, and freeing it would wait for them."""
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._server))

    def _remove_folder(self) -> None:
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            raise _forked()


_loaded: WeakSet[LlamaCpp] = WeakSet()
_used = False
"""llama.cpp has been used in this process, or before it was forked."""
_orphaned = False
"""This process was forked from one that had a model loaded."""
_libc: Any = ctypes.CDLL(None) if os.name == "posix" else None


def _after_fork() -> None:
    global _orphaned
    _orphaned = _orphaned or bool(_loaded)
    for engine in _loaded:
        engine.keep_forever()
    if _used and hasattr(_libc, "on_exit"):
        # At the end of the child, llama.cpp would wait for threads of its own that are gone, or crash. So the child
        # ends where that would begin, as those of multiprocessing do; Python has cleaned up by then.
        _libc.on_exit(_libc._exit, None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _forked() -> ConfigurationError:
    return ConfigurationError(
        "a local model was loaded before this process was forked, so none can be used in the child.",
        hint="Load it after the fork, or start processes with the 'spawn' method.",
    )


def _socket_folder() -> str | None:
    """A private folder for a Unix socket, so that no TCP port is opened; None where that is not possible."""
    if (
        os.name != "posix"
        or len(os.path.join(tempfile.gettempdir(), "agentkit-12345678", SOCKET)) > LONGEST_SOCKET_PATH
    ):
        return None
    return tempfile.mkdtemp(prefix="agentkit-")


def _parameters(xllamacpp: Any, load: Load, context: int, gpu: bool, key: str) -> Any:
    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(load.path)
    parameters.n_ctx = context
    parameters.ctx_shift = False  # it forgets the start of a conversation without a word
    parameters.fit_params = False  # it leaves layers on the CPU without a word
    parameters.n_parallel = SLOTS
    parameters.kv_unified = True
    parameters.n_batch = parameters.n_ubatch = BATCH
    parameters.cache_ram_mib = HOST_CACHE
    parameters.warmup = False
    parameters.verbosity = -1
    parameters.ui = False
    parameters.endpoint_metrics = True
    parameters.n_threads_http = SLOTS
    parameters.n_gpu_layers = -1 if gpu else 0
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = load.threads or default_threads()
    parameters.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(path), 0.0) for _, path in load.adapters]
    parameters.api_keys = [key]
    return parameters


def default_threads() -> int:
    """One less than the cores of this process: llama.cpp's threads spin, and starve when another wants a core."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)


def _gpu(devices: list[dict[str, Any]], wanted: str | None) -> str:
    """The name of the backend that drives the GPU, for example `CUDA`; empty for the CPU."""
    if wanted not in (None, "cpu", "gpu"):
        raise ConfigurationError(f"device={wanted!r} must be 'cpu', 'gpu' or None.")
    gpus = [device["name"] for device in devices if "GPU" in device["type"].name]
    if wanted == "gpu" and not gpus:
        raise ConfigurationError(
            "device='gpu' was asked for, but the installed xllamacpp sees no GPU.",
            hint="Install an xllamacpp wheel with GPU support, or leave device= out.",
        )
    return gpus[0].rstrip("0123456789") if gpus and wanted != "cpu" else ""


def _check_adapter(name: str, path: Path, model: Header) -> None:
    """llama.cpp ends the load without a word of why where an adapter does not fit."""
    found = read_header(path)
    if found.metadata.get("general.type") != "adapter" or found.metadata.get("adapter.type") != "lora":
        raise WeightsError(f"the LoRA adapter {name!r} in {str(path)!r} is none, but a model or something else.")
    if found.architecture != model.architecture:
        raise WeightsError(
            f"the LoRA adapter {name!r} in {str(path)!r} is for another model: {found.architecture!r}, "
            f"not {model.architecture!r}.",
            hint="Take an adapter that was trained on this model.",
        )


def _check_grammar(grammar: Any) -> None:
    if not isinstance(grammar, str):
        raise BadRequestError(f"grammar={str(grammar)[:60]!r} is no text of a grammar, in GBNF or llguidance's Lark.")
    if grammar.startswith("%llguidance"):
        check(grammar)  # llama.cpp passes over mistakes in this kind without a word


def _end(chunk: Mapping[str, Any]) -> End:
    usage = chunk["usage"]
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    complete = chunk["choices"][0]["finish_reason"] != "length"
    return End(complete, usage["prompt_tokens"] - cached, cached, usage["completion_tokens"])


def _error(details: Mapping[str, Any]) -> RunnerError:
    """An error dict of llama.cpp as ours."""
    message, code = str(details.get("message", details))[:300], details.get("code")
    if details.get("type") == "exceed_context_size_error":
        tokens, limit = details["n_prompt_tokens"], details["n_ctx"]
        return ContextOverflowError(f"the prompt has {tokens:,} tokens, {limit:,} fit.", tokens=tokens, limit=limit)
    kind = BadRequestError if code == 400 else ServerError
    return kind(f"llama.cpp: {message}", code=code)
