"""Loaded models, each once for all that want the same one."""

from __future__ import annotations

import threading
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from agentkit.errors import WeightsError
from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.engine import Load
from agentkit.runners.local.shared import claim, release
from agentkit.runners.local.weights import find

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def load() -> Load:
    """The embedded model in a small context."""
    path = find(DEFAULT)
    if path is None:
        pytest.skip("the embedded weights are not on this machine")
    return Load(path, 352, 1)  # a context that no other test has: it must not be loaded already


def test_the_last_claim_unloads_and_equal_ones_share(load: Load) -> None:
    first, second = claim(load, lambda: False), claim(load, lambda: False)
    assert first is second
    release(load)
    assert first.tokens("Hello")
    release(load)
    assert not hasattr(first, "_server")
    third = claim(load, lambda: False)
    assert third is not first
    release(load)


def test_a_failed_load_may_be_tried_again(load: Load, tmp_path: Path) -> None:
    own = Load(tmp_path / "late.gguf", 352, 1)
    with pytest.raises(WeightsError):
        claim(own, lambda: False)
    own.path.symlink_to(load.path)
    assert claim(own, lambda: False).tokens("Hello")
    release(own)


def test_claims_at_the_same_time_load_once(load: Load) -> None:
    own, got = replace(load, context=768), []
    threads = [threading.Thread(target=lambda: got.append(claim(own, lambda: False))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(one is other for one, other in pairwise(got))
    for _ in got:
        release(own)
