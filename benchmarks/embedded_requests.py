"""Requests with known right calls, generated from templates and lists of values; the same seed gives the same ones.

A file in `requests/` describes a tool by a line `name: description`, one indented line for each parameter, `name: type
<pool> description` (a `?` after the name: optional; `enum a b | description` for a closed set), and its requests:
`> template` for one call, `& template` for two calls that differ in the parameter that occurs twice. `{name:quoted}` is often in quotes. `=> name=true` adds
an argument that the text implies. Lines that start with `- ` need no call.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agentkit.messages import ToolSpec

FOLDER = Path(__file__).parent / "requests"
POOLS: dict[str, list[Any]] = {
    "city": "Paris,Rome,New York,Tokyo,Cape Town,Lima,Oslo,Buenos Aires,Nairobi,Toronto,San Francisco,Berlin,Madrid,"
    "Mexico City,Vienna,Hong Kong,Sydney,Cairo,Dublin,Lisbon",
    "country": "France,Brazil,South Africa,Japan,Kenya,New Zealand,Peru,Norway,Saudi Arabia,Canada,India,Costa Rica",
    "person": "Anna,Ben,Carla Gomez,David,Elena,Frank Miller,Greta,Hugo,Sofia Coppola,Akira Kurosawa,Ivan,Julia",
    "artist": "Miles Davis,The Beatles,Adele,Daft Punk,Nina Simone,Radiohead,Bob Marley,Metallica",
    "restaurant": "Luigi's,The Golden Dragon,Chez Marie,Blue Oyster,Casa Pepe,Sakura",
    "hotel": "Grand Plaza,Hotel Astoria,Seaside Inn,Royal Garden,Hilton",
    "language": "Spanish,German,Japanese,French,Portuguese,Italian,Swedish,Turkish",
    "email": "anna@example.com,j.smith@mail.org,bob99@test.net,info@company.io,kim.lee@school.edu",
    "subject": "Budget for June,Lunch on Friday,Project status,Holiday plans,Your invoice",
    "phrase": "good morning,where is the station,I love my cat,see you next week,the book is on the table,"
    "thank you for your help,to be or not to be,we will be late",
    "label": "tea,laundry,school run,gym,medicine,yoga",
    "chore": "water the plants,call my mother,pay the rent,buy a birthday present,renew my passport,clean the garage",
    "word": "ephemeral,banana,serendipity,window,mississippi,courage,umbrella,quick",
    "letter": "a,e,i,n,s,r",
    "food": "an apple,white rice,chicken breast,avocado,dark chocolate,oatmeal",
    "topping": "mushrooms,pepperoni,olives and onions,ham,extra cheese,pineapple",
    "ingredient": "rice,eggs,tomatoes,spinach,chicken,cheese,potatoes,onions,milk,bread",
    "path": "/home/anna,/var/log/app,docs/reports,/tmp/data.csv,~/projects,src/main.py,C:\\Users\\ben",
    "password": "hunter2,Tr0ub4dor&3,correcthorse99,P@ssw0rd!,qwerty123",
    "tracking": "1Z999AA10123456784,RB123456789CN,JD0002265738,LX4471",
    "phone": "+1 555 0100,555-0199,+44 20 7946 0018,0151 234567",
    "ticker": "MSFT,TSLA,NVDA,IBM,AMZN,SAP",
    "meeting": "Quarterly review,Team lunch,Kick-off,Book club,Summer party",
}
SPOKEN: dict[str, list[tuple[str, Any]]] = {
    "currency": [("euros", "EUR"), ("dollars", "USD"), ("EUR", "EUR"), ("yen", "JPY"), ("GBP", "GBP")]
    + [("British pounds", "GBP"), ("US dollars", "USD"), ("USD", "USD"), ("Japanese yen", "JPY")],
    "date": [("2026-03-05", "2026-03-05"), ("March 14, 2027", "2027-03-14"), ("5 May 2026", "2026-05-05")]
    + [("December 1st, 2026", "2026-12-01"), ("the 21st of June 2027", "2027-06-21"), ("2027-01-31", "2027-01-31")],
    "time": [("7:30", "07:30"), ("6 am", "06:00"), ("3:15 pm", "15:15"), ("18:45", "18:45"), ("noon", "12:00")],
}
NUMBERS = {
    "amount": (5, 900, 2),
    "number": (2, 400, 1),
    "small": (3, 45, 0),
    "few": (2, 9, 0),
    "weight": (48, 110, 1),
    "percent": (5, 95, 0),
    "degrees": (-10, 40, 0),
    "warm": (16, 25, 0),
    "money": (100, 90_000, 0),
    "years": (2, 30, 0),
    "year": (1960, 2024, 0),
}
WORDS = dict(enumerate("zero one two three four five six seven eight nine ten eleven twelve".split()))


@dataclass(frozen=True)
class Item:
    """One request, the tools on offer, and the calls that are right: `(name, arguments)` each, in any order."""

    kind: str
    """single: one tool on offer · several: one call, distractors · two: two calls · none: no call."""
    text: str
    tools: tuple[ToolSpec, ...]
    calls: tuple[tuple[str, dict[str, Any]], ...]


@dataclass
class Described:
    """One tool of a file."""

    spec: ToolSpec
    pools: dict[str, str] = field(default_factory=dict)
    single: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)


def generate(name: str, count: int, seed: int) -> list[Item]:
    """Requests over the tools of one file: an eighth with one tool, five with several, one two calls, one none.

    Args:
        name: `dev` or `held_out`.
        count: How many.
        seed: Of all random choices.
    """
    tools, talk = read(FOLDER / f"{name}.txt")
    draw = random.Random(seed)
    order = [draw.sample(tools, len(tools)) for _ in range(count // len(tools) + 1)]
    queue = [tool for round_ in order for tool in round_]
    kinds = ("single", "several", "several", "two", "several", "several", "none", "several")
    return [_item(kinds[index % 8], queue[index], tools, talk, draw) for index in range(count)]


def _item(kind: str, tool: Described, tools: list[Described], talk: list[str], draw: random.Random) -> Item:
    if kind == "none":
        offered = draw.sample([other for other in tools if other is not tool], 5)
        text = draw.choice(talk) if draw.random() < 0.6 else _filled(tool, draw.choice(tool.single), draw)[0]
        return Item(kind, text, tuple(other.spec for other in offered), ())
    calls: tuple[tuple[str, dict[str, Any]], ...]
    wanted = [tool]
    if kind == "two" and tool.double:
        text, arguments, second = _filled(tool, draw.choice(tool.double), draw)
        calls = ((tool.spec.name, arguments), (tool.spec.name, arguments | second))
    elif kind == "two":
        other = draw.choice([other for other in tools if other is not tool])
        wanted.append(other)
        first, second_ = (_filled(each, draw.choice(each.single), draw) for each in wanted)
        joint = draw.choice((" Then {}", " Also: {}", " And {}"))
        text = first[0] + joint.format(second_[0][0].lower() + second_[0][1:] if "And" in joint else second_[0])
        calls = ((tool.spec.name, first[1]), (other.spec.name, second_[1]))
    else:
        text, arguments, _ = _filled(tool, draw.choice(tool.single), draw)
        calls = ((tool.spec.name, arguments),)
    distractors = [] if kind == "single" else draw.sample([other for other in tools if other not in wanted], 5)
    offered = draw.sample([*wanted, *distractors], len(wanted) + len(distractors))
    return Item(kind, text, tuple(each.spec for each in offered), calls)


def _filled(tool: Described, template: str, draw: random.Random) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A request, its arguments, and what the second call has in their place."""
    text, _, implied = template.partition(" => ")
    arguments: dict[str, Any] = {}
    second: dict[str, Any] = {}
    used: set[str] = set()
    for slot in re.findall(r"\{([^}]+)\}", text):
        name, _, form = slot.partition(":")
        plain = name.rstrip("2")
        spoken, value = _drawn(tool, plain, draw, used)
        (second if name != plain else arguments)[plain] = value
        quoted = form == "quoted" and draw.random() < 0.6
        text = text.replace(f"{{{slot}}}", f'"{spoken}"' if quoted else spoken, 1)
    if draw.random() < 0.15:
        text = text.lower().rstrip(".?!")
    for pair in filter(None, [implied]):
        arguments[pair.partition("=")[0]] = pair.partition("=")[2] == "true"
    return text, arguments, second


