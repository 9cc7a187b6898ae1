"""Tool calls of random models in one batch: whatever the heat, each one parses and satisfies its schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from agentkit.generation import Delta, Repaired, Request, Sampling
from agentkit.messages import Message, ToolCall
from agentkit.runners.local.constrained.call_formats import FORMATS, HERMES, CallFormat
from agentkit.runners.local.constrained.tool_calling import call_tools, special_marks, write_json
from agentkit.runners.local.constrained.values import Bounds
from agentkit.runners.local.decoder import Decoder
from agentkit.runners.local.engine import Load
from agentkit.runners.local.transformers.engine import Transformers

from ..travel import TRIP, WEATHER
from .conftest import side_by_side
from .tiny_models import make_model

SMALL = Bounds(text=12, items=2, depth=2, free=1, calls=2)
SCHEMAS = {tool.name: tool.parameters for tool in (WEATHER, TRIP)}


@pytest.fixture(scope="module", params=["marks are text", "marks are tokens"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Transformers]:
    marks = HERMES.marks if request.param == "marks are tokens" else ()
    folder: Path = make_model(tmp_path_factory.mktemp("calls") / "model", "qwen2", *marks)
    made = Transformers(Load(folder, 8192, device="cpu"))
    assert bool(special_marks(made, HERMES)) == bool(marks)
    yield made
    made.close()


def reply(engine: Transformers, format: CallFormat, choice: str, heat: float, seed: int) -> list[Delta]:
    request = Request([Message("user", "Go.")], (WEATHER, TRIP), choice, Sampling(1200, temperature=heat, seed=seed))
    deltas: list[Delta] = []
    sampling: Any = {"temperature": heat, "seed": seed}
    prompt = engine.tokens(f"the cat sat {seed}")
    call_tools(Decoder(engine, lambda: False), prompt, request, format, deltas.append, sampling=sampling, bounds=SMALL)
    return deltas


@pytest.mark.parametrize("format", FORMATS, ids=lambda format: format.name)
def test_every_call_satisfies_its_schema(engine: Transformers, format: CallFormat) -> None:
    choices = ("required", "get_weather", "plan-trip", "auto")
    work = [
        partial(reply, engine, format, choice, heat, seed)
        for seed, (choice, heat) in enumerate(((choice, heat) for choice in choices for heat in (0.0, 1.0, 5.0)), 1)
    ]
    replies = side_by_side(work)
    assert not [each for each in replies if isinstance(each, Exception)]
    for deltas, choice in zip(replies, (choice for choice in choices for _ in range(3)), strict=True):
        calls = [delta for delta in deltas if isinstance(delta, ToolCall)]
        cut = any(isinstance(delta, Repaired) for delta in deltas)
        assert calls or cut or choice == "auto"
        assert choice in ("auto", "required") or all(call.name == choice for call in calls)
        for call in calls:
            jsonschema.validate(json.loads(call.arguments), SCHEMAS[call.name])
    assert sum(isinstance(delta, ToolCall) for deltas in replies for delta in deltas) >= 6


def test_a_typed_answer_satisfies_its_schema(engine: Transformers) -> None:
    def written(schema: dict[str, Any], heat: float) -> str:
        pieces: list[str] = []
        request = Request([Message("user", "Go.")], sampling=Sampling(1200))
        write_json(
            Decoder(engine, lambda: False),
            engine.tokens("the cat"),
            request,
            schema,
            lambda delta: pieces.append(getattr(delta, "text", "")),
            sampling={"temperature": heat, "seed": 3},
            bounds=SMALL,
        )
        return "".join(pieces)

    work = [(schema, heat) for schema in SCHEMAS.values() for heat in (0.0, 1.0, 5.0)]
    for (schema, _), text in zip(work, side_by_side([partial(written, *each) for each in work]), strict=True):
        jsonschema.validate(json.loads(text), schema)
