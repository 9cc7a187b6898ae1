"""A fetch that is cut, killed, stopped or doubled: what came is kept, the rest comes once, and it is right."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from agentkit.errors import WeightsError
from agentkit.runners.local.hub import fetch, is_complete
from agentkit.runners.local.threads import Stopped

from .conftest import FILES, LARGEST, NAME, contents
from .hub_server import PATIENCE, TOKEN, Fault, Hub, Repo

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits as POSIX has them")
SIZE = len(FILES[LARGEST])
HALF = 1_500_000
TELL = "try:\n {}\nexcept AgentKitError as error:\n print(type(error).__name__, error)"


def call(target: Path, revision: str = "main") -> str:
    """The text of a call."""
    return f"fetch({NAME!r}, {revision!r}, Path({str(target)!r}))"


def wait_until_kept(target: Path, size: int) -> None:
    """Return when so many bytes of one file are on the disk."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if any(part.stat().st_size == size for part in target.glob(".partial/*")):
            return
        time.sleep(0.02)
    raise AssertionError("the bytes do not come")


@posix
def test_after_a_kill_only_the_rest_is_sent(hub: Hub, repo: Repo, target: Path, start) -> None:
    hub.faults.append(Fault(LARGEST, hold=HALF))
    process = start(call(target))
    hub.wait_for_half()
    wait_until_kept(target, HALF)
    process.kill()
    process.wait()
    assert not is_complete(target)
    assert contents(target) == {}
    hub.go.set()
    hub.sent.clear()
    fetch(NAME, "main", target)
    assert contents(target) == FILES
    assert [(sent.status, sent.range, sent.size) for sent in hub.bodies(LARGEST)] == [
        (206, f"bytes={HALF}-", SIZE - HALF)
    ]
    assert sorted(path.name for path in target.glob(".*")) == [".agentkit-hub.json", ".lock"]


@posix
def test_ctrl_c_ends_it_at_once_and_what_came_is_kept(hub: Hub, repo: Repo, target: Path, start) -> None:
    hub.faults.append(Fault(LARGEST, hold=HALF))
    process = start(call(target))
    hub.wait_for_half()
    wait_until_kept(target, HALF)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE / 2)  # the server still holds the rest back
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert not is_complete(target)
    hub.go.set()
    fetch(NAME, "main", target)
    assert contents(target) == FILES
    assert hub.bodies(LARGEST)[-1].range == f"bytes={HALF}-"


def test_stopped_ends_it_while_the_server_is_silent(hub: Hub, repo: Repo, target: Path) -> None:
    hub.faults.append(Fault(LARGEST, hold=HALF))
    with pytest.raises(Stopped):
        fetch(NAME, "main", target, stopped=lambda: hub.half.acquire(blocking=False))
    assert not hub.go.is_set()
    assert contents(target) == {}


def test_stopped_ends_it_while_the_hub_makes_its_list(hub: Hub, repo: Repo, target: Path) -> None:
    hub.faults.append(Fault(f"/api/models/{NAME}/revision/main", silent=True))
    with pytest.raises(Stopped):
        fetch(NAME, "main", target, stopped=lambda: hub.half.acquire(blocking=False))
    assert not target.exists()
    assert not hub.go.is_set()


def test_stopped_ends_a_wait_that_the_hub_asked_for(hub: Hub, repo: Repo, target: Path) -> None:
    hub.faults.append(Fault("config.json", 99, status=429, headers={"Retry-After": "30"}))
    with pytest.raises(Stopped):
        fetch(NAME, "main", target, stopped=lambda: "config.json" in hub.paths())
    assert len([sent for sent in hub.sent if sent.path == "config.json"]) == 1


@pytest.mark.parametrize("fault", [Fault(LARGEST, hold=HALF), Fault(LARGEST, silent=True, plain=True)])
def test_a_thread_that_is_left_behind_writes_nothing_more(hub: Hub, repo: Repo, target: Path, fault: Fault) -> None:
    hub.faults += [Fault(LARGEST, cut=400_000), replace(fault)]
    with pytest.raises(Stopped):
        fetch(NAME, "main", target, stopped=lambda: hub.half.acquire(blocking=False))
    parts = {part: part.stat().st_size for part in target.glob(".partial/*")}
    hub.go.set()
    for thread in threading.enumerate():
        if thread.name == "agentkit-hub":
            thread.join(PATIENCE)
    assert {part: part.stat().st_size for part in target.glob(".partial/*")} == parts


def test_what_progress_raises_ends_it(hub: Hub, repo: Repo, target: Path) -> None:
    class Enough(Exception):
        pass

    def watch(done: int, total: int | None) -> None:
        if done:
            raise Enough

    hub.faults.append(Fault(LARGEST, hold=HALF))
    with pytest.raises(Enough):
        fetch(NAME, "main", target, watch)
    assert not is_complete(target)


def test_an_error_of_the_one_who_watches_is_its_own(hub: Hub, repo: Repo, target: Path) -> None:
    """A closed terminal is an `OSError`, and no full disk."""

    def watch(done: int, total: int | None) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        fetch(NAME, "main", target, watch)


def test_progress_grows_while_the_bytes_come(hub: Hub, repo: Repo, target: Path) -> None:
    """Half of the largest file waits on the server until progress has seen that half."""
    hub.faults.append(Fault(LARGEST, hold=HALF))

    def watch(done: int, total: int | None) -> None:
        if done >= HALF:
            hub.go.set()

    fetch(NAME, "main", target, watch)
    assert contents(target) == FILES


def test_a_connection_that_is_cut_goes_on_where_it_was(hub: Hub, repo: Repo, target: Path) -> None:
    hub.faults.append(Fault(LARGEST, 5, cut=400_000))
    fetch(NAME, "main", target)
    assert contents(target) == FILES
    bodies = hub.bodies(LARGEST)
    assert [sent.range for sent in bodies] == [None, *(f"bytes={at * 400_000}-" for at in range(1, 6))]
    assert sum(sent.size for sent in bodies) == SIZE


def test_a_connection_that_is_always_cut_at_once_is_given_up(hub: Hub, repo: Repo, target: Path) -> None:
    hub.faults.append(Fault("config.json", 99, cut=0))
    with pytest.raises(WeightsError, match="no connection to"):
        fetch(NAME, "main", target)
    assert len(hub.bodies("config.json")) == 4


def test_a_server_that_sends_all_again_in_place_of_the_rest(hub: Hub, repo: Repo, target: Path) -> None:
    hub.faults += [Fault(LARGEST, cut=400_000), Fault(LARGEST, plain=True)]
    fetch(NAME, "main", target)
    assert contents(target) == FILES
    assert [(sent.status, sent.range, sent.size) for sent in hub.bodies(LARGEST)] == [
        (200, None, 400_000),
        (200, "bytes=400000-", SIZE),
    ]


def test_a_server_that_begins_anew_and_never_comes_further_is_given_up(hub: Hub, repo: Repo, target: Path) -> None:
    hub.faults.append(Fault(LARGEST, 99, cut=400_000, plain=True))
    with pytest.raises(WeightsError, match="no connection to"):
        fetch(NAME, "main", target)
    assert len(hub.bodies(LARGEST)) == 5


@pytest.mark.parametrize("left", [b"x" * HALF, b"x" * SIZE, b"x" * (SIZE + 1)])
def test_a_harmed_rest_of_an_earlier_fetch_is_not_kept(hub: Hub, repo: Repo, target: Path, left: bytes) -> None:
    hub.faults.append(Fault(LARGEST, hold=HALF))
    with pytest.raises(Stopped):
        fetch(NAME, "main", target, stopped=lambda: hub.half.acquire(blocking=False))
    hub.go.set()
    part = max(target.glob(".partial/*"), key=lambda part: part.stat().st_size)
    part.write_bytes(left)
    fetch(NAME, "main", target)
    assert contents(target) == FILES


def test_two_processes_fetch_into_one_folder_and_every_byte_comes_once(
    hub: Hub, repo: Repo, target: Path, start
) -> None:
    hub.faults.append(Fault(LARGEST, hold=HALF))
    first = start(call(target))
    hub.wait_for_half()
    second = start("print('here')\nsys.stdout.flush()\n" + call(target))
    assert second.stdout.readline() == "here\n"
    while len([sent for sent in hub.sent if sent.path.startswith("/api/")]) < 2:
        time.sleep(0.02)
    hub.go.set()
    for process in (first, second):
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out, err) == (0, "", "")
    assert contents(target) == FILES
    assert [sent.size for sent in hub.bodies(LARGEST)] == [SIZE]


def test_a_fetch_that_waits_for_another_one_can_be_stopped(hub: Hub, repo: Repo, target: Path, start) -> None:
    hub.faults.append(Fault(LARGEST, hold=HALF))
    start(call(target))
    hub.wait_for_half()
    asked = f"/api/models/{NAME}/revision/main"
    with pytest.raises(Stopped):
        fetch(NAME, "main", target, stopped=lambda: [sent.path for sent in hub.sent].count(asked) == 2)


def test_it_says_nothing(hub: Hub, repo: Repo, target: Path, start) -> None:
    """No bars, no warnings, no tokens."""
    hub.faults.append(Fault(LARGEST, cut=400_000))
    process = start(call(target), HF_TOKEN=TOKEN)
    assert process.communicate(timeout=PATIENCE) == ("", "")
    assert process.returncode == 0


def test_offline_is_told(hub: Hub, repo: Repo, target: Path, start) -> None:
    out, err = start(TELL.format(call(target)), HF_HUB_OFFLINE="1").communicate(timeout=PATIENCE)
    assert out.strip() == (
        f"WeightsError {NAME!r} is not complete in {str(target)!r}, and HF_HUB_OFFLINE forbids to fetch it. "
        "Unset HF_HUB_OFFLINE, or copy that folder from another machine."
    ), err
    assert hub.sent == []


def test_offline_is_enough_for_what_is_here(hub: Hub, repo: Repo, target: Path, start) -> None:
    fetch(NAME, "main", target)
    hub.sent.clear()
    process = start(call(target), HF_HUB_OFFLINE="1")
    assert process.communicate(timeout=PATIENCE) == ("", "")
    assert hub.sent == []


def test_a_token_of_another_program_is_not_used(hub: Hub, repo: Repo, target: Path, tmp_path: Path, start) -> None:
    (tmp_path / "hf").mkdir()
    (tmp_path / "hf" / "token").write_text(TOKEN)
    process = start(call(target), HUGGING_FACE_HUB_TOKEN=TOKEN)
    assert process.communicate(timeout=PATIENCE) == ("", "")
    assert {sent.headers.get("authorization") for sent in hub.sent} == {None}
    assert [path.name for path in (tmp_path / "hf").iterdir()] == ["token"]


def test_a_server_that_is_silent_is_told(hub: Hub, repo: Repo, target: Path, start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        silent = {"HF_ENDPOINT": f"http://127.0.0.1:{port}", "HF_HUB_DOWNLOAD_TIMEOUT": "1"}
        out, err = start(TELL.format(call(target)), **silent).communicate(timeout=PATIENCE)
    assert out.startswith(f"WeightsError no connection to '127.0.0.1:{port}', or it broke: timed out. "), err


def test_the_library_is_not_needed_until_it_is(target: Path, start) -> None:
    program = f"print([name for name in sys.modules if name.startswith(('huggingface', 'httpx2'))])\n{TELL}"
    missing = "sys.modules['huggingface_hub'] = None\n" + program.format(call(target))
    out, err = start(missing).communicate(timeout=PATIENCE)
    assert out.splitlines()[1:] == [
        "MissingDependencyError 'huggingface_hub' is not installed. Install it with: pip install 'agentkit[hub]'"
    ], err
    assert out.splitlines()[0] == "['huggingface_hub']"


@posix
def test_a_file_that_may_not_grow_so_big_is_told(hub: Hub, repo: Repo, target: Path, start) -> None:
    limit = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
    out, err = start(limit + TELL.format(call(target))).communicate(timeout=PATIENCE)
    assert out.strip() == (
        f"WeightsError the weights cannot be stored in {str(target)!r}: File too large. "
        "Make room or set AGENTKIT_CACHE to another folder."
    ), err
    assert not is_complete(target)


FILL = """
def watch(done, total):
    if done >= {half} and not os.path.exists(target / "other"):
        with open(target / "other", "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1000))
            except OSError:
                print("full", flush=True)
"""


def test_a_disk_that_fills_up_is_told_and_what_came_is_kept(hub: Hub, repo: Repo, target: Path) -> None:
    """There was room when it was looked at; another file takes it while half of the largest one waits."""
    target.mkdir(parents=True)
    command = ["unshare", "--mount", "--map-root-user", "sh", "-c"]
    mount = f"mount -t tmpfs -o size=5m none {str(target)!r}"
    if not shutil.which("unshare") or subprocess.run([*command, mount], capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    hub.faults.append(Fault(LARGEST, hold=HALF))
    program = (
        "import os\nfrom pathlib import Path\nfrom agentkit.errors import *\nfrom agentkit.runners.local.hub import *\n"
        f"target = Path({str(target)!r})\n{FILL.format(half=HALF)}\n"
        + TELL.format(f"fetch({NAME!r}, 'main', target, watch)")
        + "\nprint(max(part.stat().st_size for part in target.glob('.partial/*')) > 300_000, is_complete(target))"
    )
    run = [*command, f'{mount} && exec "$0" "$@"', sys.executable, "-c", program]
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "full\n", process.stderr and process.stderr.read()
        hub.go.set()
        out, err = process.communicate(timeout=PATIENCE)
    assert out.splitlines() == [
        f"WeightsError the weights cannot be stored in {str(target)!r}: No space left on device. "
        "Make room or set AGENTKIT_CACHE to another folder.",
        "True False",
    ], err
