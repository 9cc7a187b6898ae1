"""The pytest plugin: `pytest_plugins = ["agentkit.testing.plugin"]`."""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any

import pytest

from .cassette import Cassette

_passed = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option by which the network is asked."""
    parser.getgroup("agentkit").addoption(
        "--record-cassettes",
        action="store_true",
        help="Ask the real servers and record what goes over the wire, for tests that use the cassette fixture.",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Remember whether the test itself passed."""
    report = yield
    if report.when == "call":
        item.stash[_passed] = report.passed
    return report


@pytest.fixture
def cassette(request: pytest.FixtureRequest) -> Generator[Cassette, None, None]:
    """The recording of this test: `cassettes/FILE/TEST.json` beside its file."""
    name = re.sub(r"[^\w.-]+", "-", request.node.name).strip("-")
    path = request.path.parent / "cassettes" / request.path.stem / f"{name}.json"
    tape = Cassette(path, record=request.config.getoption("record_cassettes"))
    yield tape
    if request.node.stash.get(_passed, False):
        tape.save() if tape.record else tape.check()
