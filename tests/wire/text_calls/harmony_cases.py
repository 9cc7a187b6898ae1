"""Harmony, the format of gpt-oss, and what servers leave of it."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .case import FILES, MATHS, OFFICE, Case

CASES = {
    "whole": Case('<|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city":"Paris"}<|call|>', [("get_weather", '{"city":"Paris"}')]),
    "without its start": Case('<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city":"Paris"}<|call|>', [("get_weather", '{"city":"Paris"}')]),
    "without its end": Case('<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city":"Paris"}', [("get_weather", '{"city":"Paris"}')]),
    "the name before the channel": Case('<|start|>assistant to=functions.get_weather<|channel|>commentary <|constrain|>json<|message|>{"city":"Paris"}<|call|>', [("get_weather", '{"city":"Paris"}')]),
    "no constraint": Case('<|channel|>commentary to=functions.get_weather<|message|>{"city": "Paris"}<|call|>', [("get_weather", '{"city": "Paris"}')]),
    "json without its mark": Case('<|channel|>commentary to=functions.get_weather json<|message|>{"city": "Paris"}<|call|>', [("get_weather", '{"city": "Paris"}')]),
    "code": Case('<|channel|>commentary to=functions.run_shell code<|message|>{"command": "ls -l | wc"}<|call|>', [("run_shell", '{"command": "ls -l | wc"}')], FILES),
    "in the wrong channel": Case('<|channel|>analysis to=functions.add <|constrain|>json<|message|>{"a":1,"b":2}<|call|>', [("add", '{"a":1,"b":2}')], MATHS),
    "after its analysis": Case('<|channel|>analysis<|message|>We need the weather.<|end|><|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{"city":"Paris"}<|call|>', [("get_weather", '{"city":"Paris"}')],
        left="<|channel|>analysis<|message|>We need the weather.<|end|>"),
    "after a preamble": Case('<|channel|>commentary<|message|>I will look it up.<|end|><|start|>assistant<|channel|>commentary to=functions.search <|constrain|>json<|message|>{"query":"x"}<|call|>', [("search", '{"query":"x"}')],
        left="<|channel|>commentary<|message|>I will look it up.<|end|>"),
    "two": Case('<|channel|>commentary to=functions.add <|constrain|>json<|message|>{"a":1}<|call|><|start|>assistant<|channel|>commentary to=functions.add <|constrain|>json<|message|>{"a":2}<|call|>', [("add", '{"a":1}'), ("add", '{"a":2}')], MATHS),
    "no arguments": Case('<|channel|>commentary to=functions.get_time <|constrain|>json<|message|>{}<|call|>', [("get_time", "{}")]),
    "broken arguments": Case("<|channel|>commentary to=functions.get_time <|constrain|>json<|message|>{zone: 'UTC'}<|call|>", [("get_time", "{zone: 'UTC'}")]),
    "text before": Case('Checking the calendar.<|channel|>commentary to=functions.create_event <|constrain|>json<|message|>{"title":"Réunion"}<|call|>', [("create_event", '{"title":"Réunion"}')], OFFICE, "Checking the calendar."),
    "all marks taken away": Case('assistantcommentary to=functions.get_weather json{"city": "Paris"}', [("get_weather", '{"city": "Paris"}')]),
    "more taken away": Case('commentary to=functions.get_weather json{"city": "Paris"}', [("get_weather", '{"city": "Paris"}')]),
    "nearly all taken away": Case('to=functions.get_weather {"city": "Paris", "days": [1, {"x": "y"}]}', [("get_weather", '{"city": "Paris", "days": [1, {"x": "y"}]}')]),
    "analysis taken away": Case('analysis to=functions.get_weather code{"city": "Paris"}', [("get_weather", '{"city": "Paris"}')]),
    "on lines": Case('<|start|>assistant\n<|channel|>commentary to=functions.get_weather\n<|constrain|>json\n<|message|>\n{\n  "city": "Paris"\n}\n<|call|>', [("get_weather", '{\n  "city": "Paris"\n}')]),
}
