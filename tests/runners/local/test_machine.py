"""The memory of this machine."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from agentkit.runners.local.machine import gpus, ram
from agentkit.runners.machine import has_accelerator


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="Linux's own figure")
def test_the_memory_is_at_most_what_the_system_says() -> None:
    stated = int(re.findall(r"MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text())[0]) * 1024
    assert 0 < ram().total <= stated * 1.01


def test_every_gpu_that_is_seen_has_a_name_and_a_size() -> None:
    for gpu in gpus():
        assert gpu.is_gpu
        assert gpu.name
        assert gpu.total > 10**8


def test_torch_is_not_loaded_where_there_is_no_driver() -> None:
    if has_accelerator():
        pytest.skip("there may be a driver")
    loaded = "torch" in sys.modules
    gpus()
    assert ("torch" in sys.modules) == loaded
