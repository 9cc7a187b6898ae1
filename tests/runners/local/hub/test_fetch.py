"""Fetching a repository: the right files, all of them, once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agentkit.errors import WeightsError
from agentkit.runners.local.hub import commit, fetch, is_complete

from .conftest import FILES, LARGEST, NAME, OTHERS, contents
from .hub_server import STRANGER, TOKEN, Hub, Repo


def test_weights_settings_tokenizer_templates_and_licence_are_brought(hub: Hub, repo: Repo, target: Path) -> None:
    fetch(NAME, "main", target)
    assert contents(target) == FILES


def test_pickles_code_and_copies_are_never_asked_for(hub: Hub, repo: Repo, target: Path) -> None:
    fetch(NAME, "main", target)
    assert not hub.paths() & OTHERS.keys()


def test_every_byte_is_sent_once(hub: Hub, repo: Repo, target: Path) -> None:
    fetch(NAME, "main", target)
    assert {path: [sent.size for sent in hub.bodies(path)] for path in FILES if FILES[path]} == {
        path: [len(data)] for path, data in FILES.items() if data
    }


def test_a_fetched_folder_is_complete_and_knows_its_commit(hub: Hub, repo: Repo, target: Path) -> None:
    fetch(NAME, "main", target)
    assert is_complete(target)
    assert commit(target) == repo.names["main"]


def test_a_folder_that_was_not_fetched_is_not_complete(tmp_path: Path, target: Path) -> None:
    (tmp_path / "config.json").write_bytes(b"{}")
    assert (is_complete(tmp_path), is_complete(target), commit(tmp_path)) == (False, False, None)


def test_a_tag_and_a_commit_hash_are_revisions_too(hub: Hub, repo: Repo, target: Path) -> None:
    old = repo.commit(FILES | {"config.json": b'{"old": 1}'}, "v1/first")
    repo.commit(FILES)
    fetch(NAME, "v1/first", target / "tag")
    fetch(NAME, old, target / "hash")
    assert contents(target / "tag") == contents(target / "hash") == FILES | {"config.json": b'{"old": 1}'}
    assert commit(target / "tag") == commit(target / "hash") == old


def test_progress_ends_with_all_bytes(hub: Hub, repo: Repo, target: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    fetch(NAME, "main", target, lambda done, total: seen.append((done, total)))
    size = sum(map(len, FILES.values()))
    assert seen == sorted(seen)
    assert seen[-1] == (size, size)
    assert {total for _, total in seen} == {size}


def test_a_commit_that_is_here_needs_no_request(hub: Hub, repo: Repo, target: Path) -> None:
    fetch(NAME, repo.names["main"], target)
    hub.sent.clear()
    seen: list[tuple[int, int | None]] = []
    fetch(NAME, repo.names["main"], target, lambda done, total: seen.append((done, total)))
    assert hub.sent == []
    assert seen[-1] == (sum(map(len, FILES.values())),) * 2


def test_a_branch_that_is_here_needs_no_network(hub: Hub, repo: Repo, target: Path) -> None:
    fetch(NAME, "main", target)
    hub.close()
    fetch(NAME, "main", target)
    assert contents(target) == FILES


def test_another_branch_needs_the_network(hub: Hub, repo: Repo, target: Path) -> None:
    fetch(NAME, "main", target)
    hub.close()
    with pytest.raises(WeightsError, match="no connection to"):
        fetch(NAME, "other", target)
    assert is_complete(target)


def test_of_a_branch_that_has_moved_only_what_is_new_is_brought(hub: Hub, repo: Repo, target: Path) -> None:
    fetch(NAME, "main", target)
    hub.sent.clear()
    after = FILES | {"config.json": b"{'new': 1}"}
    del after["merges.txt"]
    repo.commit(after)
    fetch(NAME, "main", target)
    assert contents(target) == after
    assert commit(target) == repo.names["main"]
    assert hub.paths() & FILES.keys() == {"config.json"}


def test_an_update_that_fails_changes_nothing(hub: Hub, repo: Repo, target: Path) -> None:
    fetch(NAME, "main", target)
    before = repo.names["main"]
    repo.commit(FILES | {"config.json": b"new", LARGEST: b"new weights"})
    hub.swapped[LARGEST] = b"bad weights"
    with pytest.raises(WeightsError, match="is not the one that the hub lists"):
        fetch(NAME, "main", target)
    assert contents(target) == FILES
    assert commit(target) == before
    assert is_complete(target)


@pytest.mark.parametrize("harm", ["lost", "shorter", "another byte"])
def test_only_a_file_that_is_harmed_is_brought_again(hub: Hub, repo: Repo, target: Path, harm: str) -> None:
    fetch(NAME, repo.names["main"], target)
    hub.sent.clear()
    file = target / LARGEST
    data = file.read_bytes()
    if harm == "lost":
        file.unlink()
    else:
        file.write_bytes(data[:-1] if harm == "shorter" else data[:-1] + bytes([data[-1] ^ 1]))
    assert is_complete(target) is (harm == "another byte")
    fetch(NAME, repo.names["main"], target)
    assert contents(target) == FILES
    assert hub.paths() == {LARGEST}


def test_a_broken_record_is_as_none(hub: Hub, repo: Repo, target: Path) -> None:
    fetch(NAME, "main", target)
    record = next(target.glob(".*.json"))
    record.write_bytes(record.read_bytes()[:100])
    assert not is_complete(target)
    hub.sent.clear()
    fetch(NAME, "main", target)
    assert is_complete(target)
    assert not hub.paths() & FILES.keys()


def test_what_is_not_the_models_is_left_alone(hub: Hub, repo: Repo, target: Path) -> None:
    target.mkdir(parents=True)
    (target / "notes.txt").write_bytes(b"mine")
    fetch(NAME, "main", target)
    assert contents(target) == FILES | {"notes.txt": b"mine"}


def test_only_the_files_of_a_pattern_are_brought(hub: Hub, target: Path) -> None:
    repo = hub.repos["maker/tiny-gguf"] = Repo()
    ggufs = {f"tiny.{kind}.gguf": os.urandom(2000) for kind in ("Q4_K_M", "Q8_0")}
    repo.commit(ggufs | {"config.json": b"{}", "Q4/tiny.Q4_K_M.bin": b"pickle", "Q4/run.Q4_K_M.py": b"code"})
    fetch("maker/tiny-gguf", "main", target, only=["*Q4_K_M*"])
    assert contents(target) == {"tiny.Q4_K_M.gguf": ggufs["tiny.Q4_K_M.gguf"]}
    fetch("maker/tiny-gguf", "main", target, only=["*Q8_0.gguf"])
    assert contents(target) == {"tiny.Q8_0.gguf": ggufs["tiny.Q8_0.gguf"]}


def test_a_token_goes_to_the_hub_and_not_to_its_storage(
    hub: Hub, repo: Repo, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", f" {TOKEN}\n")
    repo.private = True
    fetch(NAME, "main", target)
    tokens = {(sent.path == LARGEST and sent.status == 200): sent.headers.get("authorization") for sent in hub.sent}
    assert tokens == {False: f"Bearer {TOKEN}", True: None}


def test_the_hub_is_told_nothing_of_this_machine(hub: Hub, repo: Repo, target: Path) -> None:
    fetch(NAME, "main", target)
    assert {sent.headers["user-agent"] for sent in hub.sent} == {"agentkit"}


def test_a_gated_repository_comes_with_a_token_that_has_access(
    hub: Hub, repo: Repo, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.gated = True
    for token in ("", STRANGER):
        monkeypatch.setenv("HF_TOKEN", token)
        with pytest.raises(WeightsError, match="is gated"):
            fetch(NAME, "main", target)
        assert not is_complete(target)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    fetch(NAME, "main", target)
    assert contents(target) == FILES


def test_a_repository_that_has_another_name_now(hub: Hub, repo: Repo, target: Path) -> None:
    hub.repos["old/name"] = Repo(moved=NAME)
    fetch("old/name", "main", target)
    assert contents(target) == FILES


def test_a_commit_is_that_commit(hub: Hub, repo: Repo, target: Path) -> None:
    asked = "0" * 40
    repo.names[asked] = repo.names["main"]
    with pytest.raises(WeightsError, match="does not answer as a model hub does"):
        fetch(NAME, asked, target)
