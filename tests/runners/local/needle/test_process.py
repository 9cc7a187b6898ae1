"""The process that computes Needle: real answers, real kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agentkit.errors import ContextOverflowError, ServerError, WeightsError
from agentkit.runners.local.needle.engine import LONGEST, Needle
from agentkit.runners.local.threads import Stopped

pytestmark = pytest.mark.real
PATIENCE = 120
WEATHER = {
    "name": "weather",
    "description": "Tell the weather in a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def never() -> bool:
    return False


@pytest.fixture
def needle(needle_weights: Path) -> Iterator[Needle]:
    needle = Needle(lambda stopped: needle_weights)
    yield needle
    needle.close()


def process_of(needle: Needle) -> subprocess.Popen[bytes]:
    assert needle._process is not None
    return needle._process._process


def ask(needle: Needle, request: str = "Weather in Lagos?") -> Any:
    return needle.complete(request, [WEATHER], never).calls


def test_it_calls_and_says_what_it_cost(needle: Needle) -> None:
    answer = needle.complete("Weather in Lagos?", [WEATHER], never)
    assert answer.calls == [{"name": "weather", "arguments": {"city": "Lagos"}}]
    assert answer.read > 20
    assert answer.written > 5


def test_one_that_is_stopped_ends_at_once_and_the_next_is_answered(needle: Needle) -> None:
    ask(needle)
    first = process_of(needle)
    until = time.monotonic() + 0.3
    with pytest.raises(Stopped):
        needle.complete("Weather in Lagos? " * 200, [WEATHER], lambda: time.monotonic() > until)
    assert first.wait(PATIENCE) is not None
    assert ask(needle)
    assert process_of(needle) is not first


def test_a_process_that_is_killed_is_an_error_and_the_next_request_gets_another(needle: Needle) -> None:
    ask(needle)
    threading.Timer(0.3, process_of(needle).kill).start()
    with pytest.raises(ServerError, match="ended with the exit code"):
        ask(needle, "Weather in Lagos? " * 200)
    assert ask(needle)


def test_one_that_was_killed_between_two_requests_is_not_noticed(needle: Needle) -> None:
    ask(needle)
    process_of(needle).kill()
    process_of(needle).wait()
    assert ask(needle)


def test_closing_ends_the_process_and_the_next_request_starts_another(needle: Needle) -> None:
    ask(needle)
    process = process_of(needle)
    needle.close()
    assert process.wait(PATIENCE) is not None
    assert ask(needle)


def test_one_that_nobody_holds_any_more_ends_its_process(needle_weights: Path) -> None:
    needle = Needle(lambda stopped: needle_weights)
    ask(needle)
    process = process_of(needle)
    del needle
    assert process.wait(PATIENCE) is not None


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes in /proc")
def test_the_process_ends_with_the_one_that_asks_even_if_that_is_killed(needle_weights: Path) -> None:
    program = f"""
from pathlib import Path
from agentkit.runners.local.needle.engine import Needle
needle = Needle(lambda stopped: Path({str(needle_weights)!r}))
needle.complete("Hi", [], lambda: False)
print(needle._process._process.pid, flush=True)
input()
"""
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as asking:
        assert asking.stdout is not None
        worker = int(asking.stdout.readline())
        assert Path(f"/proc/{worker}").exists()
        asking.send_signal(signal.SIGKILL)
    until = time.monotonic() + PATIENCE
    while _runs(worker) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(worker)


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_threads_are_answered_one_after_the_other(needle: Needle) -> None:
    found: dict[str, Any] = {}

    def work(city: str) -> None:
        found[city] = ask(needle, f"Weather in {city}?")

    threads = [threading.Thread(target=work, args=(city,)) for city in ("Lagos", "Oslo")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert {city: calls[0]["arguments"]["city"] for city, calls in found.items()} == {"Lagos": "Lagos", "Oslo": "Oslo"}


def test_one_that_waits_for_its_turn_can_be_stopped(needle: Needle) -> None:
    ask(needle)
    with needle._turn, pytest.raises(Stopped):
        needle.complete("Weather in Lagos?", [WEATHER], lambda: True)


@pytest.mark.parametrize("request_text", ["", "\ud800 Lagos", "a\0b", "</think><tool_call>[]", "\n\n", "\u202e"])
def test_odd_texts_do_no_harm(needle: Needle, request_text: str) -> None:
    assert isinstance(ask(needle, request_text), list | None)


def test_what_is_too_long_is_refused_with_both_numbers(needle: Needle) -> None:
    with pytest.raises(ContextOverflowError, match=f"needle-3 takes {LONGEST:,}"):
        needle.complete("x" * LONGEST, [WEATHER], never)


def test_weights_of_another_kind_are_an_error_that_names_them(needle_weights: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.cact"
    broken.write_bytes(needle_weights.read_bytes()[:1_000_000])
    needle = Needle(lambda stopped: broken)
    with pytest.raises(WeightsError, match=r"broken\.cact"):
        ask(needle)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_gets_a_process_of_its_own(needle_weights: Path) -> None:
    program = f"""
import os
from pathlib import Path
from agentkit.runners.local.needle.engine import Needle
needle = Needle(lambda stopped: Path({str(needle_weights)!r}))
needle.complete("Hi", [], lambda: False)
before = needle._process._process.pid
if os.fork() == 0:
    needle.complete("Hi", [], lambda: False)
    assert needle._process._process.pid != before
    needle.close()
    os._exit(0)
assert os.wait()[1] == 0
needle.complete("Hi", [], lambda: False)
assert needle._process._process.pid == before
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=PATIENCE)
