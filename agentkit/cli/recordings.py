"""Runs that were written down with `run --record`, read again."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError
from ..sent import Sent
from ..whole_files import write_whole

_KEY = re.compile(r'"messages":\s*')


@dataclass(frozen=True, slots=True)
class Exchange:
    """One turn of a recording."""

    request: str
    """The body as it was sent."""
    reply: str
    """The body as it came; empty where the model ran in the process."""
    message: dict[str, Any] | None
    """The reply as it became part of the conversation; None where it failed."""
    finish: dict[str, Any] | None
    sent: Sent | None

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The conversation that was sent."""
        return list(json.loads(self.request)["messages"])

    @property
    def prefix(self) -> str:
        """The request up to the end of its last message: what the next request should begin with."""
        messages, read = self.messages, json.JSONDecoder().raw_decode
        for key in _KEY.finditer(self.request):  # a parameter of a tool may have this name, too
            value, end = read(self.request, key.end())
            if value == messages:
                return self.request[: end - 1]
        return self.request


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole run."""

    data: dict[str, Any]
    turns: tuple[Exchange, ...]


def write_recording(path: Path, record: dict[str, Any]) -> None:
    """Write a run down.

    Raises:
        ConfigurationError: The file cannot be written.
    """
    try:
        write_whole(path, json.dumps(record, ensure_ascii=False, indent=1, default=str))
    except OSError as error:
        raise ConfigurationError(
            f"the run cannot be recorded in {str(path)!r}: {error.strerror or error}.",
            hint="Give another file with --record.",
        ) from error


def read_recording(path: Path) -> Recording:
    """Read a run that was written down.

    Raises:
        ConfigurationError: The file is no recording.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
        return Recording(data, tuple(_exchange(turn) for turn in data["turns"]))
    except OSError as error:
        raise ConfigurationError(f"{str(path)!r} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ConfigurationError(
            f"{str(path)!r} is no recording of a run.", hint="Make one with: agentkit run --record FILE ..."
        ) from error


def same_prefix(before: Exchange, after: Exchange) -> int:
    """How many bytes two requests share from the first one on."""
    shared = 0
    for one, other in zip(before.request.encode(), after.request.encode(), strict=False):
        if one != other:
            break
        shared += 1
    return shared


def is_stable(before: Exchange, after: Exchange) -> bool:
    """Whether a request begins with all that the one before it had, so that a server need not read it again."""
    return after.request.startswith(before.prefix)


def _exchange(turn: dict[str, Any]) -> Exchange:
    sent = Sent(turn["url"], turn["headers"], turn["request"].encode()) if turn.get("url") else None
    json.loads(turn["request"])["messages"]
    return Exchange(turn["request"], turn["reply"], turn["message"], turn["finish"], sent)
