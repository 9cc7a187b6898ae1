"""`local`: a language model in this process."""

from __future__ import annotations

from .runner import LocalRunner

__all__ = ["LocalRunner"]
