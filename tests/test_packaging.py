"""The built wheel, installed alone into an empty environment, on every Python that is here."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
VERSIONS = ("3.11", "3.12", "3.13")

SMOKE = """
import importlib.metadata, importlib.resources, importlib.util, sys
import agentkit, agentkit.tools.clock
from agentkit import Agent, tool
from agentkit.runners.scripted import Scripted, call

@tool
def add(a: int, b: int = 2) -> int:
    "Add two numbers."
    return a + b

result = Agent(Scripted([call("add", a="1"), "It is 3."]), tools=[add]).run_sync("1 + 2?")
assert result.messages[2].content == "3", result
assert importlib.resources.files("agentkit").joinpath("py.typed").is_file()
assert importlib.util.find_spec("tools") is None
names = {item.metadata["Name"].lower().replace("_", "-") for item in importlib.metadata.distributions()}
print(len(names - {"pip", "setuptools", "wheel"}))
"""


def interpreter(version: str) -> str | None:
    """A Python of that version: this one, one on the path, or one that pyenv keeps."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    kept = sorted((Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python{version}"))
    candidates = [*map(str, kept), shutil.which(f"python{version}")]
    for candidate in filter(None, candidates):
        if not subprocess.run([candidate, "-c", "import venv, ensurepip"], capture_output=True).returncode:
            return candidate
    return None


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from what is in the repository and nothing else."""
    source = tmp_path_factory.mktemp("source")
    for name in ("agentkit", "tools"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    target = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(target), str(source)]
    subprocess.run(command, check=True)
    return next(target.glob("*.whl"))


def test_the_wheel_has_the_tools_inside_the_package_and_nothing_beside_it(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "agentkit/tools/clock.py" in names
    assert "agentkit/py.typed" in names
    assert "agentkit/server/playground/index.html" in names
    assert {name.partition("/")[0] for name in names} == {"agentkit", wheel.name.split("-py3")[0] + ".dist-info"}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_plain_install_works_on_every_python(wheel: Path, version: str, tmp_path: Path) -> None:
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} with venv on this machine")
    subprocess.run([python, "-m", "venv", str(tmp_path / "venv")], check=True)
    folder = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    inside = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}

    def run(*command: str | Path, ok: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, cwd=tmp_path, env=inside)
        assert not (ok and done.returncode), done.stderr
        return done

    run(folder / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", wheel)
    assert int(run(folder / "python", "-c", SMOKE).stdout) <= 16
    without_cli = run(folder / "agentkit", "--version", ok=False)
    assert without_cli.returncode == 2
    assert "agentkit[cli]" in without_cli.stderr
    assert "Traceback" not in without_cli.stderr
