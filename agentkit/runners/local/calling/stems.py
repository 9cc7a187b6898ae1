"""Words that mean the same although they are written differently."""

from __future__ import annotations

import re

_ENDINGS = ("ingly", "edly", "ings", "ing", "ies", "ied", "ely", "es", "ed", "er", "or", "ly", "s", "y", "e")
STOP_WORDS = frozenset(
    "a about after all also am an and any are as at be been but by can could did do does for from get give had has have "
    "he her hers him his how i if in into is it its just know let like made make many may me more most much my need no "
    "not now of off on one or our out over please said say see she should show so some tell than thanks that the their "
    "them then there these they this those to too up use using very want was we were what when where which while "
    "who will with would yes you your what's it's i'm i'd there's".split()
)


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
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.lower())
    return frozenset(stem(word) for word in words if word not in STOP_WORDS)
