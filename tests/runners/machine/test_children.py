"""Checks in processes of their own, which may say anything, hang, crash, or be interrupted."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from agentkit.runners.machine import started

RUNNERS = """
import os, signal, sys, time
from agentkit.runners.scripted import Scripted

def good():
    return Scripted(["a", "Hello there."])

def refuses():
    from agentkit.errors import WeightsError
    raise WeightsError("the weights are cut.", hint="Pull them again.")

def talks():
    print("a library that talks")
    print("and warns", file=sys.stderr)
    return good()

def crashes():
    os.kill(os.getpid(), signal.SIGKILL)

def raises():
    raise ZeroDivisionError("no engine")

def hangs():
    time.sleep(600)
"""


@pytest.fixture
def runners(tmp_path: Path) -> str:
    """A file with runners."""
    path = tmp_path / "runners.py"
    path.write_text(RUNNERS)
    return str(path)


@pytest.mark.parametrize("name", ["good", "talks"])
def test_a_generation(runners: str, name: str) -> None:
    with started(("generate", f"{runners}:{name}"), patience=60) as [check]:
        found = check.result()
    assert found["text"] == "Hello there."
    assert found["engine"] == "script"
    assert found["load_seconds"] >= 0


def test_an_error_keeps_its_hint(runners: str) -> None:
    with started(("generate", f"{runners}:refuses"), patience=60) as [check]:
        assert check.result() == {"error": "the weights are cut.", "hint": "Pull them again."}


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_crash_is_told_by_its_signal(runners: str) -> None:
    with started(("generate", f"{runners}:crashes"), patience=60) as [check]:
        assert check.result() == {"error": "the process that tried it died of SIGKILL"}


def test_any_exception_is_its_last_line(runners: str) -> None:
    with started(("generate", f"{runners}:raises"), patience=60) as [check]:
        assert check.result() == {"error": "ZeroDivisionError: no engine"}


def test_what_hangs_is_stopped(runners: str) -> None:
    with started(("generate", f"{runners}:hangs"), patience=1) as [check]:
        assert "in time" in check.result()["error"]
    assert check.process.returncode is not None


def test_nothing_is_left_when_the_block_is_left(runners: str) -> None:
    with pytest.raises(KeyboardInterrupt), started(("generate", f"{runners}:hangs"), patience=60) as [check]:
        raise KeyboardInterrupt
    assert check.process.returncode is not None
    if sys.platform != "win32":
        with pytest.raises(ProcessLookupError):
            os.kill(check.process.pid, signal.SIGTERM)


def test_several_run_side_by_side_and_one_does_not_disturb_the_other(runners: str) -> None:
    names = ("raises", "good")
    with started(*(("generate", f"{runners}:{name}") for name in names), patience=60) as checks:
        assert ["error" in check.result() for check in checks] == [True, False]
