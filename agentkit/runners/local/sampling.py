"""The documented sampling options in llama.cpp's words."""

from __future__ import annotations

from typing import Any, cast

from ...generation import Sampling, SamplingOptions

SEEDS = 2**32 - 1
"""llama.cpp's seeds have 32 bits, and the last one means any."""
LEAST_REPETITION_PENALTY = 0.01
"""llama.cpp divides by the penalty."""
DOCUMENTED = SamplingOptions(temperature=0.6)
"""The service's own default (contract/workers_ai.md section 4)."""
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


def chosen(sampling: Sampling, defaults: SamplingOptions) -> SamplingOptions:
    """The options that a request sets, else the model's own defaults, else `DOCUMENTED`; without `max_tokens`."""
    options: dict[str, Any] = {**DOCUMENTED, **defaults, **sampling.to_dict()}
    options.pop("max_tokens", None)
    return cast("SamplingOptions", options)


def to_body(options: SamplingOptions) -> dict[str, Any]:
    """Options as fields of llama.cpp's request.

    The penalties look at the last 64 tokens, prompt included, as llama.cpp's do. A `top_p` above 1 is 1.
    """
    given: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    body = {NAMES[name]: value for name, value in given.items()}
    if "seed" in body:
        body["seed"] %= SEEDS
    if "top_p" in body:
        body["top_p"] = min(body["top_p"], 1.0)
    if "repeat_penalty" in body:
        body["repeat_penalty"] = max(body["repeat_penalty"], LEAST_REPETITION_PENALTY)
    if "stop" in body:
        body["stop"] = [body["stop"]] if isinstance(body["stop"], str) else list(body["stop"])
    return body
