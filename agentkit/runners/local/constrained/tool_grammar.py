"""Toolsets and answer schemas as grammars."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from keyword import iskeyword
from typing import Any

from ....errors import BadRequestError
from ....generation import ToolChoice
from ....messages import ToolSpec
from .call_formats import CallFormat, as_json
from .checking import compiled
from .flattening import UnsayableError
from .free_text import BARE, note, text_terminal
from .lark import Rules, grammar, literal, one_of, pattern, repeated
from .tagged_reading import CLOSE
from .tagged_values import TaggedValues
from .values import Bounds, Values
from .writing import Tagged, Writing, writing_of

MOST_TOOLS = 300
"""llguidance gives up on a text that can go on in 2,000 ways."""
LARGEST = 2_000_000
"""Characters of a grammar; compiling a larger one takes seconds, and much memory."""
REMEMBERED = 64
"""Grammars that are kept."""

_NAME = re.compile(r"[\w.-]{1,100}")
_Schemas = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CallGrammar:
    """What a reply may be."""

    text: str
    """The grammar for the engine, in which marks may be tokens of their own."""
    plain: str
    """The same over texts, in which they are not."""
    format: CallFormat
    """How calls are written in it."""
    must: bool
    """Whether the reply is calls, and nothing else."""
    texts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For each tool, the arguments that are always texts, where the reader must know."""


def tool_grammar(
    tools: tuple[ToolSpec, ...],
    choice: ToolChoice,
    format: CallFormat,
    *,
    parallel: bool = True,
    special: Mapping[str, int] | None = None,
    bounds: Bounds | None = None,
) -> CallGrammar:
    """The grammar of the replies to a request with tools. Made once for each toolset.

    Args:
        tools: What is on offer.
        choice: `auto`: text, or calls with text before them · `none`: text · `required`: calls · a name: one call.
        format: How the model writes calls.
        parallel: Whether one reply may have several calls.
        special: The marks of the format that are single tokens of the model's vocabulary, with their ids.
        bounds: For what the schemas do not bound.

    Raises:
        BadRequestError: A schema asks for what a grammar cannot say, contradicts itself, or is too large; or no tool
            has the name that is chosen. Says which tool, and what in it.
    """
    offered = [tool for tool in tools if choice in ("auto", "required", "none", tool.name)]
    if not offered and choice not in ("auto", "none"):
        raise BadRequestError(f"tool_choice={choice!r} names none of the tools that are offered.")
    if len(offered) > MOST_TOOLS:
        raise BadRequestError(
            f"{len(offered):,} tools are offered; at most {MOST_TOOLS} go into one grammar.",
            hint="Offer those that may be needed.",
        )
    schemas = tuple((tool.name, _dumped(f"tool {tool.name!r}", tool.parameters)) for tool in offered)
    several = parallel and choice in ("auto", "required")
    marks = tuple(sorted((special or {}).items()))
    return _tool_grammar(schemas, choice if choice in ("auto", "none") else "", format, several, marks, bounds)


def output_grammar(schema: Any, bounds: Bounds | None = None) -> str:
    """The grammar of the JSON texts that satisfy a schema.

    Raises:
        BadRequestError: The schema asks for what a grammar cannot say, contradicts itself, or is too large.
    """
    return _output_grammar(_dumped("the output schema", schema), bounds or Bounds())


@lru_cache(REMEMBERED)
def _output_grammar(schema: str, bounds: Bounds) -> str:
    rules = Rules()
    value = _named("the output schema", Values(rules, json.loads(schema), bounds).value)
    text = grammar(value, rules)
    _check("the output schema", text)
    return text


@lru_cache(REMEMBERED)
def _tool_grammar(
    schemas: _Schemas,
    choice: str,
    format: CallFormat,
    several: bool,
    marks: tuple[tuple[str, int], ...],
    bounds: Bounds | None,
) -> CallGrammar:
    if not all(_writable(name, json.loads(schema), format) for name, schema in schemas):
        format = as_json(format)
    wanted = [mark for mark in marks if mark[0] in format.marks]
    if choice == "none" or not schemas:
        text = grammar("TEXT", f"TEXT: {text_terminal(format, {}, choice=False)}\n")
        return CallGrammar(text, text, format, False)
    limits = bounds or Bounds()
    plain = _reply(schemas, choice, format, several, {}, limits)
    text = _reply(schemas, choice, format, several, dict(wanted), limits) if wanted else plain
    try:
        _check("the toolset", plain)
    except BadRequestError:
        for each in schemas:
            _check(f"tool {each[0]!r}", _reply((each,), "", format, False, {}, limits))
        raise
    texts = {name: _texts(schema, limits) for name, schema in schemas} if format.style == "tagged" else {}
    return CallGrammar(text, plain, format, not choice, texts)


def _texts(schema: str, bounds: Bounds) -> frozenset[str]:
    return TaggedValues(Rules(), json.loads(schema), bounds, Tagged()).texts()


