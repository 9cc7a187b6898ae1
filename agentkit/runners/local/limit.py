"""How much memory the models of this process may take together."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from ...errors import ConfigurationError
from .machine import Memory

VARIABLE = "AGENTKIT_MEMORY"
UNITS = {"": 1, "B": 1}
UNITS |= {f"{letter}B": 1000**power for power, letter in enumerate("KMGT", 1)}
UNITS |= {f"{letter}IB": 1024**power for power, letter in enumerate("KMGT", 1)}


def limit_of(memory: Memory, environment: Mapping[str, str] = os.environ) -> int | None:
    """Bytes of a memory that all loaded models may take together; None where `AGENTKIT_MEMORY` is not set.

    Raises:
        ConfigurationError: It is neither a size nor a percentage.
    """
    text = environment.get(VARIABLE, "").strip()
    if not text:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?) *(%|[KMGT]?I?B)?", text.upper())
    number, unit = (float(found[1]), found[2] or "") if found else (0.0, "")
    if number <= 0 or (unit == "%" and number > 100) or unit not in (*UNITS, "%"):
        raise ConfigurationError(
            f"{VARIABLE}={text!r} must be a size or a part of the memory.", hint="For example 12GB, or 60%."
        )
    return int(memory.total * number / 100 if unit == "%" else number * UNITS[unit])
