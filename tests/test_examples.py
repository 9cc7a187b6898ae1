"""Each example runs by itself: all with the replies that are written down for them, some with the real model."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("[0-9]*.py"))

OUTPUT = {
    "first_tool": ["120 EUR are 129.60 USD."],
    "watch_a_run": [
        '-> population {"city": "Lisbon"}\n<- 545796 (ok)\n',
        "About 546,000 people live in Lisbon.\n2 turns, ended by final",
    ],
    "toolset_with_state": ["(the list is opened)\n(the list is closed)\nThere were no pears", "{'apples': 6}"],
    "typed_output": ["R-2041 of 03 March 2026: 118.50 EUR"],
    "conversations": ["ada: What is my name?\nbot: Your name is Ada."],
    "context": ["Here are your 30 euros, Ada.\nCustomer(name='Ada', balance=70.0)"],
    "parallel_and_progress": ['{"sensor": "cellar"}: 90 %', "31.5 °C on the roof, 12.0 °C in the cellar"],
    "limits": ["ended by max_turns after 6 turns: No luck so far.\nrolled: ", "going on: max_turns"],
    "agent_as_tool": ["The answer is Nairobi\n4 requests in all"],
    "servers": ["It is -3 °C in Oslo.\nby scripted, 0 tokens, conversation of 4 messages"],
    "many_machines": ["cow: It is an animal: the cow.\n", "12 of 12 answered"],
    "approval": ['call pay with {"recipient": "Ada", "euros": 12.0}?', "They say: ask again when somebody is here"],
    "serve": ["found: B 12\n", "Dune stands on shelf B 12."],
}
"""What each example must write, among other things."""


def title(path: Path) -> str:
    return path.stem.partition("_")[2]


def run(path: Path, runner: str | None) -> subprocess.CompletedProcess[str]:
    """Run an example from the root of the project, as its reader would."""
    environment = os.environ | {"PYTHONWARNINGS": "error", "PYTHONUTF8": "1"}
    if runner:
        environment["AGENTKIT_RUNNER"] = runner
    command = [sys.executable, str(path.relative_to(ROOT))]
    return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, cwd=ROOT, timeout=300)


@pytest.mark.parametrize("path", [path for path in EXAMPLES if title(path) in OUTPUT], ids=title)
def test_an_example_runs_with_the_replies_written_down_for_it(path: Path) -> None:
    ended = run(path, f"examples/replies.py:{title(path)}")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert all(text in ended.stdout for text in OUTPUT[title(path)]), ended.stdout


def test_the_examples_are_numbered_and_each_is_tested() -> None:
    assert [path.name[:3] for path in EXAMPLES] == [f"{number:02d}_" for number in range(1, len(EXAMPLES) + 1)]
    assert {title(path) for path in EXAMPLES} == {*OUTPUT, "embedded_model"}


@pytest.mark.parametrize("path", EXAMPLES, ids=title)
def test_an_example_is_short_and_needs_nothing_but_agentkit(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 70
    foreign = set(re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE)) - set(sys.stdlib_module_names)
    assert foreign <= {"agentkit", "anyio"}


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "expected"),
    [("01_first_tool.py", "129.6"), ("11_embedded_model.py", " = 42\n")],
)
def test_an_example_runs_with_the_real_model(name: str, expected: str) -> None:
    ended = run(ROOT / "examples" / name, None)
    if "could not be fetched" in ended.stderr:
        pytest.skip(ended.stderr.splitlines()[-1])
    assert ended.returncode == 0, ended.stderr
    assert expected in ended.stdout
