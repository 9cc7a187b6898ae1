"""Which engine loads what."""

from __future__ import annotations

from .engine import Engine, Load
from .llama_cpp import LlamaCpp
from .transformers.engine import Transformers


def opened(load: Load) -> Engine:
    """Load a model.

    Raises:
        MissingDependencyError: The engine that it needs is not installed.
        WeightsError: The weights are missing, broken, or not of a model that the engine knows.
        ConfigurationError: A GPU was asked for and there is none.
    """
    return Transformers(load) if load.path.is_dir() else LlamaCpp(load)
