"""Retries of requests, in this one layer.

| error | first wait | why |
|---|---|---|
| `ConnectionFailedError` | 0.5 s | nothing was answered |
| `TruncatedStreamError` | 0.5 s | the stream ended before it had delivered anything |
| `TimedOutError` | 0.5 s | a try that took longer than the budget is not repeated |
| `ServerError` | 0.5 s | HTTP 500, 502, 504, 520 to 526; codes 3043, 4007 |
| `OverloadedError` | 1 s | HTTP 409, 503, 529; codes 3040, 3050, 7009 |
| `RateLimitedError` | 10 s | HTTP 429; codes 3021, 2003; counted per minute |
| all others | never | the same request would fail again; the daily allowance (3036, 4006) is among them |

Each further wait is twice as long, by chance a quarter more or less. `Retry-After` replaces the wait, and
`x-should-retry` the table. No try starts later than `BUDGET` seconds after the first, and all requests of a run
together are tried again at most `Agent(max_retries=)` times. A stream that has delivered anything is never retried
(contract/workers_ai.md section 10.3, quirks Q34, Q41).
"""

from __future__ import annotations

import logging
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from ..errors import (
    ConnectionFailedError,
    OverloadedError,
    QuotaExhaustedError,
    RateLimitedError,
    RunnerError,
    ServerError,
    TimedOutError,
    TruncatedStreamError,
)

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from ..generation import Retries

T = TypeVar("T")

BUDGET = 120.0
"""Seconds after the first try at which the last one may start."""

FIRST_WAIT: dict[type[RunnerError], float] = {
    ConnectionFailedError: 0.5,
    TruncatedStreamError: 0.5,
    TimedOutError: 0.5,
    ServerError: 0.5,
    OverloadedError: 1.0,
    RateLimitedError: 10.0,
}
"""Errors that are retried -> seconds before the first retry, where the provider names none."""


async def retried(
    attempt: Callable[[], Awaitable[T]], first: RunnerError, retries: int, spent: float, budget: Retries | None = None
) -> T:
    """Try again what has failed once, as often and as late as the table says.

    Args:
        attempt: What is tried.
        first: How it failed the first time.
        retries: Most tries after that one.
        spent: Seconds that the first try took.
        budget: Of the run: it takes one from there for each further try.

    Raises:
        RunnerError: The error of the last try.
    """
    from anyio import sleep
    from tenacity import AsyncRetrying, before_sleep_log, retry_if_exception, stop_after_attempt, stop_before_delay

    failed: list[RunnerError] = [first]

    async def again() -> T:
        if failed:
            raise failed.pop()
        return await attempt()

    enough = stop_after_attempt(retries + 1) | stop_before_delay(max(0.0, BUDGET - spent))

    def over(state: RetryCallState) -> bool:
        return enough(state) or (budget is not None and not budget.take())

    return await AsyncRetrying(
        retry=retry_if_exception(worth_it),
        wait=_wait,
        stop=over,
        sleep=sleep,
        before_sleep=before_sleep_log(logging.getLogger("agentkit"), logging.INFO),
        reraise=True,
    )(again)


def worth_it(error: BaseException) -> bool:
    """Whether the same request may succeed later."""
    if not isinstance(error, RunnerError) or isinstance(error, QuotaExhaustedError):
        return False
    return type(error) in FIRST_WAIT if error.should_retry is None else error.should_retry


def wait_after(error: BaseException | None, attempt: int) -> float:
    """Seconds to wait after an error.

    Args:
        error: What the try failed with.
        attempt: How many tries there have been.
    """
    if isinstance(error, RunnerError) and error.retry_after is not None:
        return error.retry_after
    first: float = next((wait for kind, wait in FIRST_WAIT.items() if isinstance(error, kind)), 1.0)
    return first * 2.0 ** (attempt - 1) * random.uniform(0.75, 1.25)


def _wait(state: RetryCallState) -> float:
    return wait_after(state.outcome.exception() if state.outcome else None, state.attempt_number)
