"""What every route of a server gets."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from .admission import Admission
from .approvals import Approvals
from .batch_items import BatchItems
from .batches import Batches
from .meters import Meters
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
    meters: Meters
    batches: Batches
    approvals: Approvals
    background: list[Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=list)
    """What runs while the server runs, for example the worker of a queue; cancelled at its end."""


def make_state(settings: Settings, served: list[Served]) -> State:
    """A server's state.

    Raises:
        ConfigurationError: Two models have one name.
    """
    models = Models(served, settings.idle)
    admission = Admission(settings.most_running, settings.most_waiting)
    meters = Meters()
    batches = Batches(BatchItems(settings, models, admission, meters).answer)
    meters.gauge("running", "Requests that are worked on.", lambda: admission.running)
    meters.gauge("waiting", "Requests that wait for their turn.", lambda: admission.waiting)
    meters.gauge("batch_items_waiting", "Items of batches without a result.", lambda: batches.waiting)
    return State(
        settings, models, admission, meters, batches, Approvals(settings.approval), [models.unload_idle, batches.run]
    )
