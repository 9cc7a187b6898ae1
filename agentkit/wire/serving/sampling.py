"""The sampling options of a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...generation import Sampling
from ..json_text import whole_characters
from .card import Card
from .complaints import mismatch
from .values import read_integer, read_number

MOST_TOKENS = 10_000_000
SEEDS = 9_999_999_999
"""Seeds are 1 to this."""
NUMBERS = {
    "temperature": (0, 5),
    "top_p": (0, 2),
    "repetition_penalty": (0, 2),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
}
"""The widest documented ranges (contract/workers_ai.md section 4); an edition's own are its schema's matter."""


def read_sampling(body: Mapping[str, Any], card: Card, stream: bool) -> Sampling:
    """The sampling options of a body.

    `max_tokens`, or `max_completion_tokens`, is the card's where the body has none. All others are left to the model
    then, whose `temperature` is 0.6 unless it is known to do best with another. Null is as good as nothing. A seed
    outside 1 to 9,999,999,999, as other services have it, is mapped into the range, always to the same.

    Raises:
        BadRequestError: With code 5006: an option has another type, or is out of its range.
    """
    options = {name: read_number(body, name, low, high) for name, (low, high) in NUMBERS.items()}
    tokens = [read_number(body, name, 1, MOST_TOKENS, whole=True) for name in ("max_completion_tokens", "max_tokens")]
    usual = card.max_tokens_streaming if stream else card.max_tokens
    seed = read_integer(body, "seed")
    return Sampling(
        max_tokens=next((most for most in tokens if most is not None), usual),
        top_k=read_number(body, "top_k", 1, 50, whole=True),
        seed=None if seed is None else (seed - 1) % SEEDS + 1,
        stop=_stop(body.get("stop")),
        **options,
    )


def _stop(value: Any) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(texts, list):
        raise mismatch("/stop", "array", value)
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise mismatch(f"/stop/{index}", "string", text)
    return tuple(whole_characters(text) for text in texts if text)
