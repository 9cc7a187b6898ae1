"""Text to tokens and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.errors import BadRequestError
from agentkit.runners.local.transformers.stopping import StopTexts
from agentkit.runners.local.transformers.vocabulary import Vocabulary

from .tiny_models import START, make_tokenizer

MARK = "<|im_end|>"


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    folder = tmp_path_factory.mktemp("vocabulary")
    make_tokenizer(folder, MARK)
    return Vocabulary(folder)


def test_names_of_control_tokens_stand_for_them_only_where_they_may(vocabulary: Vocabulary) -> None:
    mark = vocabulary.id_of(MARK)
    assert vocabulary.tokens(f"a{MARK}", marks=True)[-1] == mark
    assert mark not in vocabulary.tokens(f"a{MARK}")


def test_a_prompt_begins_with_the_models_first_token_once(vocabulary: Vocabulary) -> None:
    start = vocabulary.id_of(START)
    for text in ("the cat", f"{START}the cat"):
        assert vocabulary.tokens(text, start=True, marks=True).count(start) == 1
    assert vocabulary.tokens("the cat", start=True)[0] == start
    assert start not in vocabulary.tokens("the cat")


@given(st.text())
def test_text_comes_back_piece_by_piece_as_it_was(vocabulary: Vocabulary, text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    reader = vocabulary.reader()
    assert "".join(reader.feed(token) for token in vocabulary.tokens(text)) == text


def test_half_a_character_is_refused(vocabulary: Vocabulary) -> None:
    with pytest.raises(BadRequestError, match="half a character"):
        vocabulary.tokens("a\ud800b")


def test_a_control_token_is_no_text(vocabulary: Vocabulary) -> None:
    reader = vocabulary.reader()
    assert [reader.feed(token) for token in vocabulary.tokens(f"hi{MARK}", marks=True)][-1] == ""


def test_a_tokenizer_of_sentencepiece_is_not_needed_where_there_is_a_fast_one(tmp_path: Path) -> None:
    make_tokenizer(tmp_path)
    (tmp_path / "tokenizer.model").write_bytes(b"not read")
    assert Vocabulary(tmp_path).tokens("the")


@given(st.lists(st.text("abX", max_size=5)), st.lists(st.text("abX", min_size=1, max_size=3), max_size=3))
def test_a_stop_text_is_found_wherever_it_is_cut(pieces: list[str], stops: list[str]) -> None:
    stop, shown = StopTexts(stops), ""
    for piece in pieces:
        shown += stop.feed(piece)
        if stop.found:
            break
    whole = "".join(pieces)
    first = min((whole.find(each) for each in stops if each in whole), default=-1)
    assert stop.found == (first >= 0)
    if not stop.found:
        assert shown + stop.end() == whole
    else:
        assert whole.startswith(shown)
        assert not any(each in shown for each in stops)
        assert any(whole[len(shown) :].startswith(each) for each in stops)
