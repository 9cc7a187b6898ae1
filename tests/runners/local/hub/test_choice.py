"""Which files of a repository are taken: weights and what belongs to them, nothing that runs, nothing outside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.errors import WeightsError
from agentkit.runners.local.hub.choice import HubFile, choose

NAMES = st.sampled_from(
    ["model", "config", "..", ".", "", ".x", "a\\b", "C:", "LICENSE", "tokenizer", "\0", "additional"]
)
ENDINGS = st.sampled_from([".safetensors", ".gguf", ".json", ".bin", ".pt", ".pth", ".ckpt", ".py", ".PY", ".pkl", ""])
PATHS = st.builds(lambda parts, end: "/".join(parts) + end, st.lists(NAMES, min_size=1, max_size=3), ENDINGS)


def chosen(*paths: str, only: tuple[str, ...] = ()) -> list[str]:
    return [file.path for file in choose("a/b", [HubFile(path, 1, "0" * 40) for path in paths], only)]


def told(*paths: str, only: tuple[str, ...] = ()) -> str:
    with pytest.raises(WeightsError) as caught:
        chosen(*paths, only=only)
    return str(caught.value)


@given(st.lists(PATHS, max_size=8), st.sampled_from([(), ("*",), ("*.gguf", "../*"), ("*.[!x]*",)]))
def test_nothing_that_runs_and_nothing_outside_is_ever_taken(paths: list[str], only: tuple[str, ...]) -> None:
    try:
        taken = chosen(*paths, only=only)
    except WeightsError:
        return
    for path in taken:
        assert not path.lower().endswith((".bin", ".pt", ".pth", ".ckpt", ".pkl", ".py"))
        assert not path.startswith((".", "/"))
        assert "\\" not in path
        assert ":" not in path
        assert ".." not in path.split("/")


def test_pickles_only_are_refused_by_name() -> None:
    assert told("config.json", "pytorch_model.bin", "x.pth") == (
        "the repository 'a/b' has its weights as pickles only ('pytorch_model.bin', 'x.pth'), which run code when "
        "loaded. Choose a repository or revision that has safetensors."
    )


def test_many_names_are_cut_short() -> None:
    assert "'5.bin', '6.bin'" not in told(*(f"{number}.bin" for number in range(9)))
    assert "'4.bin' and 4 more" in told(*(f"{number}.bin" for number in range(9)))


def test_gguf_files_have_to_be_named() -> None:
    assert told("a.Q4.gguf", "a.Q8.gguf", "config.json") == (
        "the repository 'a/b' has GGUF files, and which one is meant is not said. Name one: 'a.Q4.gguf', 'a.Q8.gguf'."
    )


def test_a_repository_without_weights_is_told() -> None:
    assert told("README.md") == "the repository 'a/b' has no weights. Choose one that has safetensors."
    assert told() == "the repository 'a/b' has no weights. Choose one that has safetensors."


def test_a_pattern_without_a_match_is_told_with_what_there_is() -> None:
    assert told("a.Q4.gguf", "config.json", only=("*Q8*", "*Q9*")) == (
        "the repository 'a/b' has no weights that match '*Q8*' or '*Q9*'. It has 'a.Q4.gguf'."
    )
    assert told("x.bin", only=("*",)).endswith("It has no GGUF or safetensors file.")


@pytest.mark.parametrize("path", ["../x.gguf", "/etc/x.gguf", "a//x.gguf", "a/../../x.gguf", "a\\x.gguf", "C:x.gguf"])
def test_a_path_that_leaves_the_folder_is_refused(path: str) -> None:
    assert told(path, only=("*",)) == (
        f"the repository 'a/b' has a file {path!r}, which would not stay in its folder. Do not use this repository."
    )


def test_weights_in_one_file_for_other_programs_are_a_copy() -> None:
    assert chosen("consolidated.safetensors", "model.safetensors") == ["model.safetensors"]
    assert chosen("consolidated.safetensors", "params.json") == ["consolidated.safetensors", "params.json"]


def test_parts_of_a_gguf_in_a_folder_match_a_pattern() -> None:
    parts = ["Q4/m-00001-of-00002.gguf", "Q4/m-00002-of-00002.gguf"]
    assert chosen(*parts, "Q8/m.gguf", only=("Q4/*",)) == parts
