"""Where weights are kept on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ...errors import WeightsError


def cache_dir() -> Path:
    """The folder of pulled weights: `AGENTKIT_CACHE`, else the user's cache folder as the platform has it.

    Raises:
        WeightsError: It would be in the home folder, and there is none.
    """
    chosen = os.environ.get("AGENTKIT_CACHE")
    try:
        return Path(chosen).expanduser().absolute() if chosen else _platform_cache() / "agentkit"
    except RuntimeError:
        raise WeightsError("this user has no home folder.", hint="Set AGENTKIT_CACHE to a folder.") from None


def _platform_cache() -> Path:
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local) if local else Path.home() / "AppData" / "Local"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    return Path(chosen) if os.path.isabs(chosen) else Path.home() / ".cache"
