"""From a name to a model: the catalogue's, and those of the user."""

from __future__ import annotations

from difflib import get_close_matches

from ...errors import ConfigurationError
from .catalog import DEFAULT, ENTRIES
from .entry import Entry


def entries() -> tuple[Entry, ...]:
    """Every model that has a name."""
    return tuple(ENTRIES.values())


def find_entry(name: str) -> Entry | None:
    """The model of a name: its id or an alias, in any case, with or without `local:`; an empty one is the default."""
    wanted = name.removeprefix("local:").strip().casefold()
    if not wanted or wanted == "local":
        wanted = DEFAULT.id
    for entry in entries():
        if wanted in (known.casefold() for known in (entry.id, *entry.aliases)):
            return entry
    return None


def unknown_model(name: str) -> ConfigurationError:
    """The error for a name that no model has; it names similar ones."""
    names = {known.casefold(): short_name(entry) for entry in entries() for known in (entry.id, *entry.aliases)}
    typed = name.removeprefix("local:").casefold()
    close = [known for known in names if len(typed) > 2 and typed in known] or get_close_matches(typed, names, 5, 0.5)
    nearest = list(dict.fromkeys(names[known] for known in close))[:3]
    meant = f"Did you mean {' or '.join(map(repr, nearest))}? " if nearest else ""
    return ConfigurationError(
        f"there is no local model {name!r}.",
        hint=f"{meant}All names: agentkit models. A file or folder of yours is named by its path: local:./model.gguf.",
    )


def short_name(entry: Entry) -> str:
    """The shortest name that is enough."""
    return min(entry.aliases, key=len, default=entry.id)
