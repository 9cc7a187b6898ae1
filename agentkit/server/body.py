"""The body of a request: bytes of limited number, then JSON that can do no harm."""

from __future__ import annotations

import json
import re
from typing import Any

import anyio
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from ..errors import BadRequestError, TimedOutError
from .connections import has_body
from .settings import Settings

DEEPEST = 100
"""Levels of nesting; what works on a body calls itself for each."""
LONGEST_NUMBER = 300
"""Digits of an integer; all of those are still a float."""

_ESCAPES = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)


async def read_json(scope: Scope, receive: Receive, most: int, seconds: float = 60.0) -> Any:
    """The body as JSON, whatever its content type says (contract/workers_ai.md section 18).

    Args:
        scope: Of the request.
        receive: Of the request.
        most: Bytes that are read.
        seconds: In which it must have come.

    Raises:
        BadRequestError: It is too large (413, code 3006), not there, or no JSON (400, code 3003).
        TimedOutError: It does not come (408, code 3007).
        ClientDisconnect: The client went away.
    """
    if has_body(scope):
        return parse_json(await read_bytes(scope, receive, most))
    with anyio.move_on_after(seconds):
        return parse_json(await read_bytes(scope, receive, most))
    raise TimedOutError("Request timeout", status=408, code=3007)


async def read_bytes(scope: Scope, receive: Receive, most: int) -> bytes:
    """The body; no more than `most` bytes of it are ever held.

    Raises:
        BadRequestError: It is larger (413, code 3006).
        ClientDisconnect: The client went away.
    """
    told = Headers(scope=scope).get("content-length", "")
    if told.isdecimal() and int(told[:20]) > most:
        raise _too_large(most)
    pieces: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece, more = message.get("body", b""), message.get("more_body", False)
        size += len(piece)
        if size > most:
            raise _too_large(most)
        pieces.append(piece)
    return b"".join(pieces)


def parse_json(body: bytes) -> Any:
    """The value that a body has.

    As in JavaScript, of equal keys the last one counts, and what is no character becomes U+FFFD.

    Raises:
        BadRequestError: It is empty, or no JSON, or nested too deep (400, code 3003).
    """
    if not body.strip():
        raise _unreadable("the body is empty")
    try:
        text = body.decode("utf-8-sig")
        if "\\ud" in text or "\\uD" in text:
            text = _ESCAPES.sub(_whole, text)
        value = json.loads(text, parse_constant=_refuse, parse_int=_integer, parse_float=_float)
    except RecursionError:
        raise _unreadable("it is nested too deep") from None
    except ValueError as error:
        raise _unreadable(f"the body is not valid JSON: {error}") from None
    if text.count("[") + text.count("{") > DEEPEST and _is_deep(value):
        raise _unreadable("it is nested too deep")
    return value


def check_limits(body: Any, settings: Settings) -> None:
    """Refuse what asks for too much work.

    Raises:
        BadRequestError: There are too many messages or tools, or `max_tokens` is too large (400, code 5006).
    """
    if not isinstance(body, dict):
        return
    for key, most in (("messages", settings.most_messages), ("tools", settings.most_tools)):
        items = body.get(key)
        if isinstance(items, list) and len(items) > most:
            raise _bad_input(f"'/{key}' has {len(items)} items, but this server takes at most {most}")
    for key in ("max_tokens", "max_completion_tokens"):
        tokens = body.get(key)
        if isinstance(tokens, int | float) and tokens > settings.most_tokens:
            raise _bad_input(f"'/{key}' must be <= {settings.most_tokens}")


def _is_deep(value: Any) -> bool:
    """Whether a value has more levels than may be; this does not call itself."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        if not level:
            return False
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    return bool(level)


def _whole(escape: re.Match[str]) -> str:
    return r"\ufffd" if escape["lone"] else escape[0]


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError(f"a number has {len(digits)} digits")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{digits[:40]} is too large a number")
    return value


def _unreadable(what: str) -> BadRequestError:
    return BadRequestError(f"Request is missing headers or body: {what}", status=400, code=3003)


def _too_large(most: int) -> BadRequestError:
    return BadRequestError(f"Request is too large: this server takes {most} bytes", status=413, code=3006)


def _bad_input(text: str) -> BadRequestError:
    return BadRequestError(f"Bad input: Error: {text}", status=400, code=5006)
