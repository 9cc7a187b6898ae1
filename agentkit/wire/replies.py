"""Replies, in whatever shape they come, as the canonical deltas of `agentkit.generation`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidReplyError, TruncatedStreamError
from ..generation import Delta, Finish, FinishReason, ReasoningDelta, TextDelta
from ..messages import Usage
from .calls import CallCollector
from .errors import failure
from .usage import UsageMeter

REASONING = ("reasoning_content", "reasoning", "thinking")
"""Where models put what they think; the first that is there."""

FINISH: dict[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "error": "error",
}
"""Finish reasons that say more than whether there are calls; that is seen by the calls (quirk Q27)."""


class ReplyReader:
    """Reads one reply, frame by frame, by the keys that are there (quirk Q21).

    Args:
        max_tokens: What was asked for; a reply that used as many was cut, also where no finish reason says so (Q5).
    """

    def __init__(self, *, max_tokens: int = 0) -> None:
        self.complete = False
        """Whether the reply has said that it is over."""
        self.text: list[str] = []
        """The answer so far."""
        self._max_tokens = max_tokens
        self._calls = CallCollector()
        self._usage = UsageMeter()
        self._reason: FinishReason | None = None
        self._model = ""
        self._recognised = False
        self._half = ""
        self._raw = ""

    def feed(self, data: str, *, whole: bool = False) -> list[Delta]:
        """Take the data of one frame, or a whole reply.

        Raises:
            InvalidReplyError: It is no JSON.
            RunnerError: It reports an error; the class says which.
        """
        if data == "[DONE]":
            self.complete = True
            return []
        self._raw = data
        deltas: list[Delta] = []
        for frame in _frames(data):
            self._frame(frame, deltas, whole)
        return deltas

    def finish(self, *, model: str = "", engine: str = "", request_id: str | None = None) -> list[Delta]:
        """The calls and the end.

        Raises:
            TruncatedStreamError: The reply was broken off.
            InvalidReplyError: There was nothing in it.
        """
        if not self._recognised and not self.complete:
            raise InvalidReplyError("The reply has nothing that a model server sends.", body=self._raw[:2000])
        if not self.complete:
            raise TruncatedStreamError("The stream ended before the answer did.", text="".join(self.text))
        deltas: list[Delta] = []
        if self._half:
            self._say("�", deltas)
        calls, repairs = self._calls.finish()
        usage = self._usage.result() + Usage(requests=1)
        reason = self._reason
        if reason is None and 0 < self._max_tokens <= usage.completion_tokens:
            reason = "length"
        reason = reason or ("tool_calls" if calls else "stop")
        return [*deltas, *repairs, *calls, Finish(reason, usage, self._model or model, engine, request_id)]

    def _frame(self, frame: Any, deltas: list[Delta], whole: bool) -> None:
        if not isinstance(frame, Mapping):
            return
        if "error" in frame or "errors" in frame or frame.get("success") is False:
            error = failure(frame)
            if error is not None:
                error.text = "".join(self.text)
                raise error
        inner = frame.get("result")
        if inner is not None and ("success" in frame or "errors" in frame):
            self._frame(inner if isinstance(inner, Mapping) else {"response": inner}, deltas, whole)
            return
        for item in frame.get("streamed_data") or ():
            self._frame(item, deltas, whole)
        if "model" in frame:
            self._model = self._model or str(frame["model"] or "")
        if "usage" in frame:
            self._usage.add(frame["usage"])
            self._recognised = True
        choices = frame.get("choices")
        if choices:
            self._choice(choices[0], deltas, whole)
        self._native(frame, deltas, whole, said=bool(choices) and bool(deltas))

    def _choice(self, choice: Any, deltas: list[Delta], whole: bool) -> None:
        if not isinstance(choice, Mapping) or choice.get("index"):
            return
        self._recognised = True
        message = choice.get("delta")
        if message is None:
            message = choice.get("message")
            whole = True
        if isinstance(message, Mapping):
            self._message(message, deltas, whole)
        elif "text" in choice:
            self._say(choice["text"], deltas)
        if choice.get("finish_reason"):
            self._end(choice["finish_reason"])

    def _message(self, message: Mapping[str, Any], deltas: list[Delta], whole: bool) -> None:
        for name in REASONING:
            thought = message.get(name)
            if thought:
                deltas.append(ReasoningDelta(_plain(thought)))
                break
        content = message.get("content")
        if content is None:
            content = message.get("refusal")
        if content is not None and content != "":
            self._say(content, deltas)
        calls = message.get("tool_calls")
        if calls:
            self._calls.add(calls, whole=whole)

    def _native(self, frame: Mapping[str, Any], deltas: list[Delta], whole: bool, *, said: bool) -> None:
        if "response" in frame:
            self._recognised = True
            if not said and frame["response"] is not None:
                self._say(frame["response"], deltas)
        calls = frame.get("tool_calls")
        if "tool_calls" in frame:
            self._recognised = True
            if calls:
                self._calls.add(calls, whole=whole)
        if frame.get("finish_reason"):
            self._end(frame["finish_reason"])
        if whole and self._recognised:
            self.complete = True

    def _say(self, value: Any, deltas: list[Delta]) -> None:
        text = value if isinstance(value, str) else _plain(value)
        if text:
            self.text.append(text)
            deltas.append(TextDelta(text))

    def _end(self, reason: Any) -> None:
        self.complete = True
        self._reason = FINISH.get(reason) or self._reason


def _plain(value: Any) -> str:
    """Text of a value that should have been text (quirks Q20, Q46)."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(_plain(part.get("text", "")) if isinstance(part, Mapping) else _plain(part) for part in value)
    return json.dumps(value, ensure_ascii=False)


def _frames(data: str) -> list[Any]:
    try:
        return [json.loads(data)]
    except ValueError:
        raise InvalidReplyError("The reply is not JSON.", body=data[:2000]) from None
