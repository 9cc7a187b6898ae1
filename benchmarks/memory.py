"""Whether loading, running and unloading a model leaves memory behind: 20 cycles with each engine.

llama.cpp with the embedded model, transformers with a random one of 100 MB. What a process keeps for good is there
after a few cycles; what grows after that is lost.
"""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable
from pathlib import Path

import psutil
import torch
from harness import Row, report
from on_gpu.models import make_folder, train_tokenizer
from on_gpu.quiet import quiet

from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.engine import Engine, Load, Task
from agentkit.runners.local.engines import opened
from agentkit.runners.local.weights import pull

CYCLES, SETTLED = 20, 5
LOST = 2.0
"""Megabytes of growth in a cycle that are still the allocator's noise."""


def grown(load: Load) -> tuple[float, float]:
    """Megabytes that this process has more after the last cycle than after `SETTLED` of them, and had at most."""
    process, sizes = psutil.Process(), []
    for _ in range(CYCLES):
        engine = opened(load)
        _run(engine)
        engine.close()
        del engine
        gc.collect()
        sizes.append(process.memory_info().rss / 1e6)
    return sizes[-1] - sizes[SETTLED - 1], max(sizes)


def _run(engine: Engine) -> None:
    end = engine.generate(Task(tuple(engine.tokens("a story of the sea")), 16), lambda text: None, lambda: False)
    assert end.completed, "nothing was written"


def _rows(name: str, load: Callable[[], Load]) -> list[Row]:
    growth, most = grown(load())
    return [
        Row(f"{name}: growth in a cycle of loading, running and unloading", growth / (CYCLES - SETTLED), "MB", LOST),
        Row(f"{name}: the process after a cycle, at most", most, "MB"),
    ]


def main() -> None:
    report(_rows("llama.cpp", lambda: Load(pull(DEFAULT), 512, device="cpu")))
    quiet()
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as place:
        folder = make_folder(Path(place), train_tokenizer(2000), layers=8, hidden=512, intermediate=1536)
        report(_rows("transformers", lambda: Load(folder, 512, device="cpu")))


if __name__ == "__main__":
    main()
