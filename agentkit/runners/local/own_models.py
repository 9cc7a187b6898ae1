"""Models of the user's own, in a TOML file.

```toml
[models.mine]                       # local:mine
path = "weights/mine.Q4_K_M.gguf"   # or the folder of a checkpoint; relative to this file
context = 8192

[models."phi-3.5"]                  # a name with a dot stands in quotes
repo = "owner/name"                 # on the model hub, fetched by `agentkit pull phi-3.5`
revision = "0123abc"                # a commit, to have the same weights always
licence = "MIT"
aliases = ["phi"]
sampling = { temperature = 0.3 }

[models."qwen1.5-14b-chat-awq"]     # the name of a catalogue model changes what is said of it
revision = "4567def"
```
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import ConfigurationError
from .entry import Entry


def models_file() -> Path | None:
    """Where the user's models are: `AGENTKIT_MODELS`, else `models.toml` in the configuration folder, if it is there.

    Raises:
        ConfigurationError: `AGENTKIT_MODELS` names a file that is not there.
    """
    chosen = os.environ.get("AGENTKIT_MODELS")
    try:
        path = Path(chosen).expanduser().absolute() if chosen else _platform_config() / "agentkit" / "models.toml"
    except RuntimeError:  # no home folder
        return None
    if path.is_file():
        return path
    if chosen:
        raise ConfigurationError(
            f"there is no file {str(path)!r}, which AGENTKIT_MODELS names.", hint="Write it, or unset AGENTKIT_MODELS."
        )
    return None


def own_models(known: Mapping[str, Entry]) -> tuple[Entry, ...]:
    """The models in the user's file; empty where there is none.

    Args:
        known: The catalogue, by id. A table with one of its names changes that entry.

    Raises:
        ConfigurationError: The file is wrong; file, table and key are named.
    """
    path = models_file()
    if path is None:
        return ()
    tables = _tables(path)
    from .own_table import entry_of  # it needs pydantic, which takes a while to load

    found = tuple(entry_of(path, name, table, known) for name, table in tables.items())
    _check_names(path, found)
    return found


def _tables(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{str(path)!r} cannot be read: {error}.", hint="Make it a readable text file."
        ) from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationError(
            f"{str(path)!r} is not TOML: {error}.", hint="Texts stand in quotes, tables in brackets."
        ) from error
    tables = content.pop("models", {})
    if content:
        raise ConfigurationError(
            f"{str(path)!r} has {next(iter(content))!r} at its top.", hint="Every model is a table: [models.NAME]."
        )
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise ConfigurationError(
            f"'models' in {str(path)!r} is not a group of tables.", hint="Write each model as [models.NAME]."
        )
    return tables


def _check_names(path: Path, found: tuple[Entry, ...]) -> None:
    seen: dict[str, str] = {}
    for entry in found:
        for name in {known.casefold() for known in (entry.id, *entry.aliases)}:
            if name in seen:
                raise ConfigurationError(
                    f"{str(path)!r} gives the name {name!r} to two models: {seen[name]!r} and {entry.id!r}.",
                    hint="Change one of them.",
                )
            seen[name] = entry.id


def _platform_config() -> Path:
    if sys.platform == "win32":
        roaming = os.environ.get("APPDATA")
        return Path(roaming) if roaming else Path.home() / "AppData" / "Roaming"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    chosen = os.environ.get("XDG_CONFIG_HOME", "")
    return Path(chosen) if os.path.isabs(chosen) else Path.home() / ".config"
