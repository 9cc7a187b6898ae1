"""Memory and cores, as a container with control groups of either version leaves them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from agentkit.runners.machine import Cores, Memory, cores, memory

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files of Linux")

GB = 1_000_000_000
MEMINFO = "MemTotal:       16000000 kB\nMemFree:         1000000 kB\nMemAvailable:    8000000 kB\n"
TOTAL, AVAILABLE = 16_000_000 * 1024, 8_000_000 * 1024


def tree(root: Path, files: dict[str, str]) -> Path:
    """A root of a file system with some files."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_without_limits(tmp_path: Path) -> None:
    assert memory(tree(tmp_path, {"proc/meminfo": MEMINFO})) == Memory(TOTAL, None, AVAILABLE)


VERSION_2 = {
    "proc/meminfo": MEMINFO,
    "proc/self/cgroup": "0::/app.slice/run\n",
    "sys/fs/cgroup/app.slice/run/memory.max": "max\n",
    "sys/fs/cgroup/app.slice/memory.max": f"{4 * GB}\n",
    "sys/fs/cgroup/app.slice/memory.current": f"{3 * GB}\n",
    "sys/fs/cgroup/app.slice/memory.stat": f"anon 7\ninactive_file {GB // 4}\nactive_file {GB - GB // 4}\n",
}


def test_the_limit_of_an_outer_group_counts_and_its_file_cache_is_free(tmp_path: Path) -> None:
    assert memory(tree(tmp_path, VERSION_2)) == Memory(TOTAL, 4 * GB, 2 * GB)


def test_inside_a_container_the_group_is_the_root(tmp_path: Path) -> None:
    files = {
        "proc/meminfo": MEMINFO,
        "proc/self/cgroup": "0::/\n",
        "sys/fs/cgroup/memory.max": f"{2 * GB}",
        "sys/fs/cgroup/memory.current": f"{GB // 2}",
    }
    assert memory(tree(tmp_path, files)) == Memory(TOTAL, 2 * GB, 2 * GB - GB // 2)


@pytest.mark.parametrize("inner", ["", "docker/abc/"])
def test_version_1(tmp_path: Path, inner: str) -> None:
    """Inside a container the path of the host is named, but not there."""
    files = {
        "proc/meminfo": MEMINFO,
        "proc/self/cgroup": "5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n",
        f"sys/fs/cgroup/memory/{inner}memory.limit_in_bytes": f"{GB}",
        f"sys/fs/cgroup/memory/{inner}memory.usage_in_bytes": f"{GB}",
        f"sys/fs/cgroup/memory/{inner}memory.stat": f"total_inactive_file {GB // 4}\n",
        f"sys/fs/cgroup/cpu,cpuacct/{inner}cpu.cfs_quota_us": "50000",
        f"sys/fs/cgroup/cpu,cpuacct/{inner}cpu.cfs_period_us": "100000",
    }
    root = tree(tmp_path, files)
    assert memory(root) == Memory(TOTAL, GB, GB // 4)
    assert cores(root).usable == 0.5


@pytest.mark.parametrize("limit", ["max", str(9223372036854771712), str(TOTAL * 2), "", "nonsense"])
def test_what_is_no_limit(tmp_path: Path, limit: str) -> None:
    files = {"proc/meminfo": MEMINFO, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": limit}
    assert memory(tree(tmp_path, files)) == Memory(TOTAL, None, AVAILABLE)


@pytest.mark.parametrize(("text", "usable"), [("50000 100000", 0.5), ("max 100000", None), ("", None)])
def test_a_quota_of_cores(tmp_path: Path, text: str, usable: float | None) -> None:
    files = {"proc/self/cgroup": "0::/run\n", "sys/fs/cgroup/run/cpu.max": text}
    found = cores(tree(tmp_path, files))
    free = float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    assert found == Cores(os.cpu_count() or 1, usable or free)


def test_this_machine_has_some() -> None:
    found = memory()
    assert (found.total or 0) > 100_000_000
    assert 0 < (found.available or 1) <= (found.total or 0)
    assert 0 < cores().usable <= cores().machine


def test_a_system_without_any_of_these_files_is_asked_otherwise(tmp_path: Path) -> None:
    assert memory(tmp_path).limit is None
    assert cores(tmp_path).usable >= 1
