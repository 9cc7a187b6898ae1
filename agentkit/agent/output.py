"""Typed answers: the text of the model becomes a value, or the model is told why it does not."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from typing import Any

from ..messages import ToolCall, ToolResult
from ..tooling import Context, Tool, ToolTable

ATTEMPTS = 3
"""How often the model may try to give the typed answer."""

_NAME = "answer"
_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*)\n```\s*\Z", re.DOTALL)


class Output:
    """The type, or the function, that a run's answer must fit.

    Args:
        target: A pydantic model, dataclass, TypedDict or any other type: the answer is one value of it. A function:
            the answer is its arguments, and what it returns is the output; it may raise `ToolError` to have the
            answer corrected.
    """

    def __init__(self, target: Any) -> None:
        is_function = inspect.isroutine(target) or isinstance(target, Tool)
        function = target if is_function else _taking(target)
        self._table = ToolTable([function if isinstance(function, Tool) else Tool(function, name=_NAME)])
        self.spec = self._table.specs[0]
        self.schema: dict[str, Any] = self.spec.parameters
        """JSON Schema of the answer."""

    @property
    def instruction(self) -> str:
        """What the model is told about the form of its answer."""
        schema = json.dumps(self.schema, ensure_ascii=False, separators=(",", ":"))
        return f"Give the final answer as JSON only, without any other text, that satisfies this JSON Schema: {schema}"

    async def parse(self, text: str, context: Context[Any]) -> ToolResult:
        """The typed value of an answer.

        Returns:
            Status `ok` and the value, or another status and, as `content`, what to tell the model.
        """
        fenced = _FENCE.match(text)
        call = ToolCall("output000", self.spec.name, fenced[1] if fenced else text.strip())
        return await self._table.execute(call, context)


def _taking(target: Any) -> Callable[..., Any]:
    """A function whose only parameter is of that type, so that the tools' own validation does the work."""

    def answer(result: Any) -> Any:
        return result

    answer.__annotations__ = {"result": target, "return": target}
    answer.__doc__ = f"Give the final answer.\n\nArgs:\n    result: {_summary(target)}"
    return answer


def _summary(target: Any) -> str:
    documentation = inspect.getdoc(target) if inspect.isclass(target) else None
    first = (documentation or "").split("\n", 1)[0]
    return first if first and not first.startswith(f"{getattr(target, '__name__', '')}(") else "The final answer."
