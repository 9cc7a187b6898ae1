"""Jinja as chat templates are written for, with Hugging Face's additions, in a sandbox that counts what it does.

Jinja's sandbox keeps a template from the insides of Python; what it takes of time and memory is limited here: the
compiled template takes a step at each statement, and every value is measured before or when it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, NoReturn

from jinja2 import TemplateError, nodes, pass_context
from jinja2.compiler import CodeGenerator, CompilerExit, Frame
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from .budget import LimitError, budget, check_text, size
from .filters import call_method, check_format, check_percent, filters, tests

_LONGEST_FORMAT = 100
"""Characters of a format of dates."""
_SCOPE = ("_loop_vars", "_block_vars")
"""What Jinja adds to the arguments of a call."""
_COUNTED = nodes.EnvironmentAttribute("counted")


class RaisedError(TemplateError):
    """What the template itself raised, with `raise_exception`."""


class Writer(CodeGenerator):
    """Compiles templates to Python that takes steps."""

    def blockvisit(self, statements: Iterable[nodes.Node], frame: Frame) -> None:
        try:
            self.writeline("pass")
            for node in statements:
                self.writeline(f"environment.step({_written(node)})", node)
                self.visit(node, frame)
        except CompilerExit:
            pass

    def visit_For(self, node: nodes.For, frame: Frame) -> None:
        if node.test is not None:
            if node.recursive:
                self.fail("a recursive loop with a condition is not supported", node.lineno)
            node.iter = nodes.Call(_COUNTED, [node.iter], [], None, None, lineno=node.lineno)
        super().visit_For(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self.write("environment.concatenated((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_List(self, node: nodes.List, frame: Frame) -> None:
        self._measured(super().visit_List, node, frame)

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:
        self._measured(super().visit_Dict, node, frame)

    def visit_Tuple(self, node: nodes.Tuple, frame: Frame) -> None:
        if node.ctx == "store":
            super().visit_Tuple(node, frame)
        else:
            self._measured(super().visit_Tuple, node, frame)

    def _measured(self, visit: Callable[[Any, Frame], None], node: nodes.Node, frame: Frame) -> None:
        self.write("environment.measured(")
        visit(node, frame)
        self.write(")")


def _written(node: nodes.Node) -> int:
    """Characters of the template's own that a statement writes."""
    parts = node.nodes if isinstance(node, nodes.Output) else ()
    return sum(len(part.data) for part in parts if isinstance(part, nodes.TemplateData))


class _Dict:
    """`dict` for templates; nothing leads from it to the class."""

    def __call__(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict(*args, **kwargs)

    def fromkeys(self, *args: Any) -> dict[Any, Any]:
        return dict.fromkeys(*args)


class _Namespace(Namespace):
    """`namespace` for templates: without names of Python's insides, and without its content as text."""

    def __init__(*args: Any, **kwargs: Any) -> None:
        self, *given = args
        for name in dict(*given, **kwargs):
            _check_name(name)
        Namespace.__init__(self, *given, **kwargs)

    def __setitem__(self, name: str, value: Any) -> None:
        _check_name(name)
        Namespace.__setitem__(self, name, value)

    def __repr__(self) -> str:
        return "<Namespace>"


def _check_name(name: Any) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise SecurityError(f"a namespace has no {name!r}")


class _Generation(Extension):
    """`{% generation %}` marks what to train on, and changes nothing."""

    tags = {"generation"}  # noqa: RUF012

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        return nodes.Scope(parser.parse_statements(("name:endgeneration",), drop_needle=True), lineno=line)


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """What chat templates are compiled in, and call while they run."""

    code_generator_class = Writer
    intercepted_binops = frozenset(ImmutableSandboxedEnvironment.default_binop_table)

    def __init__(self) -> None:
        super().__init__(
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,
            finalize=_finalize,
            extensions=[_Generation, loopcontrols],
        )
        self.filters.clear()
        self.filters.update(filters())
        self.tests.clear()
        self.tests.update(tests())
        self.globals = {
            "dict": _Dict(),
            "namespace": _Namespace,
            "raise_exception": _raise,
            "range": self.globals["range"],
            "strftime_now": _strftime_now,
        }

    @staticmethod
    def step(written: int) -> None:
        """A statement begins."""
        current = budget()
        current.step()
        if written:
            current.write(written)

    @staticmethod
    def counted(values: Iterable[Any]) -> Iterator[Any]:
        """Values of which each is a step."""
        for value in values:
            budget().step()
            yield value

    @staticmethod
    def measured(value: Any) -> Any:
        """A list or object that was just made."""
        size(value)
        return value

    @staticmethod
    def concatenated(parts: tuple[Any, ...]) -> str:
        """The operator `~`."""
        check_text(sum(map(size, parts)))
        return "".join(map(str, parts))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any, /) -> Any:
        """An operator of arithmetic, which texts and lists have, too."""
        budget().step()
        if operator == "*":
            _check_product(left, right)
        elif operator == "**" and not (_small(left) and _small(right)):
            raise LimitError(f"it raised a large number to a power: {left!r:.20} ** {right!r:.20}")
        elif operator == "%" and isinstance(left, str):
            check_percent(left, right)
        elif operator == "+" and isinstance(left, str):
            check_text(len(left) + size(right))
        result = super().call_binop(context, operator, left, right)
        size(result)
        return result

    def call(self, context: Context, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Anything that a template calls."""
        current = budget()
        current.step()
        size(args)
        for name, value in kwargs.items():
            if name not in _SCOPE:
                size(value)
        receiver = getattr(function, "__self__", None)
        with current.call():
            if isinstance(receiver, str):
                kwargs = {name: value for name, value in kwargs.items() if name not in _SCOPE}
                result = call_method(receiver, function.__name__, function, args, kwargs)
            elif isinstance(receiver, (int, float, bytes)):
                raise SecurityError(f"a template must not call {function.__name__!r} of a {type(receiver).__name__}")
            else:
                result = super().call(context, function, *args, **kwargs)
        size(result)
        return result

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        """`format` of a text."""
        safe = super().wrap_str_format(value)
        if safe is None:
            return None
        template = value.__self__

        def wrapped(*args: Any, **kwargs: Any) -> str:
            check_format(template, args, kwargs)
            return safe(*args, **kwargs)

        return wrapped


@pass_context
def _finalize(context: Context, value: Any) -> Any:
    budget().write(size(value))
    return value


def _check_product(left: Any, right: Any) -> None:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, (str, list, tuple)) and isinstance(other, int):
            check_text(max(size(one), len(one)) * other)


def _small(value: Any) -> bool:
    return isinstance(value, (int, float)) and abs(value) <= 1024


def _raise(message: Any) -> NoReturn:
    raise RaisedError(str(message))


def _strftime_now(pattern: str) -> str:
    if len(pattern) > _LONGEST_FORMAT:
        raise LimitError("it asked for the date in a very long format")
    return datetime.now().strftime(pattern)
