"""What one request to the runner does with a loaded model. Everything here blocks, in the worker thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import ContextOverflowError
from ...messages import Usage
from .shared import Model
from .threads import Stopped

FORCE = 1000.0
"""A logit bias that no other token can beat."""
CHARACTERS_PER_TOKEN = 16
"""More than most texts have: of a prompt with more for each token of the context, only the start is read at first."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model wrote."""

    text: str
    complete: bool
    """False when it was cut at `max_tokens` or at the end of the context."""
    logprobs: tuple[float, ...] = ()
    """Natural logarithms of the probabilities of its tokens, before any grammar; only where asked for."""


class Decoder:
    """Completions on one model, and what they cost together.

    Args:
        model: The loaded model.
        stopped: Asked at every token; True ends the work with `Stopped`.
    """

    def __init__(self, model: Model, stopped: Callable[[], bool]) -> None:
        self.engine = model.engine
        self._room = model.room
        self._stopped = stopped
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
            raise _overflow(len(tokens), self.engine.longest)
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
                raise _overflow(tokens * len(text) // length, limit, "about ")
            length *= 4

    def complete(
        self,
        prompt: Sequence[int],
        max_tokens: int,
        on_text: Callable[[str], object] | None = None,
        /,
        **options: Any,
    ) -> Completion:
        """Let the model go on from a prompt.

        Args:
            prompt: Token ids.
            max_tokens: Most tokens to write; fewer where the context ends.
            on_text: Gets each piece of text as it is decoded.
            options: Further fields of llama.cpp's request: `grammar`, `temperature`, `stop`, ... They change neither
                the prompt nor how much is written.

        Raises:
            Stopped: It was stopped.
            RunnerError: llama.cpp refuses or fails.
        """
        pieces: list[str] = []
        logprobs: list[float] = []
        end: dict[str, Any] = {}

        def take(chunk: dict[str, Any]) -> bool:
            choice = chunk["choices"][0]
            if choice["text"]:
                pieces.append(choice["text"])
                if on_text is not None:
                    on_text(choice["text"])
            logprobs.extend(token["logprob"] for token in (choice.get("logprobs") or {}).get("content", ()))
            if choice["finish_reason"]:
                end.update(chunk)
            return self._stopped()

        most = min(max_tokens, self.engine.longest - len(prompt))
        body = {**options, "prompt": list(prompt), "n_predict": most, "n_cmpl": 1}
        with self._room.take(len(prompt) + most, self._stopped) as admitted:
            if admitted:
                self.engine.generate(body, take)
        if not end:
            raise Stopped
        self._count(end["usage"])
        return Completion("".join(pieces), end["choices"][0]["finish_reason"] != "length", tuple(logprobs))

    def logprob(self, prompt: Sequence[int], text: Sequence[int]) -> float:
        """How likely a text is after a prompt: the sum of the natural logarithms of its tokens' probabilities.

        Exact: each token is forced in a request of its own, which costs one decoded token.
        """
        total = 0.0
        for index, token in enumerate(text):
            prefix = [*prompt, *text[:index]]
            forced = self.complete(prefix, 1, temperature=0, n_probs=1, logit_bias=[[token, FORCE]])
            total += sum(forced.logprobs)
        return total

    def _count(self, usage: dict[str, Any]) -> None:
        cached = usage["prompt_tokens_details"]["cached_tokens"]
        self._computed += usage["prompt_tokens"] - cached
        self._cached = max(self._cached, cached)
        self._completed += usage["completion_tokens"]


def _overflow(tokens: int, limit: int, about: str = "") -> ContextOverflowError:
    return ContextOverflowError(
        f"the prompt has {about}{tokens:,} tokens, {about}{tokens + 1 - limit:,} too many for a context of {limit:,}.",
        hint="Shorten the conversation, or load the model with a larger context where it allows one.",
        tokens=tokens,
        limit=limit,
    )