def _reply(
    schemas: _Schemas, choice: str, format: CallFormat, several: bool, special: Mapping[str, int], bounds: Bounds
) -> str:
    rules = Rules()
    most = bounds.calls if several and format.between is not None else 1
    writing = writing_of(format, special)
    heads = [
        (_head(format, name), _arguments(rules, name, schema, format, bounds, writing)) for name, schema in schemas
    ]
    ending = [literal(format.end, special)] if format.end and format.style != "python" else []

    def call(cut: int = 0) -> str:
        found = [" ".join([literal(head[cut:], special), values, *ending]) for head, values in heads]
        return rules.rule(one_of(rules.rule(each) for each in found))

    separator = [literal(format.between, special)] if format.between else []
    further = repeated(" ".join([*separator, call()]), 0, most - 1)
    after = [literal(format.after, special)] if format.after else []
    after += [f"({literal(format.trail, special)})?"] if format.trail else []
    before = [literal(format.before, special)] if format.before else []
    block = rules.rule(" ".join([*before, call(), further, *after]))
    if choice != "auto":
        return grammar(block, rules)
    text = rules.terminal(text_terminal(format, special, choice=True))
    if not format.mark:
        return grammar(f"{text} | {block}", rules)
    if format.mark in special:
        return grammar(f"{text}? {block} | {text}", f"{note(format.mark)}{rules}")
    rest = format.before.removeprefix(format.mark)
    first = [*([literal(rest, special)] if rest else []), call()] if format.before else [call(len(format.mark))]
    marked = rules.rule(" ".join([*first, further, *after]))
    lead = rules.terminal(f"{pattern('(?s:.*)')} & ~{BARE}")
    lazy = f"announced[lazy]: {lead} {literal(format.mark)}\n"
    return grammar(f"{text} | announced {marked}", f"{note(format.mark)}{rules}{lazy}")


def _arguments(rules: Rules, name: str, schema: str, format: CallFormat, bounds: Bounds, writing: Writing) -> str:
    values = (TaggedValues if format.style == "tagged" else Values)(rules, json.loads(schema), bounds, writing)
    close = {"python": format.end, "tagged": CLOSE}.get(format.style, "}")
    return _named(f"tool {name!r}", lambda: values.arguments(close))


def _head(format: CallFormat, name: str) -> str:
    """What a call begins with, up to its arguments."""
    if format.begin.endswith('"'):
        name = json.dumps(name, ensure_ascii=False)[1:-1]
    elif not _NAME.fullmatch(name):
        raise BadRequestError(f"tool {name!r}: a model of this kind ({format.name}) cannot write such a name.")
    return f"{format.begin}{name}{format.middle}"


def _writable(name: str, schema: Any, format: CallFormat) -> bool:
    """Whether calls of a tool can be written as the format has them."""
    if format.style not in ("python", "tagged"):
        return True
    names = schema.get("properties") or {} if isinstance(schema, Mapping) else {}
    plain = isinstance(schema, Mapping) and not schema.keys() & {"anyOf", "oneOf", "allOf", "$ref", "enum", "const"}
    if format.style == "tagged":
        return plain and all(_NAME.fullmatch(each) for each in (name, *names))
    return plain and all(each.isidentifier() and not iskeyword(each) for each in (*name.split("."), *names))


def _dumped(whose: str, schema: Any) -> str:
    try:
        return json.dumps(schema)
    except RecursionError:
        raise _too_deep(whose) from None
    except (TypeError, ValueError) as error:
        raise BadRequestError(f"{whose}: its schema is no JSON: {error}") from error


def _too_deep(whose: str) -> BadRequestError:
    return BadRequestError(f"{whose}: its schema is nested too deeply for a grammar.")


def _named(whose: str, work: Callable[[], str | None]) -> str:
    """Do the work on a schema; say whose it is where that fails."""
    try:
        found = work()
    except UnsayableError as error:
        where = f" of {'.'.join(reversed(error.path))!r}" if error.path else ""
        raise BadRequestError(
            f"{whose}: {error.what}{where} cannot be said by a grammar.",
            hint="Leave it to the description; the tool checks what it is called with in any case.",
        ) from None
    except RecursionError:
        raise _too_deep(whose) from None
    except (TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadRequestError(f"{whose}: its schema is malformed: {error}") from error
    if found is None:
        raise BadRequestError(f"{whose}: no value can satisfy its schema; it contradicts or contains itself.")
    return found


def _check(whose: str, text: str) -> None:
    if len(text) > LARGEST:
        raise BadRequestError(
            f"{whose}: its grammar has {len(text):,} characters; at most {LARGEST:,} are compiled.",
            hint="Long enumerations are better looked up by a tool than listed in its schema.",
        )
    try:
        compiled(text)
    except BadRequestError as error:
        raise BadRequestError(f"{whose}: {error.message}") from error
