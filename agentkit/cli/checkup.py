"""This machine, as data: what is here, what works, and what to do about what does not."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..errors import AgentKitError
from ..runners import as_runner, machine

PATIENCE = 60.0
"""Seconds after which an engine that says nothing is given up."""
HEAVY = 2_000_000_000
"""Bytes of weights from which on loading them takes too long for a look; `agentkit doctor RUNNER` loads any."""
TIGHT = 1_000_000_000
"""Bytes of free memory under which not even a small model is at ease."""
ENGINES = {"llama.cpp": ("xllamacpp",), "transformers": ("transformers", "torch")}
"""Engine -> the modules without which it is not there."""
EXTRAS = {"llama.cpp": "local", "transformers": "transformers"}
"""Engine -> what brings it."""


def look(*, quick: bool = False) -> dict[str, Any]:
    """Everything about this machine that matters for running models; it takes a few seconds.

    Args:
        quick: Leave out what loads torch, which is most of the time.
    """
    weights = _weights()
    installed = {name: all(map(find_spec, modules)) for name, modules in ENGINES.items()}
    trying = installed | {"transformers": False} if quick else installed
    tried = _tried(weights, trying)
    seers = [("llama_cpp",)] if installed["llama.cpp"] else []
    seers += [("torch",)] if trying["transformers"] and machine.has_accelerator() else []
    with machine.started(*seers, *tried.values(), patience=PATIENCE) as checks:
        gpus = [asdict(gpu) for gpu in machine.nvidia()]
        found = _still(weights)
        results = [check.result() for check in checks]
    for (name,), result in zip(seers, results, strict=False):
        gpus += [{**device, "seen_by": name} for device in result.get("devices", ())]
    engines = _engines(installed, dict(zip(tried, results[len(seers) :], strict=True)))
    ready = [name for name, missing in machine.remotes().items() if not missing]
    paths = [Path(row["path"]) for row in weights if row["path"]]
    here = {"llama.cpp": any(map(_is_gguf, paths)), "transformers": any(path.is_dir() for path in paths)}
    can_run = any(engine["works"] and here[engine["name"]] for engine in engines) or bool(ready)
    return found | {"gpus": gpus, "engines": engines, "remote": machine.remotes(), "can_run": can_run}


def problems_of(found: dict[str, Any]) -> list[dict[str, str]]:
    """What is wrong, each with the next step."""
    return [{"problem": problem, "next": step} for problem, step in _problems(found)]


def _problems(found: dict[str, Any]) -> list[tuple[str, str]]:
    told = [(row["problem"], row["next"] or "agentkit pull") for row in found["weights"] if row["problem"]]
    llama = next(engine for engine in found["engines"] if engine["name"] == "llama.cpp")
    if not llama["installed"]:
        told.append(("no engine for the embedded model is installed.", "pip install 'agentkit[local]'"))
    elif not any(row["path"] or row["problem"] for row in found["weights"]):
        told.append(("no weights are here.", "agentkit pull"))
    broken = [engine for engine in found["engines"] if engine["works"] is False]
    told += [(f"{row['name']} does not work: {row['error']}", row["hint"] or _again(row["name"])) for row in broken]
    if not any(gpu["seen_by"] != "nvidia-smi" for gpu in found["gpus"]) and found["gpus"]:
        told.append(("there is a GPU, but no engine sees it.", "Install an xllamacpp or a torch that is built for it."))
    free = found["memory"]["available"]
    if free is not None and free < TIGHT:
        told.append((f"only {free / 1e9:.1f} GB of memory are free.", "End what takes it, or ask a server."))
    if {"CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_AUTH_TOKEN", "CLOUDFLARE_API_TOKEN"} & found["settings"].keys():
        missing = found["remote"]["@cf/VENDOR/MODEL"]
        told += [(f"for Workers AI {missing} is missing.", f"Set {missing} in the environment.")] if missing else []
    return told + _default()


def _again(engine: str) -> str:
    return f"Install it again, in a build for this machine: pip install --force-reinstall 'agentkit[{EXTRAS[engine]}]'"


def _default() -> list[tuple[str, str]]:
    try:
        as_runner()
    except AgentKitError as error:
        return [(f"AGENTKIT_RUNNER: {error.message}", error.hint or "Set another one.")]
    except Exception as error:  # a runner of the user, which may raise anything
        return [(f"AGENTKIT_RUNNER: {type(error).__name__}: {error}", "Mend it, or set another one.")]
    return []


def _still(weights: list[dict[str, Any]]) -> dict[str, Any]:
    """What needs no check."""
    try:
        own = version("agentkit")
    except PackageNotFoundError:
        own = None
    return {
        "agentkit": own,
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": platform.platform(),
        "executable": sys.executable,
        "cores": asdict(machine.cores()),
        "memory": asdict(machine.memory()),
        "extras": {extra.name: extra.versions for extra in machine.extras()},
        "weights": weights,
        "default": os.environ.get("AGENTKIT_RUNNER") or "local",
        "settings": machine.settings(),
    }


def _weights() -> list[dict[str, Any]]:
    """The models of the catalogue of which there is something here."""
    from ..runners.local.catalog import DEFAULT, ENTRIES
    from ..runners.local.weights import find

    rows = []
    for entry in ENTRIES.values():
        row: dict[str, Any] = {"model": entry.id, "runner": "local" if entry is DEFAULT else f"local:{entry.id}"}
        row |= {"path": None, "bytes": None, "problem": None, "next": None}
        try:
            path = find(entry)
        except AgentKitError as error:
            row |= {"problem": error.message, "next": error.hint}
        else:
            row |= {"path": str(path), "bytes": _size(path)} if path else {}
        if row["path"] or row["problem"]:
            rows.append(row)
    return rows


def _size(path: Path) -> int:
    files = [path] if path.is_file() else [item for item in path.rglob("*") if item.is_file()]
    return sum(item.stat().st_size for item in files)


def _tried(weights: list[dict[str, Any]], installed: dict[str, bool]) -> dict[str, tuple[str, ...]]:
    """Engine -> how it is tried: llama.cpp with the smallest model that is here, transformers with a random one."""
    rows = [row for row in weights if row["path"] and _is_gguf(Path(row["path"])) and row["bytes"] <= HEAVY]
    lightest = min(rows, key=lambda row: int(row["bytes"]), default=None)
    tried: dict[str, tuple[str, ...]] = {}
    if installed["llama.cpp"] and lightest is not None:
        tried["llama.cpp"] = ("generate", lightest["runner"])
    if installed["transformers"]:
        tried["transformers"] = ("transformers",)
    return tried


def _is_gguf(path: Path) -> bool:
    return path.suffix == ".gguf"


def _engines(installed: dict[str, bool], results: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for name, modules in ENGINES.items():
        result = results.get(name)
        row: dict[str, Any] = {"name": name, "module": modules[0], "installed": installed[name]}
        row |= {"version": _version(modules[0]), "error": None, "hint": None}
        rows.append(row | {"works": None if result is None else "error" not in result} | (result or {}))
    return rows


def _version(module: str) -> str | None:
    try:
        return version(module)
    except PackageNotFoundError:
        return None
