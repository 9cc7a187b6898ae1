"""What is counted, for Prometheus; each server has a registry of its own."""

from __future__ import annotations

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder

from ..messages import Usage
from .visit import Visit

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)


class Meters:
    """Counters that are touched once a request, at its end, whatever the length of its stream.

    Labels are bounded: models are served names, routes and codes are the documented ones.
    """

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self._requests = Counter(
            "agentkit_requests", "Requests answered.", ("route", "model", "status"), registry=registry
        )
        self._seconds = Histogram(
            "agentkit_request_seconds",
            "Seconds from the arrival of a request to the end of its answer, where a model gave one.",
            ("route", "model"),
            buckets=_SECONDS,
            registry=registry,
        )
        self._first = Histogram(
            "agentkit_first_token_seconds",
            "Seconds from the arrival of a request to the first piece of its answer, waiting included.",
            ("model",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._tokens = Counter(
            "agentkit_tokens", "Tokens; `cached` are part of `prompt`.", ("model", "kind"), registry=registry
        )
        self._refusals = Counter(
            "agentkit_refusals", "Requests refused or broken off, by the code told.", ("code",), registry=registry
        )
        self._left = Counter(
            "agentkit_disconnects", "Clients that left before the end of the answer.", ("model",), registry=registry
        )
        self._items = Counter(
            "agentkit_batch_items", "Items of batches that are done.", ("model", "outcome"), registry=registry
        )

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Show a number that is read when it is asked for, for example how many requests wait.

        Args:
            name: Without the prefix `agentkit_`.
            text: What it is, for people.
            value: Returns it.
        """
        Gauge(f"agentkit_{name}", text, registry=self._registry).set_function(value)

    def count(self, visit: Visit, route: str) -> None:
        """Count a request that is over.

        Args:
            visit: What became of it.
            route: What kind of path, from a bounded set.
        """
        self._requests.labels(route, visit.model, visit.status or "none").inc()
        if visit.code is not None:
            self._refusals.labels(visit.code if isinstance(visit.code, int) else "other").inc()
        if visit.model:
            self._count_model(visit, route)

    def count_item(self, model: str, usage: Usage, *, success: bool) -> None:
        """Count an item of a batch that is done."""
        self._items.labels(model, "success" if success else "failure").inc()
        self._count_tokens(model, usage)

    def page(self, accept: str) -> tuple[bytes, str]:
        """The counts, and their content type.

        Args:
            accept: The header of the request; it chooses between the formats of Prometheus and of OpenMetrics.
        """
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    def _count_model(self, visit: Visit, route: str) -> None:
        if visit.first is not None:
            self._seconds.labels(route, visit.model).observe(time.perf_counter() - visit.arrived)
            self._first.labels(visit.model).observe(visit.first)
        if visit.left:
            self._left.labels(visit.model).inc()
        self._count_tokens(visit.model, visit.usage)

    def _count_tokens(self, model: str, usage: Usage) -> None:
        kinds = (
            ("prompt", usage.prompt_tokens),
            ("completion", usage.completion_tokens),
            ("cached", usage.cached_tokens),
        )
        for kind, tokens in kinds:
            if tokens:
                self._tokens.labels(model, kind).inc(tokens)
