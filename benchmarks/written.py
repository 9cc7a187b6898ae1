"""A model runner for `agentkit serve` that costs next to nothing: as many words as `max_tokens` asks for, at once."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import anyio

from agentkit.generation import Delta, Finish, Request, TextDelta
from agentkit.messages import Usage


class Written:
    """Every word is a delta of its own, and the event loop has its turn after each."""

    name = "written"

    async def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        """Write words."""
        for number in range(request.sampling.max_tokens):
            await anyio.lowlevel.checkpoint()
            yield TextDelta(f" word{number}")
        yield Finish("length", Usage(10, request.sampling.max_tokens, requests=1), "written")

    async def aclose(self) -> None:
        """There is nothing to free."""


runner = Written()
