"""Ids of tool calls."""

from __future__ import annotations

import string
from collections.abc import Container
from hashlib import blake2b
from random import choices

ALPHABET = string.ascii_letters + string.digits


def mint() -> str:
    """A new id: nine letters and digits, which every server and chat template accepts (quirk Q26).

    With 62^9 of them, a conversation of a million calls meets a repeated one once in 27,000 conversations.
    """
    return "".join(choices(ALPHABET, k=9))


def derive(text: str, taken: Container[str]) -> str:
    """An id of the same form that follows from a text: the same each time, and none of those that are taken."""
    attempt = 0
    while True:
        number = int.from_bytes(blake2b(f"{attempt}:{text}".encode("utf-8", "replace"), digest_size=8).digest())
        found = "".join(ALPHABET[number // 62**place % 62] for place in range(9))
        if found not in taken:
            return found
        attempt += 1
