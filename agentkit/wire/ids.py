"""Ids of tool calls."""

from __future__ import annotations

import string
from random import choices

ALPHABET = string.ascii_letters + string.digits


def mint() -> str:
    """A new id: nine letters and digits, which every server and chat template accepts (quirk Q26).

    With 62^9 of them, a conversation of a million calls meets a repeated one once in 27,000 conversations.
    """
    return "".join(choices(ALPHABET, k=9))
