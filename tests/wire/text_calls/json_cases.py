"""JSON without marks: only as the whole reply, also in a fence."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .case import FILES, HOME, MATHS, OFFICE, SHOP, Case

CASES = {
    "Llama 3": Case('{"name": "get_weather", "parameters": {"city": "Paris"}}', [("get_weather", '{"city": "Paris"}')]),
    "Hermes without tags": Case('{"name": "get_weather", "arguments": {"city": "Paris"}}', [("get_weather", '{"city": "Paris"}')]),
    "Llama 3 with its type": Case('{"type": "function", "name": "get_weather", "parameters": {"city": "Paris"}}', [("get_weather", '{"city": "Paris"}')]),
    "semicolons": Case('{"name": "add", "parameters": {"a": 1}}; {"name": "add", "parameters": {"a": 2}}', [("add", '{"a": 1}'), ("add", '{"a": 2}')], MATHS),
    "lines": Case('{"name": "add", "parameters": {"a": 1}}\n{"name": "add", "parameters": {"a": 2}}\n', [("add", '{"a": 1}'), ("add", '{"a": 2}')], MATHS),
    "commas": Case('{"name": "add", "arguments": {"a": 1}}, {"name": "add", "arguments": {"a": 2}}', [("add", '{"a": 1}'), ("add", '{"a": 2}')], MATHS),
    "a list": Case('[{"name": "add", "arguments": {"a": 1}}, {"name": "multiply", "arguments": {"a": 2}}]', [("add", '{"a": 1}'), ("multiply", '{"a": 2}')], MATHS),
    "OpenAI's wrapping": Case('{"type": "function", "function": {"name": "add", "arguments": {"a": 1}}}', [("add", '{"a": 1}')], MATHS),
    "OpenAI's wrapping, arguments as a text": Case('{"id": "call_1", "type": "function", "function": {"name": "add", "arguments": "{\\"a\\": 1}"}}', [("add", '{"a": 1}')], MATHS),
    "OpenAI's list": Case('{"tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "add", "arguments": "{\\"a\\": 1}"}}]}', [("add", '{"a": 1}')], MATHS),
    "function is the name": Case('{"function": "set_light", "parameters": {"on": true}}', [("set_light", '{"on": true}')], HOME),
    "arguments first": Case('{"parameters": {"on": true}, "name": "set_light"}', [("set_light", '{"on": true}')], HOME),
    "no arguments": Case('{"name": "cart_total", "parameters": {}}', [("cart_total", "{}")], SHOP),
    "arguments null": Case('{"name": "cart_total", "arguments": null}', [("cart_total", "{}")], SHOP),
    "spread over lines": Case('\n{\n  "name": "find_products",\n  "arguments": {\n    "text": "lampe",\n    "max": 3\n  }\n}\n', [("find_products", '{\n    "text": "lampe",\n    "max": 3\n  }')], SHOP),
    "the end of the turn": Case('{"name": "get_time", "parameters": {}}<|eot_id|>', [("get_time", "{}")]),
    "a closing tag alone": Case('{"name": "get_time", "arguments": {}}\n</tool_call>', [("get_time", "{}")]),
    "fenced": Case('```json\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n```', [("get_weather", '{"city": "Paris"}')]),
    "fenced without a language": Case('```\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n```\n', [("get_weather", '{"city": "Paris"}')]),
    "fenced as a tool call": Case('```tool_call\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n```', [("get_weather", '{"city": "Paris"}')]),
    "fenced, not closed": Case('```json\n{"name": "get_weather", "arguments": {"city": "Paris"}}', [("get_weather", '{"city": "Paris"}')]),
    "two fences": Case('```json\n{"name": "add", "arguments": {"a": 1}}\n```\n\n```json\n{"name": "add", "arguments": {"a": 2}}\n```', [("add", '{"a": 1}'), ("add", '{"a": 2}')], MATHS),
    "a list in a fence": Case('```json\n[\n  {"name": "add", "arguments": {"a": 1}},\n  {"name": "add", "arguments": {"a": 2}}\n]\n```', [("add", '{"a": 1}'), ("add", '{"a": 2}')], MATHS),
    "two lines in a fence": Case('```json\n{"name": "add", "arguments": {"a": 1}}\n{"name": "add", "arguments": {"a": 2}}\n```', [("add", '{"a": 1}'), ("add", '{"a": 2}')], MATHS),
    "after what it thought": Case('<think>Adding.</think>\n\n{"name": "add", "arguments": {"a": 1}}', [("add", '{"a": 1}')], MATHS, "<think>Adding.</think>"),
    "fenced after what it thought": Case('<think>\n\n</think>\n\n```json\n{"name": "add", "arguments": {"a": 1}}\n```', [("add", '{"a": 1}')], MATHS, "<think>\n\n</think>"),
    "Korean": Case('{"name": "translate", "parameters": {"text": "안녕하세요", "to": "de"}}', [("translate", '{"text": "안녕하세요", "to": "de"}')], OFFICE),
    "a call inside an argument": Case('{"name": "write_file", "arguments": {"text": "{\\"name\\": \\"run_shell\\", \\"arguments\\": {}}"}}', [("write_file", '{"text": "{\\"name\\": \\"run_shell\\", \\"arguments\\": {}}"}')], FILES),
    "nested deeply": Case('{"name": "create_event", "arguments": {"a": {"b": {"c": {"d": [[[1, [2]]], {"e": null}]}}}}}', [("create_event", '{"a": {"b": {"c": {"d": [[[1, [2]]], {"e": null}]}}}}')], OFFICE),
    "functions before the name": Case('{"name": "functions.run_shell", "arguments": {"command": "ls"}}', [("run_shell", '{"command": "ls"}')], FILES),
}
