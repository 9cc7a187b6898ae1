"""Which error of ours an endpoint's error is: a table, read from the top, the first row that fits.

Codes and texts are those of contract/workers_ai.md section 10.2, of OpenAI's API and of what imitates it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import (
    AuthenticationError,
    BadRequestError,
    ContentRefusedError,
    ContextOverflowError,
    InvalidReplyError,
    ModelGoneError,
    ModelNotFoundError,
    OverloadedError,
    QuotaExhaustedError,
    RateLimitedError,
    RunnerError,
    ServerError,
    TimedOutError,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A rule; everything it names must hold, of `codes` and `statuses` any one."""

    error: type[RunnerError]
    codes: tuple[int | str, ...] = ()
    """The provider's codes, or the `type` of an OpenAI-shaped error."""
    statuses: tuple[int, ...] = ()
    text: str = ""
    """A regular expression, without regard to case."""
    hint: str | None = None

    def fits(self, code: int | str | None, kind: str, status: int | None, text: str) -> bool:
        """Whether this row is the one."""
        return (
            (not self.codes or code in self.codes or kind in self.codes)
            and (not self.statuses or status in self.statuses)
            and (not self.text or re.search(self.text, text, re.IGNORECASE) is not None)
        )


TOMORROW = "It is renewed at 00:00 UTC; a paid plan has no such limit."
SHORTER = "Shorten the conversation, or lower max_tokens."
ACCOUNT = "Is the account id right?"
TOKEN = "Is the token whole, without quotes or line breaks, and allowed to use this?"
BASE_URL = "Is base_url right? Most servers want it to end in /v1."

ROWS = (
    # the allowance, before everything else that is a 429
    Row(QuotaExhaustedError, text="daily free allocation", hint=TOMORROW),
    Row(QuotaExhaustedError, codes=(3036, 4006), hint=TOMORROW),
    Row(QuotaExhaustedError, codes=(2021, 2045, "insufficient_quota", "billing_hard_limit_reached")),
    Row(QuotaExhaustedError, text="insufficient (balance|quota|credits|funds)|exceeded your current quota"),
    # token and account
    Row(AuthenticationError, codes=(6003, 6111, 9106), hint=TOKEN),
    Row(AuthenticationError, codes=(10000, 9109, 2009, "invalid_api_key", "authentication_error"), hint=TOKEN),
    Row(AuthenticationError, codes=(5016,), hint="The model's licence has to be agreed to once; see its page."),
    Row(AuthenticationError, codes=(3023, 3041, 5018, 5035)),
    Row(AuthenticationError, codes=(7000, 7003), text="route|object identifier", hint=ACCOUNT),
    Row(AuthenticationError, codes=(2001,)),
    # the model
    Row(ModelGoneError, codes=(5028, "model_decommissioned", "model_deprecated")),
    Row(ModelGoneError, text=r"\bmodel\b.*\b(deprecated|decommissioned|retired)\b"),
    Row(ModelGoneError, statuses=(410,)),
    Row(ModelNotFoundError, codes=(5007, 3042, 2008, "model_not_found", "model_not_found_error")),
    Row(ModelNotFoundError, text=r"\bmodel\b.*\b(not found|does not exist|not exist)|no models? loaded"),
    Row(ModelNotFoundError, codes=(7003,), hint="AI Gateway does not know the model."),
    # the prompt
    Row(ContextOverflowError, codes=(5021, 3010, "context_length_exceeded", "exceed_context_size_error"), hint=SHORTER),
    Row(ContextOverflowError, text=r"context (length|window|size)|(input|prompt) is too long", hint=SHORTER),
    Row(ContextOverflowError, text=r"(max_tokens|max_completion_tokens).{0,40}too large", hint="Lower max_tokens."),
    Row(ContentRefusedError, codes=("content_filter", "content_policy_violation", "moderation_blocked")),
    Row(ContentRefusedError, statuses=(400, 403), text=r"nsfw|content (filter|policy|management)|flagged"),
    # waiting helps
    Row(OverloadedError, codes=(3040, 3050, 7009, "overloaded_error", "engine_overloaded", "unavailable_error")),
    Row(RateLimitedError, codes=(3021, 2003, "rate_limit_exceeded", "rate_limit_error")),
    Row(OverloadedError, statuses=(429, 503), text="capacity|overloaded|loading model|no slot"),
    Row(TimedOutError, codes=(3007, 3008, 3046)),
    Row(ServerError, codes=(3043, 4007)),
    Row(ServerError, text="JSON Mode couldn.t be met", hint="A simpler schema may help."),
    # the same request will fail again
    Row(BadRequestError, codes=(3006,), hint=SHORTER),
    Row(BadRequestError, codes=(8001,), hint="A tool or an option is not to this model's taste."),
    Row(BadRequestError, codes=(8006,), hint="Raise max_tokens: the forced tool call did not fit."),
    Row(BadRequestError, codes=(1001, 3003, 3011, 3030, 3039, 5004, 5005, 5006, 5012, 5017, 5019, 5023, 7001, 8007)),
    # no code that is known: the HTTP status decides
    Row(InvalidReplyError, statuses=tuple(range(300, 400))),
    Row(AuthenticationError, statuses=(401, 403), hint=TOKEN),
    Row(QuotaExhaustedError, statuses=(402,)),
    Row(BadRequestError, statuses=(404, 405), hint=BASE_URL),
    Row(TimedOutError, statuses=(408,)),
    Row(OverloadedError, statuses=(409, 503, 529)),
    Row(BadRequestError, statuses=(413,), hint=SHORTER),
    Row(RateLimitedError, statuses=(429,)),
    Row(BadRequestError, statuses=tuple(range(400, 500))),
    Row(ServerError),
)

NUMBERS = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        r"maximum output tokens \((?P<tokens>\d+)\).*?limit \((?P<limit>\d+)\)",
        r"context length (?:is|of) (?P<limit>\d+).*?requested (?P<tokens>\d+) output tokens.*?(?P<more>\d+) input",
        r"context length (?:is|of) (?P<limit>\d+).*?(?:requested|resulted in)(?: a total of)? (?P<tokens>\d+)",
        r"context length (?:is|of) (?P<limit>\d+)",
        r"\((?P<tokens>\d+) tokens\).*?context (?:length|window|size) \((?P<limit>\d+)",
        r"(?P<tokens>[\d,]+) tokens? > (?P<limit>[\d,]+)",
        r"context (?:window|length|size)\D{0,30}(?P<limit>\d+)",
    )
)
"""How texts about the context say how many tokens were needed (`tokens`, plus `more`) and how many fit (`limit`)."""


def row_for(code: int | str | None, kind: str, status: int | None, text: str) -> Row:
    """The first row that fits; the last one always does."""
    return next(row for row in ROWS if row.fits(code, kind, status, text))
