"""What an HTTP client raises, as our errors: by the names of its classes, so that httpx, httpx2 and others fit."""

from __future__ import annotations

from ..errors import ConnectionFailedError, RunnerError, TimedOutError

TIMEOUTS = ("ConnectTimeout", "ReadTimeout", "WriteTimeout", "PoolTimeout", "TimeoutException")


def failed(error: Exception, where: str) -> RunnerError:
    """Our error for one of a client's.

    Args:
        error: What the client raised.
        where: Host and port of the server.
    """
    names = {kind.__name__ for kind in type(error).__mro__}
    text = str(error) or type(error).__name__
    if names & set(TIMEOUTS):
        return TimedOutError(f"No answer from {where} in time: {text}")
    return ConnectionFailedError(f"No connection to {where}: {text}")
