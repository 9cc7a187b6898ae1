"""`local`: a language model in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .lookup import find_entry
from .needle.row import NEEDLE
from .needle.runner import NeedleRunner
from .runner import LocalRunner

if TYPE_CHECKING:
    from ..base import Runner

__all__ = ["LocalRunner", "NeedleRunner", "local_runner"]


def local_runner(model: str = "", **options: Any) -> Runner:
    """The runner of a local model, by what stands after `local:`.

    Args:
        model: A model of the catalogue, or a path; empty for the embedded default.
        options: Those of `LocalRunner`, or of `NeedleRunner` for `needle-3`.
    """
    return NeedleRunner(**options) if find_entry(model) is NEEDLE else LocalRunner(model, **options)
