"""What is known of the server behind a runner: written by `agentkit doctor`, read by the runners that ask servers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..errors import ConfigurationError
from ..folders import cache_folder

VERSION = 1
"""Of the files; those of another version are passed over."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a server can do, as it was found out once."""

    runner: str
    """The runner string, for example `openai:llama3`."""
    address: str
    """Where it asks, without secrets."""
    made: str
    """When it was found out, as an ISO 8601 date with time and zone."""
    findings: dict[str, str] = field(default_factory=dict)
    """Ability -> `yes`, `no` or `unknown`; the names are those of `agentkit.runners.probing.table`."""
    context: int | None = None
    """Tokens of prompt and answer that fit, where too long a text was met."""

    def lacks(self, ability: str) -> bool:
        """Whether it is known that the server does not have an ability."""
        return self.findings.get(ability) == "no"

    def has(self, ability: str) -> bool:
        """Whether it is known that the server has an ability."""
        return self.findings.get(ability) == "yes"


def path_of(runner: str, address: str) -> Path:
    """The file of a profile; it need not exist.

    Raises:
        RuntimeError: There is no folder for it, because this user has no home.
    """
    import hashlib

    key = hashlib.sha256(f"{runner}\n{address}".encode()).hexdigest()[:16]
    return cache_folder() / "profiles" / f"{key}.json"


def read_profile(runner: str, address: str) -> Profile | None:
    """The profile of a runner; None where there is none, or none that can be read."""
    try:
        path = path_of(runner, address)
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, RuntimeError, ValueError) as error:
        _passed_over(runner, error)
        return None
    try:
        return _read(data, runner, address)
    except (ValueError, TypeError, KeyError) as error:
        _passed_over(runner, error)
        return None


def write_profile(profile: Profile) -> Path:
    """Write a profile in one step, in place of an earlier one.

    Raises:
        ConfigurationError: It cannot be written.
    """
    from ..whole_files import write_whole

    try:
        path = path_of(profile.runner, profile.address)
        write_whole(path, json.dumps({"version": VERSION, **asdict(profile)}, indent=1))
    except (OSError, RuntimeError) as error:
        raise ConfigurationError(
            f"the profile of {profile.runner!r} cannot be kept: {error}.",
            hint="Set AGENTKIT_CACHE to a folder that can be written, or leave it with --no-save.",
        ) from error
    return path


def _read(data: Any, runner: str, address: str) -> Profile:
    if data["version"] != VERSION:
        raise ValueError(f"its version is {data['version']!r}, not {VERSION}")
    findings, context = data["findings"], data["context"]
    sound = isinstance(findings, dict) and isinstance(data["made"], str)
    if not sound or not (context is None or (type(context) is int and context > 0)):
        raise ValueError("it has other fields than a profile")
    if (data["runner"], data["address"]) != (runner, address):
        raise ValueError("it is of another runner")
    return Profile(runner, address, data["made"], findings, context)


def _passed_over(runner: str, error: Exception) -> None:
    import logging

    logging.getLogger("agentkit").warning("the profile of %r is passed over: %s", runner, error)
