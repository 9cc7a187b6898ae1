"""What a runner can do, found out by asking it: native calls, streaming, `required`, the real context window, ..."""

from __future__ import annotations

from .finding import Finding, Verdict
from .profiling import profile_of
from .subject import Subject
from .table import PROBES, TITLES, probe
from .target import target

__all__ = ["PROBES", "TITLES", "Finding", "Subject", "Verdict", "probe", "profile_of", "target"]
