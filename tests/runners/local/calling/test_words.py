"""Clauses, numbers, dates, formulas, stems and codes: what is read out of words."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.messages import ToolSpec
from agentkit.runners.local.calling.answering import grounded, plain_answer, turned_round
from agentkit.runners.local.calling.arithmetic import expressions
from agentkit.runners.local.calling.clauses import Clause, clauses_of, with_result
from agentkit.runners.local.calling.dates import parse_date, parse_time
from agentkit.runners.local.calling.numbers import parse_number
from agentkit.runners.local.calling.reading import read
from agentkit.runners.local.calling.shapes import code_shape, examples, has_shape, shape_gbnf, without_examples
from agentkit.runners.local.calling.signature import signature, words_of
from agentkit.runners.local.calling.stems import content_stems, stem

SATURDAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("What is the weather in Paris?", ["What is the weather in Paris?"]),
        ("Send it. Then call Tom.", ["Send it.", "call Tom."]),
        ("add 3 and 4 and convert the sum to feet", ["add 3 and 4", "convert the sum to feet"]),
        ("zap Tom and lunch with Ann", ["zap Tom and lunch with Ann"]),
        ("lunch with Ann and zap Tom", ["lunch with Ann", "zap Tom"]),
        ("Say 'go home. Then rest.' in French", ["Say 'go home. Then rest.' in French"]),
        ("Meet Dr. smith at 5.30; zap Ann", ["Meet Dr. smith at 5.30", "zap Ann"]),
        ("one\n\ntwo", ["one", "two"]),
        ("", []),
        (" ?! ", []),
    ],
)
def test_a_request_falls_into_clauses(text: str, parts: list[str]) -> None:
    assert [clause.text for clause in clauses_of(text, {stem("zap")})] == parts


@pytest.mark.parametrize(
    ("text", "later"),
    [("Add 3 and 4. Then double it.", True), ("Add 3 and 4. Double that.", True), ("Add 3 and 4. Call Tom.", False)],
)
def test_what_needs_an_earlier_result_comes_later(text: str, later: bool) -> None:
    assert clauses_of(text, ())[1].later is later


@pytest.mark.parametrize("text", ["a" + " " * 4000 + "b", " ;" * 2000, " ," * 2000, "and " * 1000, "'" * 3999])
def test_no_request_takes_long_to_take_apart(text: str) -> None:
    started = process_time()
    clauses_of(text, ())
    read(text, SATURDAY)
    expressions(text)
    assert process_time() - started < 10  # it took minutes where it grew with the cube of the length


@pytest.mark.parametrize(
    ("result", "text"),
    [
        ("12.5", "add 3 to 12.5"),
        ("Ann", 'add 3 to "Ann"'),
        ('the "one"', 'add 3 to “the "one"”'),
        ('"“«`', 'add 3 to "“«`'),
        ("\\1", 'add 3 to "\\1"'),
    ],
)
def test_a_result_stands_for_it(result: str, text: str) -> None:
    assert with_result(Clause("add 3 to it"), result) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,250", 1250),
        ("-3.50", -3.5),
        ("−4", -4),
        ("$5k", 5000),
        ("2.5 million", 2_500_000),
        ("twenty-three", 23),
        ("two hundred and five", 205),
        ("half a dozen", 6),
        ("a dozen", 12),
        ("three thousand", 3000),
        ("٣", 3),
        ("9" * 5000, None),
        ("9" * 400 + ".5", None),
    ],
)
def test_a_number(text: str, value: float | None) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-05", "2026-03-05"),
        ("2026-02-30", None),
        ("0000-01-01", None),
        ("the 5th of March", "2027-03-05"),
        ("21 November", "2026-11-21"),
        ("29 February", "2028-02-29"),
        ("31 April", None),
        ("May 5, 2031", "2031-05-05"),
        ("3/14/2027", "2027-03-14"),
        ("14.3.2027", "2027-03-14"),
        ("today", "2026-11-21"),
        ("the day after tomorrow", "2026-11-23"),
        ("saturday", "2026-11-28"),
        ("last saturday", "2026-11-14"),
        ("in 2 weeks", "2026-12-05"),
        ("3 days ago", "2026-11-18"),
        ("in 99999999999 days", None),
    ],
)
def test_a_date_on_saturday_21_november_2026(text: str, day: str | None) -> None:
    assert parse_date(text, SATURDAY) == day


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("7:30", "07:30:00"),
        ("12 am", "00:00:00"),
        ("12:15 p.m.", "12:15:00"),
        ("midnight", "00:00:00"),
        ("25:00", None),
    ],
)
def test_a_time(text: str, time: str | None) -> None:
    assert parse_time(text) == time


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("What is 17 times 23?", ["17 * 23"]),
        ("Take 12.5 % of 840.", ["12.5 % of 840"]),
        ("(3 + 4) * 2 please", ["(3 + 4) * 2"]),
        ("the sum of 3 and 4", ["3 + 4"]),
        ("subtract 3 from ten", ["10 - 3"]),
        ("the square root of 81", ["sqrt(81)"]),
        ("5 squared", ["5 ^ 2"]),
        ("(what is 2 + 2)", ["2 + 2"]),
        ("call 555-0199 on 2026-03-05", []),
        ("between 3 and 4", []),
    ],
)
def test_formulas(text: str, formulas: list[str]) -> None:
    assert [formula.replace("  ", " ") for formula in expressions(text)] == formulas


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Mail bob@x.org", [("word", "Mail"), ("address", "bob@x.org")]),
        ("say “hi there”", [("word", "say"), ("quoted", "hi there")]),
        ("go to New York City", [("word", "go"), ("word", "to"), ("name", "New York City")]),
        ("in Paris\nRome", [("word", "in"), ("name", "Paris"), ("name", "Rome")]),
        ("the Bank of England", [("word", "the"), ("name", "Bank of England")]),
        ("5kg on 2026-02-30", [("number", "5"), ("word", "kg"), ("word", "on"), ("code", "2026-02-30")]),
        ("9" * 200, [("code", "9" * 200)]),
        ("~/a/b.txt", [("path", "~/a/b.txt")]),
        ("东京 🌧", [("word", "东京"), ("mark", "🌧")]),
        ("", []),
    ],
)
def test_units(text: str, units: list[tuple[str, str]]) -> None:
    assert [(unit.kind, unit.text) for unit in read(text, SATURDAY)] == units


@given(st.text(max_size=60))
def test_units_stand_in_order_where_they_say(text: str) -> None:
    units = read(text, SATURDAY)
    assert all(one.end <= other.start for one, other in pairwise(units))
    covered = {index for unit in units for index in range(unit.start, unit.end)}
    assert all(sign.isspace() for index, sign in enumerate(text) if index not in covered)


@pytest.mark.parametrize(
    "family",
    [
        ("currency", "currencies"),
        ("convert", "converting", "converts", "converter"),
        ("stop", "stopping"),
        ("day", "days"),
    ],
)
def test_words_of_one_family_have_one_stem(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1


def test_small_words_carry_no_meaning_however_the_apostrophe_is_written() -> None:
    assert content_stems("What's it, and what’s the weather?") == {stem("weather")}


@pytest.mark.parametrize(
    ("description", "shape", "grammar"),
    [
        ("ISO 4217 code, for example EUR.", "[A-Z]{3}", "[A-Z]{3}"),
        (
            "Part, such as A1 or AB-12.",
            r"[A-Z]{1}[0-9]{1}|[A-Z]{2}\-[0-9]{2}",
            '[A-Z]{1} [0-9]{1} | [A-Z]{2} "-" [0-9]{2}',
        ),
        ("Part, such as A|1.", r"[A-Z]{1}\|[0-9]{1}", '[A-Z]{1} "|" [0-9]{1}'),
        ('Part, such as A"1.', '[A-Z]{1}"[0-9]{1}', '[A-Z]{1} "\\"" [0-9]{1}'),
        ("Part, such as A\\1.", r"[A-Z]{1}\\[0-9]{1}", '[A-Z]{1} "\\\\" [0-9]{1}'),
        ("Three-letter code of the airport.", "[A-Z]{3}", "[A-Z]{3}"),
        ("Two-letter language code.", "[a-z]{2}", "[a-z]{2}"),
        ("A city such as Tokyo.", None, None),
        ("A formula, for example 3 + 4.", None, None),
        ("", None, None),
    ],
)
def test_the_shape_of_a_code(description: str, shape: str | None, grammar: str | None) -> None:
    found = code_shape(description)
    assert found == shape
    if found is not None:
        assert shape_gbnf(found) == grammar
        assert all(has_shape(example, found, exact=True) for example in examples(description))


def test_examples_end_with_their_sentence() -> None:
    said = "A place (e.g. Rome, Oslo or New York). Never a country."
    assert examples(said) == ("Rome", "Oslo", "New York")
    assert without_examples("A place, for example Rome.") == "A place"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("get_weather", ["get", "weather"]),
        ("getHTTPStatus2", ["get", "http", "status", "2"]),
        ("größe_für-Stadt", ["größe", "für", "stadt"]),
        ("", []),
    ],
)
def test_words_of_a_name(name: str, words: list[str]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("parameters", "line"),
    [
        ({}, "f() - Do it."),
        ({"properties": {"a": {"type": "integer"}}}, "f(a: integer = none) - Do it."),
        ({"properties": {"a": {"enum": ["x", 2]}}, "required": ["a"]}, 'f(a: "x"|2) - Do it.'),
        ({"properties": {"a": True}, "required": ["a", "b"]}, "f(a: string, b: string) - Do it."),
        ({"properties": {"a": {"anyOf": [{"type": "null"}, {"const": 1}]}}}, "f(a: null|1 = none) - Do it."),
    ],
)
def test_a_tool_in_one_line(parameters: dict[str, Any], line: str) -> None:
    assert signature(ToolSpec("f", "Do it. And more.\nAnd more.", parameters)) == line


def test_a_tool_stays_one_short_line_however_many_values_it_has() -> None:
    values = [f"value {index}" for index in range(2000)]
    assert len(signature(ToolSpec("f", "", {"properties": {"a": {"enum": values}}}))) < 1000


@pytest.mark.parametrize(
    ("sentence", "holds"),
    [
        ("It is 7.", True),
        ("It is 7", False),
        ("It is 17.", False),
        ("It is 7, not 8.", False),
        ("Of 3 it is 7!", True),
        ("", False),
    ],
)
def test_a_sentence_holds_to_the_results(sentence: str, holds: bool) -> None:
    assert grounded(sentence, "What is 3 + 4?", ["7"]) is holds


@pytest.mark.parametrize(
    ("request_", "values", "sentence"),
    [
        ("What is 12.5 % of 840?", ["105"], "12.5 % of 840 is 105."),
        ("What time is it?", ["12:05"], "It is 12:05."),
        ("What is 3 m in feet?", ["9.84"], "3 m is 9.84 feet."),
        ("Who is there?", ["Ann"], None),
        ("What is 3 + 4?", ["ok"], None),
        ("What is 3 + 4?", ["7", "8"], None),
    ],
)
def test_a_plain_question_is_turned_round(request_: str, values: list[str], sentence: str | None) -> None:
    assert turned_round(request_, values) == sentence


@pytest.mark.parametrize(
    ("values", "sentence"), [(["ok"], "Done."), (["7"], "The result is 7."), (["Rain", ""], "Rain."), ([], "Done.")]
)
def test_results_told_without_the_model(values: list[str], sentence: str) -> None:
    assert plain_answer(values) == sentence
