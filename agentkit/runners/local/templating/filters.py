"""The filters and text methods that a template may use, each refused before it makes something too large.

Those of Jinja that chat templates have no use for (`center`, `pprint`, `urlize`, ...) are not there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import wraps
from itertools import islice
from string import Formatter
from typing import Any

from jinja2.filters import FILTERS, do_indent
from jinja2.runtime import Undefined
from jinja2.tests import TESTS

from .budget import MOST_ITEMS, LimitError, budget, check_text, size

_PLAIN_FILTERS = """
abs attr capitalize count d default dictsort e escape first float format groupby int items join last length list lower
map max min reject rejectattr reverse round safe select selectattr sort string sum title trim truncate unique upper
""".split()
_PLAIN_METHODS = """
capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric
isspace istitle isupper lower lstrip partition removeprefix removesuffix rfind rindex rpartition rstrip startswith strip
swapcase title upper
""".split()
_WIDTH = re.compile(r"\d{4}|\*|\{")
"""Of a number in a format, too large or not known."""
_PERCENT = re.compile(r"%(?:\([^)]*\))?([^a-zA-Z%]*)[a-zA-Z%]")
_SPACE = re.compile(r"\s+")
_INDENT = 16
"""Spaces, and characters of a separator, at most."""


def tojson(
    value: Any, ensure_ascii: bool = False, indent: Any = None, separators: Any = None, sort_keys: bool = False
) -> str:
    """JSON as it is; Jinja's own filter makes it safe for HTML."""
    width = len(indent) if isinstance(indent, str) else indent or 0
    if width > _INDENT or any(len(separator) > _INDENT for separator in separators or ()):
        raise LimitError(f"it asked for JSON with an indent or separator of more than {_INDENT} characters")
    check_text(size(value) * (1 + width))
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def filters() -> dict[str, Callable[..., Any]]:
    """By name, for `Environment.filters`."""
    known: dict[str, Callable[..., Any]] = {name: FILTERS[name] for name in _PLAIN_FILTERS}
    known |= {"indent": _indent, "replace": _replace, "format": _format, "tojson": tojson}
    return {name: _counted(function, _BEFORE.get(name)) for name, function in known.items()}


def tests() -> dict[str, Callable[..., Any]]:
    """By name, for `Environment.tests`."""
    known: dict[str, Any] = {**TESTS}
    return {name: _counted(function) for name, function in known.items()}


def call_method(text: str, name: str, method: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """Call a method of a text.

    Raises:
        LimitError: It would make too much, or there is none of that name for templates.
    """
    budget().step(1 + len(text) // 64)
    if name == "replace":
        return _replace(text, *args, **kwargs)
    if name == "join":
        args = tuple(_listed(arg) for arg in args)
        check_text(size(args) + len(text) * sum(len(arg) for arg in args if isinstance(arg, (list, tuple, str))))
    elif name in ("split", "rsplit", "splitlines"):
        _check_pieces(text, "\n" if name == "splitlines" else kwargs.get("sep", args[0] if args else None))
    elif name not in _PLAIN_METHODS:
        raise LimitError(f"it called {name!r} of a text, which templates may not")
    return method(*args, **kwargs)


def check_format(template: str, args: Any, kwargs: Any) -> None:
    """Refuse `template.format(...)` that would write too much.

    Raises:
        LimitError: Widths, or what its fields hold together.
    """
    fields = 0
    for _, name, spec, _ in Formatter().parse(template):
        fields += name is not None
        if spec and _WIDTH.search(spec):
            raise LimitError(f"it formatted a text with a width of {spec!r}")
    check_text(len(template) + fields * (size(args) + size(kwargs)))


def check_percent(template: str, args: Any) -> None:
    """Refuse `template % args` that would write too much; as `check_format`."""
    fields = 0
    for found in _PERCENT.finditer(template):
        fields += 1
        if _WIDTH.search(found[1]):
            raise LimitError(f"it formatted a text with a width of {found[1]!r}")
    check_text(len(template) + fields * size(args))


def _check_pieces(text: str, separator: Any) -> None:
    if len(text) <= MOST_ITEMS:
        return
    if separator is None:
        pieces = sum(1 for _ in islice(_SPACE.finditer(text), MOST_ITEMS + 1))
    else:
        pieces = text.count(separator)
    if pieces > MOST_ITEMS:
        raise LimitError(f"it split a text into more than {MOST_ITEMS:,}")


def _replace(text: Any, old: Any, new: Any, count: Any = -1) -> str:
    whole, old, new = str(text), str(old), str(new)
    found = whole.count(old) if count is None or count < 0 else min(whole.count(old), count)
    check_text(len(whole) + found * len(new))
    return whole.replace(old, new, -1 if count is None else count)


def _format(template: str, *args: Any, **kwargs: Any) -> str:
    check_percent(template, kwargs or args)
    return str(template) % (kwargs or args)


def _indent(text: str, width: Any = 4, first: bool = False, blank: bool = False) -> str:
    wide = len(width) if isinstance(width, str) else width
    check_text(len(text) + (text.count("\n") + 1) * wide)
    return do_indent(text, width, first, blank)


def _join(values: Any, separator: Any = "", attribute: Any = None) -> tuple[Any, ...]:
    values = _listed(values)
    if isinstance(values, (list, tuple, str)):
        check_text(size(values) + len(str(separator)) * len(values))
    return values, separator, attribute


def _round(value: Any, precision: Any = 0, method: Any = "common") -> tuple[Any, ...]:
    if not -100 < precision < 100:
        raise LimitError(f"it rounded a number to {precision} digits")
    return value, precision, method


def _sum(values: Any, attribute: Any = None, start: Any = 0) -> tuple[Any, ...]:
    if not isinstance(start, (int, float)):
        raise LimitError("it summed up what are no numbers")
    return values, attribute, start


_BEFORE: dict[str, Callable[..., tuple[Any, ...]]] = {"join": _join, "round": _round, "sum": _sum}
"""Checks of the values of a filter; they give them back, in order."""


def _counted(function: Callable[..., Any], before: Callable[..., tuple[Any, ...]] | None = None) -> Callable[..., Any]:
    """A filter or test that takes a step, and gives nothing too large."""
    passed = 1 if hasattr(function, "jinja_pass_arg") else 0

    @wraps(function)
    def counted(*args: Any, **kwargs: Any) -> Any:
        budget().step(1 + sum(len(arg) // 64 for arg in args[passed:] if isinstance(arg, str)))
        if before is not None:
            args, kwargs = (*args[:passed], *before(*args[passed:], **kwargs)), {}
        result = function(*args, **kwargs)
        if not isinstance(result, bool):
            size(result)
        return result

    return counted


def _listed(values: Any) -> Any:
    """What can be gone through only once as a list, so that its length is known."""
    if isinstance(values, (str, list, tuple, Undefined)) or not isinstance(values, Iterable):
        return values
    return list(islice(values, MOST_ITEMS + 1))
