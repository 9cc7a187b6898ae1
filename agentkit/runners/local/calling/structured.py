"""An answer that is data of a given form, taken from what the conversation says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....messages import Message, ToolSpec
from ..decoder import Decoder
from ..grammar import to_json
from ..schemas import choices_of, kinds_of, properties_of
from .filling import Filler
from .shots import before_call
from .signature import signature
from .slot import description_of
from .support import evidence_of
from .writing import Writer

LONGEST_SOURCE = 4000
"""Characters of the conversation, its end, in which values are looked for."""
_NAME = "answer"


def structured_answer(decoder: Decoder, messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
    """JSON that satisfies a schema.

    Numbers, names and dates are those of the conversation; texts that it does not have are the model's own words.

    Args:
        decoder: The model.
        messages: The conversation.
        schema: JSON Schema of the answer.
    """
    form = to_json(schema)
    said = [message.content for message in messages if message.role in ("user", "tool") and form not in message.content]
    source = "\n".join(said)[-LONGEST_SOURCE:]
    is_object = kinds_of(schema) == ("object",) and bool(properties_of(schema)) and not choices_of(schema)
    wrapped = schema if is_object else {"type": "object", "properties": {_NAME: schema}, "required": [_NAME]}
    tool = ToolSpec(_NAME, description_of(schema) or "Give the answer.", dict(wrapped))
    filler = Filler(Writer(decoder, before_call(signature(tool), source)), evidence_of(source, tool))
    values = filler.fill(wrapped)
    return to_json(values if is_object else values[_NAME])
