"""Objects of the user, named by a text: in a file (`./mine.py:name`) or in a module (`package.module:name`)."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from .errors import ConfigurationError


def split(source: str) -> tuple[str, str]:
    """What is before and after the colon that parts a file or module from a name in it.

    >>> split("./mine.py:add"), split("package.module:add"), split("clock")
    (('./mine.py', 'add'), ('package.module', 'add'), ('clock', ''))
    """
    place, _, name = source.rpartition(":")
    named = len(place) > 1 and re.fullmatch(r"[A-Za-z_][\w.]*", name) and not name.endswith(".py")
    return (place, name) if named else (source, "")


def is_file(place: str) -> bool:
    """Whether a place is meant as a file: it ends in `.py`, or has a slash."""
    return place.endswith(".py") or "/" in place or os.sep in place


def is_module(place: str) -> bool:
    """Whether there is a module, or its top package, of that name."""
    if not all(part.isidentifier() for part in place.split(".")):
        return False
    _look_here()
    return importlib.util.find_spec(place.partition(".")[0]) is not None


def load(place: str) -> ModuleType:
    """The module in a file, or of a name.

    Raises:
        ConfigurationError: There is none, or it cannot be imported.
    """
    try:
        return _from_file(Path(place).expanduser()) if is_file(place) else _from_name(place)
    except ConfigurationError:
        raise
    except ModuleNotFoundError as error:
        if f"{place}.".startswith(f"{error.name}."):
            raise ConfigurationError(f"there is no module {place!r}.", hint="A file ends in .py.") from error
        raise ConfigurationError(
            f"{place!r} needs the module {error.name!r}, which is not installed.",
            hint="Install it into the environment that agentkit runs in.",
        ) from error
    except (Exception, SystemExit) as error:
        raise ConfigurationError(
            f"{place!r} cannot be imported: {type(error).__name__}: {error}",
            hint="Run it with python to see where.",
        ) from error


def member(module: ModuleType, name: str, place: str) -> Any:
    """The object of a dotted name in a module.

    Raises:
        ConfigurationError: There is none.
    """
    value: Any = module
    for part in name.split("."):
        if not hasattr(value, part):
            public = sorted(key for key in vars(module) if not key.startswith("_"))
            raise ConfigurationError(f"there is no {name!r} in {place!r}.", hint=f"It has: {', '.join(public)}.")
        value = getattr(value, part)
    return value


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise ConfigurationError(f"there is no file {str(path)!r}.", hint="Give the path of a Python file.")
    name = f"agentkit_file_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigurationError(f"{str(path)!r} is not a Python file.", hint="Its name must end in .py.")
    module = importlib.util.module_from_spec(spec)
    folder = str(path.resolve().parent)
    if folder not in sys.path:  # as python itself does for a script: its neighbours can be imported
        sys.path.insert(0, folder)
    sys.modules[name] = module  # type hints are looked up there
    spec.loader.exec_module(module)
    return module


def _from_name(name: str) -> ModuleType:
    if not all(part.isidentifier() for part in name.split(".")):
        raise ConfigurationError(f"{name!r} is neither a file nor a module.", hint="A file ends in .py.")
    _look_here()
    return importlib.import_module(name)


def _look_here() -> None:
    """Modules of the working directory can be imported, as with `python -m`."""
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
