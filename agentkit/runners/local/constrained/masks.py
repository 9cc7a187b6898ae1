"""Grammars over the tokens of a model, as bit masks for whoever draws the tokens."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ....errors import BadRequestError, WeightsError
from .checking import compiled, first_line, library
from .free_text import TextPhase

if TYPE_CHECKING:
    import numpy

REMEMBERED = 64
"""Compiled grammars that are kept."""
BEGINNING, MASKS = 8, 512
"""Tokens up to which the masks of an answer are kept for others that begin the same, and how many are kept.

Most answers begin alike, and there masks are dearest: at the start of a text llguidance looks at every token.
"""


@dataclass(slots=True)
class Kept:
    """Masks of one grammar that come again."""

    masks: dict[tuple[int, ...] | bytes, bytes] = field(default_factory=dict)
    """At the beginning of answers by the tokens before them, in their text by its `TextPhase`."""


class GrammarCompiler:
    """Makes matchers for the vocabulary of one model. May be used by several threads.

    Args:
        tokenizer: The text of a `tokenizer.json`, or llguidance's `TokenizerWrapper` of another vocabulary.
        size: Tokens that the model can write, which may be more than the tokenizer has; None: as many.
        ends: The tokens that end an answer.

    Raises:
        MissingDependencyError: llguidance is not installed.
        WeightsError: llguidance cannot read the tokenizer.
    """

    def __init__(self, tokenizer: Any, size: int | None = None, ends: Sequence[int] = ()) -> None:
        if isinstance(tokenizer, str):
            tokenizer = _with_plain_text(tokenizer)
        try:
            self._tokenizer = library().LLTokenizer(tokenizer, n_vocab=size, eos_token=list(ends) or None)
        except (ValueError, RuntimeError) as error:
            raise WeightsError(f"llguidance cannot read the tokenizer: {first_line(str(error))}") from error
        self.size = int(self._tokenizer.vocab_size)
        """Tokens of the vocabulary; a mask has as many bits, in words of 32."""
        self._compiled = lru_cache(REMEMBERED)(self._compile)
        self._lock = threading.Lock()

    def matcher(self, grammar: str) -> Matcher:
        """A matcher at the start of a grammar.

        Args:
            grammar: In llguidance's Lark behind a first line `%llguidance {}`, or in GBNF.

        Raises:
            BadRequestError: The grammar cannot be compiled.
        """
        with self._lock:
            start, kept = self._compiled(grammar)
            matcher = Matcher(start.deep_copy(), kept)
        phase = TextPhase.of(grammar)
        if phase is not None:
            matcher.follow(phase, self._tokenizer.decode_bytes)
        return matcher

    def _compile(self, grammar: str) -> tuple[Any, Kept]:
        return compiled(grammar, self._tokenizer), Kept()


def _with_plain_text(serialized: str) -> str:
    """A `tokenizer.json` in which added tokens that are no control tokens, such as `<think>`, are tokens like others.

    llguidance would take all that stand in angle brackets for control tokens, which no text can have.
    """
    try:
        data = json.loads(serialized)
        vocabulary = data["model"]["vocab"]
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"llguidance cannot read the tokenizer: it is none ({error}).") from error
    added = data.get("added_tokens") or []
    plain = [token for token in added if not token.get("special") and isinstance(vocabulary, dict)]
    vocabulary_of = {token["content"]: token["id"] for token in plain}
    if not vocabulary_of:
        return serialized
    vocabulary |= vocabulary_of
    data["added_tokens"] = [token for token in added if token not in plain]
    return json.dumps(data, ensure_ascii=False)


class Matcher:
    """Where one answer stands in its grammar."""

    def __init__(self, matcher: Any, kept: Kept | None = None) -> None:
        self.inner = matcher
        self._kept = Kept() if kept is None else kept
        self._taken: tuple[int, ...] = ()
        self._phase: TextPhase | None = None
        self._bytes: Callable[[list[int]], bytes] = bytes

    def follow(self, phase: TextPhase, to_bytes: Callable[[list[int]], bytes]) -> None:
        """Let the masks of free text be shared, too."""
        self._phase, self._bytes = phase, to_bytes

    def fill(self, bits: numpy.ndarray) -> None:
        """Set the bits of the tokens that may come next, and clear the others.

        Args:
            bits: One row of contiguous int32, 32 tokens each. Bits behind the vocabulary are cleared.

        Raises:
            BadRequestError: The grammar has become too complex to follow.
        """
        if not self.known(bits):
            self.inner.unsafe_compute_mask_ptr(bits.ctypes.data, bits.nbytes)
            self._check()
            self.keep(bits)

    def known(self, bits: numpy.ndarray) -> bool:
        """Fill a row where an answer that began the same has been here before; whether that was so."""
        place = self._place()
        mask = None if place is None else self._kept.masks.get(place)
        if mask is not None and not self.inner.is_error():
            bits.data.cast("B")[:] = mask
            return True
        return False

    def keep(self, bits: numpy.ndarray) -> None:
        """Let others that begin the same have a row that was filled."""
        place = self._place()
        if place is not None and len(self._kept.masks) < MASKS:
            self._kept.masks[place] = bits.tobytes()

    def _place(self) -> tuple[int, ...] | bytes | None:
        place = None if self._phase is None else self._phase.place
        return self._taken if place is None and len(self._taken) <= BEGINNING else place

    def take(self, token: int) -> None:
        """Go on with a token, which may be one that ends the answer.

        Raises:
            BadRequestError: It may not come here.
        """
        self.take_all([token])

    def take_all(self, tokens: list[int]) -> None:
        """Go on with some tokens.

        Raises:
            BadRequestError: One may not come where it does.
        """
        self.inner.consume_tokens(tokens)
        self._check()
        if len(self._taken) <= BEGINNING:
            self._taken = (*self._taken, *tokens)
        if self._phase is not None:
            self._phase.take(self._bytes(tokens))

    def forced(self) -> list[int]:
        """The tokens of which each is the only one that may come: they need not be decoded, only taken."""
        return list(self.inner.compute_ff_tokens())

    @property
    def finished(self) -> bool:
        """Whether the answer is over: nothing may come but its end."""
        return bool(self.inner.is_stopped())

    @property
    def whole(self) -> bool:
        """Whether the answer may end here."""
        return bool(self.inner.is_accepting())

    def _check(self) -> None:
        if self.inner.is_error():
            raise BadRequestError(f"the grammar cannot be followed: {first_line(self.inner.get_error())}")


class Masks:
    """Fills the masks of a whole batch in one call, side by side.

    Args:
        threads: How many; None: as many as llguidance finds good for this machine.
    """

    def __init__(self, threads: int | None = None) -> None:
        self._executor = library().LLExecutor(threads)

    def fill(self, matchers: Sequence[Matcher], bits: numpy.ndarray) -> None:
        """Fill one row for each matcher; those whose grammar fails say so when they take a token.

        Args:
            matchers: One for each row.
            bits: Contiguous int32 of shape (matchers, words).
        """
        left = [(matcher, row) for row, matcher in enumerate(matchers) if not matcher.known(bits[row])]
        if left:
            pairs = [(matcher.inner, row) for matcher, row in left]
            self._executor.unsafe_compute_mask_ptr(pairs, bits.ctypes.data, bits.shape[1] * 4, bits.shape[0])
            for matcher, row in left:
                matcher.keep(bits[row])
