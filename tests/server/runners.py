"""Model runners that do what real ones only do at bad times."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import anyio
from anyio.lowlevel import checkpoint

from agentkit.generation import Delta, Finish, Request, TextDelta
from agentkit.messages import Usage


class Odd:
    """Counts how many of its answers are under way, and how many were ended from outside."""

    name = "odd"

    def __init__(self) -> None:
        self.running = 0
        self.begun = 0
        self.broken_off = 0

    async def generate(self, request: Request) -> AsyncGenerator[Delta, None]:
        self.begun += 1
        self.running += 1
        finished = False
        try:
            async for delta in self.deltas(request):
                yield delta
            finished = True
        finally:
            self.running -= 1
            self.broken_off += not finished

    async def deltas(self, request: Request) -> AsyncGenerator[Delta, None]:
        yield Finish(usage=Usage(1, 2, 3))

    async def aclose(self) -> None:
        """Nothing to free."""


class Silent(Odd):
    """Thinks, and never says anything."""

    async def deltas(self, request: Request) -> AsyncGenerator[Delta, None]:
        await anyio.sleep_forever()
        yield Finish()


class Endless(Odd):
    """Says the same word again and again.

    Args:
        word: What it says.
        pause: Seconds in between.
    """

    def __init__(self, word: str = "word ", pause: float = 0.01) -> None:
        super().__init__()
        self.word = word
        self.pause = pause
        self.said = 0

    async def deltas(self, request: Request) -> AsyncGenerator[Delta, None]:
        while True:
            self.said += 1
            yield TextDelta(self.word)
            await (anyio.sleep(self.pause) if self.pause else checkpoint())


class Endings(Odd):
    """Says one word, and then ends as it is told.

    Args:
        error: Raised; None: it just ends, without `Finish`.
        word: Said before; empty for nothing.
    """

    def __init__(self, error: BaseException | None = None, word: str = "") -> None:
        super().__init__()
        self.error = error
        self.word = word

    async def deltas(self, request: Request) -> AsyncGenerator[Delta, None]:
        await checkpoint()
        if self.word:
            yield TextDelta(self.word)
        if self.error is not None:
            raise self.error


class Pieces(Odd):
    """Says so many words of so many characters.

    Args:
        count: Words.
        size: Characters of each.
    """

    def __init__(self, count: int, size: int) -> None:
        super().__init__()
        self.count = count
        self.size = size

    async def deltas(self, request: Request) -> AsyncGenerator[Delta, None]:
        for number in range(self.count):
            yield TextDelta(f"{number}:".ljust(self.size, "x"))
            await checkpoint()
        yield Finish()
