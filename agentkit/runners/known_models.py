"""Models of the catalogue on a server: the requests that they get in this process, too.

The templates of the documented models know no tools, some refuse a system prompt, and most want users and assistants to
take turns. A server applies the template as it is: tools would not be seen, and some conversations refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..generation import Request
from ..messages import Message, ToolSpec
from .local.constrained.call_formats import HERMES
from .local.entry import Entry
from .local.lookup import entries, find_entry
from .local.templating.abilities import Abilities
from .local.templating.folding import fold
from .local.templating.tool_prompt import tool_prompt, writer

ABILITIES = {
    "chatml": Abilities(system=True, system_later=True, assistant_first=True),
    "llama2": Abilities(system=True),
    "codellama": Abilities(system=True),
    "mistral": Abilities(),
}
"""What the published prompt formats take, by the names that the catalogue has for them."""


def known_model(name: str) -> Entry | None:
    """The catalogue's row for a model as a server names it: by a name of the catalogue, or by its repository.

    Raises:
        ConfigurationError: The user's own models file is wrong.
    """
    stored = (entry for entry in entries() if getattr(entry.source, "repo", None) == name)
    return find_entry(name) or next(stored, None)


def told(request: Request, entry: Entry) -> Request:
    """A request with nothing that the model's template does not know.

    Tools are described in the prompt, calls and results told in words. A call that must be made is the schema of the
    answer; any call comes as text, so that a request that takes none such (`strict`) is left as it is.
    """
    abilities = ABILITIES.get(entry.template or "")
    if abilities is None or (request.strict and request.tools):
        return request
    tools = () if request.tool_choice == "none" else request.tools
    preface = tool_prompt(tools, HERMES) if tools else ""
    folded = fold(request.messages, abilities, writer(HERMES), preface=preface)
    return replace(
        request,
        messages=[Message(entry["role"], entry["content"]) for entry in folded],
        tools=(),
        tool_choice="auto",
        output_schema=_call(tools, request.tool_choice) if tools else request.output_schema,
    )


def _call(tools: Sequence[ToolSpec], choice: str) -> dict[str, Any] | None:
    """The schema of a call that must be made; None where none must."""
    if choice == "auto":
        return None
    calls = [
        {
            "type": "object",
            "properties": {"name": {"const": tool.name}, "arguments": tool.parameters},
            "required": ["name", "arguments"],
            "additionalProperties": False,
        }
        for tool in tools
        if choice in (tool.name, "required", "any")
    ]
    return calls[0] if len(calls) == 1 else {"anyOf": calls}
