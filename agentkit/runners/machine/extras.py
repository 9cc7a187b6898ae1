"""Which optional parts of agentkit are installed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, requires, version

_EXTRA = re.compile(r"extra == ['\"]([\w-]+)['\"]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Extra:
    """One extra of the package."""

    name: str
    versions: dict[str, str | None] = field(default_factory=dict)
    """Of what it brings; None for what is not installed."""

    @property
    def complete(self) -> bool:
        """Whether all of it is installed."""
        return None not in self.versions.values()


def extras(project: str = "agentkit") -> list[Extra]:
    """The extras of an installed project, in the order of its metadata; none where it is not installed itself."""
    try:
        lines = requires(project) or []
    except PackageNotFoundError:
        return []
    found: dict[str, Extra] = {}
    for line in lines:
        requirement, _, marker = line.partition(";")
        extra, name = _EXTRA.search(marker), _NAME.match(requirement.strip())
        if extra is None or name is None or name[0] == project:
            continue
        installed = _version(name[0])
        elsewhere = " and " in marker and installed is None  # needed on another system only
        if not elsewhere:
            found.setdefault(extra[1], Extra(extra[1])).versions[name[0]] = installed
    return list(found.values())


def _version(project: str) -> str | None:
    try:
        return version(project)
    except PackageNotFoundError:
        return None
