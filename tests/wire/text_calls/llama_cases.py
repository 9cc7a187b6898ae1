"""Llama 3: the Python tag, and `<function=NAME>`."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .case import FILES, HOME, MATHS, OFFICE, Case

CASES = {
    "python tag": Case('<|python_tag|>{"name": "get_weather", "parameters": {"city": "Paris"}}', [("get_weather", '{"city": "Paris"}')]),
    "python tag and the end of the message": Case('<|python_tag|>{"name": "get_weather", "parameters": {"city": "Paris"}}<|eom_id|>', [("get_weather", '{"city": "Paris"}')]),
    "with its type": Case('<|python_tag|>{"type": "function", "name": "set_light", "parameters": {"on": "true"}}<|eot_id|>', [("set_light", '{"on": "true"}')], HOME),
    "several with semicolons": Case('<|python_tag|>{"name": "add", "parameters": {"a": 1, "b": 2}}; {"name": "multiply", "parameters": {"a": 3, "b": 4}}', [("add", '{"a": 1, "b": 2}'), ("multiply", '{"a": 3, "b": 4}')], MATHS),
    "three with semicolons, one at the end": Case('<|python_tag|>{"name": "add", "parameters": {}};{"name": "add", "parameters": {"a": 1}};\n{"name": "add", "parameters": {"a": 2}};', [("add", "{}"), ("add", '{"a": 1}'), ("add", '{"a": 2}')], MATHS),
    "a tag for each": Case('<|python_tag|>{"name": "add", "parameters": {"a": 1}}\n<|python_tag|>{"name": "add", "parameters": {"a": 2}}', [("add", '{"a": 1}'), ("add", '{"a": 2}')], MATHS),
    "a list behind the tag": Case('<|python_tag|>[{"name": "add", "parameters": {"a": 1}}]', [("add", '{"a": 1}')], MATHS),
    "Python behind the tag": Case('<|python_tag|>[add(a=1, b=2)]', [("add", '{"a": 1, "b": 2}')], MATHS),
    "a tool it was trained with": Case('<|python_tag|>search.call(query="weather in Menlo Park, \\"CA\\"")', [("search", '{"query": "weather in Menlo Park, \\"CA\\""}')]),
    "broken quotation marks": Case("<|python_tag|>{'name': 'read_file', 'parameters': {'path': 'a.txt'}}<|eom_id|>", [("read_file", "{'path': 'a.txt'}")], FILES),
    "arguments in place of parameters": Case('<|python_tag|>{"name": "translate", "arguments": {"text": "chat", "to": "fr"}}', [("translate", '{"text": "chat", "to": "fr"}')], OFFICE),
    "text before": Case('Let me look into that.<|python_tag|>{"name": "search", "parameters": {"query": "llamas"}}', [("search", '{"query": "llamas"}')], left="Let me look into that."),
    "spaces and lines": Case('\n<|python_tag|>\n  {"name": "search",\n   "parameters": {"query": "llamas"}}\n', [("search", '{"query": "llamas"}')]),
    "Spanish": Case('<|python_tag|>{"name": "send_email", "parameters": {"to": "señora@ejemplo.example", "subject": "¿Mañana?"}}', [("send_email", '{"to": "señora@ejemplo.example", "subject": "¿Mañana?"}')], OFFICE),
    "function tag": Case('<function=get_weather>{"city": "San Francisco"}</function>', [("get_weather", '{"city": "San Francisco"}')]),
    "function tag and the end of the message": Case('<function=get_weather>{"city": "Paris", "days": [1, 2]}</function><|eom_id|>', [("get_weather", '{"city": "Paris", "days": [1, 2]}')]),
    "two function tags": Case('<function=add>{"a": 1}</function>\n<function=add>{"a": 2}</function>', [("add", '{"a": 1}'), ("add", '{"a": 2}')], MATHS),
    "function tag without its end": Case('<function=add>{"a": 1, "b": {"c": []}}', [("add", '{"a": 1, "b": {"c": []}}')], MATHS),
    "function tag with broken JSON": Case("<function=add>{a: 1}</function>", [("add", "{a: 1}")], MATHS),
}
