"""Workers AI's own requests as a server reads them (contract/workers_ai.md sections 3 to 7, 11b, 13, 14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ...errors import BadRequestError
from ...generation import Request
from ...messages import Message
from ..dialects import ROLES
from ..history.reading import SYNONYMS
from ..json_text import whole_characters
from .asked import Asked
from .card import Card
from .complaints import bad_input, not_let_pass
from .conversation import read_messages
from .json_mode import wanted_json
from .offers import read_choice, read_tools
from .run_writing import RunWriter
from .sampling import MOST_TOKENS, NUMBERS, read_sampling
from .schemas import inputs
from .strictness import strictly_matching
from .validation import Mismatch, matching

__all__ = ["RunWriter", "read_run", "variant_of"]

Variant = Literal["prompt", "messages", "requests", "request_id"]
LEFT_OVER = ("image", "functions")
"""Fields that are checked and mean nothing to a model of text (quirk Q17)."""
SAMPLED = (*NUMBERS, "top_k", "seed", "stop", "max_completion_tokens")
READ = frozenset(
    (
        *("prompt", "messages", "raw", "lora", "tools", "tool_choice", "parallel_tool_calls", "response_format"),
        *("guided_json", "stream", "options", "events", "max_tokens", *SAMPLED),
    )
)
"""Fields that count, whether the model's edition has them or not."""


def variant_of(body: Any) -> Variant | None:
    """Which of the variants of contract/workers_ai.md section 3.1 a body is, by the fields that it has.

    A `prompt` or `messages` beside the others decides; where both are there, it is the validator that does.
    """
    if isinstance(body, dict):
        for variant in ("messages", "prompt", "requests", "request_id"):
            if variant in body:
                return variant
    return None


def read_run(body: Any, card: Card, *, strict: bool = False) -> Asked:
    """What the body of `/ai/run/{model}` asks for.

    Whatever the validator lets pass is answered: fields that the model's edition does not document count where they
    are known from another, and where they are not, or cannot be used, they are ignored with a note.

    Args:
        body: The JSON of the request, with a prompt or messages.
        card: The model.
        strict: Validate by the rules of JSON Schema, and refuse what would be ignored.

    Raises:
        BadRequestError: With code 5006, it is refused by the validator, or a conversation is none; 5023, JSON with
            `stream`; 5005, an adapter for a model that takes none; 8001, `tool_choice` cannot be had.
    """
    schema = inputs(card.edition)
    try:
        variant = (strictly_matching if strict else matching)(schema, body)
    except Mismatch as problem:
        raise bad_input(str(problem)) from None
    if variant == "requests":
        raise bad_input("a batch is submitted with ?queueRequest=true")
    branch = next(branch for branch in schema["oneOf"] if variant in branch.get("required", ()))
    reading = _Reading(body, card, variant, frozenset(branch["properties"]))
    asked = reading.asked()
    if strict and asked.notes:
        raise not_let_pass(asked.notes[0])
    return asked


class _Reading:
    """One body that passed the validator."""

    def __init__(self, body: Mapping[str, Any], card: Card, variant: str, documented: frozenset[str]) -> None:
        self._body = body
        self._card = card
        self._variant = variant
        self._documented = documented
        self._notes: list[str] = []

    def asked(self) -> Asked:
        body, stream = self._body, self._flag("stream")
        schema, ignored = wanted_json(body)
        self._notes += ignored
        if schema is not None and stream and "response_format" in body:
            raise BadRequestError("JSON Schema mode is not supported with stream mode", status=400, code=5023)
        extra = self._extra()
        tools, choice = self._tools(raw="raw" in extra)
        if schema is not None and tools:
            if choice == "none":
                tools, choice = (), "auto"
            else:
                schema = None
                self._notes.append("response_format was ignored beside tools")
        parallel = body.get("parallel_tool_calls")
        if tools and isinstance(parallel, bool):
            extra["parallel_tool_calls"] = parallel
        sampling = read_sampling(self._sampled(), self._card, stream)
        request = Request(self._messages(), tools, choice, sampling, schema, extra=extra, fitting=True)
        options = body.get("options")
        self._note_the_rest()
        return Asked(
            request,
            stream,
            as_object=schema is not None,
            reject_if_busy=isinstance(options, dict) and options.get("rejectIfBusy") is True,
            events=self._flag("events"),
            notes=tuple(self._notes),
        )

    def _flag(self, name: str) -> bool:
        value = self._body.get(name, False)
        if not isinstance(value, bool):
            self._notes.append(f"{name} is no boolean and was ignored")
        return value is True

    def _messages(self) -> tuple[Message, ...]:
        if self._variant == "prompt":
            return (Message("user", whole_characters(self._body["prompt"])),)
        items = self._body["messages"]
        return read_messages([self._known(item) for item in items] if isinstance(items, list) else items, lenient=False)

    def _known(self, item: Any) -> Any:
        """A message of an unknown role as one of the user: the validator takes any (quirk Q12)."""
        role = item.get("role") if isinstance(item, dict) else None
        if not isinstance(role, str) or role.strip().lower() in ROLES | SYNONYMS.keys():
            return item
        self._notes.append(f"the role {role[:60]!r} is unknown and was read as 'user'")
        return {**item, "role": "user"}

    def _tools(self, *, raw: bool) -> tuple[Any, str]:
        items = self._body.get("tools")
        if raw or not isinstance(items, list):
            if items is not None:
                self._notes.append("tools were ignored" + (" beside raw" if raw else ": they are no list"))
            return (), "auto"
        tools, notes = read_tools(items)
        self._notes += notes
        return tools, read_choice(self._body.get("tool_choice"), tools) if tools else "auto"

    def _extra(self) -> dict[str, Any]:
        extra: dict[str, Any] = {}
        if self._flag("raw"):
            if self._variant == "prompt":
                extra["raw"] = True
            else:
                self._notes.append("raw was ignored beside messages")
        lora = self._body.get("lora")
        if isinstance(lora, str):
            if "lora" not in self._card.capabilities:
                raise BadRequestError(f"Model {self._card.name} does not support LoRA", status=405, code=5005)
            extra["lora"] = whole_characters(lora)
        elif lora is not None:
            self._notes.append("lora is no name and was ignored")
        return extra

    def _sampled(self) -> dict[str, Any]:
        """The sampling options that can be used: `max_tokens` has no documented limits, and what the edition does not
        document has not been checked."""
        options = {name: value for name, value in self._body.items() if name in SAMPLED or name == "max_tokens"}
        most = options.get("max_tokens")
        if most is not None and most < 1:
            self._notes.append(f"max_tokens is {most:g}; it is the usual one")
            del options["max_tokens"]
        elif most is not None:
            options["max_tokens"] = min(most, MOST_TOKENS)
        for name in options.keys() - self._documented:
            try:
                read_sampling({name: options[name]}, self._card, False)
            except BadRequestError:
                self._notes.append(f"{name} has no value that can be used and was ignored")
                del options[name]
        return options

    def _note_the_rest(self) -> None:
        other = "messages" if self._variant == "prompt" else "prompt"
        ignored = [name for name in (*LEFT_OVER, other) if name in self._body]
        ignored += [name for name in self._body if name not in READ and name not in LEFT_OVER]
        if ignored:
            self._notes.append(f"ignored: {', '.join(name[:60] for name in ignored[:20])}")
