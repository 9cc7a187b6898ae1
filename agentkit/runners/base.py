"""The contract of a model runner.

`Runner` is the user's word for what runs a model (Workers AI says `AI.run`). In some other SDKs a class of that name
drives the agent loop; here that is `Agent`.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from ..generation import Delta, Request


class Runner(Protocol):
    """Anything that turns a request into a stream of deltas."""

    @property
    def name(self) -> str:
        """The runner string that makes this runner, for example `openai:llama3`."""
        ...

    def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        """Run the model once.

        Yields text and calls as they become known, and one `Finish` at the end. MUST raise only errors of
        `agentkit.errors`. MUST stop its work at once when the generator is closed or cancelled. MUST NOT change
        `request.messages`, nor keep it: the list grows with the conversation.
        """
        ...

    async def aclose(self) -> None:
        """Free connections and memory. The runner may be used again afterwards."""
        ...
