"""`agentkit tools`: the ready-made tools, and what a model sees of a tool."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from .. import Tool, Toolset
from ..errors import AgentKitError
from ..messages import ToolSpec
from .exits import UsageError
from .loading import AnyTool, is_toolset_class, members, ready_made
from .options import flag
from .text import one_line, print_json, safe, to_json


def tools(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="TOOLS", help="A ready-made NAME, ./file.py, or ./file.py:NAME.")
    ] = None,
    json: Annotated[bool, flag("--json", help="Print the schemas as JSON, in the OpenAI shape.")] = False,
    flat: Annotated[bool, flag("--flat", help="With --json: the flat shape of Workers AI.")] = False,
) -> None:
    """List the ready-made tools, or show what a model sees of a tool."""
    if flat and not json:
        raise UsageError("--flat needs --json.")
    specs = [spec for name in names or () for spec in specs_of(name)]
    if json:
        chosen = specs or [spec for name in ready_made() for spec in specs_of(name)]
        records = [spec.to_dict() for spec in chosen]
        print_json([record["function"] if flat else record for record in records])
    elif specs:
        _show(specs)
    else:
        _list()


def specs_of(name: str) -> list[ToolSpec]:
    """What a model sees of the tools of a name; toolsets are not opened for it.

    Raises:
        ConfigurationError: There is no such thing.
    """
    return [spec for item in members(name) for spec in _specs(item)]


def _specs(item: AnyTool | type[Toolset]) -> Iterator[ToolSpec]:
    if isinstance(item, Tool):
        yield item.spec
    elif is_toolset_class(item):
        yield from (tool.spec for tool in Toolset.tools(item.__new__(item)))
    elif isinstance(item, Toolset):
        yield from (tool.spec for tool in item.tools())
    else:
        yield Tool(item).spec


def _list() -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for name in ready_made():
        try:
            rows = [(spec.name, spec.description) for spec in specs_of(name)]
        except AgentKitError as error:
            rows = [("", str(error))]
        for number, (tool, description) in enumerate(rows):
            first = one_line(description).partition(". ")[0].removesuffix(".")
            table.add_row(Text("" if number else name, "bold cyan"), Text(safe(tool)), Text(first, "dim"))
    Console(highlight=False).print(table)
    print("Use them with -t NAME; see their schemas with: agentkit tools NAME", file=sys.stderr)


def _show(specs: list[ToolSpec]) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    for spec in specs:
        console.print(Text(safe(spec.name), "bold cyan"))
        console.print(Padding(Text(safe(spec.description)), (0, 0, 0, 2), expand=False))
        table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
        required = spec.parameters.get("required", ())
        for name, schema in spec.parameters.get("properties", {}).items():
            kind = Text(_kind(schema), "green")
            table.add_row(Text(safe(name)), kind, Text(_about(schema, required=name in required), "dim"))
        console.print(Padding(table, (0, 0, 1, 2), expand=False))
    print("as the model gets it: --json", file=sys.stderr)


def _kind(schema: dict[str, Any]) -> str:
    """The type of a property in a few words."""
    if "enum" in schema:
        return " | ".join(to_json(value) for value in schema["enum"])
    kind = str(schema.get("type", "any"))
    return f"{kind} of {_kind(schema['items'])}" if isinstance(schema.get("items"), dict) else kind


def _about(schema: dict[str, Any], *, required: bool) -> str:
    text = one_line(str(schema.get("description", "")))
    if required:
        return text
    left_out = f"{to_json(schema['default'])} if left out" if "default" in schema else "optional"
    return f"{text} ({left_out})"
