"""The process that computes Needle 3, as an object."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ....errors import ContextOverflowError, MissingDependencyError, ServerError, WeightsError
from ..threads import Stopped

POLL = 0.05
"""Seconds between two looks at whether an answer is still wanted."""
LONGEST = 12_000
"""Characters of tools and request; about half of what the model takes, which costs a minute of computing."""
MOST_TOKENS = 384
"""Of an answer: a thought of one sentence, and the calls."""
WORKER = Path(__file__).with_name("worker.py")


@dataclass(frozen=True, slots=True)
class Answer:
    """What Needle made of a request."""

    calls: Any
    """Not checked: a JSON list as a rule, empty where no tool fits; None where it came to no end."""
    read: int
    """Tokens of the prompt."""
    written: int


class Needle:
    """Needle 3, computed in a process that is started for the first request. May be used by several threads.

    Requests are answered one after the other. One that is stopped ends the process; the next one starts another,
    which takes a tenth of a second.

    Args:
        weights: Gives the weight file when it is needed; it gets what `complete` got as `stopped`.
    """

    def __init__(self, weights: Callable[[Callable[[], bool]], Path]) -> None:
        self._weights = weights
        self._turn = threading.Lock()
        self._process: _Process | None = None

    def complete(self, request: str, tools: list[dict[str, Any]], stopped: Callable[[], bool]) -> Answer:
        """The calls for a request. Blocks.

        Args:
            request: What the user said.
            tools: The tools on offer: name, description and parameters of each.
            stopped: Asked all the time.

        Raises:
            Stopped: `stopped` was true.
            ContextOverflowError: Tools and request are too long.
            MissingDependencyError: needle-rs is not installed.
            WeightsError: needle-rs does not take the weights.
            ServerError: It failed; the next request is answered again.
        """
        listed = json.dumps(tools, ensure_ascii=False, separators=(",", ":"))
        length = len(request) + len(listed)
        if length > LONGEST:
            raise ContextOverflowError(
                f"tools and request have {length:,} characters, needle-3 takes {LONGEST:,}.",
                hint="Offer fewer tools, or shorter ones.",
            )
        readable = request.encode("utf-8", "replace").decode()
        with self._held(stopped):
            reply = self._started(stopped).ask({"request": readable, "tools": listed, "most": MOST_TOKENS}, stopped)
        if "error" in reply:
            raise ServerError(f"needle-3: {reply['error']}")
        try:
            calls = json.loads(reply["calls"] or "null")
        except ValueError:
            calls = None
        return Answer(calls, reply["positions"] - reply["written"], reply["written"])

    def close(self) -> None:
        """End the process; the next request starts another. One that is under way fails."""
        process, self._process = self._process, None
        if process is not None:
            process.end()

    def _started(self, stopped: Callable[[], bool]) -> _Process:
        process = self._process
        if process is None or process.is_over:
            path = self._weights(stopped)
            process = self._process = _Process(path)
            reply = process.receive(stopped)
            if "error" in reply:
                self.close()
                raise WeightsError(
                    f"needle-rs cannot load {str(path)!r}: {reply['error']}.",
                    hint="Fetch the weights again with: agentkit pull needle-3",
                )
        return process

    @contextmanager
    def _held(self, stopped: Callable[[], bool]) -> Iterator[None]:
        """One request at a time; what does not come to its end takes the process with it."""
        while not self._turn.acquire(timeout=POLL):
            if stopped():
                raise Stopped
        try:
            yield
        except BaseException:
            self.close()
            raise
        finally:
            self._turn.release()


class _Process:
    """One process. It ends when this object or the process that made it does."""

    def __init__(self, weights: Path) -> None:
        spec = find_spec("needle_rs")
        if spec is None or spec.origin is None:
            raise MissingDependencyError("needle_rs", "needle")
        folder = str(Path(spec.origin).parent.parent)
        command = [sys.executable, "-I", str(WORKER), str(weights), folder]
        self._owner = os.getpid()
        self._process = subprocess.Popen(  # without buffers: their locks would be held for ever in a forked child
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
        )
        self._replies: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=_forward, args=(self._process, self._replies), daemon=True).start()
        self._end = weakref.finalize(self, _ended, self._process, self._owner)

    @property
    def is_over(self) -> bool:
        """Whether it can be asked no more: it has ended, or belongs to the process that this one was forked from."""
        return os.getpid() != self._owner or self._process.poll() is not None

    def ask(self, request: dict[str, Any], stopped: Callable[[], bool]) -> dict[str, Any]:
        assert self._process.stdin is not None
        line = f"{json.dumps(request)}\n".encode()
        try:
            while line:
                line = line[self._process.stdin.write(line) :]
        except OSError as error:
            raise ServerError(f"the process of needle-3 has ended: {error}.") from error
        return self.receive(stopped)

    def receive(self, stopped: Callable[[], bool]) -> dict[str, Any]:
        """Wait for a reply."""
        while not stopped():
            try:
                line = self._replies.get(timeout=POLL)
            except queue.Empty:
                continue
            if not line:
                raise ServerError(f"the process of needle-3 ended with the exit code {self._process.wait()}.")
            return dict(json.loads(line))
        raise Stopped

    def end(self) -> None:
        """End it at once."""
        self._end()


def _forward(process: subprocess.Popen[bytes], replies: queue.SimpleQueue[bytes]) -> None:
    """Hand over each line, and an empty one at the end."""
    assert process.stdout is not None
    for line in process.stdout:
        replies.put(line)
    replies.put(b"")


def _ended(process: subprocess.Popen[bytes], owner: int) -> None:
    if os.getpid() == owner:
        process.kill()
        process.wait()
    else:
        process.returncode = 0  # it is not a child of this process, which was forked: nothing is left to wait for
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
