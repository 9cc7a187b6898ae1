"""Answers that are code, some with functions that are called like tools."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from .case import DATA, FILES, HOME, MATHS, OFFICE, Case

CASES = {
    "Python that calls it": Case('get_weather(city="Paris")'),
    "Python that prints it": Case('print(get_weather(city="Paris"))'),
    "Python in a fence": Case('```python\nresult = get_weather(city="Paris")\nprint(result)\n```'),
    "Python in a fence with words around it": Case('Use it like this:\n```python\nfor city in ["Paris", "Rome"]:\n    get_weather(city=city)\n```\nThat is all.'),
    "a list comprehension": Case("[get_weather(city=c) for c in cities]"),
    "a list of calls without names": Case('[get_weather("Paris"), get_weather("Rome")]'),
    "a list of calls with variables": Case("[get_weather(city=city), get_time(zone=zone)]"),
    "a list of calls with sums": Case("[add(a=1 + x, b=2)]", tools=MATHS),
    "a list of nested calls": Case("[add(a=multiply(a=2, b=3), b=4)]", tools=MATHS),
    "a list of calls and something else": Case("[add(a=1, b=2), 3]", tools=MATHS),
    "a list of calls of two kinds": Case('[get_weather(city="Paris"), launch(target="moon")]'),
    "a list of objects as Python shows them": Case("[Point(x=1, y=2), Point(x=3, y=4)]", tools=DATA),
    "a list of objects called alike": Case('[Query(text="a")]', tools=DATA),
    "a list with a star": Case("[add(**numbers)]", tools=MATHS),
    "a list with a result": Case("[add(a=1, b=2)] == [3]", tools=MATHS),
    "an index": Case('[add(a=1, b=2)][0]', tools=MATHS),
    "a lambda": Case("[lambda x: add(a=x, b=1)]", tools=MATHS),
    "a decorator": Case('@tool\ndef get_weather(city: str) -> str:\n    """Weather of a city."""\n    return "sunny"'),
    "a tuple": Case('(get_weather(city="Paris"),)'),
    "a session": Case('>>> add(a=1, b=2)\n3\n>>> [add(a=1, b=2)]\n[3]', tools=MATHS),
    "a shell": Case("$ read_file a.txt | search x\n[read_file] done", tools=FILES),
    "shell tests": Case('[ -f a.txt ] && read_file a.txt\n[[ $x == <tool_call> ]] || exit 1', tools=FILES),
    "JavaScript": Case('const w = await get_weather({ city: "Paris" });\nconsole.log(w);'),
    "JavaScript's destructuring": Case("[get_time, search] = [search, get_time];"),
    "C++ templates": Case("std::vector<tool> v; if (a<b && c>d) { search<int>(v); }"),
    "C attributes": Case("[[nodiscard]] int add(int a, int b);", tools=MATHS),
    "C# attributes": Case('[search(Name = "x")]\npublic class Finder {}', tools=DATA),
    "Rust": Case("#[get_time]\nfn search<T: Display>(x: &T) -> Vec<T> { vec![] }"),
    "Objective-C": Case('[self search:@"x" withCity:@"Paris"];'),
    "Lisp": Case("(search :query \"x\")"),
    "SQL": Case("SELECT [name], [query] FROM [search] WHERE a < 3;", tools=DATA),
    "LaTeX": Case(r"\[ add(a) = \frac{1}{2} \] and \begin{tabular}[t]{l} x \end{tabular}", tools=MATHS),
    "Clojure": Case("[add 1 2]", tools=MATHS),
    "XML": Case('<?xml version="1.0"?>\n<function name="search"><parameter name="query">x</parameter></function>'),
    "HTML": Case("<!DOCTYPE html>\n<html><body><p>Hello <b>world</b></p></body></html>"),
    "HTML with a form": Case('<form action="/search"><input name="query"><button>Go</button></form>'),
    "HTML in prose": Case("Use <tt>search</tt>, <th> for headings, and <td> for cells."),
    "generic types": Case("Map<String, Function<T, R>> functions; List<tool_call> calls;"),
    "a diff": Case('```diff\n-    search(query="a")\n+    search(query="b")\n```'),
    "a regular expression": Case(r"Use [^<]+ and [TOOL]* or <(?:tool|function)=\w+>."),
    "a makefile": Case("search: get_time\n\t$(RUN) <$< >$@"),
    "an email header": Case("To: Ana <ana@x.example>\nSubject: send_email\n\nHi!", tools=OFFICE),
    "home automation in YAML": Case("- service: set_light\n  data: {on: true}", tools=HOME),
}
