"""What the benchmarks share: a server process, CPU clocks, and rows that are printed as a table or as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time

HERE = Path(__file__).parent
SIX = '{"city": "Lagos", "days": 3, "metric": true, "detail": "high", "hours": 1.5, "tag": "x"}'
REFERENCE = 2.4
"""Microseconds."""


@dataclass(frozen=True)
class Row:
    """One figure."""

    what: str
    value: float
    unit: str = ""
    target: float | None = None
    """At most this much; None is for information."""
    least: bool = False
    """The target is a least, not a most."""
    pace: float = 1.0
    """How many times slower than the machine of the target this one was, just after; the target is stretched by it."""

    @property
    def limit(self) -> float | None:
        return None if self.target is None else self.target * self.pace

    @property
    def reached(self) -> bool | None:
        if self.limit is None:
            return None
        return self.value >= self.limit if self.least else self.value <= self.limit


def pace() -> float:
    """How many times slower this machine is than the one for which targets in CPU time were set.

    Told by `json.loads` of a small object, which took `REFERENCE` microseconds there. Machines that are shared change
    their speed by half and more from one minute to the next; a target in microseconds means nothing without it.
    """
    return clock(lambda: json.loads(SIX), 20_000) / REFERENCE


def report(rows: list[Row]) -> None:
    """Print the rows; as JSON lines where `--json` is asked for."""
    for row in rows:
        if "--json" in sys.argv:
            print(json.dumps(asdict(row) | {"reached": row.reached}), flush=True)
            continue
        target = "" if row.limit is None else f"{'>=' if row.least else '<='} {row.limit:.3g}"
        if row.target is not None and row.pace != 1:
            target += f" ({row.target:g} x {row.pace:.2f})"
        mark = {True: "ok", False: "MISSED", None: ""}[row.reached]
        print(f"{row.what:<62} {row.value:>10.4g} {row.unit:<6} {target:>10} {mark}", flush=True)


@contextmanager
def server() -> Iterator[str]:
    """A model server in a process of its own; gives its base URL."""
    command = [sys.executable, str(HERE / "server.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1"
        process.terminate()


def best(samples: list[float]) -> float:
    """The least disturbed sample."""
    return min(samples)


def clock(work: object, count: int, rounds: int = 15) -> float:
    """CPU microseconds of one call of a function, the least of several rounds."""
    assert callable(work)
    samples = []
    for _ in range(rounds):
        start = process_time()
        for _ in range(count):
            work()
        samples.append((process_time() - start) / count * 1e6)
    return best(samples)
