"""How texts come, and what shapes them: streaming, the system message, stop texts, a schema, a seed."""

from __future__ import annotations

import json
import re

from ...messages import Message
from .finding import Finding, failed, quoted
from .subject import Answer, Subject

BUFFERED = 0.9
"""Part of the time after which a stream that only now begins was held back by something."""

SCHEMA = {
    "type": "object",
    "properties": {
        "colour": {"type": "string", "enum": ["red", "green"], "description": "A colour."},
        "count": {"type": "integer", "description": "A number."},
    },
    "required": ["colour", "count"],
    "additionalProperties": False,
}


async def streams(subject: Subject) -> Finding:
    """Whether a text comes as it is made."""
    answer = await subject.ask("Count from one to twenty, in words.", max_tokens=subject.room // 2)
    if answer.error is not None:
        return failed("streams", answer.error)
    if answer.pieces < 3:
        return Finding("streams", "no" if len(answer.text) > 40 else "unknown", "the text came at once")
    told = f"{answer.pieces} pieces, the first after {answer.first:.2f} s of {answer.seconds:.2f} s"
    if answer.seconds > 1 and answer.first > BUFFERED * answer.seconds:
        return Finding("streams", "no", told, "Something in between holds the stream back: a proxy that buffers?")
    return Finding("streams", "yes", told)


async def system(subject: Subject) -> Finding:
    """Whether a system message is taken, and followed."""
    answer = await subject.ask(
        [
            Message("system", "Whatever the user says, answer with the single word MANGO."),
            Message("user", "Hello, how are you?"),
        ],
        max_tokens=subject.room // 2,
    )
    if answer.error is not None:
        return failed("system", answer.error)
    if "mango" in answer.text.lower():
        return Finding("system", "yes", f"says {quoted(answer.text)}, as it was told")
    return Finding("system", "unknown", f"taken, but not followed: says {quoted(answer.text)}")


async def stop(subject: Subject) -> Finding:
    """Whether a text ends where `stop` says."""
    answer = await subject.ask(
        "Write the numbers from 1 to 9, separated by commas, and nothing else.",
        max_tokens=subject.room // 2,
        stop=("6",),
    )
    if answer.error is not None:
        return failed("stop", answer.error)
    if "6" in answer.text:
        return Finding("stop", "no", f"says {quoted(answer.text)}, though 6 should end it")
    if re.search(r"5[\s,]*$", answer.text):
        return Finding("stop", "yes", f"says {quoted(answer.text)}, where 6 would follow")
    return Finding("stop", "unknown", f"says {quoted(answer.text)}, which never comes to the 6 that would end it")


async def schema(subject: Subject) -> Finding:
    """Whether an answer has the form of a JSON Schema."""
    answer = await subject.ask("Say hello.", schema=SCHEMA)
    if answer.error is not None:
        return failed("schema", answer.error)
    try:
        value = json.loads(answer.text)
        fits = value["colour"] in ("red", "green") and type(value["count"]) is int and len(value) == 2
    except (ValueError, TypeError, KeyError):
        fits = False
    verdict = "yes" if fits else "no"
    hint = None if fits else "Agent(output=...) asks for the form in words and checks it, whatever the server does."
    return Finding("schema", verdict, f"says {quoted(answer.text)}", hint)  # type: ignore[arg-type]


async def seed(subject: Subject) -> Finding:
    """Whether the same seed gives the same text, and another one another."""

    async def drawn(number: int) -> Answer:
        prompt = "Write one surprising sentence about an animal."
        return await subject.ask(prompt, temperature=1.0, seed=number, max_tokens=subject.room // 4)

    first, second = await drawn(7), await drawn(7)
    error = first.error or second.error
    if error is not None:
        return failed("seed", error)
    if first.text != second.text:
        return Finding("seed", "no", "the same seed gives another text", "Its texts cannot be made again.")
    other = await drawn(8)
    if other.error is not None or _letters(other.text) == _letters(first.text):
        return Finding("seed", "unknown", "it gives the same text with every seed")
    return Finding("seed", "yes", "the same seed gives the same text, another one another")


def _letters(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip()
