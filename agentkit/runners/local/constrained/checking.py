"""Grammars compiled, and texts followed byte by byte: whether an engine really wrote what its grammar allows.

llama.cpp passes over a grammar that it cannot compile without a word, and so would let through anything.
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from ....errors import BadRequestError, MissingDependencyError, ServerError

END = 256
"""The token that ends a text; those before it are the bytes."""


class Bytes:
    """A vocabulary of the 256 bytes, in the words of llguidance's `TokenizerWrapper`."""

    eos_token_id = END
    bos_token_id = None
    tokens = (*(bytes([byte]) for byte in range(256)), b"<end>")
    special_token_ids = (END,)

    def __call__(self, text: str | bytes) -> list[int]:
        return list(text.encode() if isinstance(text, str) else text)


def library() -> Any:
    """llguidance.

    Raises:
        MissingDependencyError: It is not installed.
    """
    try:
        import llguidance
    except ImportError as error:
        raise MissingDependencyError("llguidance", "local") from error
    return llguidance


@lru_cache(64)
def check(grammar: str) -> None:
    """Refuse a grammar in llguidance's Lark that cannot be compiled; tokens in it may be of any vocabulary.

    Raises:
        BadRequestError: It cannot be compiled.
    """
    matcher = library().LLMatcher
    error = matcher.validate_grammar(matcher.grammar_from_lark(grammar))
    if error and not error.startswith("WARNING"):
        raise BadRequestError(f"the grammar cannot be compiled: {first_line(error)}")


def compiled(grammar: str, tokenizer: Any = None) -> Any:
    """An `LLMatcher` at the start of a grammar in llguidance's Lark, or in GBNF.

    Args:
        grammar: The text of a grammar.
        tokenizer: An `LLTokenizer`; None: of the bytes.

    Raises:
        BadRequestError: It cannot be compiled.
        MissingDependencyError: llguidance is not installed.
    """
    llguidance = library()
    matcher = llguidance.LLMatcher(tokenizer or _byte_tokenizer(), _as_lark(grammar), log_level=0)
    if matcher.is_error():
        raise BadRequestError(f"the grammar cannot be compiled: {first_line(matcher.get_error())}")
    return matcher


def first_line(text: str) -> str:
    """What llguidance says about a mistake, without the lines of the grammar around it."""
    return text.strip().partition("\n")[0][:300]


class Follower:
    """Follows a text while it is written.

    Args:
        grammar: In which no mark is a token of its own.

    Raises:
        BadRequestError: It cannot be compiled.
    """

    def __init__(self, grammar: str) -> None:
        self._matcher = _start(grammar).deep_copy()

    def take(self, text: str) -> None:
        """Take the next piece.

        Raises:
            ServerError: It cannot go on so.
        """
        if not self._matcher.consume_tokens(list(text.encode())):
            raise ServerError(
                f"the engine left the grammar at {text[:60]!r}: {first_line(self._matcher.get_error())}",
                hint="Its llguidance may be of another version; install the newest xllamacpp and llguidance.",
            )

    @property
    def whole(self) -> bool:
        """Whether the text may end here."""
        return bool(self._matcher.is_accepting())


@cache
def _byte_tokenizer() -> Any:
    llguidance = library()
    return llguidance.LLTokenizer(llguidance.TokenizerWrapper(Bytes()))


def _start(grammar: str) -> Any:
    if grammar not in _starts:
        while len(_starts) >= _MOST_STARTS:
            _starts.pop(next(iter(_starts)))
        _starts[grammar] = compiled(grammar)
    return _starts[grammar]


_starts: dict[str, Any] = {}
_MOST_STARTS = 32


def _as_lark(grammar: str) -> Any:
    llguidance = library()
    if grammar.startswith("%llguidance"):
        return llguidance.LLMatcher.grammar_from_lark(grammar)
    try:
        return llguidance.grammar_from("gbnf", grammar)
    except ValueError as error:
        raise BadRequestError(f"the grammar is no GBNF: {first_line(str(error))}") from error
