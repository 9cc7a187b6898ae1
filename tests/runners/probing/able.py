"""A chat-completions server that can do everything but what a test takes from it.

Behind it stands a model of a few lines: it follows a system message, counts, remembers, calls tools. Its tokens are
words.
"""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..loopback import Seen, Step, events, reply

WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
ANIMALS = "owl fox bear cat dog crow mouse whale moth eel".split()
VERBS = "sings swims knits writes dreams builds hides counts paints runs".split()


@dataclass
class Able:
    """The server; `Able(...)` is a reply for `loopback.serve`.

    Args:
        lacks: Of `streams`, `streamed_calls`, `system`, `stop`, `seed`, `schema`, `tools` (it writes them as text),
            `auto` (it calls only where it must), `parallel_calls`, `required`, `named`, `results`, `usage`.
        window: Tokens of its context.
        overflow: What it does with more: `refuse` in words of vLLM, `dumb` without numbers, `cut` the beginning,
            `count` all but cut the beginning, `limit`: it refuses too large a `max_tokens`, too.
    """

    lacks: frozenset[str] = frozenset()
    window: int = 100_000
    overflow: str = "refuse"
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, seen: Seen) -> Sequence[Step]:
        if seen.method == "GET":
            return reply({"error": {"message": "not here"}}, 404)
        body = seen.json
        self.bodies.append(body)
        said = [f"{message['role']}: {message['content']}" for message in body["messages"]]
        words = " \n ".join(said).split(" ")
        wanted = body.get("max_tokens", 16) if self.overflow == "limit" else 0
        if self.overflow in ("refuse", "limit", "dumb") and len(words) + wanted > self.window:
            told = f"This model's maximum context length is {self.window} tokens. However, you requested "
            told += f"{len(words) + wanted} tokens."
            code = {} if self.overflow == "dumb" else {"code": "context_length_exceeded"}
            return reply({"error": {"message": "bad input" if self.overflow == "dumb" else told, **code}}, 400)
        counted = len(words) if self.overflow == "count" else min(len(words), self.window)
        return self._answered(body, " ".join(words[-self.window :]), counted)

    def _answered(self, body: dict[str, Any], text: str, counted: int) -> Sequence[Step]:
        calls = self._calls(body, text)
        answer = "" if calls else self._text(body, text)
        if calls and "tools" in self.lacks:
            answer = json.dumps({"name": calls[0]["function"]["name"], "arguments": {"city": "Paris"}})
            calls = []
        usage = {"prompt_tokens": counted, "completion_tokens": len(answer.split()) + 5 * len(calls)}
        extra = {} if "usage" in self.lacks else {"usage": usage}
        reason = "tool_calls" if calls else "stop"
        if body.get("stream") and "streams" not in self.lacks:
            return events(*self._frames(answer, calls, reason), {"choices": [], **extra})
        message = {"role": "assistant", "content": answer, "tool_calls": calls}
        return reply({"model": "able", "choices": [{"message": message, "finish_reason": reason}], **extra})

    def _frames(self, answer: str, calls: list[dict[str, Any]], reason: str) -> Iterator[dict[str, Any]]:
        deltas: list[Mapping[str, Any]] = [{"content": piece} for piece in re.findall(r"\S+\s*", answer)]
        for index, call in enumerate([] if "streamed_calls" in self.lacks else calls):
            function = call["function"]
            deltas.append({"tool_calls": [call | {"index": index, "function": {**function, "arguments": ""}}]})
            pieces = re.findall(r".{1,4}", function["arguments"])
            deltas += [{"tool_calls": [{"index": index, "function": {"arguments": piece}}]} for piece in pieces]
        for delta in deltas:
            yield {"model": "able", "choices": [{"index": 0, "delta": delta}]}
        yield {"model": "able", "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}

    def _calls(self, body: dict[str, Any], text: str) -> list[dict[str, Any]]:
        names = [tool["function"]["name"] for tool in body.get("tools", [])]
        choice = body.get("tool_choice", "auto")
        if isinstance(choice, dict) and "named" not in self.lacks:
            return [_call(0, choice["function"]["name"], "Rome")]
        question = body["messages"][-1]["content"]
        asked = "weather" in question and body["messages"][-1]["role"] == "user"
        due = choice == "required" and "required" not in self.lacks
        if not names or not (due or (asked and "auto" not in self.lacks)):
            return []
        cities = [city for city in ("Paris", "Tokyo") if city in question] or ["Rome"]
        cities = cities[:1] if "parallel_calls" in self.lacks else cities
        return [_call(index, names[0], city) for index, city in enumerate(cities)]

    def _text(self, body: dict[str, Any], text: str) -> str:
        last = body["messages"][-1]
        question = last["content"]
        told = re.search(r"system: .*single word (\w+)", text)
        if told and "system" not in self.lacks:
            return told[1]
        if "response_format" in body and "schema" not in self.lacks:
            return '{"colour": "red", "count": 3}'
        if last["role"] == "tool":
            return "I cannot tell." if "results" in self.lacks else f"It says: {question}."
        if "code word is" in text or "code word" in question:
            found = re.search(r"code word is (\w+ \d+)", text)
            return found[1] if found else "I do not know."
        if "one to twenty" in question:
            return " ".join(WORDS)
        if "numbers from 1 to 9" in question:
            text = "1, 2, 3, 4, 5, 6, 7, 8, 9"
            return text if "stop" in self.lacks else text.partition((body.get("stop") or ["!"])[0])[0]
        if "surprising" in question:
            draw = random.Random(None if "seed" in self.lacks else body.get("seed"))
            return f"The {draw.choice(ANIMALS)} {draw.choice(VERBS)} {draw.choice(ANIMALS)}s, {draw.random()}."
        return "Hello there!"


_ids = itertools.count(1)


def _call(index: int, name: str, city: str) -> dict[str, Any]:
    function = {"name": name, "arguments": json.dumps({"city": city})}
    return {"id": f"call_{next(_ids)}", "type": "function", "function": function}
