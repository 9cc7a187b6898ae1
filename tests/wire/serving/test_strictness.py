"""The strict reading is that of JSON Schema, by comparison with a library that knows nothing else."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentkit.wire.serving.schemas import inputs
from agentkit.wire.serving.strictness import strictly_matching
from agentkit.wire.serving.validation import Mismatch

from .documented import DATA, EDITIONS, published

LIBRARY = {
    (edition, branch["required"][0]): jsonschema.Draft202012Validator({"type": "object", **branch})
    for edition in EDITIONS
    for branch in published(edition, "input")["oneOf"]
    if "required" in branch
}
JUNK = st.sampled_from([None, True, 0, 1, 2.0, 0.5, -1, 60, "", "x", [], [1], [{}], {}, {"type": "object"}])
ONE = st.fixed_dictionaries({}, optional={"type": JUNK | st.just("string"), "description": JUNK | st.just("d")})
PARAMETERS = JUNK | st.fixed_dictionaries(
    {},
    optional={
        "type": st.just("object") | JUNK,
        "properties": st.dictionaries(st.sampled_from(["a", "b/c"]), ONE | JUNK, max_size=2),
        "required": st.just(["a"]) | JUNK,
    },
)
FUNCTION = st.fixed_dictionaries(
    {}, optional={"name": st.just("f") | JUNK, "description": st.just("d") | JUNK, "parameters": PARAMETERS}
)
TOOL = FUNCTION | st.fixed_dictionaries({"type": st.just("function") | JUNK, "function": FUNCTION}) | JUNK
MESSAGE = st.fixed_dictionaries({}, optional={"role": st.just("user") | JUNK, "content": st.just("Hi") | JUNK}) | JUNK
BODY = st.fixed_dictionaries(
    {},
    optional={
        "prompt": st.just("x") | JUNK,
        "messages": st.lists(MESSAGE, max_size=2) | JUNK,
        "tools": st.lists(TOOL, max_size=2) | JUNK,
        "image": JUNK,
        "functions": st.lists(st.just({"name": "f", "code": "c"}) | JUNK, max_size=2),
        "response_format": JUNK | st.fixed_dictionaries({"type": st.just("json_schema") | JUNK}),
        **dict.fromkeys(("raw", "stream", "max_tokens", "temperature", "top_p", "top_k", "seed", "lora"), JUNK),
        "frequency_penalty": JUNK,
    },
)


def verdicts(edition: Any, body: Any) -> tuple[str | None, str | None]:
    """The branch that a body fits, by the library and by us."""
    fitting = [name for (of, name), check in LIBRARY.items() if of == edition and check.is_valid(body)]
    try:
        ours = strictly_matching(inputs(edition), body)
    except Mismatch:
        ours = None
    return fitting[0] if len(fitting) == 1 else None, ours


@given(st.sampled_from(EDITIONS), BODY)
def test_every_verdict_is_that_of_json_schema(edition: Any, body: Any) -> None:
    theirs, ours = verdicts(edition, body)
    assert ours == theirs


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_verdict_on_recorded_bodies_is_that_of_json_schema(edition: Any) -> None:
    for line in (DATA / "validator_cases.jsonl").read_text().splitlines():
        _, body, _ = json.loads(line)
        if not isinstance(body, dict) or "requests" not in body:
            theirs, ours = verdicts(edition, body)
            assert ours == theirs, body


def test_a_tool_in_both_shapes_is_refused() -> None:
    """Quirk Q13."""
    function = {"name": "f", "description": "d", "parameters": {"type": "object", "properties": {}}}
    body = {"messages": [], "tools": [{**function, "type": "function", "function": function}]}
    with pytest.raises(Mismatch, match=r"oneOf at '/tools/0' not met, 2 matches$"):
        strictly_matching(inputs("2024-tools"), body)


def test_a_parameter_needs_a_description() -> None:
    """Quirk Q14."""
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}}
    body = {"messages": [], "tools": [{"name": "f", "description": "d", "parameters": parameters}]}
    with pytest.raises(Mismatch) as raised:
        strictly_matching(inputs("2024-tools"), body)
    assert str(raised.value) == (
        "oneOf at '/' not met, 0 matches: oneOf at '/tools/0' not met, 0 matches: required properties at "
        "'/tools/0/parameters/properties/city' are 'type,description', required properties at '/tools/0' are "
        "'type,function'"
    )


def test_a_batch_is_a_variant_of_its_own() -> None:
    assert strictly_matching(inputs("2025"), {"requests": [{"prompt": "x"}]}) == "requests"
    with pytest.raises(Mismatch, match="'/requests/0/seed' must be >= 1"):
        strictly_matching(inputs("2025"), {"requests": [{"prompt": "x", "seed": 0}]})


def test_nothing_at_all_is_refused() -> None:
    """The published schema of 2025 takes it (quirk Q56)."""
    with pytest.raises(Mismatch, match=r"0 matches: required properties at '/' are 'prompt', .* 'messages'$"):
        strictly_matching(inputs("2025"), {})
