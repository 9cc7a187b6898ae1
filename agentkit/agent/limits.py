"""How far a run may go."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import ConfigurationError
from ..result import StopReason

RESERVE = 0.1
"""Part of the deadline and of the tokens that is kept for the last answer."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one run. At each of them the run lands: one last request without tools, then the result."""

    max_turns: int = 20
    """Requests with tools; the last one without is not counted."""
    deadline: float | None = None
    """Seconds for the whole run: model, tools and agents used as tools."""
    max_tool_calls: int | None = None
    max_total_tokens: int | None = None
    """Prompt and completion tokens of all turns, as far as the endpoint reports them."""
    max_invalid_calls: int = 10
    """Calls in the whole run that name no tool or do not fit their tool."""
    max_retries: int = 10
    """Requests of the whole run that are tried again after an error that may pass."""

    def __post_init__(self) -> None:
        for name in ("max_turns", "deadline", "max_tool_calls", "max_total_tokens", "max_invalid_calls", "max_retries"):
            value = getattr(self, name)
            least = 1 if name in ("max_turns", "max_total_tokens") else 0
            if value is not None and (isinstance(value, bool) or not value >= least):
                raise ConfigurationError(f"{name}={value!r} must be at least {least}.")

    def within(self, deadline: float) -> Limits:
        """The same limits with another deadline."""
        return replace(self, deadline=deadline)

    def before_turn(self, turns: int, tokens: int) -> StopReason | None:
        """The limit that forbids another turn, if one does."""
        if turns >= self.max_turns:
            return "max_turns"
        if self.max_total_tokens is not None and tokens >= self.max_total_tokens * (1 - RESERVE):
            return "usage_limit"
        return None

    def before_calls(self, made: int, asked: int) -> StopReason | None:
        """The limit that forbids these calls, all of them checked before the first one starts."""
        if self.max_tool_calls is not None and made + asked > self.max_tool_calls:
            return "usage_limit"
        return None
