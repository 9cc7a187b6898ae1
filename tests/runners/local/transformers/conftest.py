"""What the tests of the transformers engine share: tiny models of every family, each loaded once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("transformers", reason="transformers is not installed")

from agentkit.runners.local.engine import End, Load, Task
from agentkit.runners.local.transformers.engine import Transformers

from .tiny_models import FAMILIES, make_model

CONTEXT = 2048


@dataclass(frozen=True)
class Answer:
    text: str
    end: End


def ask(engine: Transformers, prompt: Sequence[int], tokens: int = 20, **options: Any) -> Answer:
    """One completion; `grammar` and `adapter` go to the task, the rest is sampling."""
    rest = {name: options.pop(name) for name in ("grammar", "adapter", "extra") if name in options}
    pieces: list[str] = []
    sampling: Any = {"temperature": 0, **options}
    end = engine.generate(Task(tuple(prompt), tokens, sampling, **rest), pieces.append, lambda: False)
    return Answer("".join(pieces), end)


def side_by_side(work: Sequence[Callable[[], Any]]) -> list[Any]:
    """What some calls return or raise that run at once."""
    results: list[Any] = [None] * len(work)

    def run(place: int) -> None:
        try:
            results[place] = work[place]()
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A tiny model of each family."""
    place = tmp_path_factory.mktemp("tiny")
    return {family: make_model(place / family, family) for family in FAMILIES}


@pytest.fixture(scope="session", params=list(FAMILIES))
def engine(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Iterator[Transformers]:
    """A loaded model of each family."""
    made = Transformers(Load(folders[request.param], CONTEXT, device="cpu"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def llama(folders: dict[str, Path]) -> Iterator[Transformers]:
    """One loaded model, where the family does not matter."""
    made = Transformers(Load(folders["llama"], CONTEXT, device="cpu"))
    yield made
    made.close()
