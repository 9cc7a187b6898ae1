"""What one request to the runner does with a loaded model. Everything here blocks, in the worker thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ...errors import ContextOverflowError
from ...generation import SamplingOptions
from ...messages import Usage
from .engine import End, Engine, Task, most_tokens

CHARACTERS_PER_TOKEN = 16
"""More than most texts have: of a prompt with more for each token of the context, only the start is read at first."""

SHORT = 500
"""Tokens that a prompt whose tokens are not counted may have at most: so much room is kept for it."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model wrote."""

    text: str
    complete: bool
    """False when it was cut at `max_tokens` or at the end of the context."""


class Decoder:
    """Completions on one model, and what they cost together.

    Args:
        engine: The loaded model.
        stopped: Asked at every token; True ends the work with `Stopped`.
        adapter: Name of the LoRA adapter that is used; None: none.
        room: Tokens that what is to be written must have room for; 0: less is written where the context ends.
    """

    def __init__(
        self, engine: Engine, stopped: Callable[[], bool], adapter: str | None = None, *, room: int = 0
    ) -> None:
        self.engine = engine
        self.stopped = stopped
        self._adapter = adapter
        self._room = room
        self._begun = time.monotonic()
        self.first_token: float | None = None
        """Seconds until the first token was decoded; None before."""
        self._computed = self._cached = self._completed = 0

    @property
    def usage(self) -> Usage:
        """The cost so far: every token that was computed, and the longest prefix that was not, once."""
        return Usage(self._computed + self._cached, self._completed, self._cached, requests=1)

    def prompt(self, text: str, *, marks: bool = False) -> list[int]:
        """The tokens of a whole prompt.

        Args:
            text: The prompt.
            marks: Whether names of control tokens in it stand for the tokens.

        Raises:
            ContextOverflowError: It leaves no room for an answer.
        """
        self.check_length(text)
        tokens = self.engine.tokens(text, start=True, marks=marks)
        if len(tokens) >= self.engine.longest:
            raise _overflow(len(tokens), self.engine.longest, room=self._room)
        return tokens

    def check_length(self, text: str) -> None:
        """Refuse a text that is far too long without reading all of it.

        Raises:
            ContextOverflowError: It cannot fit.
        """
        limit = self.engine.longest
        length = CHARACTERS_PER_TOKEN * limit
        while length < len(text):
            tokens = len(self.engine.tokens(text[:length]))
            if tokens >= limit:
                raise _overflow(tokens * len(text) // length, limit, "about ", room=self._room)
            length *= 4

    def complete(
        self,
        prompt: Sequence[int] | str,
        max_tokens: int,
        on_text: Callable[[str], object] | None = None,
        /,
        *,
        grammar: str = "",
        extra: Mapping[str, Any] | None = None,
        **sampling: Any,
    ) -> Completion:
        """Let the model go on from a prompt.

        Args:
            prompt: Token ids; or a text, as for `prompt` with `marks`.
            max_tokens: Most tokens to write; fewer where the context ends.
            on_text: Gets each piece of text as it is decoded.
            grammar: What the text must satisfy; see `Task.grammar`.
            extra: Further fields for one engine. They change neither the prompt nor how much is written.
            sampling: `SamplingOptions`, without `max_tokens`.

        Raises:
            Stopped: It was stopped.
            ContextOverflowError: The prompt leaves no room; or there is none for `max_tokens`, and they must fit.
            RunnerError: The engine refuses or fails.
        """
        longest = self.engine.longest
        if isinstance(prompt, str):
            prompt = self._given(prompt, max_tokens)
        if self._room and not isinstance(prompt, str) and len(prompt) + max_tokens > longest:
            raise _no_room(len(prompt), max_tokens, longest)
        pieces: list[str] = []

        def take(text: str) -> None:
            self._mark()
            pieces.append(text)
            if on_text is not None:
                on_text(text)

        most = max_tokens if isinstance(prompt, str) else min(max_tokens, longest - len(prompt))
        options = cast("SamplingOptions", sampling)
        asked = prompt if isinstance(prompt, str) else tuple(prompt)
        task = Task(asked, most, options, grammar, self._adapter, extra or {})
        end = self.engine.generate(task, take, self.stopped)
        self._count(end)
        return Completion("".join(pieces), end.complete)

    def _given(self, text: str, max_tokens: int) -> str | list[int]:
        """A prompt as it is where it surely fits: to count its tokens is a question more to the engine."""
        try:
            fits = 0 < len(text) <= SHORT and most_tokens(text) <= min(SHORT, self.engine.longest - max_tokens)
        except UnicodeEncodeError:  # there is half a character in it, which the tokenizer refuses
            fits = False
        return text if fits else self.prompt(text, marks=True)

    def logprob(self, prompt: Sequence[int], text: Sequence[int]) -> float:
        """How likely a text is after a prompt: the sum of the natural logarithms of its tokens' probabilities."""
        total, end = self.engine.logprob(prompt, text, self.stopped, self._adapter)
        self._mark()
        self._count(end)
        return total

    def recall(self, tokens: int) -> None:
        """Count tokens as read whose reading is remembered from an earlier request."""
        self._cached = max(self._cached, tokens)

    def _mark(self) -> None:
        if self.first_token is None:
            self.first_token = time.monotonic() - self._begun

    def _count(self, end: End) -> None:
        self._computed += end.computed
        self._cached = max(self._cached, end.cached)
        self._completed += end.completed


def _overflow(tokens: int, limit: int, about: str = "", *, room: int = 0) -> ContextOverflowError:
    return ContextOverflowError(
        f"the prompt has {about}{tokens:,} tokens, {about}{tokens + 1 - limit:,} too many for a context of {limit:,}.",
        hint="Shorten the conversation, or load the model with a larger context where it allows one.",
        tokens=tokens + room,
        limit=limit,
    )


def _no_room(prompt: int, max_tokens: int, limit: int) -> ContextOverflowError:
    return ContextOverflowError(
        f"a prompt of {prompt:,} tokens and max_tokens={max_tokens:,} do not fit a context of {limit:,}.",
        hint=f"Ask for at most {limit - prompt:,} tokens, or shorten the conversation.",
        tokens=prompt + max_tokens,
        limit=limit,
    )
