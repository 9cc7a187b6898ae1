"""Ids of calls."""

from __future__ import annotations

from agentkit.wire.ids import derive, mint


def test_an_id_is_nine_letters_and_digits() -> None:
    for _ in range(100):
        made = mint()
        assert len(made) == 9
        assert made.isalnum()
        assert made.isascii()


def test_ids_do_not_repeat() -> None:
    assert len({mint() for _ in range(10_000)}) == 10_000


def test_a_derived_id_is_the_same_each_time_and_of_the_same_form() -> None:
    made = derive("add", ())
    assert made == derive("add", ())
    assert len(made) == 9
    assert made.isalnum()
    assert made.isascii()


def test_a_derived_id_is_none_of_those_that_are_taken() -> None:
    assert derive("add", {derive("add", ())}) != derive("add", ())
