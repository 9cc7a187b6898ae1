"""The documented sampling options in llama.cpp's words."""

from __future__ import annotations

from typing import Any

from ...generation import Sampling, SamplingOptions

SEEDS = 2**32 - 1
"""llama.cpp's seeds have 32 bits, and the last one means any."""
LEAST_REPETITION_PENALTY = 0.01
"""llama.cpp divides by the penalty."""
NAMES = {
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "seed": "seed",
    "repetition_penalty": "repeat_penalty",
    "frequency_penalty": "frequency_penalty",
    "presence_penalty": "presence_penalty",
    "stop": "stop",
}


def to_body(sampling: Sampling, defaults: SamplingOptions) -> dict[str, Any]:
    """The options that are set, else the model's own defaults; without `max_tokens`.

    The penalties look at the last 64 tokens, prompt included, as llama.cpp's do. A `top_p` above 1 is 1.
    """
    asked = sampling.to_dict()
    body = {theirs: asked.get(ours, defaults.get(ours)) for ours, theirs in NAMES.items()}
    body = {name: value for name, value in body.items() if value is not None}
    if "seed" in body:
        body["seed"] %= SEEDS
    if "top_p" in body:
        body["top_p"] = min(body["top_p"], 1.0)
    if "repeat_penalty" in body:
        body["repeat_penalty"] = max(body["repeat_penalty"], LEAST_REPETITION_PENALTY)
    if "stop" in body:
        body["stop"] = list(body["stop"])
    return body
