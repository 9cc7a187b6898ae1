"""The folder of what is not complete yet: private while it is used, and not left behind."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from agentkit.errors import WeightsError
from agentkit.runners.local.staging import LOCK, PREFIX, YOUNG, Staging, check_space

from_here = "import sys, time\nfrom pathlib import Path\nfrom agentkit.runners.local.staging import Staging\n"


def _left(target: Path, age: float, locked: bytes | None) -> Path:
    """A folder as a process leaves it that ends without cleaning up."""
    folder = target / f"{PREFIX}left"
    folder.mkdir(parents=True)
    (folder / "part").write_bytes(b"half")
    if locked is not None:
        (folder / LOCK).write_bytes(locked)
    os.utime(folder, (time.time() - age,) * 2)
    return folder


def test_the_target_folder_is_made(tmp_path: Path) -> None:
    with Staging(tmp_path / "a" / "b") as staging:
        assert staging.folder.parent == tmp_path / "a" / "b"


def test_nothing_is_left_when_the_block_ends(tmp_path: Path) -> None:
    with Staging(tmp_path) as staging:
        (staging.folder / "part").write_bytes(b"half")
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_when_the_block_fails(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Staging(tmp_path) as staging:
        (staging.folder / "part").write_bytes(b"half")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_published_file_stays(tmp_path: Path) -> None:
    with Staging(tmp_path) as staging:
        (staging.folder / "whole").write_bytes(b"all of it")
        staging.publish(staging.folder / "whole", tmp_path / "model.gguf")
    assert [path.name for path in tmp_path.iterdir()] == ["model.gguf"]
    assert (tmp_path / "model.gguf").read_bytes() == b"all of it"


def test_publishing_replaces_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"old")
    with Staging(tmp_path) as staging:
        (staging.folder / "whole").write_bytes(b"new")
        staging.publish(staging.folder / "whole", tmp_path / "model.gguf")
    assert (tmp_path / "model.gguf").read_bytes() == b"new"


def test_a_folder_whose_process_ended_is_removed_at_once(tmp_path: Path) -> None:
    left = _left(tmp_path, age=0, locked=b"1")
    with Staging(tmp_path):
        assert not left.exists()


@pytest.mark.parametrize("locked", [None, b""])
def test_a_folder_that_is_just_being_made_is_left_alone(tmp_path: Path, locked: bytes | None) -> None:
    """Between making the folder and locking it there is a moment in which nobody seems to use it."""
    made = _left(tmp_path, age=0, locked=locked)
    with Staging(tmp_path):
        assert made.exists()


@pytest.mark.parametrize("locked", [None, b""])
def test_an_old_folder_that_was_never_locked_is_removed(tmp_path: Path, locked: bytes | None) -> None:
    left = _left(tmp_path, age=YOUNG + 60, locked=locked)
    with Staging(tmp_path):
        assert not left.exists()


def test_a_folder_in_use_by_another_process_is_not_removed(tmp_path: Path, start) -> None:
    other = start(
        f"{from_here}with Staging(Path({str(tmp_path)!r})) as staging:\n"
        " print(staging.folder, flush=True)\n time.sleep(60)"
    )
    folder = Path(other.stdout.readline().strip())
    os.utime(folder, (0, 0))
    with Staging(tmp_path):
        assert (folder / LOCK).exists()


def test_a_folder_of_a_killed_process_is_removed(tmp_path: Path, start) -> None:
    other = start(
        f"{from_here}with Staging(Path({str(tmp_path)!r})) as staging:\n"
        " print(staging.folder, flush=True)\n time.sleep(60)"
    )
    folder = Path(other.stdout.readline().strip())
    other.kill()
    other.wait()
    assert folder.exists()
    with Staging(tmp_path):
        assert not folder.exists()


def test_what_vanishes_while_it_is_looked_at_does_no_harm(tmp_path: Path) -> None:
    """A link to nothing is what a folder looks like that another process removes at this moment."""
    (tmp_path / f"{PREFIX}gone").symlink_to(tmp_path / "nowhere")
    with Staging(tmp_path) as staging:
        assert staging.folder.exists()


def test_many_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    errors: list[Exception] = []

    def often() -> None:
        try:
            for _ in range(100):
                with Staging(tmp_path) as staging:
                    (staging.folder / "part").write_bytes(b"mine")
                    assert (staging.folder / "part").read_bytes() == b"mine"
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=often) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert list(tmp_path.iterdir()) == []


def test_other_files_in_the_target_folder_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"mine")
    (tmp_path / "folder").mkdir()
    with Staging(tmp_path):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "model.gguf"]


def test_enough_space_is_no_error(tmp_path: Path) -> None:
    check_space(tmp_path, 1)


def test_too_little_space_names_the_folder_the_bytes_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        check_space(tmp_path, 10**18)
    assert str(caught.value).startswith(
        f"no disk space in {str(tmp_path)!r}: 1,000,000,000,000,000,000 bytes are needed, "
    )
    assert caught.value.hint == "Make room or set AGENTKIT_CACHE to another folder."
