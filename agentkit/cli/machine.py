"""This machine on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .drawing import draw
from .text import one_line, sentences

SEEN_BY = {"llama_cpp": "llama.cpp"}


@contextmanager
def waiting(text: str) -> Iterator[None]:
    """Show that something is under way, on stderr where that is a terminal."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield
        return
    with console.status(text):
        yield


def show(found: dict[str, Any]) -> None:
    """Print what was found."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=9)
    table.add_column(overflow="fold")
    for name, lines in _rows(found).items():
        table.add_row(Text(name, "dim"), Text("\n").join(Text(one_line(text), style) for text, style in lines))
    draw(table)
    for problem in found["problems"]:
        draw(Text.assemble(("! ", "bold yellow"), one_line(problem["problem"])))
        draw(Text(f"  {one_line(problem['next'])}", "bold"))
    if found["can_run"]:
        draw(Text("Models can be run. What one can do: agentkit doctor RUNNER", "green"))
    else:
        draw(Text("Nothing can be run yet.", "red"))


def _rows(found: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    cores, memory = found["cores"], found["memory"]
    told = f"{_gb(memory['available'])} of {_gb(memory['total'])} are free"
    if memory["limit"]:
        told += f"; this process may have {_gb(memory['limit'])}"
    settings = [(f"{name} is {value}", "") for name, value in found["settings"].items()]
    return {
        "agentkit": [(f"{found['agentkit'] or '(not installed)'}, {found['python']}, {found['system']}", "")],
        "cores": [(f"{cores['usable']:g} of {cores['machine']} can be used", "")],
        "memory": [(told, "")],
        "GPUs": [(_gpu(gpu), "") for gpu in found["gpus"]] or [("none is seen", "")],
        "extras": [_extra(name, versions) for name, versions in found["extras"].items()] or [("none", "")],
        "weights": [_weights(row) for row in found["weights"]] or [("none", "")],
        "engines": [_engine(engine) for engine in found["engines"]],
        "remote": [
            (f"{name}: {f'{missing} is not set' if missing else 'configured'}", "")
            for name, missing in found["remote"].items()
        ],
        "settings": settings or [("none", "")],
        "default": [(found["default"], "")],
    }


def _gpu(gpu: dict[str, Any]) -> str:
    seen = SEEN_BY.get(gpu["seen_by"], gpu["seen_by"])
    size = f", {_gb(gpu['free'])} of {_gb(gpu['total'])} free" if gpu["total"] else ""
    return f"{gpu['name']}{size} ({seen})"


def _extra(name: str, versions: dict[str, str | None]) -> tuple[str, str]:
    missing = [module for module, number in versions.items() if number is None]
    if missing:
        return f"{name}: {', '.join(missing)} not installed: pip install 'agentkit[{name}]'", "dim"
    return f"{name}: {', '.join(f'{module} {number}' for module, number in versions.items())}", ""


def _weights(row: dict[str, Any]) -> tuple[str, str]:
    if row["problem"]:
        return f"{row['model']}: broken", "red"
    return f"{row['model']}: {_gb(row['bytes'])}, {row['path']}", ""


def _engine(engine: dict[str, Any]) -> tuple[str, str]:
    about = f"{engine['name']} ({engine['module']} {engine['version'] or ''})".replace(" )", ")")
    if not engine["installed"]:
        return f"{engine['name']}: not installed", "dim"
    if engine["works"] is None:
        return f"{about}: not tried", "dim"
    if not engine["works"]:
        return sentences(f"{about}: {engine['error']}", None), "red"
    told = f"{about}: {engine['model']} on {engine['engine']}, loaded in {engine['load_seconds']:.1f} s"
    if engine["text"]:
        told += f", {engine['tokens_per_second']:g} tokens/s, says {engine['text']!r}"
    return told, "green"


def _gb(size: int | None) -> str:
    return "?" if size is None else f"{size / 1e9:.1f} GB"
