"""The sampling options of a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...generation import Sampling
from ..json_text import whole_characters
from .card import Card
from .complaints import bad_input, mismatch

INTEGERS = {"max_tokens": (1, 10_000_000), "top_k": (1, 50)}
NUMBERS = {
    "temperature": (0, 5),
    "top_p": (0, 2),
    "repetition_penalty": (0, 2),
    "frequency_penalty": (-2, 2),
    "presence_penalty": (-2, 2),
}
"""The widest documented ranges (contract/workers_ai.md section 4); an edition's own are its schema's matter."""
SEEDS = 9_999_999_999
"""Seeds are 1 to this."""


def read_sampling(body: Mapping[str, Any], card: Card, stream: bool) -> Sampling:
    """The sampling options of a body.

    `max_tokens`, or `max_completion_tokens`, is the card's where the body has none. All others are left to the model
    then, whose `temperature` is 0.6 unless it is known to do best with another. Null is as good as nothing. A seed
    outside 1 to 9,999,999,999, as other services have it, is mapped into the range, always to the same.

    Raises:
        BadRequestError: With code 5006: an option has another type, or is out of its range.
    """
    options: dict[str, Any] = {"stop": _stop(body.get("stop"))}
    for name, (low, high) in (INTEGERS | NUMBERS).items():
        value = body.get(name)
        if value is not None:
            options[name] = _number(name, value, low, high)
    if body.get("max_completion_tokens") is not None:
        low, high = INTEGERS["max_tokens"]
        options["max_tokens"] = _number("max_completion_tokens", body["max_completion_tokens"], low, high)
    if body.get("seed") is not None:
        options["seed"] = (_integer("seed", body["seed"]) - 1) % SEEDS + 1
    options.setdefault("max_tokens", card.max_tokens_streaming if stream else card.max_tokens)
    return Sampling(**options)


def maps_seed(body: Mapping[str, Any]) -> bool:
    """Whether the seed of a body is mapped into the range."""
    seed = body.get("seed")
    return isinstance(seed, int | float) and not 1 <= seed <= SEEDS


def _number(name: str, value: Any, low: int, high: int) -> float:
    if name not in NUMBERS:
        value = _integer(name, value)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise mismatch(f"/{name}", "number", value)
    if value > high:
        raise bad_input(f"'/{name}' must be <= {high}")
    if not value >= low:
        raise bad_input(f"'/{name}' must be >= {low}")
    number: float = value
    return number


def _integer(name: str, value: Any) -> int:
    """A whole number, also one with a fraction of zero."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise mismatch(f"/{name}", "integer", value)
    return value


def _stop(value: Any) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(texts, list):
        raise mismatch("/stop", "array", value)
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise mismatch(f"/stop/{index}", "string", text)
    return tuple(whole_characters(text) for text in texts if text)
