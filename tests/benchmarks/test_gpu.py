"""`benchmarks/gpu.py` itself, without a GPU: a tiny model through all of its parts, and its arithmetic."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("transformers", reason="transformers is not installed")
pytest.importorskip("torchao", reason="torchao is not installed")

ROOT = Path(__file__).parent.parent.parent


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "benchmarks" / "gpu.py"), *arguments]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, timeout=500)


def rows(ended: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert ended.returncode == 0, ended.stderr
    found = [json.loads(line) for line in ended.stdout.splitlines()]
    return {row["what"]: row.get("value") for row in found if "what" in row}


@pytest.fixture(scope="module")
def tiny() -> dict[str, Any]:
    """What it says of a tiny model on this CPU."""
    return rows(run("--tiny", "--json", "--parts", "check,decode,prefill,masks,loop"))


def test_every_part_gives_figures(tiny: dict[str, Any]) -> None:
    assert all(value is not None for value in tiny.values())
    for part in ("copy bandwidth", "matrix rate", "decode, batch 8", "prompt of 600", "grammar for each", "agent loop"):
        assert any(what.startswith(part) for what in tiny), part


def test_each_kind_of_weights_is_compared_before_anything_is_timed(tiny: dict[str, Any]) -> None:
    assert next(iter(tiny.items())) == ("kinds of tiny models that write what `generate` writes", 4)


def test_a_batch_is_timed_at_the_context_that_is_asked_for(tiny: dict[str, Any]) -> None:
    assert tiny["decode, batch 1, context 48: context, on average"] == pytest.approx(48, abs=4)
    assert tiny["decode, batch 8, context 40: context, on average"] == pytest.approx(40, abs=6)


def test_every_speed_is_a_part_of_its_floor(tiny: dict[str, Any]) -> None:
    shares = {what: value for what, value in tiny.items() if what.endswith("of the floor measured here")}
    assert len(shares) == 5
    assert all(value > 0 for value in shares.values()), shares


def test_the_floors_of_an_h200_are_those_of_its_data_sheet() -> None:
    """26.8 GB of weights at 4.8 TB/s are 5.6 ms; and a step of 256 requests reads 80.5 GB of keys and values beside."""
    found = rows(run("--parts", "floors", "--json"))
    expected = {
        "qwen1.5-14b, batch 1, context 512": 176.5,
        "qwen1.5-14b, batch 32, context 512": 3821,
        "qwen1.5-14b, batch 256, context 384": 11451,
        "qwen1.5-14b, prompt of 2048": 30315,
        "llama-2-7b, batch 1, context 512": 356,
        "mistral-7b, batch 256, context 384": 45333,
    }
    for what, value in expected.items():
        assert found[f"floor: {what}, an H200 by its data sheet"] == pytest.approx(value, rel=1e-3)


def test_without_a_gpu_it_says_so() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    ended = run("--parts", "check")
    assert ended.returncode == 2
    assert "sees no GPU" in ended.stderr
    assert "--tiny" in ended.stderr


def test_an_unknown_part_is_refused() -> None:
    ended = run("--parts", "decode,speed")
    assert ended.returncode == 2
    assert "no part 'speed'" in ended.stderr
