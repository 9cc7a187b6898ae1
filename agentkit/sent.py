"""What went to a server for one turn, to look at and to send again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

_PLACEHOLDER = re.compile(r"\$[A-Z][A-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class Sent:
    """A request over HTTP, byte for byte, but with the names of environment variables in place of secrets."""

    url: str
    headers: Mapping[str, str]
    body: bytes

    def curl(self) -> str:
        """A command for a POSIX shell that sends it again; the variables must be set there."""
        lines = [f"printf %s {shlex.quote(self.body.decode())} | curl -sS -N {_in_shell(self.url)} --data-binary @-"]
        lines += [f"-H {_in_shell(f'{name}: {value}')}" for name, value in self.headers.items()]
        return " \\\n  ".join(lines)


def _in_shell(text: str) -> str:
    """A text in quotation marks that let the shell fill in the placeholders, and nothing else."""
    pieces = _PLACEHOLDER.split(text)
    names = _PLACEHOLDER.findall(text)
    escaped = [re.sub(r'([\\"`$])', r"\\\1", piece) for piece in pieces]
    return '"' + "".join(piece + name for piece, name in zip(escaped, [*names, ""], strict=True)) + '"'
