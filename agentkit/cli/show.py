"""`agentkit show`: a run that was recorded, turn by turn, byte by byte."""

from __future__ import annotations

import json as json_library
import sys
from difflib import unified_diff
from pathlib import Path
from typing import Annotated, Any

import typer

from ..messages import Message
from .exits import UsageError
from .options import flag
from .recordings import Exchange, Recording, is_stable, read_recording, same_prefix
from .text import clipped, one_line, print_json, safe, shown_call

COLOURS = {"+": "green", "-": "red", "@": "cyan"}
WIDEST = 60
"""Characters of a reply in the table."""


def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Written by: agentkit run --record FILE ...")],
    turns: Annotated[
        list[int] | None, typer.Argument(metavar="TURN", help="One turn in full; two: what differs in them.")
    ] = None,
    curl: Annotated[bool, flag("--curl", help="The turn's request as a shell command that sends it again.")] = False,
    json: Annotated[bool, flag("--json", help="Print the table as JSON.")] = False,
) -> None:
    """Show a recorded run: what was sent, what came back, and whether the prefix stayed the same."""
    recording = read_recording(file)
    chosen = [_turn(recording, number) for number in turns or ()]
    if curl and len(chosen) != 1:
        raise UsageError("--curl needs the number of one turn.")
    if json and chosen:
        raise UsageError("--json shows the table only, without turns.")
    if not chosen:
        rows = _rows(recording)
        print_json(rows) if json else _table(recording, rows)
    elif curl:
        print(_command(chosen[0]))
    elif len(chosen) == 1:
        _in_full(chosen[0])
    elif len(chosen) == 2:
        _difference(chosen, turns or [])
    else:
        raise UsageError("Give one turn, or two.")


def _turn(recording: Recording, number: int) -> Exchange:
    if not 1 <= number <= len(recording.turns):
        raise UsageError(f"There is no turn {number}; there are 1 to {len(recording.turns)}.")
    return recording.turns[number - 1]


def _command(turn: Exchange) -> str:
    if turn.sent is None:
        raise UsageError("This turn was not sent to a server: its runner worked in the process.")
    return turn.sent.curl()


def _rows(recording: Recording) -> list[dict[str, Any]]:
    """A row for each turn."""
    rows = []
    before: Exchange | None = None
    for number, turn in enumerate(recording.turns, 1):
        usage = (turn.finish or {}).get("usage") or {}
        rows.append(
            {
                "turn": number,
                "messages": len(turn.messages),
                "bytes": len(turn.request.encode()),
                "same_bytes": same_prefix(before, turn) if before else None,
                "stable": is_stable(before, turn) if before else None,
                "prompt_tokens": usage.get("prompt_tokens", 0),
                "cached_tokens": usage.get("cached_tokens", 0),
                "completion_tokens": usage.get("completion_tokens", 0),
                "reply": _reply(turn),
            }
        )
        before = turn
    return rows


def _reply(turn: Exchange) -> str:
    """What the model answered, in a few words."""
    if turn.message is None:
        return "broken off"
    message = Message.from_dict(turn.message)
    calls = ["{}({})".format(*shown_call(call, 30)) for call in message.tool_calls]
    return one_line(", ".join([*calls, *([message.content] if message.content else [])]))


def _table(recording: Recording, rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=True)
    for name in ("turn", "messages", "sent", "same prefix", "tokens", "cached"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("came back", no_wrap=True, overflow="ellipsis", ratio=1)
    for row in rows:
        same = "" if row["same_bytes"] is None else f"{row['same_bytes']:,}"
        style = "red" if row["stable"] is False else ""
        table.add_row(
            str(row["turn"]),
            str(row["messages"]),
            f"{row['bytes']:,}",
            Text(same, style),
            f"{row['prompt_tokens']:,}+{row['completion_tokens']:,}",
            f"{row['cached_tokens']:,}",
            Text(clipped(row["reply"], WIDEST)),
        )
    console.print(table)
    data = recording.data
    error = data.get("error") or {}
    ended = one_line(f"{error.get('type')}: {error.get('message')}") if error else str(data.get("stop_reason"))
    about = [str(data.get("runner", "")), str(data.get("model", "")), ended]
    print(" · ".join(one_line(word) for word in about if word), file=sys.stderr)
    broken = [str(row["turn"]) for row in rows if row["stable"] is False]
    if broken:
        print(f"the prefix changed in turn {', '.join(broken)}; see: agentkit show FILE N M", file=sys.stderr)


def _in_full(turn: Exchange) -> None:
    if turn.sent is not None:
        print(safe(f"POST {turn.sent.url}"))
        for name, value in turn.sent.headers.items():
            print(safe(f"{name}: {value}"))
        print()
    print(safe(_pretty(turn.request)))
    print()
    print(safe(turn.reply.strip() or _pretty(json_library.dumps(turn.message, ensure_ascii=False))))


def _difference(turns: list[Exchange], numbers: list[int]) -> None:
    before, after = (_pretty(turn.request).splitlines() for turn in turns)
    lines = unified_diff(before, after, f"turn {numbers[0]}", f"turn {numbers[1]}", lineterm="")
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text(safe(line), COLOURS.get(line[:1], "")))


def _pretty(text: str) -> str:
    return json_library.dumps(json_library.loads(text), ensure_ascii=False, indent=2)
