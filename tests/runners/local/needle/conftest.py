"""The real weights of Needle 3."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from agentkit.runners.local.needle.row import NEEDLE
from agentkit.runners.local.weights import find


@pytest.fixture(scope="session")
def needle_weights() -> Path:
    path = find(NEEDLE)
    if path is None or find_spec("needle_rs") is None:
        pytest.skip("Needle is not here: pip install needle-rs, agentkit pull needle-3")
    return path
