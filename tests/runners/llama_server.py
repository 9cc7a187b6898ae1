"""Real llama.cpp servers with the embedded model, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.weights import find

PROGRAM = """
import os, sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.hostnames, params.port = sys.argv[1], ["127.0.0.1"], 0
params.n_ctx, params.n_parallel, params.cpuparams.n_threads = int(sys.argv[2]), int(sys.argv[3]), 1
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
os._exit(0)
"""


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    url: str
    """Without `/v1`."""
    process: subprocess.Popen[str]


@contextmanager
def llama_servers(count: int = 1, *, context: int = 1024, slots: int = 1) -> Iterator[list[Server]]:
    """Servers on free ports of loopback, started side by side, until the block is left.

    Args:
        count: How many.
        context: Tokens of all slots of one server together.
        slots: How many requests one server works on at a time.
    """
    pytest.importorskip("xllamacpp", reason="xllamacpp is not installed")
    weights = find(DEFAULT)
    if weights is None:
        pytest.skip("the embedded model is not pulled")
    command = [sys.executable, "-c", PROGRAM, str(weights), str(context), str(slots)]
    with ExitStack() as stack:
        processes = [stack.enter_context(_process(command)) for _ in range(count)]
        yield [Server((process.stdout or sys.stdin).readline().strip(), process) for process in processes]


@contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A process that ends with its input, and is killed where it does not."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process
            process.communicate(timeout=10)
        finally:
            process.kill()
