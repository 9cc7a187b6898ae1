"""What stands where a signature says nothing."""

from __future__ import annotations

import inspect
from typing import Any

NOTHING: Any = inspect.Parameter.empty
"""No default, or no annotation."""
OMITTED: Any = ...
"""There is a default, but only the function knows it."""
