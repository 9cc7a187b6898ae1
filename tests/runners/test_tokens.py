"""Secrets from arguments and the environment."""

from __future__ import annotations

import pytest

from agentkit.errors import AuthenticationError
from agentkit.runners.tokens import cleaned

NAMES = ("FIRST_TOKEN", "SECOND_TOKEN")


@pytest.mark.parametrize("value", ["abc", " abc", "abc\n", "\tabc\r\n"])
def test_white_space_around_a_secret_is_no_part_of_it(value: str) -> None:
    assert cleaned(value, "token", NAMES) == "abc"


@pytest.mark.parametrize("value", ["a b", "a\nb", "a\x00b", "ä", "“abc”"])
def test_a_secret_that_no_header_can_carry_is_refused(value: str) -> None:
    with pytest.raises(AuthenticationError, match="characters inside") as caught:
        cleaned(value, "token", NAMES)
    assert value not in str(caught.value)


def test_the_argument_counts_more_than_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST_TOKEN", "environment")
    assert cleaned("argument", "token", NAMES) == "argument"


def test_the_first_variable_that_says_something_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRST_TOKEN", " ")
    monkeypatch.setenv("SECOND_TOKEN", "abc\n")
    assert cleaned(None, "token", NAMES) == "abc"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_missing_secret_is_an_error_that_names_where_to_put_it(value: str | None) -> None:
    with pytest.raises(AuthenticationError, match=r"token is missing\. .* set FIRST_TOKEN or SECOND_TOKEN"):
        cleaned(value, "token", NAMES)


def test_a_secret_that_is_not_needed_may_be_missing() -> None:
    assert cleaned(None, "token", NAMES, needed=False) == ""


def test_a_broken_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECOND_TOKEN", "a b")
    with pytest.raises(AuthenticationError, match="SECOND_TOKEN"):
        cleaned(None, "token", NAMES)
