"""What the hub refuses, and how it fails: an error that names the thing and the next step, and nothing half-done."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentkit.errors import WeightsError
from agentkit.runners.local.hub import fetch, is_complete

from .conftest import FILES, LARGEST, NAME, contents
from .hub_server import STRANGER, TOKEN, Fault, Hub, Repo

INFO = f"/api/models/{NAME}/revision/main"
CONFIG = "config.json"
KEPT = "What has come is kept."


def place(hub: Hub) -> str:
    """How errors name the hub."""
    return repr(hub.url.removeprefix("http://"))


def told(target: Path, repo: str = NAME, revision: str = "main") -> tuple[str, str | None]:
    """Message and hint of a fetch that fails."""
    with pytest.raises(WeightsError) as caught:
        fetch(repo, revision, target)
    assert not is_complete(target)
    assert contents(target) == {}
    return caught.value.message, caught.value.hint


def test_a_gated_repository_without_a_token(hub: Hub, repo: Repo, target: Path) -> None:
    repo.gated = True
    assert told(target) == (
        f"the repository {NAME!r} is gated, and no HF_TOKEN is set.",
        f"Accept its licence on {hub.url}/{NAME}, then set HF_TOKEN to a token of that account.",
    )


def test_a_gated_repository_with_the_token_of_an_account_without_access(
    hub: Hub, repo: Repo, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", STRANGER)
    repo.gated = True
    assert told(target) == (
        f"the repository {NAME!r} is gated, and the account of HF_TOKEN has no access.",
        f"Accept its licence on {hub.url}/{NAME}, then wait until access is granted.",
    )


@pytest.mark.parametrize("token", ["", STRANGER])
@pytest.mark.parametrize("private", [False, True])
def test_an_unknown_repository_and_a_private_one(
    hub: Hub, target: Path, token: str, private: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub does not tell them apart: 401 without a token, 404 with one."""
    monkeypatch.setenv("HF_TOKEN", token)
    if private:
        hub.repos[NAME] = Repo(private=True)
    assert told(target) == (
        f"{place(hub)} has no repository {NAME!r}, or it is private.",
        "Check the name. A private one needs HF_TOKEN, with a token that may read it.",
    )
    assert not target.exists()


