"""`agentkit tools` and what `-t` understands."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agentkit import ConfigurationError, Tool, Toolset
from agentkit.cli.loading import load_tools, ready_made
from agentkit.sources import split

Run = Callable[..., subprocess.CompletedProcess[str]]
Sample = Callable[[str], str]

ROOT = Path(__file__).parent.parent.parent


def names(specs: list[str]) -> list[str]:
    """Names of the tools that `-t` gives."""
    found = load_tools(specs)
    tools = [tool for item in found for tool in (item.tools() if isinstance(item, Toolset) else [item])]
    return [tool.name if isinstance(tool, Tool) else tool.__name__ for tool in tools]


def test_the_list_has_every_ready_made_module(agentkit: Run) -> None:
    shown = agentkit("tools").stdout
    modules = [path.stem for path in (ROOT / "tools").glob("*.py") if not path.stem.startswith("_")]
    assert ready_made() == sorted(modules)
    assert all(name in shown for name in modules)
    for tool in ("now", "calculate", "read_file", "fetch_page", "run_command"):
        assert tool in shown


def test_a_tool_is_shown_with_its_parameters(agentkit: Run, sample: Sample) -> None:
    shown = agentkit("tools", sample("add")).stdout
    assert shown.startswith("add\n  Add two numbers.\n  a  integer  One number.")


def test_json_is_the_shape_that_is_sent(agentkit: Run, sample: Sample) -> None:
    [tool] = json.loads(agentkit("tools", "--json", sample("add")).stdout)
    assert tool["type"] == "function"
    assert tool["function"]["name"] == "add"
    assert set(tool["function"]["parameters"]["properties"]) == {"a", "b"}
    [flat] = json.loads(agentkit("tools", "--json", "--flat", sample("add")).stdout)
    assert flat == tool["function"]


def test_json_without_a_name_has_all_ready_made_tools(agentkit: Run) -> None:
    tools = json.loads(agentkit("tools", "--json").stdout)
    assert {"now", "calculate", "write_file", "run_command"} <= {tool["function"]["name"] for tool in tools}


def test_flat_alone_is_a_mistake(agentkit: Run) -> None:
    assert agentkit("tools", "--flat").returncode == 2


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("clock", ("clock", "")),
        ("clock:now", ("clock", "now")),
        ("./mine.py", ("./mine.py", "")),
        ("./mine.py:add", ("./mine.py", "add")),
        ("package.module:Thing.part", ("package.module", "Thing.part")),
        (r"C:\tools\mine.py", (r"C:\tools\mine.py", "")),
        (r"C:\tools\mine.py:add", (r"C:\tools\mine.py", "add")),
    ],
)
def test_a_name_is_parted_from_its_place(source: str, parts: tuple[str, str]) -> None:
    assert split(source) == parts


def test_a_ready_made_name_gives_all_its_tools() -> None:
    assert set(names(["clock"])) == {"now", "weekday", "days_between", "date_after"}
    assert names(["clock:now", "calculator"]) == ["now", "calculate"]


def test_a_function_needs_no_decorator_when_it_is_named(sample: Sample) -> None:
    assert names([sample("undecorated")]) == ["undecorated"]


def test_options_go_to_the_toolset_with_their_types(agentkit: Run, sample: Sample) -> None:
    options = f"{sample('Store')},name=shop,size=3,fast"
    ended = agentkit("run", "-m", sample("describes"), "-t", options, "Hi")
    assert "('shop', 3, True)" in ended.stderr


def test_files_are_read_only_unless_asked(tmp_path: Path) -> None:
    assert "write_file" not in names([f"files,root={tmp_path}"])
    assert "write_file" in names([f"files,root={tmp_path},write"])


def test_a_module_may_say_what_is_public(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from agentkit import tool\n__all__ = ['one']\n"
        "@tool\ndef one() -> str:\n    'One.'\n    return ''\n"
        "@tool\ndef two() -> str:\n    'Two.'\n    return ''\n"
    )
    assert names([str(tmp_path / "mine.py")]) == ["one"]


def test_an_opened_toolset_is_not_opened_again(tmp_path: Path) -> None:
    (tmp_path / "opened.py").write_text(
        "from agentkit import Toolset\nclass Box(Toolset):\n    def __init__(self, size):\n        self.size = size\n"
        "    def measure(self) -> int:\n        'Measure.'\n        return self.size\nbox = Box(3)\n"
    )
    [box] = load_tools([str(tmp_path / "opened.py")])
    assert isinstance(box, Toolset)
    assert names([str(tmp_path / "opened.py")]) == ["measure"]


def test_a_file_may_import_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "neighbour_of_mine.py").write_text("WORD = 'hello'\n")
    (tmp_path / "mine.py").write_text(
        "import neighbour_of_mine as n\ndef say() -> str:\n    'Say.'\n    return n.WORD\n"
    )
    assert names([f"{tmp_path / 'mine.py'}:say"]) == ["say"]


@pytest.mark.parametrize(
    ("source", "text", "message"),
    [
        ("", None, "no ready-made tools ''"),
        ("clok", None, "Did you mean 'clock'"),
        ("no.such.module", None, "no module 'no.such.module'"),
        ("not a module", None, "no ready-made tools"),
        ("clock:nothing", None, "no 'nothing'"),
        ("clock,zone=UTC", None, "takes no options, but got zone"),
        ("files,depth=3", None, "no option 'depth'.* It has: root, write, hidden"),
        ("files,write=perhaps", None, "write=perhaps"),
        ("files,root=/no/such/folder", None, "not a folder"),
        ("shell,cwd=/no/such/folder", None, "not a folder"),
        ("{}", None, "no file"),
        ("{}", "x = 1\n", "no tools in"),
        ("{}:x", "x = 1\n", "is no tool, but 1"),
        ("{}", "def f(:\n", "cannot be imported: SyntaxError"),
        ("{}", "raise SystemExit(3)\n", "cannot be imported: SystemExit"),
        ("{}", "import no_such_module_anywhere\n", "needs the module 'no_such_module_anywhere'"),
    ],
)
def test_what_is_no_tool_is_refused(tmp_path: Path, source: str, text: str | None, message: str) -> None:
    path = tmp_path / "given.py"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        load_tools([source.format(path)])


def test_two_tools_of_one_name_are_refused(agentkit: Run, sample: Sample) -> None:
    ended = agentkit("run", "-m", sample("plain"), "-t", "clock", "-t", "clock:now", "Hi")
    assert ended.returncode == 3
    assert "'now'" in ended.stderr


def test_a_function_that_cannot_be_described_is_refused(agentkit: Run, sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(
        "from collections.abc import Callable\nfrom agentkit import tool\n"
        "@tool\ndef odd(hook: Callable[[], int]) -> str:\n    'Odd.'\n    return ''\n"
    )
    for arguments in (["tools", "./odd.py"], ["run", "-m", sample("plain"), "-t", "./odd.py", "Hi"]):
        ended = agentkit(*arguments)
        assert ended.returncode == 3
        assert "hook" in ended.stderr
