"""Right tool calls of the embedded model: our decoding against a plain schema grammar with the same weights.

`python benchmarks/embedded_calls.py [--limit N] [--set dev|held_out] [--seed N] [--template] [--json] [--wrong]`. The
requests are generated (`embedded_requests.py`); `held_out` has tools and requests of its own, on which nothing was
tuned. A request counts as right when exactly the right calls were made, in any order, with exactly the right arguments;
letter case does not matter.

* ours: the runner, asked like an agent asks it; it must also find out which tools are needed, if any.
* plain grammar: the arguments decoded in one go under the grammar of the tool's schema. It is told the right tools, and
  gets the same example calls: everything but what our decoding adds to the arguments.
* template (`--template`, slow): the tools in the system prompt of the model's own chat template, and the whole answer
  under a grammar of all valid calls, or none.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import anyio
from anyio import to_thread
from embedded_requests import KINDS, Call, Item, generate
from harness import Row, report

from agentkit.generation import Request, Sampling
from agentkit.messages import Message, ToolCall, ToolSpec
from agentkit.runners.base import Runner
from agentkit.runners.local import LocalRunner
from agentkit.runners.local.calling.shots import before_call
from agentkit.runners.local.calling.signature import signature
from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.decoder import Decoder
from agentkit.runners.local.engine import Load
from agentkit.runners.local.grammar import to_gbnf
from agentkit.runners.local.shared import claim, release
from agentkit.runners.local.validation import valid
from agentkit.runners.local.weights import find

MOST_TURNS = 4
RATIO = 1.4
TITLES = {"ours": "ours", "plain": "plain grammar", "template": "template"}
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
    """The arguments of the right tools, under their schema alone."""
    return await to_thread.run_sync(_plainly_filled, item)


def _plainly_filled(item: Item) -> list[Call]:
    path = find(DEFAULT)
    assert path is not None
    load = Load(path, DEFAULT.context, threads=1)
    decoder = Decoder(claim(load, lambda: False), lambda: False)
    tools = {tool.name: tool for tool in item.tools}
    calls = []
    for name, _ in item.calls:
        prompt = decoder.prompt(before_call(signature(tools[name]), item.text))
        written = decoder.complete(prompt, 400, temperature=0, grammar=to_gbnf(tools[name].parameters))
        if written.complete:
            calls.append((name, json.loads(written.text)))
    release(load)
    return calls


async def template(runner: Runner, item: Item) -> list[Call]:
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
    """Ask every request in every way."""
    ways = (ours, plain, template) if options.template else (ours, plain)
    runner = LocalRunner(threads=1)
    items = generate(options.set, options.limit, options.seed)
    tally = {way.__name__: Tally() for way in ways}
    for index, item in enumerate(items):
        for way in ways:
            start = perf_counter()
            calls = await way(runner, item)
            tally[way.__name__].add(item, calls, perf_counter() - start)
            if options.wrong and way is ours and not is_right(item, calls):
                print(f"{item.kind}: {item.text}\n    made {calls}\n    want {list(item.calls)}", file=sys.stderr)
        _progress(index + 1, len(items))
    await runner.aclose()
    return [row for name, each in tally.items() for row in each.rows(name)] + _ratios(tally)


@dataclass
class Tally:
    """How one way did."""

    right: dict[str, list[bool]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    valid: list[bool] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, item: Item, calls: Sequence[Call], seconds: float) -> None:
        """Count one request."""
        self.right[item.kind].append(is_right(item, calls))
        self.valid.append(all_valid(item, calls))
        self.seconds += seconds

    @property
    def share(self) -> float:
        """Part of the requests that need calls and got the right ones."""
        found = [each for kind, some in self.right.items() if kind != "none" for each in some]
        return sum(found) / max(1, len(found))

    def rows(self, way: str) -> list[Row]:
        """The figures."""
        kinds = {kind: some for kind, some in self.right.items() if some and (kind != "none" or way != "plain")}
        title = TITLES[way]
        return [
            *(Row(f"{title}: right, {kind} ({len(some)})", sum(some) / len(some)) for kind, some in kinds.items()),
            Row(f"{title}: right, all that need calls", self.share),
            Row(
                f"{title}: all calls valid", sum(self.valid) / len(self.valid), "", 1.0 if way == "ours" else None, True
            ),
            Row(f"{title}: time of a request", self.seconds / len(self.valid), "s"),
        ]


def _ratios(tally: dict[str, Tally]) -> list[Row]:
    share = tally["ours"].share
    return [
        Row(f"right calls, ours to {TITLES[way]}", share / max(each.share, 1e-3), "", RATIO, least=True)
        for way, each in tally.items()
        if way != "ours"
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
    parser.add_argument("--template", action="store_true", help="also measure the model's own template")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--wrong", action="store_true", help="show each request that was not answered right")
    report(anyio.run(measure, parser.parse_args()))
