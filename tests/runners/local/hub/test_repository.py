"""A model hub's repository as the source of a model: pulled, or taken over from a folder of the user."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agentkit.errors import WeightsError
from agentkit.runners.local.entry import Entry, Licence
from agentkit.runners.local.first_use import weights_of
from agentkit.runners.local.repository import HubRepository
from agentkit.runners.local.weights import adopt, find, pull

from ..checkpoint_files import OTHER, TINY, write_checkpoint, write_gguf
from .conftest import FILES, NAME, contents
from .hub_server import Hub, Repo

ENTRY = Entry("@cf/maker/tiny", Licence("MIT"), HubRepository(NAME), aliases=("tiny",), architecture=TINY)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where weights are kept in this test."""
    monkeypatch.setenv("AGENTKIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A checkpoint that the user has."""
    return write_checkpoint(tmp_path / "given")


def test_what_was_pulled_is_found(hub: Hub, repo: Repo, cache: Path) -> None:
    assert find(ENTRY) is None
    folder = pull(ENTRY)
    assert folder == find(ENTRY) == cache / "maker--tiny-chat@main"
    assert contents(folder) == FILES


def test_what_was_pulled_is_found_without_a_hub(hub: Hub, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pull(ENTRY)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert find(ENTRY) == pull(ENTRY) == folder


def test_what_is_not_whole_is_not_found(hub: Hub, repo: Repo) -> None:
    (pull(ENTRY) / "config.json").write_bytes(b"{}")
    assert find(ENTRY) is None
    assert contents(pull(ENTRY)) == FILES


def test_a_pull_that_is_stopped_can_go_on(hub: Hub, repo: Repo) -> None:
    class Enough(Exception):
        pass

    def watch(done: int, total: int | None) -> None:
        raise Enough

    with pytest.raises(Enough):
        pull(ENTRY, watch)
    assert find(ENTRY) is None
    assert contents(pull(ENTRY)) == FILES


def test_every_revision_and_choice_of_files_has_a_folder_of_its_own() -> None:
    sources = [
        HubRepository(NAME),
        HubRepository(NAME, "v1/first"),
        HubRepository(NAME, "../../etc"),
        HubRepository(NAME, only=("*Q4*.gguf",)),
        HubRepository(NAME, only=("*Q8*.gguf",)),
    ]
    folders = {source.folder for source in sources}
    assert len(folders) == len(sources)
    assert {folder.parent for folder in folders} == {folder.parent.resolve() for folder in folders}


def test_weights_with_terms_are_not_fetched_by_the_first_use(hub: Hub, repo: Repo) -> None:
    with pytest.raises(WeightsError) as caught:
        weights_of(ENTRY, None, lambda: False)
    assert caught.value.message == "the weights of '@cf/maker/tiny' are not here."
    assert caught.value.hint == "Fetch them with: agentkit pull tiny"
    assert not hub.paths()


def test_a_folder_of_the_user_is_taken_over_without_its_code(given: Path, cache: Path) -> None:
    before = contents(given)
    folder = adopt(ENTRY, given)
    assert folder == find(ENTRY) == weights_of(ENTRY, None, lambda: False)
    assert contents(folder) == {name: data for name, data in before.items() if name != "modeling_tiny.py"}
    assert contents(given) == before
    assert [path.name for path in cache.iterdir()] == [folder.name]


def test_what_is_taken_over_takes_no_second_place_on_the_disk(given: Path) -> None:
    folder = adopt(ENTRY, given)
    name = "model-00001-of-00002.safetensors"
    assert os.path.samefile(folder / name, given / name)


def test_links_of_the_user_are_followed(given: Path, tmp_path: Path) -> None:
    """As in the caches of other programs."""
    (tmp_path / "links").mkdir()
    for file in given.iterdir():
        (tmp_path / "links" / file.name).symlink_to(file)
    folder = adopt(ENTRY, tmp_path / "links")
    assert not any(file.is_symlink() for file in folder.iterdir())
    assert find(ENTRY) == folder


def test_what_was_taken_over_needs_no_hub(given: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    adopt(ENTRY, given)
    assert pull(ENTRY) == find(ENTRY) is not None


def test_a_gguf_file_is_taken_over_as_well(tmp_path: Path) -> None:
    file = write_gguf(tmp_path / "tiny.gguf")
    path = adopt(ENTRY, file)
    assert path == find(ENTRY)
    assert path.name == file.name


def test_all_parts_of_a_gguf_model_are_taken_over(tmp_path: Path) -> None:
    (tmp_path / "big").mkdir()
    for number in (1, 2):
        write_gguf(tmp_path / "big" / f"big-0000{number}-of-00002.gguf")
    path = adopt(ENTRY, tmp_path / "big")
    assert path.name == "big-00001-of-00002.gguf"
    assert len(list(path.parent.glob("*.gguf"))) == 2


def test_weights_of_another_model_are_not_taken_over(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(WeightsError, match="is another model: kv_heads is 4, not 2"):
        adopt(ENTRY, write_checkpoint(tmp_path / "other", OTHER))
    assert not cache.exists()


def test_a_gguf_file_of_another_model_is_not_taken_over(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="is another model: kv_heads is 4, not 2"):
        adopt(ENTRY, write_gguf(tmp_path / "other.gguf", OTHER))


def test_weights_that_are_here_are_not_replaced(given: Path) -> None:
    adopt(ENTRY, given)
    with pytest.raises(WeightsError, match="are here already") as caught:
        adopt(ENTRY, given)
    assert caught.value.hint == "To have others, remove that folder first."


def test_what_an_interrupted_pull_left_gives_way(given: Path, cache: Path) -> None:
    (cache / "maker--tiny-chat@main" / ".partial").mkdir(parents=True)
    assert adopt(ENTRY, given) == find(ENTRY)


def test_progress_ends_with_all_bytes(given: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    adopt(ENTRY, given, lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1] == sum(f.stat().st_size for f in given.iterdir() if f.suffix != ".py")
