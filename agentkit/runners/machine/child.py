"""Checks that run in a process of their own: what they load may hang, crash, or end its process.

`python -m agentkit.runners.machine.child WHAT [RUNNER]` prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
from time import perf_counter
from typing import Any

PROMPT = "Say hello in one short sentence."


def main(arguments: list[str]) -> dict[str, Any]:
    """Do what the arguments say: `llama_cpp`, `torch`, `generate RUNNER`, or `transformers` (with a random model)."""
    what, *rest = arguments
    if what == "llama_cpp":
        return {"devices": _llama_cpp()}
    if what == "torch":
        return {"devices": _torch()}
    from anyio import run

    from ...errors import AgentKitError

    try:
        return run(_random) if what == "transformers" else run(_generate, rest[0])
    except AgentKitError as error:
        return {"error": error.message, "hint": error.hint}


def _llama_cpp() -> list[dict[str, Any]]:
    import xllamacpp

    return [
        {"name": device["description"], "total": device["memory_total"], "free": device["memory_free"]}
        for device in xllamacpp.get_device_info()
        if "GPU" in device["type"].name
    ]


def _torch() -> list[dict[str, Any]]:
    import torch

    found = []
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        free, total = torch.cuda.mem_get_info(index)
        found.append({"name": torch.cuda.get_device_name(index), "total": total, "free": free})
    if torch.backends.mps.is_available():
        found.append({"name": "Apple GPU (MPS)", "total": None, "free": None})
    return found


async def _random() -> dict[str, Any]:
    """Let a tiny random model say something, on a GPU where torch sees one."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    import torch

    from .tiny import make_tiny

    device = {} if torch.cuda.is_available() else {"device": "cpu"}  # which it takes only when it is asked for
    with TemporaryDirectory() as folder:
        found = await _generate(f"local:{make_tiny(Path(folder) / 'a tiny random model')}", **device)
    return found | {"text": "", "tokens_per_second": None}  # they mean nothing


async def _generate(name: str, **options: str) -> dict[str, Any]:
    """Load a model, and let it say something."""
    from ...generation import Finish, Request, Sampling, TextDelta
    from ...messages import Message
    from .. import as_runner

    runner, finish = as_runner(name, **options), Finish()
    messages = [Message("user", PROMPT)]
    seconds = []
    for most in (1, 32):
        text, start = "", perf_counter()
        async for delta in runner.generate(Request(messages, sampling=Sampling(max_tokens=most, temperature=0))):
            if isinstance(delta, TextDelta):
                text += delta.text
            elif isinstance(delta, Finish):
                finish = delta
        seconds.append(perf_counter() - start)
    await runner.aclose()
    return {
        "text": text.strip(),
        "engine": finish.engine,
        "model": finish.model,
        "load_seconds": round(seconds[0], 3),
        "tokens_per_second": round(finish.usage.completion_tokens / seconds[1], 1),
    }


if __name__ == "__main__":
    line = json.dumps(main(sys.argv[1:]))
    print(f"\n{line}", flush=True)  # below whatever a library printed
