"""Words that mean the same although they are written differently."""

from __future__ import annotations

import re

from .english import STOP_WORDS

_ENDINGS = ("ingly", "edly", "ings", "ing", "ies", "ied", "ely", "es", "ed", "er", "or", "ly", "s", "y", "e")


def stem(word: str) -> str:
    """A word without its ending; crude, but the same for words of one family.

    >>> stem("currencies") == stem("currency"), stem("converting") == stem("converts")
    (True, True)
    """
    word = word.lower()
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return re.sub(r"(.)\1$", r"\1", word)


def content_stems(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning."""
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.lower().replace("’", "'"))
    return frozenset(stem(word) for word in words if word not in STOP_WORDS)
