"""The table of requests: what is sent, and what never is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from agentkit.errors import ConfigurationError
from agentkit.generation import Request, Sampling
from agentkit.runners.openai import OpenAIRunner
from agentkit.runners.workers_ai import WorkersAIRunner
from agentkit.sent import Sent

from .cases.requests import MODEL, REQUESTS, RequestCase

ACCOUNT = "0123456789abcdef0123456789abcdef"
TO = {
    "native": lambda: WorkersAIRunner(MODEL, account_id=ACCOUNT, api_token="secret"),
    "gateway": lambda: WorkersAIRunner(
        MODEL, base_url=f"https://gateway.ai.cloudflare.com/v1/{ACCOUNT}/mine", api_token="secret"
    ),
    "openai": lambda: OpenAIRunner(MODEL, base_url="http://models.test/v1"),
    "hosted": lambda: OpenAIRunner(MODEL, api_key="secret"),
}


def sent(case: RequestCase) -> Sent:
    runner: Any = TO[case.to]()
    sampling = Sampling(**case.options)
    return runner.sent(Request(case.messages, case.tools, case.choice, sampling, case.schema, extra=case.extra))


def at(data: Any, path: list[str]) -> Iterator[Any]:
    """All values at a path."""
    if not path:
        yield data
    elif path[0] == "*":
        for each in data:
            yield from at(each, path[1:])
    elif isinstance(data, list):
        yield from at(data[int(path[0])], path[1:])
    elif path[0] in data:
        yield from at(data[path[0]], path[1:])


@pytest.mark.parametrize("name", [name for name, case in REQUESTS.items() if not case.refused])
def test_a_request(name: str) -> None:
    case = REQUESTS[name]
    found = sent(case)
    body = json.loads(found.body)
    for path, value in case.has.items():
        assert set(map(repr, at(body, path.split(".")))) == {repr(value)}, path
    for path in case.lacks:
        assert list(at(body, path.split("."))) == [], path
    for text in case.never:
        assert text not in found.body.decode()
    assert case.url in found.url
    assert case.headers.items() <= found.headers.items()


@pytest.mark.parametrize("name", [name for name, case in REQUESTS.items() if case.refused])
def test_what_is_never_sent_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match=REQUESTS[name].refused):
        sent(REQUESTS[name])
