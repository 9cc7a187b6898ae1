"""The models and servers, for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .text import clipped, safe

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

EXTRAS = {"llama.cpp": "local", "transformers": "transformers"}
"""What installs an engine."""
USUAL, NAME, LICENCE = 80, 28, 16
"""Characters: a terminal, and the columns that can be too long for it."""
STYLES = {"here": "green", "here, slow": "green", "pull": "", "pull, slow": "", "too large": "yellow", "broken": "red"}
"""State of a model -> its colour."""
MEANINGS = {
    "pull": "not here yet: agentkit pull MODEL",
    "slow": "no GPU is seen; it runs on the CPU when asked to: device='cpu'",
    "too large": "for the memory of this machine",
}


def show(found: dict[str, Any], remote: Mapping[str, tuple[tuple[str, ...], ...]]) -> None:
    """Print what `agentkit models` has found.

    Args:
        found: As its JSON has it.
        remote: Runner string -> groups of settings; of each group, one is enough.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(_machine(found), "dim"), soft_wrap=True)
    console.print()
    console.print(_models(found["local"], console.width - USUAL))
    console.print()
    for line in _remarks(found):
        console.print(line, soft_wrap=True)
    console.print()
    console.print(_servers(found["remote"], remote))
    console.print()
    console.print(Text.assemble(("without -m: ", "dim"), safe(found["default"])))


def _machine(found: dict[str, Any]) -> str:
    cards = [f"{safe(card['name'])} with {_gb(card['memory'])}" for card in found["gpus"]]
    return f"{_gb(found['memory'])} of memory, {', '.join(cards) or 'no GPU'}"


def _models(models: list[dict[str, Any]], spare: int) -> Table:
    """The table.

    Args:
        models: The rows.
        spare: Columns that the terminal has more than a usual one; in a narrow one, licences are left out.
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("local:MODEL", no_wrap=True, overflow="ellipsis")
    table.add_column("context", justify="right", no_wrap=True)
    table.add_column("memory", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    if spare >= 0:
        table.add_column("licence", style="dim", no_wrap=True, overflow="ellipsis")
    more = max(0, spare) // 2
    for model in models:
        state = _state(model)
        cells = (
            Text(clipped(safe(model["name"]), NAME + more), "bold cyan" if model["path"] else "cyan"),
            f"{model['context']:,}",
            _gb(model["needs"] or model["weights"]),
            Text(state, STYLES[state]),
            clipped(safe(model["licence_short"]), LICENCE + more),
        )
        table.add_row(*cells[: len(table.columns)])
    return table


def _state(model: dict[str, Any]) -> str:
    """What there is of a model, in a word or two."""
    if model["problem"]:
        return "broken"
    if model["fits"] is False:
        return "too large"
    slow = ", slow" if model["engine"] == "transformers" and model["device"] == "cpu" else ""
    return ("here" if model["path"] else "pull") + slow


def _remarks(found: dict[str, Any]) -> list[Text]:
    """What the words in the table mean, where they stand there, and what is wrong."""
    from rich.text import Text

    states = {_state(model) for model in found["local"]}
    lines = [
        Text.assemble((f"{word}: ", STYLES.get(word, "")), (meaning, "dim"))
        for word, meaning in MEANINGS.items()
        if any(word in state for state in states)
    ]
    lines += [
        Text(f"{safe(model['runner'])}: {safe(model['problem'])}", "red")
        for model in found["local"]
        if model["problem"]
    ]
    used = {model["engine"] for model in found["local"] if model["path"]} | {"llama.cpp"}
    lines += [
        Text(f"{engine} is not installed: pip install 'agentkit[{EXTRAS[engine]}]'", "yellow")
        for engine, there in found["engines"].items()
        if engine in used and not there
    ]
    default = next((model["name"] for model in found["local"] if model["runner"] == "local"), "")
    return [*lines, Text(f"local alone is {safe(default)}; a file of yours is local:./model.gguf", "dim")]


def _servers(servers: list[dict[str, Any]], remote: Mapping[str, tuple[tuple[str, ...], ...]]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for server in servers:
        lines = [_setting(names, server["environment"]) for names in remote[server["runner"]]]
        table.add_row(Text(server["runner"], "cyan"), Text("\n").join(lines))
    return table


def _setting(names: tuple[str, ...], environment: dict[str, str | None]) -> Text:
    from rich.text import Text

    for name in names:
        if value := environment[name]:
            return Text(f"{name} is {safe(value)}", "green")
    return Text(f"{' or '.join(names)} is not set", "dim")


def _gb(size: int | None) -> str:
    """Bytes for people.

    >>> _gb(98_362_432), _gb(15_800_000_000), _gb(None)
    ('0.1 GB', '15.8 GB', '?')
    """
    return f"{size / 1e9:.1f} GB" if size is not None else "?"
