"""Token counts, however they are reported."""

from __future__ import annotations

from typing import Any

import pytest

from agentkit.messages import Usage
from agentkit.wire.usage import UsageMeter

PART = {"prompt_tokens": 0, "completion_tokens": 1, "total_tokens": 1, "neurons": 0.5}


def total(prompt: int, completion: int, **more: Any) -> dict[str, Any]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion, **more}


CASES: dict[str, tuple[list[Any], Usage]] = {
    "none": ([], Usage()),
    "once": ([total(10, 5)], Usage(10, 5)),
    "cached tokens": ([total(10, 5, prompt_tokens_details={"cached_tokens": 4})], Usage(10, 5, 4)),
    "neurons": ([total(10, 5, neurons=1.25)], Usage(10, 5, neurons=1.25)),
    "null details": ([total(10, 5, prompt_tokens_details=None)], Usage(10, 5)),
    "growing totals": ([total(10, 1), total(10, 2), total(10, 3)], Usage(10, 3)),
    "parts (Q47)": ([PART, PART, PART], Usage(0, 3, neurons=1.5)),
    "parts of different size": ([total(0, 1), total(0, 1), total(0, 4), total(0, 2)], Usage(0, 8)),
    "parts, then the total": ([PART, PART, total(10, 2, neurons=3.0)], Usage(10, 2, neurons=3.0)),
    "the prompt first, then parts": ([total(10, 1), PART, PART], Usage(10, 3, neurons=1.0)),
    "totals that do not count the prompt": ([total(0, 1), total(0, 2), total(0, 3)], Usage(0, 3)),
    "an empty one at the end": ([total(10, 5), total(0, 0)], Usage(10, 5)),
    "a smaller one at the end": ([total(10, 5), total(10, 0)], Usage(10, 5)),
    "other names": ([{"input_tokens": 10, "output_tokens": 5}], Usage(10, 5)),
    "floats": ([{"prompt_tokens": 10.0, "completion_tokens": 5.0}], Usage(10, 5)),
    "rubbish": ([None, [], "x", 5, {"prompt_tokens": "10", "completion_tokens": None}, {"neurons": True}], Usage()),
    "negative": ([{"prompt_tokens": -1, "completion_tokens": 5}], Usage(0, 5)),
}


@pytest.mark.parametrize("name", CASES)
def test_usage(name: str) -> None:
    reports, expected = CASES[name]
    meter = UsageMeter()
    for report in reports:
        meter.add(report)
    assert meter.result() == expected
