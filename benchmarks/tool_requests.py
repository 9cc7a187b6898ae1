"""Requests with known right calls, generated from templates and lists of values; the same seed gives the same ones.

A file in `requests/` describes a tool by a line `name: description`, one indented line for each parameter, `name: type
<pool> description` (a `?` after the name: optional; `enum a b | description` for a closed set), and its requests:
`> template` for one call, `& template` for two calls that differ in the parameter that occurs twice. `{name:quoted}` is
often in quotes. `=> name=true` adds an argument that the text implies. Lines that start with `- ` need no call.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from agentkit.messages import ToolSpec

FOLDER = Path(__file__).parent / "requests"
OFFERED = 6
TALK = 0.6
"""Part of the requests without a call that ask for nothing any tool does; the others lack their tool."""
LOWERED, QUOTED, DECIMAL, SPOKEN = 0.15, 0.6, 0.3, 0.3
"""Part of the requests in small letters, of texts in quotes, of numbers with a point, of small numbers in words."""
NUMERALS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

Call = tuple[str, dict[str, Any]]


@dataclass(frozen=True)
class Item:
    """One request, the tools on offer, and the calls that are right, in any order."""

    kind: str
    """single: one tool on offer · several: one call, other tools too · two: two calls · none: no call."""
    text: str
    tools: tuple[ToolSpec, ...]
    calls: tuple[Call, ...]


@dataclass
class Described:
    """One tool of a file."""

    spec: ToolSpec
    pools: dict[str, str] = field(default_factory=dict)
    single: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Filled:
    """A template with values: the text, the arguments of its call, and what its second call has in their place."""

    text: str
    arguments: dict[str, Any]
    second: dict[str, Any]


def generate(name: str, counts: Mapping[str, int], seed: int) -> list[Item]:
    """Requests over the tools of one file, each tool as often as the others.

    Args:
        name: `dev` or `held_out`.
        counts: How many of each kind.
        seed: Of all random choices.
    """
    tools, talk = read(FOLDER / f"{name}.txt")
    items: list[Item] = []
    for kind, count in counts.items():
        draw = random.Random(f"{seed} {kind}")
        queue: list[Described] = []
        for _ in range(count):  # the first ones are the same, however many are asked for
            queue = queue or draw.sample(tools, len(tools))
            items.append(_item(kind, queue.pop(), tools, talk, draw))
    return items


def _item(kind: str, tool: Described, tools: list[Described], talk: list[str], draw: random.Random) -> Item:
    if kind == "none":
        others = draw.sample([other for other in tools if other is not tool], OFFERED - 1)
        text = draw.choice(talk) if draw.random() < TALK else _filled(tool, draw.choice(tool.single), draw).text
        return Item(kind, text, tuple(other.spec for other in others), ())
    wanted = [tool]
    if kind == "two" and tool.double:
        filled = _filled(tool, draw.choice(tool.double), draw)
        text, calls = filled.text, [filled.arguments, filled.arguments | filled.second]
        named = tuple((tool.spec.name, arguments) for arguments in calls)
    else:
        if kind == "two":
            wanted.append(draw.choice([other for other in tools if other is not tool]))
        parts = [_filled(each, draw.choice(each.single), draw) for each in wanted]
        text = _joined([part.text for part in parts], draw)
        named = tuple((each.spec.name, part.arguments) for each, part in zip(wanted, parts, strict=True))
    others = [] if kind == "single" else draw.sample([other for other in tools if other not in wanted], OFFERED - 1)
    offered = draw.sample([*wanted, *others], len(wanted) + len(others))
    return Item(kind, text, tuple(each.spec for each in offered), named)


def _joined(texts: list[str], draw: random.Random) -> str:
    joint = draw.choice((". Then ", ". Also: ", " and ")) if len(texts) > 1 else ""
    first, *rest = texts
    return first + "".join(
        (" Then " if joint == ". Then " else " Also: ") + text
        if joint != " and " or first[-1] in ".?!"
        else joint + text[0].lower() + text[1:]
        for text in rest
    )


def _filled(tool: Described, template: str, draw: random.Random) -> Filled:
    text, _, implied = template.partition(" => ")
    arguments: dict[str, Any] = {}
    second: dict[str, Any] = {}
    used: set[str] = set()
    for slot in re.findall(r"\{([^}]+)\}", text):
        name, _, form = slot.partition(":")
        plain = name.rstrip("2")
        spoken, value = _drawn(tool, plain, draw, used)
        (second if name != plain else arguments)[plain] = value
        quoted = form == "quoted" and draw.random() < QUOTED
        text = text.replace(f"{{{slot}}}", f'"{spoken}"' if quoted else spoken, 1)
    if draw.random() < LOWERED:
        text = text.lower().rstrip(".?!")
    if implied:
        arguments[implied.partition("=")[0]] = implied.endswith("=true")
    return Filled(text, arguments, second)


def _drawn(tool: Described, name: str, draw: random.Random, used: set[str]) -> tuple[str, Any]:
    """A value for a parameter, as it is said and as it is meant; never one that was drawn before."""
    while True:
        spoken, value = _value(tool.spec.parameters["properties"][name], tool.pools.get(name, ""), draw)
        if str(value) not in used:
            used.add(str(value))
            return spoken, value


def _value(schema: dict[str, Any], pool: str, draw: random.Random) -> tuple[str, Any]:
    if "enum" in schema:
        value = draw.choice(schema["enum"])
        return value, value
    if schema["type"] == "array":
        drawn = [_value(schema["items"], pool, draw) for _ in range(draw.randint(2, 4))]
        spoken, values = zip(*{str(value): (said, value) for said, value in drawn}.values(), strict=True)
        return ", ".join(spoken[:-1]) + (" and " if spoken[:-1] else "") + spoken[-1], list(values)
    if schema["type"] in ("number", "integer"):
        return _number(pool, schema["type"] == "integer", draw)
    said, _, meant = draw.choice(pools()[pool]).partition(" = ")
    return said, meant or said


def _number(pool: str, whole: bool, draw: random.Random) -> tuple[str, Any]:
    low, high, digits = (float(part) for part in pools()[f"number/{pool}"][0].split())
    value: float = draw.randint(round(low), round(high))
    if not whole and digits and (draw.random() < DECIMAL or high - low < 10):
        value = round(draw.uniform(low, high), int(digits))
    if value in range(2, len(NUMERALS)) and draw.random() < SPOKEN:
        return NUMERALS[int(value)], int(value)
    return (f"{value:,}" if value >= 10_000 and draw.random() < 0.5 else str(value)), value


@cache
def pools() -> dict[str, list[str]]:
    """The pools of `values.txt`."""
    lines = (FOLDER / "values.txt").read_text("utf-8").splitlines()
    pairs = (line.split(": ", 1) for line in lines if line and not line.startswith("#"))
    return {name: rest.split("; ") for name, rest in pairs}


def read(path: Path) -> tuple[list[Described], list[str]]:
    """The tools of a file, and the requests that need none."""
    tools: list[Described] = []
    talk: list[str] = []
    for line in path.read_text("utf-8").splitlines():
        text = line.strip()
        if line.startswith("- "):
            talk.append(text[2:])
        elif text.startswith("> "):
            tools[-1].single.append(text[2:])
        elif text.startswith("& "):
            tools[-1].double.append(text[2:])
        elif line.startswith("  "):
            _add_parameter(tools[-1], text)
        elif text and not text.startswith("#"):
            name, _, description = text.partition(": ")
            tools.append(Described(ToolSpec(name, description, {"type": "object", "properties": {}, "required": []})))
    return tools, talk


def _add_parameter(tool: Described, line: str) -> None:
    name, _, rest = line.partition(": ")
    kind, _, rest = rest.partition(" ")
    schema: dict[str, Any] = {"type": {"date": "string", "time": "string"}.get(kind, kind)}
    if kind == "enum":
        choices, _, description = rest.partition(" | ")
        schema = {"type": "string", "enum": choices.split()}
    elif rest.startswith("| "):
        description = rest[2:]
    else:
        pool, _, description = rest[1:].partition("> ")
        tool.pools[name.rstrip("?")] = pool
    if kind in ("date", "time"):
        schema["format"] = kind
    if kind in ("list", "numbers"):
        schema = {"type": "array", "items": {"type": "string" if kind == "list" else "number"}}
    schema["description"] = description
    tool.spec.parameters["properties"][name.rstrip("?")] = schema
    if not name.endswith("?"):
        tool.spec.parameters["required"].append(name)
