"""Right tool calls of the models that run in this process: our ways, and the plain ones beside them.

The requests are generated (`tool_requests.py`, from the files in `requests/`), the tasks written (`tasks/`), for this
benchmark; `held-out` has tools and requests of its own, on which nothing was tuned. A request counts as right when
exactly the right calls were made, in any order, with exactly the right arguments; letter case does not matter. A task
counts when the final answer has what was asked for in it; small talk, when it is answered and no tool ran. A run of N
cases has N requests for one call with one tool on offer, N/3 with six tools, N/5 for two calls, N/3 that need none, and
the twenty tasks.

Paths (`tool_paths.py`): grammar · llama.cpp · unguided · ours · needle · needle+chat.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from time import perf_counter
from typing import Any

import anyio
from harness import Row, report
from tool_paths import PATHS
from tool_requests import Call, Item, generate

from agentkit import Agent, AgentKitError
from agentkit.generation import Request, Sampling
from agentkit.messages import Message, ToolCall
from agentkit.runners.base import Runner
from agentkit.runners.local.validation import valid

MOST_TURNS = 4
KINDS = {"single": 1.0, "several": 1 / 3, "two": 1 / 5, "none": 1 / 3}
"""What is asked for, and how often for each single call."""
TITLES = {
    "single": "right, one tool on offer",
    "several": "right, several tools on offer",
    "two": "right, two calls",
    "none": "no call where none is wanted",
    "tasks": "tasks done from end to end",
    "valid": "requests whose calls are all valid",
    "seconds": "seconds a request",
}
TARGETS = {"single": 0.45, "none": 0.75, "tasks": 0.8, "valid": 1.0}
"""Of our own paths, at least."""
PLAIN = ("grammar", "llama.cpp", "unguided")


@dataclass
class Tally:
    """How one path did."""

    right: dict[str, list[bool]] = field(default_factory=lambda: {kind: [] for kind in [*KINDS, "tasks", "valid"]})
    seconds: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, tuple[float, int]]:
        """Shares and their counts."""
        shares = {kind: (sum(found) / len(found), len(found)) for kind, found in self.right.items() if found}
        return shares | (
            {"seconds": (sum(self.seconds) / len(self.seconds), len(self.seconds))} if self.seconds else {}
        )


async def calls_of(runner: Runner, item: Item) -> list[Call]:
    """The calls that a runner makes, each answered by `ok`, until it makes no more."""
    messages = [Message("user", item.text)]
    calls: list[Call] = []
    for _ in range(MOST_TURNS):
        request = Request(messages, item.tools, sampling=Sampling(max_tokens=300, temperature=0))
        async with aclosing(runner.generate(request)) as deltas:
            made = [delta async for delta in deltas if isinstance(delta, ToolCall)]
        new = [(call.name, json.loads(call.arguments)) for call in made]
        if not made or all(call in calls for call in new):
            break
        calls += new
        messages.append(Message("assistant", "", tuple(made)))
        messages += [Message("tool", "ok", tool_call_id=call.id, name=call.name) for call in made]
    return calls


async def task_done(runner: Runner, tools: Sequence[Any], prompt: str, wanted: Sequence[str]) -> tuple[bool, str]:
    """Whether an agent does a task, and what it said."""
    agent: Agent[str] = Agent(runner, tools=list(tools))
    try:
        result = await agent.run(prompt)
    except AgentKitError as error:
        return False, repr(error)
    calls = [f"{call.name}{call.arguments}" for message in result.messages for call in message.tool_calls]
    said = result.response.replace(",", "").lower()
    done = all(each.lower() in said for each in wanted) if wanted else bool(said.strip()) and not calls
    return done, f"{result.response!r} after {calls}"


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


async def measure(options: argparse.Namespace, tallies: dict[str, Tally]) -> None:
    """Ask every request on every path."""
    part = options.part.replace("-", "_")
    counts = {kind: round(options.cases * share) for kind, share in KINDS.items() if kind in options.kind}
    items = generate(part, counts, options.seed)
    tasks = import_module(f"tasks.{part}")
    todo = list(tasks.TASKS) if "tasks" in options.kind else []
    for name in options.path:
        if name.startswith("needle") and not find_spec("needle_rs"):
            print(f"{name}: left out, needle-rs is not installed", file=sys.stderr)
            continue
        tally = tallies[name] = Tally()
        runner = PATHS[name]()
        for index, item in enumerate(items):
            _progress(name, index, len(items) + len(todo))
            await _count(tally, runner, item, options.wrong)
        for index, (prompt, wanted) in enumerate(todo, len(items)):
            _progress(name, index, len(items) + len(todo))
            done, what = await task_done(runner, tasks.TOOLS, prompt, wanted)
            tally.right["tasks"].append(done)
            if options.wrong and not done:
                print(f"task: {prompt}\n    {what}\n    want {wanted}", file=sys.stderr)
        _progress(name, len(items) + len(todo), len(items) + len(todo))
        await runner.aclose()


async def _count(tally: Tally, runner: Runner, item: Item, show: bool) -> None:
    start = perf_counter()
    calls = await calls_of(runner, item)
    tally.seconds.append(perf_counter() - start)
    tally.right[item.kind].append(is_right(item, calls))
    tally.right["valid"].append(all_valid(item, calls))
    if show and not is_right(item, calls):
        print(f"{item.kind}: {item.text}\n    made {calls}\n    want {list(item.calls)}", file=sys.stderr)


def _progress(path: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        bar = "#" * (40 * done // total)
        print(
            f"\r{path:<12} [{bar:<40}] {done}/{total}", end="\n" if done == total else "", file=sys.stderr, flush=True
        )


def show(tallies: dict[str, Tally], as_json: bool) -> None:
    """Print what there is, a column for each path; with `--json` an object for each figure."""
    figures = {path: tally.figures() for path, tally in tallies.items()}
    if as_json:
        report([_row(path, kind, *figure) for path, found in figures.items() for kind, figure in found.items()])
        return
    print(f"{'':<42}" + "".join(f"{path:>14}" for path in figures))
    for kind, title in TITLES.items():
        cells = [found.get(kind) for found in figures.values()]
        count = next((cell[1] for cell in cells if cell), None)
        if count is not None:
            print(
                f"{title + f' ({count})':<42}" + "".join(f"{cell[0]:>14.3f}" if cell else f"{'':>14}" for cell in cells)
            )


def _row(path: str, kind: str, value: float, count: int) -> Row:
    target = None if path in PLAIN else TARGETS.get(kind)
    return Row(f"{path}: {TITLES[kind]} ({count})", value, "s" if kind == "seconds" else "", target, least=True)


def main() -> int:
    """Run it; what was measured until Ctrl-C is printed, too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=24, help="single calls, 300 for the targets; the others follow")
    parser.add_argument("--part", choices=("held-out", "dev"), default="held-out")
    parser.add_argument("--path", action="append", choices=tuple(PATHS), help="again for several; all if left out")
    parser.add_argument("--kind", action="append", choices=(*KINDS, "tasks"), help="the same")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--wrong", action="store_true", help="show what was not answered right")
    options = parser.parse_args()
    options.path = options.path or list(PATHS)
    options.kind = options.kind or [*KINDS, "tasks"]
    tallies: dict[str, Tally] = {}
    try:
        anyio.run(partial(measure, options, tallies))
    except KeyboardInterrupt:
        return 130
    finally:
        show(tallies, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
