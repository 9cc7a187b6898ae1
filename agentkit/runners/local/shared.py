"""The loaded models of this process, for all runs and runners."""

from __future__ import annotations

import atexit
import os
from typing import Final

from .engines import opened
from .limit import limit_of
from .machine import memory_for
from .shelf import Shelf
from .threads import stop_all

_shelf: Final = Shelf(opened, memory_for, limit_of)
claim, release, keep, let_go, loaded = _shelf.claim, _shelf.release, _shelf.keep, _shelf.let_go, _shelf.loaded

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_shelf.after_fork)


@atexit.register
def _close_all() -> None:
    """Free the models before Python goes: a thread that came back from llama.cpp after that would crash."""
    if stop_all():
        _shelf.close()