def _drawn(tool: Described, name: str, draw: random.Random, used: set[str]) -> tuple[str, Any]:
    """A value for a parameter, as it is said and as it is meant; never one that was drawn before."""
    schema, pool = tool.spec.parameters["properties"][name], tool.pools.get(name, "")
    while True:
        spoken, value = _value(schema, pool, draw)
        if str(value) not in used:
            used.add(str(value))
            return spoken, value


def _value(schema: dict[str, Any], pool: str, draw: random.Random) -> tuple[str, Any]:
    if "enum" in schema:
        value = draw.choice(schema["enum"])
        return value, value
    if schema["type"] == "array":
        item = schema["items"]
        values = [_value(item, pool, draw) for _ in range(draw.randint(2, 4))]
        values = list({str(value): (spoken, value) for spoken, value in values}.values())
        spoken = [each for each, _ in values]
        return ", ".join(spoken[:-1]) + (" and " if spoken[:-1] else "") + spoken[-1], [value for _, value in values]
    if pool in NUMBERS or schema["type"] in ("number", "integer"):
        return _number(pool, schema["type"] == "integer", draw)
    if pool in SPOKEN:
        return draw.choice(SPOKEN[pool])
    value = draw.choice(POOLS[pool])
    return value, value


def _number(pool: str, whole: bool, draw: random.Random) -> tuple[str, Any]:
    if pool in ("height", "rate"):
        value: float = round(draw.uniform(1.2, 6.5) if pool == "rate" else draw.uniform(1.5, 2.0), 2)
        return str(value), value
    low, high, digits = NUMBERS[pool]
    value = draw.randint(low, high)
    if not whole and digits and draw.random() < 0.3:
        value = round(draw.uniform(low, high), digits)
    if value in WORDS and draw.random() < 0.3:
        return WORDS[int(value)], value
    return (f"{value:,}" if value >= 10_000 and draw.random() < 0.5 else str(value)), value


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
        values, _, description = rest.partition(" | ")
        schema = {"type": "string", "enum": values.split()}
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


def _split(pools: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for name, values in pools.items():
        yield name, values.split(",")


POOLS = dict(_split(POOLS))
