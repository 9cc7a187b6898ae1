"""Qwen XML: functions and parameters as elements. Values stay texts; the tool's schema makes numbers of them later."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .case import FILES, HOME, MATHS, OFFICE, Case

CASES = {
    "one": Case("<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n</function>\n</tool_call>", [("get_weather", '{"city": "Paris"}')]),
    "on one line": Case("<tool_call><function=get_weather><parameter=city>Paris</parameter></function></tool_call>", [("get_weather", '{"city": "Paris"}')]),
    "two parameters": Case("<tool_call>\n<function=add>\n<parameter=a>\n1\n</parameter>\n<parameter=b>\n2.50\n</parameter>\n</function>\n</tool_call>", [("add", '{"a": "1", "b": "2.50"}')], MATHS),
    "no parameter": Case("<tool_call>\n<function=get_time>\n</function>\n</tool_call>", [("get_time", "{}")]),
    "an empty parameter": Case("<tool_call>\n<function=search>\n<parameter=query>\n</parameter>\n</function>\n</tool_call>", [("search", '{"query": ""}')]),
    "many lines, indented": Case("<tool_call>\n<function=write_file>\n<parameter=path>\na.py\n</parameter>\n<parameter=text>\ndef f(x):\n    if x < 3:\n        return \"<b>\"\n\n    return None\n</parameter>\n</function>\n</tool_call>",
        [("write_file", '{"path": "a.py", "text": "def f(x):\\n    if x < 3:\\n        return \\"<b>\\"\\n\\n    return None"}')], FILES),
    "JSON as a value": Case('<tool_call>\n<function=create_event>\n<parameter=guests>\n["Ana", {"name": "Bo"}]\n</parameter>\n</function>\n</tool_call>', [("create_event", '{"guests": "[\\"Ana\\", {\\"name\\": \\"Bo\\"}]"}')], OFFICE),
    "XML as a value": Case("<tool_call>\n<function=write_file>\n<parameter=text>\n<note><to>Ana</to></note>\n</parameter>\n</function>\n</tool_call>", [("write_file", '{"text": "<note><to>Ana</to></note>"}')], FILES),
    "the end of a parameter as a value": Case("<tool_call><function=write_file><parameter=text>close it with </parameter> please</parameter></function></tool_call>", [("write_file", '{"text": "close it with </parameter> please"}')], FILES),
    "two calls": Case("<tool_call>\n<function=set_light>\n<parameter=on>\ntrue\n</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=play_music>\n<parameter=title>\nJóga\n</parameter>\n</function>\n</tool_call>",
        [("set_light", '{"on": "true"}'), ("play_music", '{"title": "Jóga"}')], HOME),
    "two functions in one call": Case("<tool_call>\n<function=add>\n<parameter=a>1</parameter>\n</function>\n<function=add>\n<parameter=a>2</parameter>\n</function>\n</tool_call>", [("add", '{"a": "1"}'), ("add", '{"a": "2"}')], MATHS),
    "text before": Case("I'll read the file first.\n\n<tool_call>\n<function=read_file>\n<parameter=path>\nREADME.md\n</parameter>\n</function>\n</tool_call>", [("read_file", '{"path": "README.md"}')], FILES, "I'll read the file first.\n\n"),
    "without the outer tags": Case("<function=read_file>\n<parameter=path>\nREADME.md\n</parameter>\n</function>", [("read_file", '{"path": "README.md"}')], FILES),
    "the outer tag is only closed": Case("Reading it.\n<function=read_file>\n<parameter=path>\nREADME.md\n</parameter>\n</function>\n</tool_call>", [("read_file", '{"path": "README.md"}')], FILES, "Reading it.\n"),
    "the outer tag is not closed": Case("<tool_call>\n<function=read_file>\n<parameter=path>\nREADME.md\n</parameter>\n</function>", [("read_file", '{"path": "README.md"}')], FILES),
    "the function is not closed": Case("<tool_call>\n<function=read_file>\n<parameter=path>\nREADME.md\n</parameter>\n</tool_call>", [("read_file", '{"path": "README.md"}')], FILES),
    "the last parameter is not closed": Case("<tool_call>\n<function=read_file>\n<parameter=path>\nREADME.md\n</function>\n</tool_call>", [("read_file", '{"path": "README.md"}')], FILES),
    "spaces in the tags": Case("<tool_call>\n  <function=read_file>\n    <parameter=path>README.md</parameter>\n  </function>\n</tool_call>\n", [("read_file", '{"path": "README.md"}')], FILES),
    "Russian": Case("<tool_call>\n<function=translate>\n<parameter=text>\nДобрый день, «мир»!\n</parameter>\n</function>\n</tool_call>", [("translate", '{"text": "Добрый день, «мир»!"}')], OFFICE),
}
