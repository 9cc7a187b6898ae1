"""Requests fitted to what is known of a server, so that what it lacks does not show.

| what the profile says | what is done |
|---|---|
| calls do not survive its streams | no streaming where tools are offered |
| `required` is not heeded, a named tool is | one tool that must be called is named |
| `required` is not heeded | the last message says that a tool must be called (quirk Q16) |
| what is too long is cut without a word | a prompt with more words than fit tokens is refused here (quirk Q37) |

A word is at least one token, so nothing is refused that would fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import ContextOverflowError
from ..generation import Request
from ..messages import Message
from .profiles import Profile, path_of, read_profile

INSIST = "Call a tool now; an answer alone does not do."


class Fitting:
    """What a runner does about its profile.

    Args:
        runner: The runner's name.
        address: Where it asks, without secrets.
        profile: True: the one that `agentkit doctor` wrote, read before the first request; False: none.
    """

    def __init__(self, runner: str, address: str, profile: Profile | bool = True) -> None:
        self._key = runner, address
        self._profile = None if isinstance(profile, bool) else profile
        self._unread = profile is True

    @property
    def profile(self) -> Profile | None:
        """What is known of the server."""
        if self._unread:
            self._profile, self._unread = read_profile(*self._key), False
        return self._profile

    def fit(self, request: Request, stream: bool) -> tuple[Request, bool]:
        """The request that is sent in place of one, and whether it is streamed."""
        profile = self.profile
        if profile is None or not request.tools:
            return request, stream
        stream = stream and not profile.lacks("streamed_calls")
        if request.tool_choice != "required" or not profile.lacks("required"):
            return request, stream
        if len(request.tools) == 1 and profile.has("named"):
            return replace(request, tool_choice=request.tools[0].name), stream
        return replace(request, messages=_insisting(request.messages)), stream

    def check(self, request: Request) -> None:
        """See that a server which cuts silently is not sent what cannot fit.

        Raises:
            ContextOverflowError: It has more words than the server takes tokens.
        """
        profile = self.profile
        if profile is None or profile.context is None or not profile.lacks("context"):
            return
        limit = profile.context
        if sum(len(message.content) for message in request.messages) < 2 * limit:
            return  # a word takes two characters, with the space that ends it
        words = sum(len(message.content.split()) for message in request.messages)
        if words > limit:
            raise ContextOverflowError(
                f"The prompt has at least {words:,} tokens, and of more than {limit:,} this server cuts off the "
                f"beginning without a word, as agentkit doctor found out on {profile.made[:10]}.",
                tokens=words,
                limit=limit,
                hint=f"Shorten the conversation; or, where the server has changed, run agentkit doctor again, or "
                f"remove {str(path_of(*self._key))!r}.",
            )


def _insisting(messages: Sequence[Message]) -> list[Message]:
    """The conversation with the words that insist: a message of its own where a user's is not the last."""
    if messages and messages[-1].role == "user":
        return [*messages[:-1], replace(messages[-1], content=f"{messages[-1].content}\n\n{INSIST}")]
    return [*messages, Message("user", INSIST)]
