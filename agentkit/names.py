"""Which tool a model means by a name that is not quite one."""

from __future__ import annotations

import re
from collections.abc import Collection

PREFIXES = ("functions.", "function.", "default_api.", "default_api:", "tools.", "tool.", "multi_tool_use.", "api.")
"""What models put before a name, from their training; several may stand there."""
_AFTER = re.compile(r"(?:<\|.*|:\d+|[\s:(][\s:()]*)\Z", re.DOTALL)
"""What follows a name by mistake: the model's own control words, a number, an empty pair of brackets, a colon."""
_LETTER = re.compile(r"[^\W_]")


def meant(name: str, names: Collection[str]) -> str | None:
    """The one of `names` that a name stands for; None where it is none of them, or might be several.

    Exactly, then without what models put around names, then whatever the case, dashes and underscores.

    >>> meant("functions.getWeather<|channel|>json", {"get_weather", "get_time"})
    'get_weather'

    Args:
        name: As the model wrote it.
        names: The tools that it may call now.
    """
    if name in names:
        return name
    whole = _AFTER.sub("", name.strip().strip("\"'`"))
    readings = dict.fromkeys((whole, _bare(whole)))
    exact = [reading for reading in readings if reading in names]
    if exact:
        return exact[0]
    for wanted in filter(None, map(_folded, readings)):
        close = [each for each in names if _folded(each) == wanted]
        if close:
            return close[0] if len(close) == 1 else None
    return None


def _bare(name: str) -> str:
    while True:
        prefix = next((each for each in PREFIXES if name.startswith(each)), "")
        if not prefix:
            return name
        name = name[len(prefix) :]


def _folded(name: str) -> str:
    return "".join(_LETTER.findall(name)).casefold()
