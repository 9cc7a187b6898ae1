"""Arithmetic: `agentkit run -t calculator`."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable
from typing import Any

from simpleeval import InvalidExpression, SimpleEval  # no eval(): it walks the syntax tree

from agentkit import ToolError, tool

LONGEST_EXPRESSION = 1_000
"""Characters."""
LARGEST_NUMBER = 13_000
"""Bits of a whole number: about 3,900 digits, which Python still turns into text."""


@tool
def calculate(expression: str) -> int | float | bool:
    """Calculate: add, subtract, multiply, divide, powers, percentages, square roots.

    Args:
        expression: What to calculate, for example (3 + 4) * 2^8, 12.5 % of 840, sqrt(2), 17 % 5, round(10 / 3, 2).
            Angles are in radians.
    """
    if len(expression) > LONGEST_EXPRESSION:
        raise ToolError(f"The expression is longer than {LONGEST_EXPRESSION} characters. Calculate it in parts.")
    text = _to_python(expression)
    try:
        tree = ast.parse(text, mode="eval")
        return _neat(_Calculator().eval(text, previously_parsed=tree.body))
    except ToolError:
        raise
    except ZeroDivisionError:
        raise ToolError(f"{expression!r} divides by zero.") from None
    except (OverflowError, RecursionError, MemoryError):
        raise ToolError(f"{expression!r} is too large to calculate. Calculate it in parts.") from None
    except InvalidExpression as error:
        reason = str(error).removeprefix("Sorry, ").rstrip(".")
        raise ToolError(f"{reason}. Use numbers, + - * / // % ^ and {_FUNCTION_NAMES}.") from None
    except (SyntaxError, ValueError, TypeError) as error:
        reason = "not an arithmetic expression" if isinstance(error, SyntaxError) else str(error)
        raise ToolError(f"{expression!r}: {reason}. Write it like (3 + 4) * 2.") from None


def _to_python(text: str) -> str:
    """The way people and models write arithmetic, as Python writes it."""
    text = text.strip().removesuffix("=").strip()
    for written, meant in (("^", "**"), ("×", "*"), ("·", "*"), ("÷", "/"), ("−", "-"), ("–", "-")):
        text = text.replace(written, meant)
    text = re.sub(r"√\s*([\d.]+)?", lambda match: f"sqrt({match[1]})" if match[1] else "sqrt", text)
    text = re.sub(r"(\d+)!(?!=)", r"factorial(\1)", text)
    text = re.sub(r"(?<![\w.])([\d.]+)\s*\(", r"\1*(", text)  # 2(3 + 4)
    if "(" not in text:  # in max(1,000) the comma parts two arguments
        text = re.sub(r"(?<![\d.,])\d{1,3}(,\d{3})+(?![\d,])", lambda match: match[0].replace(",", ""), text)
    text = re.sub(r"%\s*of\b", "/100*", text)
    if re.search(r"[^%\s(*/+-]\s*[+-]\s*[\d.]+\s*%\s*($|\))", text):
        raise ToolError("It is not clear what the percentage is of. Write 200 * 1.10, or 200 + 10 % of 200.")
    return re.sub(r"([\d.]+)\s*%(?=\s*(?:$|[)*/+,-]))", r"(\1/100)", text)


def _whole(value: Any) -> bool:
    return isinstance(value, int)


def _bounded(bits: float) -> None:
    if bits > LARGEST_NUMBER:
        raise ToolError("The number would have thousands of digits. Calculate with decimals, for example 2.0 ^ 500.")


def _multiply(a: Any, b: Any) -> Any:
    if _whole(a) and _whole(b):
        _bounded(a.bit_length() + b.bit_length())
    return a * b


def _divide(a: Any, b: Any) -> Any:
    """Exact where whole numbers divide evenly, however large."""
    return a // b if _whole(a) and _whole(b) and b and a % b == 0 else a / b


def _power(a: Any, b: Any) -> Any:
    if _whole(a) and _whole(b):
        _bounded(a.bit_length() * abs(b))
    result = a**b
    if isinstance(result, complex):
        raise ToolError(f"{a} ^ {b} is not a real number.")
    return result


def _factorial(n: int) -> int:
    _bounded(n * math.log2(max(n, 2)))
    return math.factorial(n)


def _log(x: float, base: float | None = None) -> float:
    return math.log(x) if base is None else math.log(x, base)


_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: _multiply,
    ast.Div: _divide,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_REAL: tuple[str, ...] = (
    *("sqrt", "cbrt", "exp", "log2", "log10", "floor", "ceil", "gcd", "lcm", "hypot", "degrees", "radians"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "atan2"),
)
_FUNCTIONS: dict[str, Callable[..., Any]] = {name: getattr(math, name) for name in _REAL} | {
    "abs": abs,
    "round": round,
    "min": min,
    "max": max,
    "factorial": _factorial,
    "log": _log,
    "ln": math.log,
    "pow": _power,
}
_FUNCTION_NAMES = ", ".join(sorted(_FUNCTIONS))
_NAMES = {"pi": math.pi, "e": math.e, "tau": math.tau, "π": math.pi}


class _Calculator(SimpleEval):  # type: ignore[misc]  # simpleeval has no types
    """Numbers, operators and functions; no texts, no attributes, no names but the constants."""

    def __init__(self) -> None:
        super().__init__(operators=_OPERATORS, functions=_FUNCTIONS, names=_NAMES)
        kept: tuple[type[ast.AST], ...] = (ast.Name, ast.UnaryOp, ast.BinOp, ast.Compare, ast.Call)
        nodes = {kind: self.nodes[kind] for kind in kept}
        self.nodes: dict[type[ast.AST], Callable[[Any], Any]] = nodes | {ast.Constant: self._number}

    def _number(self, node: ast.Constant) -> int | float:
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise ToolError(f"{node.value!r} is not a number.")
        return node.value


def _neat(value: Any) -> int | float | bool:
    """Without the noise of binary fractions: 0.1 + 0.2 is 0.3, and 6.0 is 6."""
    if not isinstance(value, (int, float)):
        raise TypeError("a function needs its arguments, as in sqrt(2)")
    if not isinstance(value, float):
        _bounded(value.bit_length())
        return value
    if not math.isfinite(value):
        raise OverflowError
    value = float(f"{value:.15g}")
    return int(value) if value.is_integer() and abs(value) < 1e15 else value
