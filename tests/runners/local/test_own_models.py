"""The user's own models file: what it may say, and how mistakes in it are told."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentkit.errors import ConfigurationError
from agentkit.runners.local.catalog import DEFAULT, ENTRIES
from agentkit.runners.local.entry import Entry, Licence
from agentkit.runners.local.in_place import InPlace
from agentkit.runners.local.lookup import entries, find_entry, unknown_model
from agentkit.runners.local.own_models import models_file, own_models
from agentkit.runners.local.own_table import SAMPLING, Table, entry_of
from agentkit.runners.local.repository import HubRepository

QWEN = ENTRIES["@cf/qwen/qwen1.5-14b-chat-awq"]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's file; not there yet."""
    monkeypatch.setenv("AGENTKIT_MODELS", str(tmp_path / "models.toml"))
    return tmp_path / "models.toml"


@pytest.fixture
def read(file: Path) -> Callable[[str], tuple[Entry, ...]]:
    """Write the file and read it."""

    def written(text: str) -> tuple[Entry, ...]:
        file.write_text(text, encoding="utf-8")
        return own_models(ENTRIES)

    return written


@pytest.fixture
def wrong(read: Callable[[str], object]) -> Callable[[str], ConfigurationError]:
    """What is said of a file."""

    def said(text: str) -> ConfigurationError:
        with pytest.raises(ConfigurationError) as caught:
            read(text)
        assert caught.value.hint
        return caught.value

    return said


def test_a_path_is_relative_to_the_file(read, tmp_path: Path) -> None:
    [entry] = read('[models.mine]\npath = "weights/mine.gguf"')
    assert entry == Entry("mine", Licence("not stated"), InPlace(tmp_path / "weights" / "mine.gguf"))


def test_everything_can_be_said(read) -> None:
    [entry] = read("""
        [models."phi-3.5"]
        repo = "owner/name"
        revision = "0123abc"
        only = ["*Q4*.gguf"]
        aliases = ["phi"]
        licence = "MIT"
        licence_url = "https://example.com/licence"
        template = "chatml"
        quantization = "int8"
        context = 4096
        max_tokens = 300
        sampling = { temperature = 0.3, top_k = 20 }
    """)
    assert entry == Entry(
        "phi-3.5",
        Licence("MIT", "https://example.com/licence"),
        HubRepository("owner/name", "0123abc", ("*Q4*.gguf",)),
        aliases=("phi",),
        template="chatml",
        quantization="int8",
        context=4096,
        max_tokens=300,
        max_tokens_streaming=300,
        sampling={"temperature": 0.3, "top_k": 20},
    )


def test_own_models_are_found_by_all_their_names_and_listed_last(read) -> None:
    [entry] = read('[models.mine]\npath = "mine.gguf"\naliases = ["Small"]')
    assert find_entry("mine") == find_entry("local:small") == entry
    assert entries() == (*ENTRIES.values(), entry)
    assert "Did you mean 'mine'?" in str(unknown_model("min").hint)


@pytest.mark.parametrize("name", [QWEN.id, QWEN.aliases[0], QWEN.aliases[0].upper()])
def test_a_catalogue_model_can_be_pinned_by_any_of_its_names(read, name: str) -> None:
    [entry] = read(f'[models."{name}"]\nrevision = "4567def"')
    assert (entry.id, entry.licence, entry.context) == (QWEN.id, QWEN.licence, QWEN.context)
    assert entry.source == HubRepository("Qwen/Qwen1.5-14B-Chat-AWQ", "4567def")
    assert find_entry(QWEN.id) == entry
    assert len(entries()) == len(ENTRIES)


def test_sampling_of_a_catalogue_model_is_changed_where_it_is_said(read) -> None:
    [entry] = read(f"[models.{DEFAULT.id}]\nsampling = {{ temperature = 1 }}")
    assert entry.sampling == {**DEFAULT.sampling, "temperature": 1}
    assert entry.source == DEFAULT.source


def test_a_catalogue_model_with_weights_elsewhere_is_not_thought_to_be_of_its_architecture(read) -> None:
    [entry] = read(f'[models."{QWEN.id}"]\npath = "other.gguf"')
    assert (entry.architecture, entry.quantization, entry.template) == (None, None, "chatml")


