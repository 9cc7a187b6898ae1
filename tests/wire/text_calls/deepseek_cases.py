"""DeepSeek's marks, with their wide bars and without."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .case import FILES, MATHS, OFFICE, Case

CASES = {
    "V3": Case('<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{"city": "Paris"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>', [("get_weather", '{"city": "Paris"}')]),
    "V3, two": Case('<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>add\n```json\n{"a": 1}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>multiply\n```json\n{"a": 2}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
        [("add", '{"a": 1}'), ("multiply", '{"a": 2}')], MATHS),
    "V3, the end of the sentence": Case('<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_time\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜><｜end▁of▁sentence｜>', [("get_time", "{}")]),
    "V3.1": Case('<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "杭州"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>', [("get_weather", '{"city": "杭州"}')]),
    "V3.1, two": Case('<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>add<｜tool▁sep｜>{"a": 1}<｜tool▁call▁end｜><｜tool▁call▁begin｜>add<｜tool▁sep｜>{"a": 2}<｜tool▁call▁end｜><｜tool▁calls▁end｜>', [("add", '{"a": 1}'), ("add", '{"a": 2}')], MATHS),
    "the outer mark is missing": Case('<｜tool▁call▁begin｜>function<｜tool▁sep｜>get_time\n```json\n{"zone": "UTC"}\n```<｜tool▁call▁end｜>', [("get_time", '{"zone": "UTC"}')]),
    "the end is missing": Case('<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_time\n```json\n{"zone": "UTC"}\n```', [("get_time", '{"zone": "UTC"}')]),
    "no fence": Case('<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_time\n{"zone": "UTC"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>', [("get_time", '{"zone": "UTC"}')]),
    "ASCII": Case('<|tool_calls_begin|><|tool_call_begin|>function<|tool_sep|>get_time\n```json\n{"zone": "UTC"}\n```<|tool_call_end|><|tool_calls_end|>', [("get_time", '{"zone": "UTC"}')]),
    "half ASCII": Case('<|tool▁calls▁begin|><|tool▁call▁begin|>get_time<|tool▁sep|>{"zone": "UTC"}<|tool▁call▁end|><|tool▁calls▁end|>', [("get_time", '{"zone": "UTC"}')]),
    "text before": Case('Ich lese die Datei.\n\n<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read_file\n```json\n{"path": "übung.txt"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>', [("read_file", '{"path": "übung.txt"}')], FILES, "Ich lese die Datei.\n\n"),
    "after what it thought": Case('<think>\nOk.\n</think>\n\n<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_time\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>', [("get_time", "{}")], left="<think>\nOk.\n</think>\n\n"),
    "a fence inside an argument": Case('<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>send_email\n```json\n{"body": "See:\\n```\\ncode\\n```"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>', [("send_email", '{"body": "See:\\n```\\ncode\\n```"}')], OFFICE),
    "Kimi": Case('<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city": "Oslo"}<|tool_call_end|><|tool_calls_section_end|>', [("get_weather", '{"city": "Oslo"}')]),
    "Kimi, two": Case('<|tool_calls_section_begin|><|tool_call_begin|>functions.add:0<|tool_call_argument_begin|>{"a": 1}<|tool_call_end|><|tool_call_begin|>functions.multiply:1<|tool_call_argument_begin|>{"a": 2}<|tool_call_end|><|tool_calls_section_end|>',
        [("add", '{"a": 1}'), ("multiply", '{"a": 2}')], MATHS),
    "Kimi, text before and the end missing": Case('Let me look.\n<|tool_calls_section_begin|><|tool_call_begin|>functions.get_time:3<|tool_call_argument_begin|>{"zone": "UTC"}', [("get_time", '{"zone": "UTC"}')], left="Let me look.\n"),
    "Kimi, without the section": Case('<|tool_call_begin|>functions.get_time:0<|tool_call_argument_begin|>{}<|tool_call_end|>', [("get_time", "{}")]),
    "broken arguments": Case("<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_time\n```json\n{'zone': 'UTC'}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>", [("get_time", "{'zone': 'UTC'}")]),
}
