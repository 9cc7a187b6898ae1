"""The setting that limits what loaded models take."""

from __future__ import annotations

import pytest

from agentkit.errors import ConfigurationError
from agentkit.runners.local.limit import limit_of
from agentkit.runners.local.machine import Memory

MEMORY = Memory("RAM", 16_000_000_000, free=1_000_000_000)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("12GB", 12_000_000_000),
        ("12 gb", 12_000_000_000),
        ("1.5GiB", 1_610_612_736),
        ("300MB", 300_000_000),
        ("4096", 4096),
        (" 60% ", 9_600_000_000),
        ("0.5%", 80_000_000),
        ("100%", 16_000_000_000),
    ],
)
def test_a_size_or_a_part_of_the_memory(text: str, size: int) -> None:
    assert limit_of(MEMORY, {"AGENTKIT_MEMORY": text}) == size


@pytest.mark.parametrize("environment", [{}, {"AGENTKIT_MEMORY": " "}])
def test_without_it_there_is_none(environment: dict[str, str]) -> None:
    assert limit_of(MEMORY, environment) is None


@pytest.mark.parametrize("text", ["much", "-1GB", "0", "0%", "101%", "12 GB free", "1e9", "12 parsecs", "GB", "%"])
def test_what_is_neither_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"AGENTKIT_MEMORY='.*' must be .* For example 12GB, or 60%"):
        limit_of(MEMORY, {"AGENTKIT_MEMORY": text})


def test_the_environment_is_read_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTKIT_MEMORY", "1GB")
    assert limit_of(MEMORY) == 1_000_000_000
    monkeypatch.setenv("AGENTKIT_MEMORY", "2GB")
    assert limit_of(MEMORY) == 2_000_000_000