def test_an_own_name_goes_before_the_same_one_of_the_catalogue(read) -> None:
    [entry] = read(f'[models.mine]\npath = "mine.gguf"\naliases = ["{QWEN.aliases[0]}"]')
    assert find_entry(QWEN.aliases[0]) == entry
    assert find_entry(QWEN.id) == QWEN


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ('[models.a]\npath = "x"\ncontxt = 1', "[models.a], 'contxt' is not known.", "There is: path, repo, "),
        ("[models.a]", "[models.a], 'path' is missing, and 'repo', too.", "Give path = "),
        ('[models.a]\npath = "x"\nrepo = "a/b"', "'path' stands beside 'repo'", "Keep one kind."),
        ('[models.a]\nrepo = "a"', "[models.a], 'repo' 'a': string should match pattern", "Change it there."),
        ('[models.a]\nrepo = "a/b"\ncontext = "8k"', "'context' '8k': input should be a valid integer", "Change"),
        ('[models.a]\nrepo = "a/b"\ncontext = 0', "'context' 0: input should be greater than or equal to 32", "Change"),
        (
            '[models.a]\nrepo = "a/b"\nquantization = "int4"',
            "'quantization' 'int4': input should be 'awq' or",
            "Change",
        ),
        ('[models.a]\nrepo = "a/b"\ntemplate = "vicuna"', "'template' 'vicuna' is not known", "There is: chatml, "),
        ('[models.a]\nrepo = "a/b"\nsampling = { heat = 1 }', "'sampling.heat' is not known", "temperature"),
        ('[models.a]\nrepo = "a/b"\nsampling = { top_k = 0 }', "'sampling' top_k=0 is outside 1 to 50", "Change"),
        ('[models.phi-3.5]\npath = "x"', "[models.phi-3], '5' is a table", '[models."phi-3.5"]'),
        ("[models.smollm2-135m-instruct]\nrevision = 'a'", "'path' is missing", "Give path = "),
        ("[model.a]", "has 'model' at its top", "[models.NAME]"),
        ("models = 3", "is not a group of tables", "[models.NAME]"),
        ("[models]\na = 'x.gguf'", "is not a group of tables", "[models.NAME]"),
        ("[models.a", "is not TOML: ", "Texts stand in quotes"),
        (
            '[models.a]\npath = "x"\naliases = ["B"]\n[models.b]\npath = "y"',
            "gives the name 'b' to two models",
            "Change",
        ),
    ],
)
def test_a_mistake_is_told_with_file_table_key_and_the_next_step(
    wrong, file: Path, text: str, said: str, hint: str
) -> None:
    error = wrong(text)
    assert repr(str(file)) in error.message
    assert said in error.message
    assert hint in str(error.hint)


ANYTHING = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(
    name=st.text(max_size=8) | st.sampled_from([*ENTRIES]),
    table=st.dictionaries(st.sampled_from([*Table.model_fields]) | st.text(max_size=5), ANYTHING, max_size=4),
    sampling=st.dictionaries(st.sampled_from([*SAMPLING]), ANYTHING, max_size=2),
)
def test_whatever_stands_in_a_table_is_an_entry_or_a_mistake_that_is_told(name: str, table: Any, sampling: Any) -> None:
    with contextlib.suppress(ConfigurationError):
        entry = entry_of(Path("models.toml"), name, {"sampling": sampling, **table}, ENTRIES)
        assert entry.id in (name, *ENTRIES)


def test_a_file_that_is_no_text_is_told(file: Path) -> None:
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        own_models(ENTRIES)


def test_a_file_that_was_named_must_be_there(file: Path) -> None:
    with pytest.raises(ConfigurationError, match="AGENTKIT_MODELS names"):
        models_file()


def test_without_a_file_there_are_no_own_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AGENTKIT_MODELS", raising=False)
    for name in ("XDG_CONFIG_HOME", "APPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    assert models_file() is None
    assert own_models(ENTRIES) == ()


def test_the_file_is_looked_for_in_the_configuration_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AGENTKIT_MODELS", raising=False)
    for name in ("XDG_CONFIG_HOME", "APPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    before = set(tmp_path.rglob("*"))
    assert not before
    for folder in (tmp_path, tmp_path / "Library" / "Application Support"):  # the second one on macOS
        (folder / "agentkit").mkdir(parents=True)
        (folder / "agentkit" / "models.toml").touch()
    assert models_file() is not None
