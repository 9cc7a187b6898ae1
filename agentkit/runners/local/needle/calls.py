"""What Needle wrote as calls that can be made: each names a tool on offer and satisfies its schema, or is dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ....messages import ToolSpec
from ..calling.dates import DATE, TIME, parse_date, parse_time
from ..calling.evidence import Evidence
from ..calling.numbers import DIGITS, WORDS, parse_number
from ..calling.slot import Slot, slots_of
from ..calling.support import evidence_of
from ..schemas import Schema, closed_values, is_kind, kinds_of, properties_of, required_of
from ..validation import settle, valid

Call = tuple[str, dict[str, Any]]


def checked(written: Any, tools: Iterable[ToolSpec], request: str) -> list[Call]:
    """The calls that can be made, each once.

    A value of nearly the right form is brought into it. An optional value that is wrong, or that the request does not
    have, is left out.

    Args:
        written: What should be a list of calls.
        tools: The tools on offer.
        request: What the user said.
    """
    by_name = {tool.name: tool for tool in tools}
    calls: list[Call] = []
    for call in written if isinstance(written, list) else ():
        name = call.get("name") if isinstance(call, Mapping) else None
        if not isinstance(name, str) or name not in by_name:
            continue
        tool = by_name[name]
        arguments = _settled(call.get("arguments"), tool, request)
        if valid(arguments, tool.parameters) and (tool.name, arguments) not in calls:
            calls.append((tool.name, arguments))
    return calls


def named(written: Any, tools: Iterable[ToolSpec]) -> list[str]:
    """The names of the tools on offer that calls were written for, whether they can be made or not."""
    calls = written if isinstance(written, list) else []
    names = [call.get("name") for call in calls if isinstance(call, Mapping)]
    return [tool.name for tool in tools if tool.name in names]


def all_said(arguments: Mapping[str, Any], tool: ToolSpec, request: str) -> bool:
    """Whether a request has every value of a call that is no choice between two or more."""
    evidence = evidence_of(request, tool)
    schemas = properties_of(tool.parameters)
    open_values = [
        value
        for name, value in arguments.items()
        if not isinstance(value, bool) and not closed_values(schemas.get(name, {}))
    ]
    return all(is_said(value, evidence) for value in open_values)


def is_said(value: Any, evidence: Evidence) -> bool:
    """Whether a request has a value: its words, its number, its date."""
    if isinstance(value, list | dict):
        return all(is_said(each, evidence) for each in (value.values() if isinstance(value, dict) else value))
    if any(unit.value == value for unit in evidence.units if unit.value is not None):
        return True
    if not isinstance(value, str):
        return any(unit.percent and unit.value == value * 100 for unit in evidence.units if not isinstance(value, bool))
    text = evidence.text.lower()
    return value.lower() in text or all(word in text for word in re.findall(r"\w+", value.lower()))


def _settled(arguments: Any, tool: ToolSpec, request: str) -> dict[str, Any]:
    schemas = properties_of(tool.parameters)
    given = arguments if isinstance(arguments, Mapping) else {}
    found = {name: _mended(given[name], schema) for name, schema in schemas.items() if name in given}
    evidence = evidence_of(request, tool)
    for slot in slots_of(tool.parameters):
        value = found.get(slot.name)
        if (
            slot.name in found
            and not slot.required
            and not (valid(value, slot.schema) and _is_meant(slot, value, evidence))
        ):
            del found[slot.name]
    return found


def _is_meant(slot: Slot, value: Any, evidence: Evidence) -> bool:
    if isinstance(value, bool):
        return evidence.flag(slot.about - slot.others - evidence.topic or slot.about) is not None
    return value is not None and is_said(value, evidence)


def _mended(value: Any, schema: Schema) -> Any:
    """A value in the form that a schema asks for, where it can be brought into it."""
    kinds = kinds_of(schema)
    same = [each for each in closed_values(schema) if str(each).lower() == str(value).lower()]
    if same:
        return same[0]
    if isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        return settle([_mended(each, schema["items"]) for each in value], schema)
    if isinstance(value, Mapping):
        inner = properties_of(schema)
        kept = {name: _mended(each, inner[name]) for name, each in value.items() if name in inner}
        needed = required_of(schema)
        return {name: each for name, each in kept.items() if name in needed or valid(each, inner[name])} or value
    if isinstance(value, str):
        return settle(_read(value, schema, kinds), schema)
    if kinds == ("string",) and is_kind(value, "number"):
        return str(value)
    return settle(value, schema)


def _read(text: str, schema: Schema, kinds: tuple[str, ...]) -> Any:
    if valid(text, schema):
        return text
    form = schema.get("format")
    if form == "date" and _is(DATE, text):
        return parse_date(text, date.today()) or text
    if form == "time" and _is(TIME, text):
        return parse_time(text) or text
    if set(kinds) & {"integer", "number"} and _is(f"{DIGITS}|{WORDS}", text):
        number = parse_number(text)
        return text if number is None else number
    if kinds == ("array",):
        return [_mended(text, schema.get("items") or {})]
    return text


def _is(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text.strip(), re.I) is not None
