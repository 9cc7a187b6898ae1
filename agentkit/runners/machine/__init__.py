"""What this machine has for running models: cores, memory, GPUs, and engines that work."""

from __future__ import annotations

from .children import Check, started
from .cores import Cores, cores
from .extras import Extra, extras
from .gpus import Gpu, has_accelerator, nvidia
from .memory import Memory, memory
from .settings import remotes, settings

__all__ = [
    "Check",
    "Cores",
    "Extra",
    "Gpu",
    "Memory",
    "cores",
    "extras",
    "has_accelerator",
    "memory",
    "nvidia",
    "remotes",
    "settings",
    "started",
]
