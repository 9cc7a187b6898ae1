"""The model writes JSON, value by value, each under a small grammar."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..decoder import Decoder
from ..grammar import literal, to_json

VALUE_TOKENS = 96
"""Most tokens of one value."""
_SIGN = r"[,}\]]"
"""What may follow a value, in a grammar. The model's token for the end of a value is often one of several signs."""


class Writer:
    """A prompt that grows with the JSON that is written.

    Args:
        decoder: The model.
        prompt: What stands before the JSON.
    """

    def __init__(self, decoder: Decoder, prompt: str) -> None:
        self.decoder = decoder
        self._prompt = prompt
        self._parts: list[str] = []

    def add(self, text: str) -> None:
        """Something that is certain."""
        self._parts.append(text)

    def back_to(self, length: int) -> None:
        """Take back everything after the first parts."""
        del self._parts[length:]

    @property
    def length(self) -> int:
        """How many parts there are."""
        return len(self._parts)

    def choose(self, values: Sequence[Any]) -> Any:
        """The likeliest of some JSON values, as the next one. Costs nothing where there is only one."""
        if len(values) == 1:
            return values[0]
        if all(isinstance(value, str) for value in values):
            return self.text(" | ".join(literal(to_json(value)[1:-1]) for value in values)) or values[0]
        by_text = {to_json(value): value for value in values}
        written = self._write(f"({' | '.join(literal(text) for text in by_text)}) {_SIGN}")
        return by_text.get(written[:-1] if written else "", values[0])

    def text(self, gbnf: str) -> str | None:
        """A text value; None where it came to no end.

        Args:
            gbnf: An expression for what stands between the quotes, or a grammar for that, the closing quote, and the
                sign after it.
        """
        rest = gbnf if gbnf.startswith("root ::=") else f'({gbnf}) "\\"" {_SIGN}'
        written = self._write(rest, '"')
        try:
            return None if written is None else str(json.loads(f'"{written[:-1]}'))
        except ValueError:
            return None

    def texts(self, gbnf: str) -> list[str] | None:
        """A list of text values under a grammar of all that comes after its first quote."""
        written = self._write(gbnf, '["')
        try:
            return None if written is None else list(json.loads(f'["{written}'))
        except ValueError:
            return None

    def value(self, gbnf: str) -> Any:
        """Any value under a grammar of its own; None where it came to no end."""
        try:
            return json.loads(self._write(gbnf) or "")
        except ValueError:
            return None

    def _write(self, gbnf: str, start: str = "") -> str | None:
        """What the model writes next; None where it came to no end.

        Args:
            gbnf: A grammar, or an expression.
            start: What has been begun of the value, for example an opening quote.
        """
        grammar = gbnf if gbnf.startswith("root ::=") else f"root ::= {gbnf}"
        prompt = self.decoder.prompt(self._prompt + "".join(self._parts) + start)
        completion = self.decoder.complete(prompt, VALUE_TOKENS, temperature=0, grammar=grammar)
        return completion.text if completion.complete else None
