"""Profiles on disk: written whole, read with suspicion."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agentkit.errors import ConfigurationError
from agentkit.runners.profiles import VERSION, Profile, path_of, read_profile, write_profile

NAME, WHERE = "openai:able", "http://127.0.0.1:1/v1/chat/completions"
PROFILE = Profile(NAME, WHERE, "2026-01-02T03:04:05+00:00", {"required": "no", "named": "yes"}, 4096)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that profiles are kept in here."""
    monkeypatch.setenv("AGENTKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_there_and_back() -> None:
    path = write_profile(PROFILE)
    assert path == path_of(NAME, WHERE)
    assert read_profile(NAME, WHERE) == PROFILE


def test_there_is_none_at_first(cache: Path) -> None:
    assert read_profile(NAME, WHERE) is None
    assert not cache.exists()


@pytest.mark.parametrize(("name", "where"), [("openai:other", WHERE), (NAME, WHERE.replace(":1", ":2"))])
def test_each_runner_at_each_address_has_its_own(name: str, where: str) -> None:
    write_profile(PROFILE)
    assert read_profile(name, where) is None


def test_it_knows_what_is_there_and_what_is_lacking() -> None:
    assert PROFILE.has("named")
    assert not PROFILE.lacks("named")
    assert PROFILE.lacks("required")
    assert not PROFILE.has("seed")
    assert not PROFILE.lacks("seed")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe\x00",
        b'{"version": 1}',
        json.dumps({"version": VERSION + 1}).encode(),
        json.dumps(
            {"version": VERSION, "runner": NAME, "address": "x", "made": "", "findings": {}, "context": 1}
        ).encode(),
        json.dumps(
            {"version": VERSION, "runner": NAME, "address": WHERE, "made": "", "findings": {}, "context": -1}
        ).encode(),
        json.dumps(
            {"version": VERSION, "runner": NAME, "address": WHERE, "made": 1, "findings": {}, "context": 1}
        ).encode(),
        json.dumps(
            {"version": VERSION, "runner": NAME, "address": WHERE, "made": "", "findings": 7, "context": 1}
        ).encode(),
    ],
)
def test_a_broken_file_is_passed_over_and_said(content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path = path_of(NAME, WHERE)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert read_profile(NAME, WHERE) is None
    assert "is passed over" in caplog.text
    write_profile(PROFILE)
    assert read_profile(NAME, WHERE) == PROFILE


def test_a_folder_in_its_place_is_an_error_when_writing() -> None:
    path_of(NAME, WHERE).mkdir(parents=True)
    assert read_profile(NAME, WHERE) is None
    with pytest.raises(ConfigurationError, match="cannot be kept"):
        write_profile(PROFILE)


WRITER = """
import sys
from agentkit.runners.profiles import Profile, write_profile
for number in range(1, 101):
    findings = {f"ability {index}": sys.argv[1] for index in range(200)}
    write_profile(Profile(sys.argv[2], sys.argv[3], sys.argv[1], findings, number))
"""


def test_several_processes_may_write_while_one_reads(cache: Path) -> None:
    write_profile(PROFILE)
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(index), NAME, WHERE]) for index in range(2)]
    while any(writer.poll() is None for writer in writers):
        profile = read_profile(NAME, WHERE)
        assert profile is not None
        assert len(set(profile.findings.values()) - {"yes", "no"}) <= 1
    assert [writer.returncode for writer in writers] == [0, 0]
    assert len(list((cache / "profiles").iterdir())) == 1
