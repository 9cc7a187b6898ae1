"""One recording: a file of requests and their replies."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..errors import ConfigurationError, ReplayError
from ..runners import as_runner
from ..runners.base import Runner
from ..whole_files import write_whole
from .matching import canonical, difference, nearest, pretty
from .scrubbing import KEPT, path_of, scrubbed, secrets_in

if TYPE_CHECKING:
    import httpx

STAND_INS = {
    "openai": {"api_key": "not-needed-for-a-replay"},
    "workers-ai": {"account_id": "account", "api_token": "not-needed-for-a-replay"},
}
"""Options that a runner needs before it has asked anything."""
HOW = "pytest --record-cassettes, or agentkit serve --record FILE."
AGAIN = f"Record it again: {HOW}"


def stand_ins_of(name: str) -> dict[str, str] | None:
    """The row of `STAND_INS` for a runner string; None where the runner asks no server, and cannot be recorded."""
    return STAND_INS.get("workers-ai" if name.startswith("@") else name.partition(":")[0])


@dataclass(slots=True)
class _Take:
    """One recorded request and its reply."""

    path: str
    request: Any
    status: int
    headers: dict[str, str]
    reply: str
    played: bool = False

    @property
    def text(self) -> str:
        return pretty(self.path, canonical(self.request))


class Cassette:
    """Records what goes over HTTP, or replays it.

    As a context manager, it is saved, or checked for requests that were not made, when the block ends without an
    error.

    Args:
        path: The file.
        record: Ask the real server and write the file anew, instead of replaying it.
        again: Whether a reply is given again where the same request is made once more.

    Raises:
        ConfigurationError: The file is not there, or no recording.
    """

    def __init__(self, path: str | Path, *, record: bool = False, again: bool = False) -> None:
        self.path = Path(path)
        self.record = record
        self._again = again
        self._takes = [] if record else _read(self.path)
        self._client: httpx.AsyncClient | None = None

    @property
    def client(self) -> httpx.AsyncClient:
        """For the `client=` of any runner, and for anything else that takes a client of httpx."""
        if self._client is None:
            import httpx

            from .transport import Tape

            self._client = httpx.AsyncClient(
                transport=Tape(self.replay, self.keep if self.record else None), timeout=600
            )
        return self._client

    def runner(self, name: str, **options: Any) -> Runner:
        """A runner whose requests are recorded, or replayed: then without a key.

        Args:
            name: A runner string, for example `openai:gpt-4o-mini` or `@cf/meta/llama-3.1-8b-instruct`.
            options: Of the runner.
        """
        stand_ins = stand_ins_of(name)
        if stand_ins is None:
            raise ConfigurationError(f"{name!r} asks no server: there is nothing to record.", hint="Use it as it is.")
        needed = {} if self.record else stand_ins
        return as_runner(name, client=self.client, **needed | options)

    def replay(self, url: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        """The recorded reply to a request; each is given once, in the order of the recording.

        Raises:
            ReplayError: It was never recorded.
        """
        path, data = path_of(url, secrets_in(url, headers)), _data(body)
        made = pretty(path, canonical(data))
        same = [take for take in self._takes if take.text == made]
        take = next((take for take in same if not take.played), same[-1] if same and self._again else None)
        if take is not None:
            take.played = True
            return take.status, take.headers, take.reply.encode()
        raise ReplayError(self._unknown(made), hint=AGAIN)

    def keep(self, url: str, headers: dict[str, str], body: bytes, reply: tuple[int, dict[str, str], bytes]) -> None:
        """Record a request and its reply, without secrets."""
        secrets = secrets_in(url, headers)
        status, theirs, content = reply
        kept = {name: scrubbed(value, secrets) for name, value in theirs.items() if name.lower() in KEPT}
        request = json.loads(scrubbed(json.dumps(_data(body), ensure_ascii=False), secrets))
        text = scrubbed(content.decode("utf-8", "replace"), secrets)
        self._takes.append(_Take(path_of(url, secrets), request, status, kept, text))

    def __len__(self) -> int:
        """How many requests it has."""
        return len(self._takes)

    def save(self) -> None:
        """Write the file."""
        takes = [
            {
                "request": {"path": take.path, "body": take.request},
                "reply": {"status": take.status, "headers": take.headers, "body": take.reply},
            }
            for take in self._takes
        ]
        write_whole(self.path, json.dumps({"takes": takes}, ensure_ascii=False, indent=1) + "\n")

    def check(self) -> None:
        """See that everything recorded was asked for.

        Raises:
            ReplayError: Something was not.
        """
        left = [take for take in self._takes if not take.played]
        if left:
            raise ReplayError(
                f"{len(left)} of {len(self._takes)} recorded requests of {str(self.path)!r} were not made; the first:\n"
                f"{left[0].text[:2000]}",
                hint=AGAIN,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            return
        self.save() if self.record else self.check()

    def _unknown(self, made: str) -> str:
        texts = [take.text for take in self._takes if not take.played]
        index = nearest(made, texts)
        if index is None:
            return f"all {len(self._takes)} requests of {str(self.path)!r} were made, and one more:\n{made[:2000]}"
        shown = difference(texts[index], made)
        return f"a request was never recorded in {str(self.path)!r}; the nearest one differs:\n{shown}"


def _read(path: Path) -> list[_Take]:
    try:
        data = json.loads(path.read_text("utf-8"))
        return [
            _Take(
                take["request"]["path"],
                take["request"]["body"],
                take["reply"]["status"],
                take["reply"]["headers"],
                take["reply"]["body"],
            )
            for take in data["takes"]
        ]
    except FileNotFoundError:
        raise ConfigurationError(f"there is no recording {str(path)!r}.", hint=f"Make it once: {HOW}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{str(path)!r} is no recording ({type(error).__name__}: {error}).",
            hint=AGAIN,
        ) from error


def _data(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
