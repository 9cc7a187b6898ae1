"""A chat on disk, so that it outlives the program, a crash and a kill."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ..errors import ConfigurationError
from ..messages import Message
from ..whole_files import write_whole


def default_path() -> Path:
    """Where the last chat is kept: `AGENTKIT_STATE`, else the user's folder for such things."""
    chosen = os.environ.get("AGENTKIT_STATE")
    if chosen:
        return Path(chosen).expanduser() / "chat.json"
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Application Support")
    else:
        base = os.environ.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Path(base) / "agentkit" / "chat.json"


class Session:
    """The messages of one chat in one file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> list[Message]:
        """The messages; none where there is no file.

        Raises:
            ConfigurationError: The file is not a chat.
        """
        try:
            data = json.loads(self.path.read_text("utf-8"))
            return [Message.from_dict(item) for item in data["messages"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigurationError(
                f"{str(self.path)!r} cannot be read as a chat ({type(error).__name__}: {error}).",
                hint="Give another file with --save.",
            ) from error

    def save(self, messages: Sequence[Message]) -> None:
        """Write all messages.

        Raises:
            ConfigurationError: It cannot be written.
        """
        data = {"messages": [message.to_dict() for message in messages]}
        try:
            write_whole(self.path, json.dumps(data, ensure_ascii=False, indent=1))
        except OSError as error:
            raise ConfigurationError(
                f"the chat cannot be saved to {str(self.path)!r}: {error.strerror or error}.",
                hint="Give another file with --save.",
            ) from error
