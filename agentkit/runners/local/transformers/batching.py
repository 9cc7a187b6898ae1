"""Many requests in one batch, by the continuous batching of transformers.

The library schedules, reads prompts in chunks, pages keys and values, shares prefixes, and runs the model. What it does
for all requests alike, and not for each, is added here through its seams: the choice of tokens, adapters, cached
tokens, and where results go.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import torch
from transformers import ContinuousBatchingConfig, GenerationConfig
from transformers.generation.continuous_batching.continuous_api import OutputRouter
from transformers.generation.continuous_batching.requests import RequestStatus
from transformers.generation.continuous_batching.scheduler import SCHEDULER_MAPPING, FIFOScheduler
from transformers.generation.continuous_batching.utils import stream_context

from .rows import Row
from .sampler import sample

PAGE = 16
"""Tokens of a page of keys and values: prefixes are shared page by page."""
PROMPT_CHUNK = 512
"""Tokens that are read at once, of all requests together."""
MOST_REQUESTS = 256
"""Requests in one batch; further ones wait."""
SCHEDULER = "agentkit"

logging.getLogger("ContinuousBatchingLogger").setLevel(logging.CRITICAL)


def row_of(state: Any) -> Row | None:
    """The row of a request; the library's own requests, made to warm up, have none."""
    found = state.logit_processor_kwargs.get("row")
    return found if isinstance(found, Row) else None


class _Scheduler(FIFOScheduler):  # type: ignore[misc]
    """First come, first served. An adapter changes keys and values, so its requests share none."""

    def _infer_request_tokens(self, state: Any, waiting: set[str]) -> Any:
        row = row_of(state)
        if row is not None and row.adapter:
            return state.tokens_to_process if state.status == RequestStatus.DECODING else state.remaining_prefill_tokens
        before = state.position_offset
        tokens = super()._infer_request_tokens(state, waiting)
        if row is not None and not row.written:
            row.cached += state.position_offset - before
        return tokens

    def schedule_batch(self, token_budget: int, cache_budget: int) -> Any:
        self._write_forced(token_budget)
        scheduled = super().schedule_batch(token_budget, cache_budget)
        for future in scheduled[0] or ():
            row = row_of(future.state)
            if row is not None and row.adapter:
                future.complete_blocks = {}
        return scheduled

    def _write_forced(self, token_budget: int) -> None:
        """Let the tokens that a grammar leaves no choice of be read like a prompt, and not decoded one by one."""
        writing = [state for state in self.active_requests.values() if state.status == RequestStatus.DECODING]
        room = token_budget - len(writing)
        for state in writing:
            row = row_of(state)
            if row is None or not state.generated_tokens or len(state.tokens_to_process) != 1:
                continue
            left = state.max_new_tokens - len(state.generated_tokens) - 1
            forced = row.take_forced(min(room, left))
            state.generated_tokens.extend(forced)
            state.tokens_to_process = [*state.tokens_to_process, *forced]
            room -= len(forced)


SCHEDULER_MAPPING[SCHEDULER] = _Scheduler


class _Rows:
    """Stands where the library has its list of logits processors; keeps the logits for `sample`.

    Sampling is not part of the forward pass, which may be a recorded CUDA graph: it differs from batch to batch. A
    graph that is played again does not call this, but copies its logits to the same place.
    """

    do_processing = True
    tensors_required = 0
    supported_keys: dict[str, type] = {}  # noqa: RUF012

    def __init__(self, adapters: Callable[[list[tuple[int, int]]], None], model: Any) -> None:
        self._adapters = adapters
        self.rows: list[Row | None] = []
        vocabulary = model.config.get_text_config().vocab_size
        self.logits = torch.empty(MOST_REQUESTS, vocabulary, dtype=torch.float32, device=model.device)

    def check_kwargs(self, kwargs: dict[str, Any]) -> None:
        """Nothing to check: rows are made here."""

    def fill_defaults(self, tensor: torch.Tensor) -> None:
        """No arguments are kept in tensors."""

    def prepare_tensor_args(self, requests_in_batch: list[Any], arg_storage: torch.Tensor) -> torch.Tensor:
        """Take note of the requests of the next batch, in their order."""
        self.rows = [row_of(future.state) for future in requests_in_batch if future.has_new_token]
        found = [(row_of(future.state), future.query_length) for future in requests_in_batch]
        self._adapters([(row.adapter if row else 0, length) for row, length in found])
        return arg_storage

    def __call__(self, ids: torch.Tensor, logits: torch.Tensor, arguments: torch.Tensor) -> torch.Tensor:
        self.logits[: logits.shape[0]].copy_(logits)
        return logits


