"""What every route of a server gets."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from .admission import Admission
from .models import Models, Served
from .settings import Settings


@dataclass(slots=True)
class State:
    """One server: its settings, its models, and what bounds its work.

    Make one with `make_state`, and an application of it with `agentkit.server.app.make_app`.
    """

    settings: Settings
    models: Models
    admission: Admission
    background: list[Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=list)
    """What runs while the server runs, for example the worker of a queue; cancelled at its end."""


def make_state(settings: Settings, served: list[Served]) -> State:
    """A server's state.

    Raises:
        ConfigurationError: Two models have one name.
    """
    models = Models(served, settings.idle)
    admission = Admission(settings.most_running, settings.most_waiting)
    return State(settings, models, admission, [models.unload_idle])
