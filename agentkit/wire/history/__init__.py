"""Conversations: what is wrong with them for one kind of server, and how it is mended.

Useful for anyone's messages. `lint` names the problems, `repair` mends them, `examine` does both at once. The kinds of
servers are the rows of `agentkit.wire.dialects`.
"""

from .examining import Examination, examine, lint, repair
from .problems import Kind, Problem

__all__ = ["Examination", "Kind", "Problem", "examine", "lint", "repair"]
