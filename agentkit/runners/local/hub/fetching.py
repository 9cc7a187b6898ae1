"""A repository's files, from the hub's list to complete ones in a folder."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from threading import Event

import filelock
import httpx2
from huggingface_hub import HfApi, constants, hf_hub_url
from huggingface_hub.errors import HFValidationError, OfflineModeIsEnabled
from huggingface_hub.hf_api import RepoSibling
from huggingface_hub.utils import build_hf_headers

from ....errors import WeightsError
from ..staging import check_space
from ..threads import Stopped
from .choice import HubFile, choose
from .crew import POLL, work
from .refusals import explained, place
from .snapshot import RECORD, Snapshot, read, write
from .transfer import Transfer

PARTIAL = ".partial"
"""The folder of what is not complete yet, inside the target folder."""
LOCK = ".lock"
COMMIT = re.compile("[0-9a-f]{40}")


class Fetching:
    """One call of `fetch`."""

    def __init__(self, repo: str, revision: str, target: Path, only: tuple[str, ...]) -> None:
        self._repo = repo
        self._revision = revision
        self._target = target
        self._only = only
        self._endpoint = (os.environ.get("HF_ENDPOINT") or constants.ENDPOINT).rstrip("/")
        self._told = partial(explained, self._endpoint, repo, revision, target)
        # a user agent of our own: the library's tells what is installed here
        self._headers = build_hf_headers(token=_token() or False, headers={"user-agent": "agentkit"})

    def run(self, progress: Callable[[int, int | None], None], stopped: Callable[[], bool]) -> None:
        """Do it; see `fetch`. What `progress` and `stopped` raise is theirs, and not explained."""

        def look() -> None:
            if stopped():
                raise Stopped

        snapshot = self._snapshot(look)
        total = sum(file.size for file in snapshot.files)
        with ExitStack() as stack:
            self._lock(stack, look)
            with self._told():
                transfers = self._transfers(snapshot)
                check_space(self._target, sum(transfer.needed() for transfer in transfers))

            def watch() -> None:
                look()
                progress(sum(transfer.done for transfer in transfers), total)

            work([self._told()(transfer.run) for transfer in transfers], watch)
            watch()
            with self._told():
                self._publish(snapshot, transfers)

    def _snapshot(self, look: Callable[[], None]) -> Snapshot:
        """What to bring: as the hub lists it, or as the folder's record has it where that is enough."""
        there = read(self._target)
        known = there if there and there.answers(self._repo, self._revision, self._only) else None
        if known and known.commit == self._revision:
            return known
        found: list[Snapshot] = []

        @self._told()
        def ask(stop: Event) -> None:
            try:
                found.append(self._listed())
            except (httpx2.TransportError, OfflineModeIsEnabled):
                if known is None:
                    raise
                found.append(known)

        work([ask], look)
        return found[0]

    def _listed(self) -> Snapshot:
        api = HfApi(endpoint=self._endpoint, token=False, headers=self._headers)
        timeout = constants.HF_HUB_DOWNLOAD_TIMEOUT
        try:
            info = api.model_info(self._repo, revision=self._revision, files_metadata=True, timeout=timeout)
            files = [_file(sibling) for sibling in info.siblings or ()]
            if not COMMIT.fullmatch(info.sha or "") or (
                COMMIT.fullmatch(self._revision) and info.sha != self._revision
            ):
                raise ValueError(info.sha)
        except HFValidationError:
            raise
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise WeightsError(
                f"{place(self._endpoint)} does not answer as a model hub does.",
                hint="Check HF_ENDPOINT, and whether this network asks for a login first.",
            ) from error
        return Snapshot(self._repo, self._revision, info.sha or "", self._only, choose(self._repo, files, self._only))

    def _transfers(self, snapshot: Snapshot) -> list[Transfer]:
        """The largest first, for they take longest."""
        folder = self._target / PARTIAL
        folder.mkdir(exist_ok=True)
        return [
            Transfer(
                file,
                hf_hub_url(self._repo, file.path, revision=snapshot.commit, endpoint=self._endpoint),
                self._headers,
                self._target / file.path,
                folder / hashlib.sha256(f"{file.digest} {file.path}".encode()).hexdigest(),
            )
            for file in sorted(snapshot.files, key=lambda file: -file.size)
        ]

    def _lock(self, stack: ExitStack, look: Callable[[], None]) -> None:
        """Wait until no other fetch is at work here, and keep others waiting; a lock dies with its process."""
        with self._told():
            self._target.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(self._target / LOCK)
        stack.callback(lock.release)
        while not lock.is_locked:
            look()
            with self._told(), suppress(filelock.Timeout):
                lock.acquire(timeout=POLL)

    def _publish(self, snapshot: Snapshot, transfers: list[Transfer]) -> None:
        """Put all files in their places; no record stands beside them meanwhile, whatever happens."""
        before = read(self._target)
        (self._target / RECORD).unlink(missing_ok=True)
        for transfer in transfers:
            transfer.publish()
        paths = {file.path for file in snapshot.files}
        for file in before.files if before else ():
            if file.path not in paths:
                (self._target / file.path).unlink(missing_ok=True)
        write(self._target, snapshot)
        shutil.rmtree(self._target / PARTIAL, ignore_errors=True)


def _token() -> str:
    token = os.environ.get("HF_TOKEN", "").strip()
    if not token.isascii() or not token.isprintable():
        raise WeightsError("HF_TOKEN has characters that no token has.", hint="Copy the token again.")
    return token


def _file(sibling: RepoSibling) -> HubFile:
    size, digest = (sibling.lfs.size, sibling.lfs.sha256) if sibling.lfs else (sibling.size, sibling.blob_id)
    if not isinstance(size, int) or size < 0 or not re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", digest or ""):
        raise ValueError(sibling.rfilename)
    return HubFile(sibling.rfilename, size, digest or "")
