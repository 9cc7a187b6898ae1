"""Replies, in whatever shape they come, as the canonical deltas of `agentkit.generation`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import InvalidReplyError, RunnerError, TruncatedStreamError
from ..generation import Delta, Finish, FinishReason, ReasoningDelta, Request, TextDelta
from ..messages import Usage
from .calls import CallCollector
from .errors import reported
from .json_text import as_written, excerpt, frames, joined, plain, whole_characters
from .usage import UsageMeter

if TYPE_CHECKING:
    from .text_calls.salvage import Salvage

REASONING = ("reasoning_content", "reasoning", "thinking")
"""Where models put what they think; the first that is there."""

FINISH: dict[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "error": "error",
    "abort": "error",
}
"""Finish reasons that say more than whether there are calls, which is seen by the calls (quirk Q27)."""


def callable_names(request: Request) -> tuple[str, ...]:
    """Names of the tools that the reply to a request may call."""
    return tuple(tool.name for tool in request.tools) if request.tool_choice != "none" and not request.strict else ()


class ReplyReader:
    """Reads one reply, frame by frame, by the keys that are there and never by the model's name (quirk Q21).

    Args:
        model: What was asked, where the reply does not say what answered.
        max_tokens: What was asked for. A reply that used as many was cut, also where nothing says so (quirk Q5).
        tools: Names of the tools that may be called. A reply that has calls of them as text has calls (quirk Q28).
    """

    def __init__(self, *, model: str = "", max_tokens: int = 0, tools: Collection[str] = ()) -> None:
        self.complete = False
        """Whether the reply has said that it is over, and nothing came after that."""
        self.done = False
        """Whether the stream has sent its last event."""
        self._model = model
        self._max_tokens = max_tokens
        self._text: list[str] = []
        self._half = ""
        self._calls = CallCollector()
        self._salvage = _salvage(tools) if tools else None
        self._usage = UsageMeter()
        self._reason: FinishReason | None = None
        self._known = False
        self._goes_on = False
        self._data = ""

    @property
    def text(self) -> str:
        """The answer so far."""
        return "".join(self._text)

    def feed(self, data: str, *, whole: bool = False) -> list[Delta]:
        """Take the data of one frame of a stream, or all of a reply.

        Raises:
            InvalidReplyError: It is not JSON.
            RunnerError: It reports an error; the class says which, and `text` has the answer so far.
        """
        if data == "[DONE]":
            self.complete = self.done = True
            return []
        self._data = data
        deltas: list[Delta] = []
        try:
            for frame in frames(data):
                self._frame(frame, deltas, whole)
        except RunnerError as error:
            raise self.broken(error) from None
        self.complete = self.complete or (whole and self._known and not self._goes_on)
        return deltas

    def feed_last(self, data: str) -> list[Delta]:
        """Take the data that a stream ends with, without the empty line that says that they are whole.

        Raises:
            TruncatedStreamError: They are not.
            RunnerError: As `feed`.
        """
        try:
            return self.feed(data)
        except InvalidReplyError:
            if self.complete:
                return []
            raise self.broken(TruncatedStreamError("The stream ended in the middle of an event.")) from None

    def fail(self, data: str) -> RunnerError:
        """The error of an `event: error`, whatever its data are."""
        try:
            error = reported(frames(data)[0]) or reported({"error": frames(data)[0]})
        except (InvalidReplyError, IndexError):
            error = reported({"error": data})
        return self.broken(error or InvalidReplyError("The stream reports an error without saying which."))

    def broken(self, error: RunnerError) -> RunnerError:
        """The error with the answer so far."""
        error.text = self.text
        return error

    def finish(
        self, *, request_id: str | None = None, neurons: float = 0.0, raw: tuple[bytes, ...] = ()
    ) -> list[Delta]:
        """The calls and the end.

        Args:
            request_id: The provider's id, from the headers.
            neurons: Cost from the headers, for a reply that does not state it.
            raw: The reply as it came, to keep it, and to show it where nothing in it was understood.

        Raises:
            TruncatedStreamError: The reply was broken off.
            InvalidReplyError: Nothing in it is what a model server sends.
        """
        if not (self._known or self.complete):
            came = self._data or b"".join(raw).decode("utf-8", "replace")
            raise InvalidReplyError(
                f"The reply has neither an answer nor an error: {excerpt(came)!r}", body=came[:2000]
            )
        if not self.complete:
            raise self.broken(TruncatedStreamError("The stream ended before the answer did."))
        deltas: list[Delta] = []
        if self._half:
            self._answer("\ufffd", deltas)
        calls, repairs = self._calls.finish()
        usage = self._usage.result() + Usage(requests=1)
        if neurons and not usage.neurons:
            usage += Usage(neurons=neurons)
        reason = self._reason
        if reason is None and 0 < self._max_tokens <= usage.completion_tokens:
            reason = "length"
        if self._salvage is not None:
            texts, found, notes = self._salvage.finish(take=reason is None and not calls)
            deltas += texts
            calls, repairs = calls + found, repairs + notes
        end = Finish(reason or ("tool_calls" if calls else "stop"), usage, self._model, request_id=request_id, raw=raw)
        return [*deltas, *repairs, *calls, end]

    def _frame(self, frame: Any, deltas: list[Delta], whole: bool) -> None:
        if not isinstance(frame, dict):
            return
        error = reported(frame)
        if error is not None:
            raise error
        result = frame.get("result")
        if result is not None and ("success" in frame or "errors" in frame):
            self._frame(result if isinstance(result, dict) else {"response": result}, deltas, whole)
            return
        if isinstance(frame.get("streamed_data"), list):
            for item in frame["streamed_data"]:
                self._frame(item, deltas, whole)
        if frame.get("model"):
            self._model = str(frame["model"])
        if frame.get("usage"):
            self._known = True
            self._usage.add(frame["usage"])
        said = called = False
        choices = frame.get("choices")
        if choices and isinstance(choices, list):
            said, called = self._choice(choices[0], deltas)
        elif isinstance(frame.get("message"), dict):
            self._known = True
            said, called = self._message(frame["message"], deltas, whole=True)
        self._native(frame, deltas, whole, said=said, called=called)
        if "done" in frame:
            self._goes_on = not frame["done"]
            if frame["done"]:
                self._usage.add(frame)
                self._end(frame.get("done_reason"))

    def _choice(self, choice: Any, deltas: list[Delta]) -> tuple[bool, bool]:
        """`choices[0]`, of chat (`delta`, `message`) or of a completion (`text`); whether it has text, and calls."""
        if not isinstance(choice, dict) or choice.get("index"):
            return False, False
        self._known = True
        message, whole = choice.get("delta"), False
        if message is None:
            message, whole = choice.get("message"), True
        if isinstance(message, dict):
            found = self._message(message, deltas, whole)
        else:
            found = self._say(choice.get("text"), deltas), False
        if choice.get("finish_reason"):
            error = reported(choice)
            if error is not None:
                raise error
            self._end(choice["finish_reason"])
        return found

    def _message(self, message: Mapping[str, Any], deltas: list[Delta], whole: bool) -> tuple[bool, bool]:
        for name in REASONING:
            if message.get(name):
                self._think(whole_characters(plain(message[name])), deltas)
                break
        content = message.get("content")
        said = self._say(message.get("refusal") if content is None else content, deltas)
        calls = message.get("tool_calls")
        if calls:
            self._calls.add(calls, whole=whole)
        return said, bool(calls)

    def _native(self, frame: Mapping[str, Any], deltas: list[Delta], whole: bool, *, said: bool, called: bool) -> None:
        """`response` and `tool_calls` at the top, unless `choices` of the same frame has them, too (quirk Q45)."""
        if "response" in frame:
            self._known = True
            if not said:
                self._say(frame["response"], deltas)
        if "tool_calls" in frame:
            self._known = True
            if not called:
                self._calls.add(frame["tool_calls"], whole=whole)
        if frame.get("finish_reason"):
            self._end(frame["finish_reason"])

    def _say(self, content: Any, deltas: list[Delta]) -> bool:
        if content is None:
            return bool(self._half)
        text = content if isinstance(content, str) else as_written(content, self._data)
        if self._half or not text.isascii():
            text, self._half = joined(self._half + text)
        if not text:
            return bool(self._half)
        self.complete = self.done  # a finish reason before this was none
        self._answer(text, deltas)
        return True

    def _answer(self, text: str, deltas: list[Delta]) -> None:
        self._text.append(text)
        if self._salvage is not None:
            text = self._salvage.answer.feed(text)
        if text:
            deltas.append(TextDelta(text))

    def _think(self, text: str, deltas: list[Delta]) -> None:
        if self._salvage is not None:
            text = self._salvage.thoughts.feed(text)
        if text:
            deltas.append(ReasoningDelta(text))

    def _end(self, reason: Any) -> None:
        self.complete = True
        self._reason = FINISH.get(str(reason)) or self._reason


def _salvage(tools: Collection[str]) -> Salvage:
    from .text_calls.salvage import Salvage

    return Salvage(tools)