class _Router(OutputRouter):  # type: ignore[misc]
    """Brings each result to who waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting: dict[str, Callable[[Any], None]] = {}

    def deliver(self, output: Any) -> None:
        found = self.waiting.get(output.request_id)
        if found is not None:
            found(output)

    def deliver_batch(self, outputs: list[Any]) -> None:
        for output in outputs:
            self.deliver(output)


class Batcher:
    """A running loop over one model.

    Args:
        model: A causal language model of transformers, evaluated only.
        context: Tokens of all prompts and answers that are worked on at once.
        adapters: Told the adapter and the number of tokens of each request of the next batch.
    """

    def __init__(self, model: Any, context: int, adapters: Callable[[list[tuple[int, int]]], None]) -> None:
        on_gpu = model.device.type != "cpu"
        config = ContinuousBatchingConfig(
            page_size=PAGE,
            num_blocks=-(-context // PAGE) + 1,
            max_batch_tokens=min(PROMPT_CHUNK, max(context, MOST_REQUESTS)),
            max_requests_per_batch=MOST_REQUESTS,
            use_async_batching=False,  # a grammar needs each token before the next
            use_cuda_graph=None if on_gpu else False,
            auto_switch_to_flash=False,
            scheduler_type=SCHEDULER,
        )
        self._manager = model.init_continuous_batching(GenerationConfig(do_sample=False, eos_token_id=-1), config)
        self._router = self._manager.output_router = _Router()
        self._rows = self._manager.logit_processor = _Rows(adapters, model)
        self._manager.warmup()
        self._hook(self._manager.batch_processor)
        # Its thread must not keep the process from ending, and inherits that from the one that starts it.
        starter = threading.Thread(target=self._manager.start, daemon=True)
        starter.start()
        starter.join()

    def _hook(self, processor: Any) -> None:
        """Choose the tokens after each forward pass."""
        compute, io = processor.model_runner.compute_batch, processor.inputs_and_outputs

        def compute_and_sample(model: Any, batch: Any) -> None:
            compute(model, batch)
            rows = [row for row in self._rows.rows if row is not None]
            with stream_context(io.compute_stream):
                tokens = sample(self._rows.logits[: len(rows)], rows)
                io.output_ids[0, : len(rows)].copy_(tokens)
            for row, token in zip(rows, tokens.tolist(), strict=True):
                row.take(token)

        processor.model_runner.compute_batch = compute_and_sample

    @property
    def alive(self) -> bool:
        """Whether it takes requests; an error in a forward pass ends it."""
        return self._manager.is_running() and self._manager.background_thread_status.can_accept_new_requests() is None

    def add(
        self, name: str, prompt: list[int], max_tokens: int, ends: list[int], row: Row, put: Callable[[Any], None]
    ) -> None:
        """Add a request. `put` is called in the loop's thread with the library's last word on it."""
        self._router.waiting[name] = put
        self._manager.add_request(prompt, request_id=name, max_new_tokens=max_tokens, eos_token_id=ends, row=row)

    def drop(self, name: str, *, cancel: bool) -> None:
        """Forget a request; where it still runs, end it, and free its memory."""
        self._router.waiting.pop(name, None)
        if cancel:
            self._manager.cancel_request(name)

    def pause(self) -> Any:
        """A context in which no forward pass runs, and the model may be used."""
        return self._manager.pause()

    def close(self) -> None:
        """End the loop, and free its memory."""
        if self._manager.is_running():
            self._manager.stop(block=True, hard_stop=True)
        self._manager.batch_processor = None
