"""The program as a whole: help, version, speed of start, extras that are missing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_without_arguments_it_shows_help(agentkit: Run) -> None:
    assert agentkit().stdout == agentkit("--help").stdout


def test_help_names_the_verbs_and_the_exit_codes(agentkit: Run) -> None:
    shown = agentkit("-h").stdout
    assert all(re.search(rf"\b{verb}\b", shown) for verb in ("run", "chat", "tools", "models", "pull"))
    assert "Exit codes" in shown
    assert "130 — stopped by" in shown


def test_the_version_is_told(agentkit: Run) -> None:
    assert re.fullmatch(r"agentkit \d+\.\d+\.\d+\S*\n", agentkit("--version").stdout)


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\nsys.argv = ['agentkit', '--help']\nfrom agentkit.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = ('anyio', 'httpx', 'pydantic', 'numpy', 'xllamacpp', 'asyncio')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stderr.strip() == "[]"


@pytest.mark.parametrize("module", ["typer", "rich"])
def test_without_the_extra_one_line_names_it(module: str) -> None:
    code = f"import sys\nsys.modules[{module!r}] = None\nfrom agentkit.cli import main\nmain()"
    ended = subprocess.run([sys.executable, "-c", code, "run", "Hi"], capture_output=True, text=True)
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        "error: the command line is not installed. Install it with: pip install 'agentkit[cli]'"
    ]


def test_completion_knows_the_verbs(agentkit: Run) -> None:
    ended = agentkit(_AGENTKIT_COMPLETE="complete_bash", COMP_WORDS="agentkit mo", COMP_CWORD="1")
    assert ended.stdout.split() == ["models"]
