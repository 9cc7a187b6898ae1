"""One file on its way from the hub: goes on where it was cut, and is checked byte by byte."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import httpx2
from huggingface_hub import constants
from huggingface_hub.errors import HfHubHTTPError, RemoteEntryNotFoundError
from huggingface_hub.utils import get_session, hf_raise_for_status
from tenacity import Retrying, retry_if_exception, sleep_using_event, stop_after_attempt, wait_exponential
from tenacity.wait import wait_exception

from ....errors import WeightsError
from ..threads import Stopped
from .choice import HubFile
from .refusals import seconds_to_wait
from .snapshot import has_size

TRIES = 4
"""Attempts that bring nothing before a file is given up."""
LONGEST_WAIT = 30.0
"""Seconds between two attempts at most; when the hub asks for more, it is an error that says so."""
BLOCK = 1 << 20


class Transfer:
    """One file of a repository, from the hub or already here.

    Args:
        file: What the hub lists.
        url: Where it is.
        headers: Of each request; they do not follow a redirect to another host.
        final: Its place.
        partial: Where it grows; in the same file system. What an earlier attempt left there is gone on with.
    """

    def __init__(self, file: HubFile, url: str, headers: dict[str, str], final: Path, partial: Path) -> None:
        self.file = file
        self.final = final
        self.partial = partial
        self._url = url
        self._headers = headers | {"Accept-Encoding": "identity"}  # a compressed one cannot be gone on with
        self.done = 0
        """Bytes that are here."""
        self.fetched = False
        """It is in `partial`, complete and right; otherwise it already was in its place."""

    def needed(self) -> int:
        """Bytes that are not on this disk yet, as far as sizes tell."""
        return 0 if has_size(self.final, self.file.size) else max(0, self.file.size - self._held())

    def run(self, stop: threading.Event) -> None:
        """Bring the file, unless it is in its place. Called in a thread; ends with `Stopped` when `stop` is set."""
        if has_size(self.final, self.file.size) and self._is_right(self.final, stop):
            self.done = self.file.size
            return
        if self._held() and not self._comes(stop):  # what was left here is harmed: once more, from its beginning
            self.partial.unlink()
        if not self._comes(stop):
            self.partial.unlink()
            raise self._damaged()
        self.done = self.file.size
        with self.partial.open("rb+") as file:
            os.fsync(file.fileno())
        self.fetched = True

    def publish(self) -> None:
        """Put the file in its place."""
        if self.fetched:
            self.final.parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.partial, self.final)

    def _held(self) -> int:
        return self.partial.stat().st_size if self.partial.exists() else 0

    def _comes(self, stop: threading.Event) -> bool:
        """Bring what is missing; whether all of it is right."""
        self.partial.touch()
        while self._held() < self.file.size:
            _retrying(stop)(self._more, stop)
        return self._held() == self.file.size and self._is_right(self.partial, stop)

    def _more(self, stop: threading.Event) -> None:
        """Bring at least one more byte, or raise."""
        _look(stop)
        held = self.done = self._held()
        try:
            self._receive(held, stop)
        except httpx2.TransportError:
            if self._held() <= held:
                raise
        except RemoteEntryNotFoundError as error:
            raise WeightsError(
                f"the hub lists a file {self.file.path!r}, and does not have it.", hint="Name another revision."
            ) from error
        else:
            if self._held() <= held:
                self.partial.unlink()
                raise self._damaged()

    def _receive(self, held: int, stop: threading.Event) -> None:
        headers = self._headers | ({"Range": f"bytes={held}-"} if held else {})
        with get_session().stream(
            "GET", self._url, headers=headers, timeout=constants.HF_HUB_DOWNLOAD_TIMEOUT
        ) as response:
            _look(stop)  # before anything is changed: another fetch may be at work by now
            if response.status_code == 416:
                self.partial.unlink()
                raise self._damaged()
            hf_raise_for_status(response)
            with self.partial.open("ab") as file:
                if not response.headers.get("Content-Range", "").startswith(f"bytes {held}-"):
                    file.truncate(0)  # the whole file comes, not the rest
                for block in response.iter_bytes():
                    _look(stop)
                    file.write(block)
                    file.flush()
                    self.done = file.tell()
                    if self.done > self.file.size:
                        return

    def _is_right(self, path: Path, stop: threading.Event) -> bool:
        if len(self.file.digest) == 64:
            digest = hashlib.sha256()
        else:
            digest = hashlib.sha1(b"blob %d\0" % self.file.size, usedforsecurity=False)
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                _look(stop)
                digest.update(block)
        return digest.hexdigest() == self.file.digest

    def _damaged(self) -> WeightsError:
        return WeightsError(
            f"the file {self.file.path!r} that came is not the one that the hub lists.",
            hint="Fetch it again; if it stays so, something between here and the hub changes it.",
        )


def _look(stop: threading.Event) -> None:
    if stop.is_set():
        raise Stopped


def _retrying(stop: threading.Event) -> Retrying:
    return Retrying(
        sleep=sleep_using_event(stop),
        stop=stop_after_attempt(TRIES),
        wait=wait_exponential(0.5, max=LONGEST_WAIT) + wait_exception(_asked),
        retry=retry_if_exception(_may_pass),
        reraise=True,
    )


def _asked(error: BaseException) -> float:
    return (seconds_to_wait(error) or 0.0) if isinstance(error, HfHubHTTPError) else 0.0


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, HfHubHTTPError):
        return _asked(error) <= LONGEST_WAIT and error.response.status_code in (408, 429, 500, 502, 503, 504)
    return isinstance(error, httpx2.TransportError)
