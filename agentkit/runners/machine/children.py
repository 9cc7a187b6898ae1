"""Processes that check what may hang or crash, side by side."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

CHILD = f"{__name__.rpartition('.')[0]}.child"


@dataclass(slots=True)
class Check:
    """A check under way."""

    process: subprocess.Popen[str]
    end: float
    """On the monotonic clock, when it has taken too long."""

    def result(self) -> dict[str, Any]:
        """What the check found out; `error`, and perhaps `hint`, where it failed."""
        try:
            out, err = self.process.communicate(timeout=max(0.1, self.end - monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            return {"error": "it did not end in time and was stopped"}
        if self.process.returncode < 0:
            return {"error": f"the process that tried it died of {_signal(-self.process.returncode)}"}
        last = out.strip().rpartition("\n")[2]
        try:
            found = json.loads(last)
        except ValueError:
            found = None
        if isinstance(found, dict) and self.process.returncode == 0:
            return found
        return {"error": (err.strip().rpartition("\n")[2] or f"it ended with {self.process.returncode}")[:300]}


@contextmanager
def started(*checks: tuple[str, ...], patience: float) -> Iterator[list[Check]]:
    """Checks, started together; at the end of the block none of them is left.

    Args:
        checks: The arguments of each; see `agentkit.runners.machine.child`.
        patience: Seconds that all of them together may take.
    """
    end = monotonic() + patience
    running: list[Check] = []
    try:
        for arguments in checks:
            command = [sys.executable, "-P", "-m", CHILD, *arguments]
            process = subprocess.Popen(
                command,
                text=True,
                encoding="utf-8",
                errors="replace",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            running.append(Check(process, end))
        yield running
    finally:
        for check in running:
            if check.process.poll() is None:
                check.process.kill()
            check.process.communicate()


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
