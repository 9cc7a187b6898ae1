"""What a chat template takes, found out by trying it once on small conversations."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....errors import BadRequestError, WeightsError
from .template import ChatTemplate, TemplateStoppedError

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a template takes. Nothing of it is on where it raises, and where what it was given does not appear."""

    system: bool = False
    """A system prompt at the start. Mistral's templates leave it out after calls, so there it is off."""
    system_later: bool = False
    """System messages inside of the conversation."""
    assistant_first: bool = False
    """A conversation that the assistant begins."""
    tools: bool = False
    """It lists the offered tools itself."""
    calls: bool = False
    """It writes calls of the assistant and their results itself."""
    several_calls: bool = False
    """More than one in a message."""
    user_after_result: bool = False
    """The user may speak after a result, before the assistant does."""
    objects: bool = True
    """Arguments of calls are wanted as objects, not as JSON text."""
    parts: bool = False
    """Contents are wanted as lists of parts."""


_USER = {"role": "user", "content": "Zaqueb asks"}
_AGAIN = {"role": "user", "content": "Vimplo asks"}
_SYSTEM = {"role": "system", "content": "Brontic rules"}
_ANSWER = {"role": "assistant", "content": "Quoril answers"}
_RESULTS = tuple(
    {"role": "tool", "name": "dwell_of", "content": word, "tool_call_id": identity}
    for word, identity in (("Strevan came", "a1b2c3d4e"), ("Plomick came", "f5g6h7i8j"))
)
_TOOL = {
    "type": "function",
    "function": {
        "name": "dwell_of",
        "description": "Where it dwells.",
        "parameters": {
            "type": "object",
            "properties": {"beast": {"type": "string", "description": "Which one."}},
            "required": ["beast"],
        },
    },
}


def probe(template: ChatTemplate, *, tools: bool = False) -> Abilities:
    """Try a template.

    Args:
        template: The template.
        tools: Whether it is one for conversations with tools only.

    Raises:
        WeightsError: It does not come to an end, or does not even render what one user says.
    """
    try:
        return _probed(template, tools)
    except TemplateStoppedError as error:
        raise WeightsError(error.message, hint=error.hint) from error


def _probed(template: ChatTemplate, tools: bool) -> Abilities:
    parts = not _shows(template, [_USER], tools=tools)
    if parts and not _shows(template, [_USER], tools=tools, parts=True):
        raise WeightsError(
            f"the chat template of the model does not render a message of the user: {_complaint(template)}.",
            hint="Name another template for it.",
        )
    lists = _shows(template, [_USER], "dwell_of", tools=True, parts=parts)
    objects = _shows_calls(template, 1, True, lists, parts)
    calls = objects or _shows_calls(template, 1, False, lists, parts)
    call = [_USER, _calling(1, objects), _RESULTS[0]]
    return Abilities(
        system=_shows(template, [_SYSTEM, _USER], tools=tools, parts=parts)
        and (not calls or _shows(template, [_SYSTEM, *call], tools=lists, parts=parts)),
        system_later=_shows(template, [_USER, _ANSWER, _SYSTEM, _AGAIN], tools=tools, parts=parts),
        assistant_first=_shows(template, [_ANSWER, _AGAIN], tools=tools, parts=parts),
        tools=lists,
        calls=calls,
        several_calls=calls and _shows_calls(template, 2, objects, lists, parts),
        user_after_result=calls and _shows(template, [*call, _AGAIN], tools=lists, parts=parts),
        objects=objects or not calls,
        parts=parts,
    )


def as_parts(messages: Sequence[Entry]) -> list[Entry]:
    """Messages whose contents are lists of parts."""
    return [entry | {"content": [{"type": "text", "text": entry["content"]}]} for entry in messages]


def _shows(
    template: ChatTemplate, messages: Sequence[Entry], *words: str, tools: bool = False, parts: bool = False
) -> bool:
    """Whether everything that is said appears in the prompt, in this order."""
    text = _rendered(template, messages, tools, parts)
    at = 0
    for said in (entry["content"] for entry in messages):
        at = text.find(said, at)
        if at < 0:
            return False
    return bool(text) and all(word in text for word in words)


def _shows_calls(template: ChatTemplate, count: int, objects: bool, tools: bool, parts: bool) -> bool:
    """Whether calls appear, with arguments that are neither Python's objects nor JSON in JSON."""
    messages = [_USER, _calling(count, objects), *_RESULTS[:count]]
    if not _shows(template, messages, "dwell_of", "beast", *("griffin", "wyvern")[:count], tools=tools, parts=parts):
        return False
    text = _rendered(template, messages, tools, parts)
    return "'beast': 'griffin'" not in text and '\\"griffin' not in text


def _calling(count: int, objects: bool) -> Entry:
    values = [{"beast": beast} for beast in ("griffin", "wyvern")[:count]]
    calls = [
        {
            "id": result["tool_call_id"],
            "type": "function",
            "function": {"name": "dwell_of", "arguments": value if objects else json.dumps(value)},
        }
        for value, result in zip(values, _RESULTS, strict=False)
    ]
    return {"role": "assistant", "content": "", "tool_calls": calls}


def _rendered(template: ChatTemplate, messages: Sequence[Entry], tools: bool, parts: bool) -> str:
    try:
        return template.render(as_parts(messages) if parts else messages, [_TOOL] if tools else None)
    except TemplateStoppedError:
        raise
    except BadRequestError:
        return ""


def _complaint(template: ChatTemplate) -> str:
    try:
        template.render([_USER])
    except BadRequestError as error:
        return error.message.rstrip(".")
    return "the message does not appear"
