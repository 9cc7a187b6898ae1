"""Pythonic: a list of Python calls."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .case import FILES, HOME, MATHS, OFFICE, Case

CASES = {
    "one": Case('[get_weather(city="Paris")]', [("get_weather", '{"city": "Paris"}')]),
    "two": Case('[get_weather(city="Paris"), get_time(zone="CET")]', [("get_weather", '{"city": "Paris"}'), ("get_time", '{"zone": "CET"}')]),
    "no arguments": Case("[get_time()]", [("get_time", "{}")]),
    "numbers": Case("[add(a=1, b=-2.5, c=1e3)]", [("add", '{"a": 1, "b": -2.5, "c": 1000.0}')], MATHS),
    "Python's words": Case("[set_light(on=True, colour=None, dim=False)]", [("set_light", '{"on": true, "colour": null, "dim": false}')], HOME),
    "JSON's words": Case("[set_light(on=true, colour=null, dim=false)]", [("set_light", '{"on": true, "colour": null, "dim": false}')], HOME),
    "single quotation marks": Case("[set_light(room='living room')]", [("set_light", '{"room": "living room"}')], HOME),
    "nested": Case('[create_event(title="Sync", guests=["Ana", "Bo"], at={"day": "Mo", "hours": [9, 10], "until": None})]', [("create_event", '{"title": "Sync", "guests": ["Ana", "Bo"], "at": {"day": "Mo", "hours": [9, 10], "until": null}}')], OFFICE),
    "a tuple": Case("[add(numbers=(1, 2, 3))]", [("add", '{"numbers": [1, 2, 3]}')], MATHS),
    "on lines": Case('[\n    get_weather(city="Paris"),\n    get_weather(\n        city="Rome",\n    ),\n]\n', [("get_weather", '{"city": "Paris"}'), ("get_weather", '{"city": "Rome"}')]),
    "brackets in a text": Case('[search(query="a) b] c} (d")]', [("search", '{"query": "a) b] c} (d"}')]),
    "quotation marks in a text": Case("""[search(query='say "hi"'), search(query="it's")]""", [("search", '{"query": "say \\"hi\\""}'), ("search", '{"query": "it\'s"}')]),
    "escapes": Case(r'[write_file(path="C:\\a.txt", text="a\nb\tc \d")]', [("write_file", r'{"path": "C:\\a.txt", "text": "a\nb\tc \\d"}')], FILES),
    "other scripts": Case('[translate(text="こんにちは", to="Ελληνικά")]', [("translate", '{"text": "こんにちは", "to": "Ελληνικά"}')], OFFICE),
    "white space and the end of the turn": Case('\n [get_weather(city="Paris")] <|eot_id|>', [("get_weather", '{"city": "Paris"}')]),
    "Llama 4's marks": Case('<|python_start|>[get_weather(city="Paris")]<|python_end|><|eom_id|>', [("get_weather", '{"city": "Paris"}')]),
    "LFM2's marks": Case('<|tool_call_start|>[get_weather(city="Paris")]<|tool_call_end|>Checking the weather.', [("get_weather", '{"city": "Paris"}')], left="Checking the weather."),
    "text before marks": Case('Checking.\n<|tool_call_start|>[get_weather(city="Paris"), get_time()]<|tool_call_end|>', [("get_weather", '{"city": "Paris"}'), ("get_time", "{}")], left="Checking.\n"),
    "texts side by side": Case('[search(query="one " "two")]', [("search", '{"query": "one two"}')]),
    "functions before the name": Case('[functions.get_weather(city="Paris")]', [("get_weather", '{"city": "Paris"}')]),
}
