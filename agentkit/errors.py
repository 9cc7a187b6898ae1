"""Every error agentkit raises, sorted by who must act.

    AgentKitError
    ├── ConfigurationError            the developer: an argument, a setting or a file is wrong
    │   ├── SchemaError               a function cannot be described to a model
    │   ├── UnsupportedError          the model runner has nothing for an option of a request
    │   ├── MissingDependencyError    an extra is not installed
    │   └── WeightsError              the weights of a local model are missing, broken or cannot be fetched
    ├── RunnerError                   the model runner or its endpoint failed; carries status, code, text
    │   ├── AuthenticationError       token or account is missing, malformed or refused
    │   ├── BadRequestError           the endpoint refuses this request; the same one will fail again
    │   │   ├── ContextOverflowError  prompt and max_tokens exceed the model's context window
    │   │   └── ContentRefusedError   the endpoint's content filter refused the prompt
    │   ├── ModelNotFoundError        no such model here
    │   │   └── ModelGoneError        there was one, it has been retired
    │   ├── RateLimitedError          too many requests; waiting helps
    │   ├── QuotaExhaustedError       the allowance is used up; retrying does not help
    │   ├── OverloadedError           no capacity at the moment; waiting helps
    │   ├── ServerError               the endpoint failed on its side
    │   ├── ConnectionFailedError     no connection, or it broke before a reply
    │   ├── TimedOutError             no answer in time
    │   ├── InvalidReplyError         the answer is not what any model server sends
    │   └── TruncatedStreamError      the stream ended before the answer did
    ├── OutputError                   the model did not produce the typed output that was asked for
    ├── ScriptError                   a Scripted runner met a request its script does not expect
    └── ReplayError                   a replayed recording met a request that was never recorded

    ToolError                         not one of them: raise it in a tool to tell the model something

A tool call that fails never raises: the model is told and may try again.
"""

from __future__ import annotations

from typing import Any


class AgentKitError(Exception):
    """Root of all errors raised by agentkit."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        """What happened, in one sentence."""
        self.hint = hint
        """What to do about it."""
        self.partial: Any = None
        """The `Result` of the run so far, when a run was under way."""

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message


class ConfigurationError(AgentKitError):
    """An argument, a setting or a file of the developer is wrong."""


class SchemaError(ConfigurationError):
    """A function cannot be described to a model; names the parameter and what to do."""


class UnsupportedError(ConfigurationError):
    """The model runner has nothing for an option or a field of a request; another request may be answered."""


class MissingDependencyError(ConfigurationError):
    """An optional dependency is not installed; names the extra to install."""

    def __init__(self, module: str, extra: str) -> None:
        super().__init__(
            f"{module!r} is not installed.",
            hint=f"Install it with: pip install 'agentkit[{extra}]'",
        )
        self.module = module
        self.extra = extra


class WeightsError(ConfigurationError):
    """The weights of a local model are missing, broken, or cannot be fetched."""


class RunnerError(AgentKitError):
    """The model runner or its endpoint failed."""

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        status: int | None = None,
        code: int | str | None = None,
        request_id: str | None = None,
        body: str | None = None,
        retry_after: float | None = None,
        text: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        """HTTP status of the reply, None where there was no reply."""
        self.code = code
        """The provider's own error code, for example 3040."""
        self.request_id = request_id
        """The provider's id of the request, for its support."""
        self.body = body
        """The reply as it came, at most 2,000 characters."""
        self.retry_after = retry_after
        """Seconds the provider asked to wait."""
        self.should_retry: bool | None = None
        """What the provider said about trying again, where it said so."""
        self.text = text
        """The answer as far as it had come, for a stream that broke."""


class AuthenticationError(RunnerError):
    """Token or account is missing, malformed, or refused."""


class BadRequestError(RunnerError):
    """The endpoint refuses this request; sending the same again fails again."""


class ContextOverflowError(BadRequestError):
    """Prompt and `max_tokens` together exceed the model's context window."""

    def __init__(self, message: str, *, tokens: int | None = None, limit: int | None = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.tokens = tokens
        """Tokens that were needed, where the endpoint says."""
        self.limit = limit
        """Tokens that the model takes, where the endpoint says."""


class ContentRefusedError(BadRequestError):
    """The endpoint's content filter refused the prompt."""


class ModelNotFoundError(RunnerError):
    """The endpoint has no such model."""


class ModelGoneError(ModelNotFoundError):
    """The model existed and has been retired."""


class RateLimitedError(RunnerError):
    """Too many requests in too short a time; waiting helps."""


class QuotaExhaustedError(RunnerError):
    """The allowance is used up; retrying does not help before it is renewed."""


class OverloadedError(RunnerError):
    """The endpoint has no capacity at the moment; waiting helps."""


class ServerError(RunnerError):
    """The endpoint failed on its side."""


class ConnectionFailedError(RunnerError):
    """No connection to the endpoint, or it broke before a reply came."""


class TimedOutError(RunnerError):
    """The endpoint did not answer in time."""


class InvalidReplyError(RunnerError):
    """The answer is not what any model server sends, an HTML page for example."""


class TruncatedStreamError(RunnerError):
    """The stream ended before the answer did; `text` has what came."""


class OutputError(AgentKitError):
    """The model did not produce the typed output that was asked for."""


class ScriptError(AgentKitError):
    """A `Scripted` runner met a request that its script does not expect, or was not used up."""


class ReplayError(AgentKitError):
    """A replayed recording met a request that was never recorded, or was not used up."""


class ToolError(Exception):
    """Raise it in a tool to tell the model something; the text reaches the model verbatim.

    Any other exception of a tool reaches the model as its class name and a correlation id only.
    """
