"""What is installed and set, and GPUs as tools show them."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from agentkit.runners.machine import Gpu, extras, nvidia, remotes, settings
from agentkit.runners.machine.gpus import rows


def test_secrets_are_only_told_to_be_set() -> None:
    environment = {
        "OPENAI_API_KEY": "sk-hush",
        "HF_TOKEN": "hush",
        "OPENAI_BASE_URL": "http://me:hush@host:1/v1?key=hush",
        "https_proxy": "http://me:hush@proxy:2",
        "AGENTKIT_RUNNER": "openai:x",
        "PATH": "/bin",
    }
    found = settings(environment)
    assert "hush" not in str(found)
    assert found["OPENAI_API_KEY"] == "set"
    assert found["OPENAI_BASE_URL"] == "http://host:1/v1"
    assert found["HTTPS_PROXY"] == "http://proxy:2"
    assert "PATH" not in found


@pytest.mark.parametrize("value", ["http://[::1", "host:1/v1", ""])
def test_an_address_that_is_none_is_told_as_well_as_it_can_be(value: str) -> None:
    assert isinstance(settings({"OPENAI_BASE_URL": value}), dict)


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({}, "CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_AUTH_TOKEN"),
        ({"CLOUDFLARE_ACCOUNT_ID": "a"}, "CLOUDFLARE_AUTH_TOKEN"),
        ({"CLOUDFLARE_API_TOKEN": "t"}, "CLOUDFLARE_ACCOUNT_ID"),
        ({"CLOUDFLARE_ACCOUNT_ID": "a", "CLOUDFLARE_API_TOKEN": "t"}, ""),
        ({"CLOUDFLARE_ACCOUNT_ID": "a", "CLOUDFLARE_AUTH_TOKEN": " "}, "CLOUDFLARE_AUTH_TOKEN"),
    ],
)
def test_what_is_missing_for_workers_ai(environment: dict[str, str], missing: str) -> None:
    assert remotes(environment)["@cf/VENDOR/MODEL"] == missing


def test_extras_have_versions() -> None:
    found = {extra.name: extra for extra in extras("anyio")}
    assert found["trio"].versions["trio"]
    assert found["trio"].complete


def test_a_project_that_is_not_installed_has_none() -> None:
    assert extras("there-is-no-such-project") == []


def test_rows_that_make_no_sense_are_left_out() -> None:
    text = "NVIDIA A, 100, 50\nNo devices were found\n\nNVIDIA B, [N/A], [N/A]\n"
    assert rows(text) == [
        Gpu("NVIDIA A", 100 << 20, 50 << 20, "nvidia-smi"),
        Gpu("NVIDIA B", None, None, "nvidia-smi"),
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="a script as a program")
@pytest.mark.parametrize(
    ("script", "count"), [("echo 'NVIDIA T, 10, 5'", 1), ("echo broken >&2; exit 9", 0), ("kill -9 $$", 0)]
)
def test_the_tool_of_nvidia(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, count: int) -> None:
    program = tmp_path / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert len(nvidia()) == count


def test_without_the_tool_there_are_no_gpus_of_nvidia(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert nvidia() == []
