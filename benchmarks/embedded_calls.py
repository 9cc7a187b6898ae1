"""Right tool calls of the embedded model: our decoding against a plain schema grammar with the same weights.

`python benchmarks/embedded_calls.py [--limit N] [--set dev|held_out] [--seed N] [--json] [--wrong]`. The requests are
generated (`embedded_requests.py`); `held_out` has tools and requests of its own, on which nothing was tuned. A request
counts as right when exactly the right calls were made, in any order, with exactly the right arguments; letter case
does not matter.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from time import perf_counter
from typing import Any

import anyio
from embedded_requests import KINDS, Call, Item, generate
from harness import Row, report

from agentkit.generation import Request, Sampling
from agentkit.messages import Message, ToolCall, ToolSpec
from agentkit.runners.base import Runner
from agentkit.runners.local import LocalRunner
from agentkit.runners.local.grammar import to_gbnf
from agentkit.runners.local.validation import valid

MOST_TURNS = 4
RATIO = 1.4
INSTRUCTIONS = """You can call these tools:
{tools}
Answer with the calls that the request needs, one JSON object in a line, like {{"name":"tool","arguments":{{}}}}. \
Answer with the word none when no tool is needed."""


async def ours(runner: Runner, item: Item) -> list[Call]:
    """The calls that the runner makes, each answered by `ok`, until it makes no more."""
    messages = [Message("user", item.text)]
    calls: list[Call] = []
    for _ in range(MOST_TURNS):
        request = Request(messages, item.tools, sampling=Sampling(max_tokens=1))  # prose is not looked at
        made = [delta async for delta in _deltas(runner, request) if isinstance(delta, ToolCall)]
        if not made:
            break
        calls += [(call.name, json.loads(call.arguments)) for call in made]
        messages.append(Message("assistant", "", tuple(made)))
        messages += [Message("tool", "ok", tool_call_id=call.id, name=call.name) for call in made]
    return calls


async def plain(runner: Runner, item: Item) -> list[Call]:
    """The calls that the model writes after its own chat template, under a grammar of all valid ones, or none."""
    tools = "\n".join(json.dumps(tool.to_dict()["function"]) for tool in item.tools)
    messages = [Message("system", INSTRUCTIONS.format(tools=tools)), Message("user", item.text)]
    grammar = _grammar_of(item.tools)
    request = Request(messages, sampling=Sampling(max_tokens=400, temperature=0), extra={"grammar": grammar})
    text = "".join([delta.text async for delta in _deltas(runner, request) if hasattr(delta, "text")])
    calls = []
    for line in text.splitlines():
        try:
            call = json.loads(line)
        except ValueError:
            continue  # none, or cut
        calls.append((call["name"], call["arguments"]))
    return calls


def _grammar_of(tools: Sequence[ToolSpec]) -> str:
    calls = [
        {
            "type": "object",
            "properties": {"name": {"const": tool.name}, "arguments": tool.parameters},
            "required": ["name", "arguments"],
        }
        for tool in tools
    ]
    rules = to_gbnf({"anyOf": calls}).replace("root ::=", "call ::=")
    return f'root ::= "none" | call ("\\n" call)?\n{rules}'


async def _deltas(runner: Runner, request: Request) -> AsyncIterator[Any]:
    async with aclosing(runner.generate(request)) as deltas:
        async for delta in deltas:
            yield delta


def is_right(item: Item, calls: Sequence[Call]) -> bool:
    """Whether exactly the right calls were made."""
    left = [_plain(call) for call in item.calls]
    for call in map(_plain, calls):
        if call not in left:
            return False
        left.remove(call)
    return not left


def all_valid(item: Item, calls: Sequence[Call]) -> bool:
    """Whether every call names a tool on offer and satisfies its schema."""
    schemas = {tool.name: tool.parameters for tool in item.tools}
    return all(name in schemas and valid(arguments, schemas[name]) for name, arguments in calls)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, dict) else value


async def measure(options: argparse.Namespace) -> list[Row]:
    """Ask every request in both ways; the right ones by kind, and the ratio."""
    runner = LocalRunner(threads=1)
    items = generate(options.set, options.limit, options.seed)
    right = {(way.__name__, kind): [] for way in (ours, plain) for kind in KINDS}
    made: list[bool] = []
    seconds = {ours.__name__: 0.0, plain.__name__: 0.0}
    for index, item in enumerate(items):
        for way in (ours, plain):
            start = perf_counter()
            calls = await way(runner, item)
            seconds[way.__name__] += perf_counter() - start
            right[way.__name__, item.kind].append(is_right(item, calls))
            if way is ours:
                made.append(all_valid(item, calls))
                if options.wrong and not is_right(item, calls):
                    print(f"{item.kind}: {item.text}\n    made {calls}\n    want {list(item.calls)}", file=sys.stderr)
        _progress(index + 1, len(items))
    await runner.aclose()
    return [*_rows(right), *_costs(seconds, made, len(items))]


def _rows(right: dict[tuple[str, str], list[bool]]) -> list[Row]:
    rows = []
    totals = {}
    for way, title in ((ours.__name__, "ours"), (plain.__name__, "plain grammar")):
        for kind in dict.fromkeys(KINDS):
            found = right[way, kind]
            rows.append(Row(f"{title}: right, {kind} ({len(found)})", sum(found) / max(1, len(found))))
        calling = [each for kind in ("single", "several", "two") for each in right[way, kind]]
        totals[title] = sum(calling) / max(1, len(calling))
        rows.append(Row(f"{title}: right, all that need calls ({len(calling)})", totals[title]))
    ratio = totals["ours"] / max(totals["plain grammar"], 1e-9)
    return [*rows, Row("ratio of right calls", ratio, "", RATIO, least=True)]


def _costs(seconds: dict[str, float], made: list[bool], count: int) -> list[Row]:
    return [
        Row("requests whose calls all parse and validate", sum(made) / max(1, len(made)), "", 1.0, least=True),
        Row("ours: time of a request", seconds[ours.__name__] / count, "s"),
        Row("plain grammar: time of a request", seconds[plain.__name__] / count, "s"),
    ]


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        bar = "#" * (40 * done // total)
        print(f"\r[{bar:<40}] {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--set", choices=("dev", "held_out"), default="held_out")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--wrong", action="store_true", help="show each request that was not answered right")
    report(anyio.run(measure, parser.parse_args()))
