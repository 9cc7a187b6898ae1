"""From a name to a model: the catalogue's, and those of the user."""

from __future__ import annotations

from difflib import get_close_matches

from ...errors import ConfigurationError
from .catalog import DEFAULT, ENTRIES
from .entry import Entry
from .own_models import own_models


def entries() -> tuple[Entry, ...]:
    """Every model that has a name: the catalogue's, as the user's own models file changes it, and those of that file.

    Raises:
        ConfigurationError: The file is wrong.
    """
    own = {entry.id: entry for entry in own_models(ENTRIES)}
    return tuple((ENTRIES | own).values())


def find_entry(name: str) -> Entry | None:
    """The model of a name: its id or an alias, in any case, with or without `local:`; an empty one is the default.

    Raises:
        ConfigurationError: The user's own models file is wrong.
    """
    wanted = name.removeprefix("local:").strip().casefold()
    if not wanted or wanted == "local":
        wanted = DEFAULT.id
    for entry in reversed(entries()):  # a user's own name goes before the same one of the catalogue
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
    """The last part of an id, where that is enough."""
    bare = entry.id.rpartition("/")[2]
    return bare if bare in entry.aliases else entry.id
