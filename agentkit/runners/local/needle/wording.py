"""Requests and tools in the form that Needle reads best."""

from __future__ import annotations

import re
from typing import Any

from ....messages import ToolSpec

_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")


def as_needle_reads(request: str) -> str:
    """A request without the commas between thousands, which Needle takes for decimal points.

    >>> as_needle_reads("Lend me 37,029 for 1,2 or 3 years.")
    'Lend me 37029 for 1,2 or 3 years.'
    """
    return _THOUSANDS.sub(lambda match: match[0].replace(",", ""), request)


def described(tool: ToolSpec) -> dict[str, Any]:
    """A tool as Needle is given it."""
    return {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
