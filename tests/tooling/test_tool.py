"""Functions as tools: names, options, methods."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from agentkit.errors import ConfigurationError, SchemaError
from agentkit.tooling import Context, Tool, tool


@tool
def add(a: int, b: int = 2) -> int:
    """Add numbers.

    The second may be left out.

    Args:
        a: The first.
    """
    return a + b


@tool(name="sum_up", description="Adds.", timeout=5, retries=1, sequential=True, polling=True, max_result=100)
async def add_slowly(a: int) -> int:
    return a


class Counter:
    def __init__(self, start: int) -> None:
        self.n = start

    @tool
    def up(self, by: int = 1) -> int:
        """Count up."""
        self.n += by
        return self.n

    @tool(name="fixed")
    @staticmethod
    def static(a: int) -> int:
        return a

    @tool
    @classmethod
    def named(cls, a: int) -> str:
        return cls.__name__ * a


def test_a_tool_is_called_like_its_function() -> None:
    assert add(1) == 3
    assert add(a=1, b=5) == 6


def test_the_spec_has_name_description_and_parameters() -> None:
    assert add.spec.to_dict() == {
        "type": "function",
        "function": {
            "name": "add",
            "description": "Add numbers.\n\nThe second may be left out.",
            "parameters": {
                "type": "object",
                "properties": {
                    "a": {"type": "integer", "description": "The first."},
                    "b": {"type": "integer", "description": "B", "default": 2},
                },
                "required": ["a"],
            },
        },
    }
    assert add.spec is add.spec


def test_options_take_the_place_of_what_the_function_says() -> None:
    assert (add_slowly.name, add_slowly.description) == ("sum_up", "Adds.")
    assert (add_slowly.timeout, add_slowly.retries, add_slowly.max_result) == (5, 1, 100)
    assert add_slowly.sequential
    assert add_slowly.polling
    assert not add.sequential
    assert not add.polling


def test_a_tool_of_a_tool_keeps_what_was_said() -> None:
    again = Tool(add_slowly, name="other", timeout=None)
    assert (again.name, again.description, again.timeout, again.retries) == ("other", "Adds.", None, 1)
    assert again.func is add_slowly.func


def test_a_tool_looks_like_its_function() -> None:
    assert inspect.signature(add) == inspect.signature(add.func)
    assert add.__doc__ == add.func.__doc__
    assert (add.__name__, add.__module__) == ("add", __name__)
    assert repr(add) == "<Tool add>"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timeout": 0}, "timeout=0"),
        ({"timeout": True}, "timeout=True"),
        ({"timeout": "5"}, "timeout='5'"),
        ({"timeout": float("nan")}, "timeout=nan"),
        ({"retries": -1}, "retries=-1"),
        ({"retries": 1.5}, r"retries=1\.5"),
        ({"max_result": 0}, "max_result=0"),
        ({"name": ""}, "name=''"),
        ({"description": " "}, "description=' '"),
        ({"time_out": 5}, "'time_out' of a tool.*Options are: name, description, timeout"),
    ],
)
def test_a_wrong_option_is_named(options: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        Tool(add, **options)


@pytest.mark.parametrize("name", ["", "a b", "a.b", "naïve", "x" * 65, "a/b"])
def test_names_that_no_wire_carries_are_refused(name: str) -> None:
    with pytest.raises(ConfigurationError):
        Tool(add, name=name)


def test_what_cannot_be_called_is_refused() -> None:
    nothing: Any = 5
    with pytest.raises(ConfigurationError, match="5 cannot be a tool"):
        Tool(nothing)


def test_names_of_partials_and_objects() -> None:
    class HTTPFetcher:
        """Fetches."""

        def __call__(self, url: str) -> str:
            return url

    assert Tool(functools.partial(add, b=1)).name == "add"
    assert Tool(functools.partial(functools.partial(HTTPFetcher.__call__), None)).name == "__call__"
    fetcher = Tool(HTTPFetcher())
    assert (fetcher.name, fetcher.description) == ("http_fetcher", "Fetches.")
    with pytest.raises(SchemaError, match="a lambda has no name"):
        Tool(lambda: None)


def test_a_method_is_bound_to_its_object() -> None:
    one, two = Counter(1), Counter(10)
    assert (one.up(), two.up(by=5), one.up.name) == (2, 15, "up")
    assert list(one.up.spec.parameters["properties"]) == ["by"]
    assert one.up.spec.description == "Count up."
    assert Counter.up.unbound
    assert not one.up.unbound


def test_static_and_class_methods_need_no_object() -> None:
    assert Counter.static(3) == 3
    assert Counter(1).static.name == "fixed"
    assert list(Counter.static.spec.parameters["properties"]) == ["a"]
    assert Counter.named(2) == "CounterCounter"
    assert list(Counter(1).named.spec.parameters["properties"]) == ["a"]


def test_a_tool_of_a_module_is_no_method_in_a_class() -> None:
    class Holder:
        helper = add

    assert Holder.helper(1) == 3
    assert Holder().helper(1) == 3
    assert list(add.parameters.schema["properties"]) == ["a", "b"]


def test_a_parameter_may_be_called_self() -> None:
    @tool
    def f(self: int, context: str) -> Any:
        return self, context

    assert f(self=1, context="a") == (1, "a")
    assert list(f.spec.parameters["properties"]) == ["self", "context"]


def test_what_may_report_progress_streams() -> None:
    def generator() -> Iterator[int]:
        yield 1

    async def async_generator() -> AsyncIterator[int]:
        yield 1

    def context(context: Context[Any]) -> None:
        pass

    async def quiet() -> None:
        pass

    def kind(function: Callable[..., Any]) -> tuple[str, bool]:
        return Tool(function).kind, Tool(function).streams

    assert kind(generator) == ("generator", True)
    assert kind(async_generator) == ("async generator", True)
    assert kind(context) == ("sync", True)
    assert kind(quiet) == ("async", False)
    assert kind(functools.partial(generator)) == ("generator", True)
