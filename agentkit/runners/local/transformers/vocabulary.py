"""Text to tokens and back, by a model's own tokenizer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ....errors import BadRequestError, WeightsError


class Vocabulary:
    """A fast tokenizer, thread-safe.

    Args:
        path: A folder with `tokenizer.json`, or what `AutoTokenizer` makes one of.

    Raises:
        WeightsError: There is no tokenizer, or it is broken.
    """

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        text = _serialized(path)
        self.serialized = text
        """`tokenizer.json`."""
        self._plain, self._marked = Tokenizer.from_str(text), Tokenizer.from_str(text)
        self._plain.encode_special_tokens = True  # names of control tokens are only text
        self._start: list[int] = _start_of(self._marked)

    @property
    def size(self) -> int:
        """How many tokens there are."""
        return int(self._marked.get_vocab_size())

    def id_of(self, token: str) -> int | None:
        """The id of a token."""
        found = self._marked.token_to_id(token)
        return None if found is None else int(found)

    def tokens(self, text: str, *, start: bool = False, marks: bool = False) -> list[int]:
        """The token ids of a text; see `Engine.tokens`. The model's first token is not written twice.

        Raises:
            BadRequestError: It holds half a character.
        """
        tokenizer = self._marked if marks else self._plain
        try:
            ids = list(tokenizer.encode(text, add_special_tokens=False).ids)
        except TypeError as error:  # only str comes here, so it is one that has no UTF-8
            raise BadRequestError("the text holds half a character (a lone surrogate), which is no text.") from error
        begun = ids[: len(self._start)] == self._start
        return ids if begun or not start else self._start + ids

    def reader(self, shown: Sequence[str] = ()) -> Reader:
        """Turns the tokens of one answer into text.

        Args:
            shown: Control tokens that are text, too.
        """
        found = {self.id_of(mark): mark for mark in shown}
        return Reader(self._marked, {token: mark for token, mark in found.items() if token is not None})


class Reader:
    """The tokens of one answer as text; a character that is spread over several tokens comes with its last one."""

    def __init__(self, tokenizer: Any, shown: Mapping[int, str]) -> None:
        from tokenizers.decoders import DecodeStream

        self._tokenizer = tokenizer
        self._shown = shown
        self._stream = DecodeStream(skip_special_tokens=True)

    def feed(self, token: int) -> str:
        """The text that a token completes."""
        return self._shown.get(token) or str(self._stream.step(self._tokenizer, token) or "")


def _start_of(tokenizer: Any) -> list[int]:
    """What the tokenizer puts before a text."""
    bare = tokenizer.encode("a", add_special_tokens=False).ids
    full = tokenizer.encode("a", add_special_tokens=True).ids
    for length in range(len(full) - len(bare) + 1):
        if full[length : length + len(bare)] == bare:
            return list(full[:length])
    return []


def _serialized(path: Path) -> str:
    file = path / "tokenizer.json"
    try:
        if file.is_file():
            return _checked(file.read_text("utf-8"))
        from transformers import AutoTokenizer

        made = AutoTokenizer.from_pretrained(path, local_files_only=True, trust_remote_code=False)
        return str(made.backend_tokenizer.to_str())
    except Exception as error:  # the libraries raise whatever they come across
        raise WeightsError(
            f"{str(path)!r} has no tokenizer that can be loaded: {str(error)[:200]}",
            hint="A tokenizer.json belongs beside the weights.",
        ) from error


def _checked(text: str) -> str:
    from tokenizers import Tokenizer

    Tokenizer.from_str(text)
    return text
