"""The directions of the house: who may import whom, type hints and imports inside functions counted."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "agentkit"

FLOORS = {
    "errors": set(),
    "folders": set(),
    "whole_files": set(),
    "messages": set(),
    "names": set(),
    "sent": set(),
    "sources": {"errors"},
    "generation": {"errors", "messages"},
    "result": {"errors", "messages", "generation", "sent"},
    "events": {"generation", "messages", "result"},
    "schema": {"errors", "messages"},
    "wire": {"errors", "messages", "names", "generation"},
    "runners": {"errors", "messages", "generation", "sent", "sources", "wire", "folders", "whole_files"},
    "tooling": {"errors", "messages", "names", "generation", "schema"},
    "testing": {"errors", "runners", "whole_files"},
    "agent": {"errors", "messages", "generation", "result", "events", "wire", "runners", "tooling"},
    "__init__": {"errors", "messages", "generation", "result", "events", "runners", "tooling", "agent"},
    "server": {"", "errors", "messages", "generation", "result", "events", "sources", "runners", "tooling", "wire"}
    | {"agent", "records", "testing"},
    "cli": {"", "errors", "messages", "sent", "generation", "result", "events", "sources", "runners", "tooling"}
    | {"agent", "whole_files", "server", "records"},
    "records": {"errors", "messages", "generation", "result", "events"},
}
"""Room -> rooms that it may import from. The empty room is the face, `agentkit` itself."""

HEAVY = (
    "anyio",
    "docstring_parser",
    "h11",
    "httpx",
    "huggingface_hub",
    "jinja2",
    "llguidance",
    "numpy",
    "prometheus_client",
    "pydantic",
    "rich",
    "starlette",
    "tenacity",
    "torch",
    "transformers",
    "typer",
    "uvicorn",
    "xllamacpp",
)


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Full names of the modules of ours that a file imports, wherever the import stands."""
    names = {module_name(other) for other in modules()}
    package = module_name(path) if path.name == "__init__.py" else module_name(path).rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{source}.{alias.name}" if f"{source}.{alias.name}" in names else source for alias in node.names}
    return tuple(sorted(name for name in found if name.partition(".")[0] == "agentkit"))


def room(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


@pytest.mark.parametrize("path", modules(), ids=module_name)
def test_imports_go_downwards_only(path: Path) -> None:
    own = room(module_name(path)) or "__init__"
    foreign = {room(name) for name in imports(path)} - {own}
    if own == "__init__":
        foreign.discard("")
    assert foreign <= FLOORS[own], f"{own} must not import {foreign - FLOORS[own]}"


@pytest.mark.parametrize("path", modules(), ids=module_name)
def test_no_child_imports_its_own_package(path: Path) -> None:
    name = module_name(path)
    if path.name != "__init__.py":
        assert name.rpartition(".")[0] not in imports(path)


def test_there_is_no_circle_of_imports() -> None:
    graph = {module_name(path): set(imports(path)) - {module_name(path)} for path in modules()}

    def walk(name: str, trail: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if name in trail:
            yield (*trail[trail.index(name) :], name)
        elif name not in done:
            for other in sorted(graph.get(name, ())):
                yield from walk(other, (*trail, name))
            done.add(name)

    done: set[str] = set()
    circles = [circle for name in sorted(graph) for circle in walk(name, ())]
    assert not circles, circles[0]


def test_agentkit_imports_nothing_heavy() -> None:
    code = f"import sys, agentkit; print([name for name in {HEAVY!r} if name in sys.modules])"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert output.strip() == "[]"


def test_nothing_in_the_package_imports_the_ready_made_tools() -> None:
    assert not [path for path in modules() for name in imports(path) if name.startswith("agentkit.tools")]


def test_a_ready_made_tool_imports_only_the_face_and_its_siblings() -> None:
    for path in (ROOT / "tools").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                assert node.module == "agentkit" or not node.module.startswith("agentkit"), path
            if isinstance(node, ast.ImportFrom):
                assert node.level <= 1, path


def test_every_package_is_shipped() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {path.parent.relative_to(ROOT) for top in ("agentkit", "tools") for path in (ROOT / top).rglob("*.py")}
    mapped = {Path(folder): package for package, folder in config["package-dir"].items()}
    assert {mapped.get(folder, ".".join(folder.parts)) for folder in folders} == set(config["packages"])


@pytest.mark.parametrize("path", [*modules(), *sorted((ROOT / "tools").glob("*.py"))], ids=lambda path: path.stem)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 80, node.name


def test_the_core_never_names_asyncio() -> None:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            source = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            assert "asyncio" not in [*names, source], path
