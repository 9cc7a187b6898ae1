"""All rows of the tables beside this: one module for each kind of server, and for each kind of trouble.

A new quirk is a new row in one of them, with its number in the name: what came, and what it is.
"""

from __future__ import annotations

import json
from typing import Any

from ..reply_cases import Case
from . import broken, calls, chat, hosted, llama_server, lm_studio, native, ollama, sglang, streams, vllm

ROOMS: dict[str, tuple[dict[str, Case], dict[str, Case]]] = {
    "native": (native.WHOLE, native.STREAMS),
    "chat": (chat.WHOLE, chat.STREAMS),
    "calls": (calls.WHOLE, calls.STREAMS),
    "bytes": ({}, streams.STREAMS),
    "broken": (broken.WHOLE, broken.STREAMS),
    "vLLM": (vllm.WHOLE, vllm.STREAMS),
    "SGLang": (sglang.WHOLE, sglang.STREAMS),
    "llama-server": (llama_server.WHOLE, llama_server.STREAMS),
    "Ollama": (ollama.WHOLE, ollama.STREAMS),
    "LM Studio": (lm_studio.WHOLE, lm_studio.STREAMS),
    "hosted": (hosted.WHOLE, hosted.STREAMS),
}

WHOLE = {f"{room}, whole: {name}": case for room, (whole, _) in ROOMS.items() for name, case in whole.items()}
STREAMS = {f"{room}, stream: {name}": case for room, (_, rows) in ROOMS.items() for name, case in rows.items()}
CASES = WHOLE | STREAMS


def streamed(case: Case) -> bytes | None:
    """A case as the bytes of a stream; None where it is a whole reply."""
    if isinstance(case.came, bytes):
        return case.came
    if not isinstance(case.came, list):
        return None
    return "".join(f"data: {written(frame)}\n\n" for frame in case.came).encode("utf-8", "surrogatepass")


def written(frame: Any) -> str:
    """A frame as JSON; text is taken as it is."""
    return frame if isinstance(frame, str) else json.dumps(frame)
