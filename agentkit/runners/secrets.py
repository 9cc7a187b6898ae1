"""What of a request's address and headers may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

OPEN = ("content-type", "user-agent", "cf-aig-skip-cache", "x-session-affinity")
"""Headers that have no secrets; others of the user may."""


def shown(url: str, headers: Mapping[str, str], secrets: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """URL and headers with names of environment variables in place of secrets.

    Args:
        url: Where requests go.
        headers: What goes with them, names in lower case.
        secrets: What must not be shown -> the variable that has it. A header that has none of them, and is not known
            to be harmless, is hidden as a whole behind a variable of its own name.
    """

    def hidden(text: str) -> str:
        for secret, variable in secrets.items():
            text = text.replace(secret, f"${variable}")
        return text

    safe = {name: hidden(value) for name, value in headers.items()}
    for name, value in headers.items():
        if name not in OPEN and safe[name] == value:
            safe[name] = f"${name.upper().replace('-', '_')}"
    parts = urlsplit(url)
    _login, at, host = parts.netloc.rpartition("@")
    return hidden(parts._replace(netloc=f"$LOGIN@{host}" if at else host).geturl()), safe
