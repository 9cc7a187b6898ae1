"""From the catalogue's row to a model that can be asked."""

from __future__ import annotations

from ..first_use import weights_of
from ..source import Progress
from .engine import Needle
from .row import NEEDLE


def needle_3(progress: Progress | None = None) -> Needle:
    """Needle 3; its weights are fetched with the first request, where they are missing.

    Args:
        progress: As for `weights_of`.
    """
    return Needle(lambda stopped: weights_of(NEEDLE, progress, stopped))