def test_a_token_that_is_refused_is_not_shown(
    hub: Hub, repo: Repo, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    message, hint = told(target)
    assert message == f"{place(hub)} refuses HF_TOKEN."
    assert hint == "Set it to a token that is valid, or unset it for a public repository."


@pytest.mark.parametrize("token", ["hf_sec\nret", "hf_sécret", "hf_\x00secret"])
def test_a_token_that_cannot_be_sent_is_not_shown(
    hub: Hub, repo: Repo, target: Path, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", token) if "\0" not in token else monkeypatch.setenv("HF_TOKEN", "hf_\x7fsecret")
    assert told(target) == ("HF_TOKEN has characters that no token has.", "Copy the token again.")
    assert hub.sent == []


def test_an_unknown_revision(hub: Hub, repo: Repo, target: Path) -> None:
    assert told(target, revision="v9/x") == (
        f"the repository {NAME!r} has no revision 'v9/x'.",
        "Name a commit hash, a tag or a branch that it has.",
    )


def test_a_disabled_repository(hub: Hub, repo: Repo, target: Path) -> None:
    repo.disabled = True
    assert told(target) == (f"the repository {NAME!r} has been disabled.", "Choose another one.")


@pytest.mark.parametrize("name", ["", "a/b/c", "../x", "a b", "https://hub.example/a/b"])
def test_a_name_that_is_none(hub: Hub, target: Path, name: str) -> None:
    assert told(target, repo=name) == (f"{name!r} is no name of a repository.", "It is written owner/name.")
    assert hub.sent == []


def test_a_listed_file_that_is_not_there(hub: Hub, repo: Repo, target: Path) -> None:
    repo.listed[CONFIG] = {"gone": True}
    assert told(target) == ("the hub lists a file 'config.json', and does not have it.", "Name another revision.")


@pytest.mark.parametrize(
    ("headers", "when"),
    [
        ({"Retry-After": "3600"}, "in 3600 seconds"),
        ({"RateLimit": '"api";r=0;t=55', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'}, "in 55 seconds"),
    ],
)
@pytest.mark.parametrize("path", [INFO, CONFIG, LARGEST])
def test_too_many_requests(hub: Hub, repo: Repo, target: Path, path: str, headers: dict[str, str], when: str) -> None:
    hub.faults.append(Fault(path, 99, status=429, headers=headers))
    assert told(target) == (
        f"{place(hub)} has had too many requests.",
        f"Try again {when}. {KEPT} With HF_TOKEN more requests are allowed.",
    )


def test_a_short_wait_that_the_hub_asks_for_is_waited(hub: Hub, repo: Repo, target: Path) -> None:
    hub.faults.append(Fault(CONFIG, 2, status=429, headers={"Retry-After": "0"}))
    fetch(NAME, "main", target)
    assert [sent.status for sent in hub.sent if sent.path == CONFIG] == [429, 429, 200]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_file_that_fails_once_is_asked_for_again(hub: Hub, repo: Repo, target: Path, status: int) -> None:
    hub.faults.append(Fault(LARGEST, status=status))
    fetch(NAME, "main", target)
    assert contents(target) == FILES


def test_a_file_that_fails_always_is_given_up(hub: Hub, repo: Repo, target: Path) -> None:
    hub.faults.append(Fault(CONFIG, 99, status=503, body=b"Down for maintenance."))
    said = (f"{place(hub)} answered with status 503: Down for maintenance.", f"Try again later. {KEPT}")
    assert told(target) == said
    assert len([sent for sent in hub.sent if sent.path == CONFIG]) == 4


@pytest.mark.parametrize("status", [500, 503])
def test_a_hub_that_fails(hub: Hub, repo: Repo, target: Path, status: int) -> None:
    hub.faults.append(Fault(INFO, status=status))
    assert told(target) == (f"{place(hub)} answered with status {status}.", f"Try again later. {KEPT}")


def test_a_storage_host_that_refuses(hub: Hub, repo: Repo, target: Path) -> None:
    """Its address carries a signature, which is not shown."""
    hub.faults.append(Fault(LARGEST, 99, status=403, body=b"AccessDenied"))
    assert told(target) == (
        f"{place(hub)} answered with status 403: AccessDenied.",
        f"HF_TOKEN or HF_ENDPOINT may be wrong. {KEPT}",
    )


@pytest.mark.parametrize(
    "body",
    [b"<html>Log in to this network</html>", b"[]", b"{}", b'{"id": "x", "sha": 5}', b'{"id": "x", "siblings": 1}'],
)
def test_something_that_is_no_hub(hub: Hub, repo: Repo, target: Path, body: bytes) -> None:
    hub.faults.append(Fault(INFO, status=200, body=body))
    assert told(target) == (
        f"{place(hub)} does not answer as a model hub does.",
        "Check HF_ENDPOINT, and whether this network asks for a login first.",
    )


@pytest.mark.parametrize("wrong", [{"size": None}, {"size": -1}, {"blobId": None}, {"blobId": "../../x"}])
def test_a_list_without_sizes_or_checksums(hub: Hub, repo: Repo, target: Path, wrong: dict[str, object]) -> None:
    repo.listed[CONFIG] = wrong
    assert told(target)[0] == f"{place(hub)} does not answer as a model hub does."


def test_no_network(target: Path, hub: Hub) -> None:
    hub.close()
    message, hint = told(target)
    assert message.startswith(f"no connection to {place(hub)}, or it broke: ")
    assert "refused" in message
    assert hint == f"Try again when there is a network. {KEPT} HF_ENDPOINT names another hub."


@pytest.mark.parametrize(
    "endpoint",
    ["http://hub.invalid", "localhost:99", "ftp://127.0.0.1", "http://[", "x", "http://a:secret@127.0.0.1:1/x"],
)
def test_an_endpoint_that_cannot_be_reached(
    target: Path, hub: Hub, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    message, _ = told(target)
    assert message.startswith("no connection to ")
    assert "secret" not in message


def test_a_network_that_goes_away_in_the_middle(hub: Hub, repo: Repo, target: Path) -> None:
    hub.faults.append(Fault(LARGEST, 99, cut=100_000))

    def away(done: int, total: int | None) -> None:
        if hub.bodies(LARGEST) and done:
            hub.close()

    with pytest.raises(WeightsError, match="no connection to"):
        fetch(NAME, "main", target, away)
    assert contents(target) == {}


@pytest.mark.parametrize("path", [CONFIG, LARGEST])
@pytest.mark.parametrize("change", [lambda data: data[:-1] + b"#", lambda data: data + b"#", lambda data: data[:-1]])
def test_a_file_that_is_not_the_listed_one(hub: Hub, repo: Repo, target: Path, path: str, change) -> None:
    hub.swapped[path] = change(FILES[path])
    assert told(target) == (
        f"the file {path!r} that came is not the one that the hub lists.",
        "Fetch it again; if it stays so, something between here and the hub changes it.",
    )
    hub.swapped.clear()
    fetch(NAME, "main", target)
    assert contents(target) == FILES


def test_no_disk_space_is_told_before_anything_is_fetched(hub: Hub, repo: Repo, target: Path) -> None:
    size = 10**15
    repo.listed[LARGEST] = {"lfs": {"sha256": "0" * 64, "size": size, "pointerSize": 1}}
    message, hint = told(target)
    needed = size + sum(map(len, FILES.values())) - len(FILES[LARGEST])
    assert message.startswith(f"no disk space in {str(target)!r}: {needed:,} bytes are needed, ")
    assert hint == "Make room or set AGENTKIT_CACHE to another folder."
    assert not hub.paths() & FILES.keys()


def test_a_file_in_place_of_the_folder(hub: Hub, repo: Repo, target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(b"")
    assert told(target) == (
        f"the weights cannot be stored in {str(target)!r}: File exists.",
        "Make room or set AGENTKIT_CACHE to another folder.",
    )


def test_a_folder_in_place_of_a_file(hub: Hub, repo: Repo, target: Path) -> None:
    (target / LARGEST / "x").mkdir(parents=True)
    with pytest.raises(WeightsError, match="cannot be stored in"):
        fetch(NAME, "main", target)
    assert not is_complete(target)


def test_a_token_is_in_no_error(hub: Hub, repo: Repo, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor in what caused it, as far as a traceback shows."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    hub.faults.append(Fault(CONFIG, 99, status=400, body=b"no"))
    with pytest.raises(WeightsError) as caught:
        fetch(NAME, "main", target)
    error: BaseException | None = caught.value
    while error:
        assert TOKEN not in f"{error}{error!r}"
        error = error.__cause__ or error.__context__
