"""Mistral: `[TOOL_CALLS]`, with a list of objects or with names and arguments."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .case import FILES, MATHS, OFFICE, SHOP, Case

CASES = {
    "a list": Case('[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Paris"}}]', [("get_weather", '{"city": "Paris"}')]),
    "with a space, and the end of the text": Case('[TOOL_CALLS] [{"name": "get_weather", "arguments": {"city": "Paris"}}]</s>', [("get_weather", '{"city": "Paris"}')]),
    "several in a list": Case('[TOOL_CALLS] [{"name": "add", "arguments": {"a": 1}}, {"name": "multiply", "arguments": {"a": 2}}]', [("add", '{"a": 1}'), ("multiply", '{"a": 2}')], MATHS),
    "with ids": Case('[TOOL_CALLS] [{"name": "add", "arguments": {"a": 1}, "id": "abc123XYZ"}]', [("add", '{"a": 1}')], MATHS),
    "arguments as a text": Case('[TOOL_CALLS] [{"name": "add", "arguments": "{\\"a\\": 1}"}]', [("add", '{"a": 1}')], MATHS),
    "one object": Case('[TOOL_CALLS]{"name": "add", "arguments": {"a": 1}}', [("add", '{"a": 1}')], MATHS),
    "on many lines": Case('[TOOL_CALLS]\n[\n  {\n    "name": "create_event",\n    "arguments": {\n      "title": "Fête",\n      "at": "18:30"\n    }\n  }\n]\n', [("create_event", '{\n      "title": "Fête",\n      "at": "18:30"\n    }')], OFFICE),
    "name and arguments": Case('[TOOL_CALLS]get_weather[ARGS]{"city": "Paris"}', [("get_weather", '{"city": "Paris"}')]),
    "names and arguments": Case('[TOOL_CALLS]get_weather[ARGS]{"city": "Paris"}[TOOL_CALLS]get_time[ARGS]{"zone": "CET"}', [("get_weather", '{"city": "Paris"}'), ("get_time", '{"zone": "CET"}')]),
    "a call id between": Case('[TOOL_CALLS]get_time[CALL_ID]a1B2c3D4e[ARGS]{}</s>', [("get_time", "{}")]),
    "the mark of the arguments is missing": Case('[TOOL_CALLS]read_file{"path": "/etc/hosts"}', [("read_file", '{"path": "/etc/hosts"}')], FILES),
    "nested": Case('[TOOL_CALLS]find_products[ARGS]{"where": {"price": {"max": 20.50}, "tags": ["a", "b"]}}', [("find_products", '{"where": {"price": {"max": 20.50}, "tags": ["a", "b"]}}')], SHOP),
    "text before": Case('Je vérifie votre panier. [TOOL_CALLS][{"name": "cart_total", "arguments": {}}]', [("cart_total", "{}")], SHOP, "Je vérifie votre panier. "),
    "text before without an end": Case("I'll add it to the cart[TOOL_CALLS]add_to_cart[ARGS]{\"sku\": \"007\"}", [("add_to_cart", '{"sku": "007"}')], SHOP, "I'll add it to the cart"),
    "Python's quotation marks": Case("[TOOL_CALLS][{'name': 'add', 'arguments': {'a': 1}}, {'name': 'add', 'arguments': {'a': 2}}]</s>", [("add", "{'a': 1}"), ("add", "{'a': 2}")], MATHS),
    "code as an argument": Case('[TOOL_CALLS]write_file[ARGS]{"path": "a.py", "text": "def f(x):\\n    return [y for y in x if y < 3]\\n"}', [("write_file", '{"path": "a.py", "text": "def f(x):\\n    return [y for y in x if y < 3]\\n"}')], FILES),
}
