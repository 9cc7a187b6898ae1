"""Where this program keeps on this machine what it can make again."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """`AGENTKIT_CACHE`, else the user's cache folder as the platform has it. It may not exist yet.

    Raises:
        RuntimeError: It would be in the home folder, and there is none.
    """
    chosen = os.environ.get("AGENTKIT_CACHE")
    return Path(chosen).expanduser().absolute() if chosen else _platform_cache() / "agentkit"


def _platform_cache() -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return Path(chosen) if os.path.isabs(chosen) else Path.home() / ".cache"
