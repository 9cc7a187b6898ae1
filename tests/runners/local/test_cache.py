"""Where weights are kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import agentkit
from agentkit.errors import WeightsError
from agentkit.runners.local.cache import cache_dir

linux = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="XDG folders are those of Linux")


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AGENTKIT_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)


def test_agentkit_cache_is_the_folder_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTKIT_CACHE", str(tmp_path))
    assert cache_dir() == tmp_path


def test_a_relative_agentkit_cache_counts_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGENTKIT_CACHE", "kept")
    assert cache_dir() == tmp_path / "kept"


def test_a_tilde_in_agentkit_cache_is_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTKIT_CACHE", os.path.join("~", "kept"))
    assert cache_dir() == Path.home() / "kept"


@linux
def test_the_users_cache_folder_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_dir() == tmp_path / "agentkit"


@linux
@pytest.mark.parametrize("name", ["", "relative/folder"])
def test_an_xdg_folder_that_is_not_absolute_is_ignored(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the XDG Base Directory Specification has it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", name)
    assert cache_dir() == tmp_path / ".cache" / "agentkit"


def test_an_empty_agentkit_cache_counts_as_unset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = cache_dir()
    monkeypatch.setenv("AGENTKIT_CACHE", "")
    assert cache_dir() == usual


def _homeless(chosen: str) -> str:
    """What `cache_dir` says to a user without a home folder."""
    program = f"""
import os, sys
sys.path.insert(0, {str(Path(agentkit.__file__).parents[1])!r})
from agentkit.errors import WeightsError
from agentkit.errors import WeightsError
from agentkit.runners.local.cache import cache_dir
del os.environ["HOME"]
os.environ["AGENTKIT_CACHE"] = {chosen!r}
os.setuid(54321)
try:
    print(cache_dir())
except WeightsError as error:
    print(error)
"""
    ended = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=60)
    assert not ended.stderr
    return ended.stdout.strip()


@linux
@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can become a user without a home")
@pytest.mark.parametrize("chosen", ["", "~/kept"])
def test_a_user_without_a_home_folder_is_told_what_to_set(chosen: str) -> None:
    assert _homeless(chosen) == "this user has no home folder. Set AGENTKIT_CACHE to a folder."


@linux
@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can become a user without a home")
def test_a_user_without_a_home_folder_can_choose_one(tmp_path: Path) -> None:
    assert _homeless(str(tmp_path)) == str(tmp_path)


def test_a_tilde_of_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTKIT_CACHE", "~nobody-has-this-name/kept")
    with pytest.raises(WeightsError, match="Set AGENTKIT_CACHE to a folder"):
        cache_dir()
