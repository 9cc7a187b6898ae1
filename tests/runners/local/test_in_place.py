"""Weights that are used where the user has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentkit.errors import WeightsError
from agentkit.runners.local.entry import Entry, Licence
from agentkit.runners.local.first_use import weights_of
from agentkit.runners.local.in_place import InPlace
from agentkit.runners.local.weights import adopt, find, pull

from .checkpoint_files import write_checkpoint


def entry(path: Path) -> Entry:
    return Entry("mine", Licence("MIT"), InPlace(path))


def test_a_folder_is_used_where_it_is(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "model")
    assert find(entry(folder)) == pull(entry(folder)) == weights_of(entry(folder), None, lambda: False) == folder


def test_a_folder_with_a_gguf_file_stands_for_the_file(weights: Path) -> None:
    assert find(entry(weights)) == weights
    assert find(entry(weights.parent)) == weights


def test_what_is_not_there_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="there are no weights at"):
        find(entry(tmp_path / "missing"))


@pytest.mark.parametrize("name", ["a\0b", "x" * 300])
def test_a_path_that_cannot_be_is_told(name: str) -> None:
    with pytest.raises(WeightsError, match=r"there are no weights at|cannot be looked at"):
        find(entry(Path(name)))


def test_its_place_is_changed_in_the_file_that_says_it(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "model")
    with pytest.raises(WeightsError, match="own models file"):
        adopt(entry(folder), folder)
