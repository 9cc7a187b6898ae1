"""What the tests of real clients know of a server."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from agentkit.runners.scripted import Reply, Scripted

from ...conftest import SETTINGS

ACCOUNT = "a" * 32
DOCUMENTED = ("@cf/qwen/qwen1.5-14b-chat-awq", "@cf/meta/llama-2-7b-chat-int8", "@hf/thebloke/llama-2-13b-chat-awq")
"""What the pages with the curl lines are about; the service has retired them."""
PATIENCE = 120.0
"""Seconds after which a test gives up on a program; nothing takes that long, not even the import of a large one."""
MODEL = "@cf/meta/llama-3.3-70b-instruct-fp8-fast"
LONG = Reply("word " * 1_000_000)
"""An answer that nobody waits for."""
WEATHER: dict[str, Any] = {
    "name": "get_weather",
    "description": "The weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "Its name."}},
        "required": ["city"],
    },
}
WRAPPED: dict[str, Any] = {"type": "function", "function": WEATHER}


def surroundings() -> dict[str, str]:
    """This environment without settings of the developer."""
    return {name: value for name, value in os.environ.items() if name not in SETTINGS}


@dataclass(frozen=True)
class Site:
    """A server on loopback."""

    url: str
    """Without a slash at its end."""
    model: str = MODEL
    script: Scripted | None = None
    """What its model says, where that is scripted."""

    @property
    def native(self) -> str:
        """In place of Cloudflare's `https://api.cloudflare.com/client/v4`."""
        return f"{self.url}/client/v4"

    @property
    def account(self) -> str:
        """What the documented routes of one account begin with."""
        return f"{self.native}/accounts/{ACCOUNT}/ai"

    def wait_until_left(self) -> None:
        """Wait until the server has stopped working for a client that left.

        Raises:
            AssertionError: It does not stop.
        """
        seen = f'agentkit_disconnects_total{{model="{self.model}"}} 1.0'
        until = time.monotonic() + PATIENCE
        while seen not in httpx.get(f"{self.url}/metrics").text:
            assert time.monotonic() < until, "the server goes on"
            time.sleep(0.01)

    @property
    def asked(self) -> Scripted:
        """The script, with the requests that reached it."""
        assert self.script is not None
        return self.script


class Player:
    """A program that plays conversations of a client: it reads line by line which one, and writes what came back.

    Args:
        command: Of the program; its first file is in the folder that it runs in.
        settings: Further settings of its environment.
    """

    def __init__(self, command: Sequence[str | Path], **settings: str) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=surroundings() | settings,
        )

    def play(self, conversation: str, site: Site) -> Any:
        """Play one conversation with a site.

        Raises:
            AssertionError: It failed; the text is the program's.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        guard = threading.Timer(PATIENCE, self._process.kill)
        guard.start()
        try:
            print(json.dumps([conversation, site.url, site.model]), file=self._process.stdin, flush=True)
            line = self._process.stdout.readline()
        finally:
            guard.cancel()
        assert line, f"the program ended with {self._process.wait(PATIENCE)}"
        answer = json.loads(line)
        assert "failed" not in answer, answer["failed"]
        return answer["played"]

    def close(self) -> None:
        """End the program."""
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
