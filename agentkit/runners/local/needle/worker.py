"""Needle 3 in a process of its own. Run as a file: requests come in as lines of JSON, replies go out the same way.

needle-rs computes for seconds without letting another thread of Python run, and nothing stops it: in the process of an
agent it would hold up everything else. A process can be stopped.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from importlib import import_module
from typing import Any


def main(weights: str, folder: str) -> None:
    """Answer until there are no more requests.

    Args:
        weights: The weight file.
        folder: Where needle-rs is installed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks
    replies = os.fdopen(os.dup(1), "w", encoding="ascii", buffering=1)
    os.dup2(2, 1)
    sys.path.append(folder)
    try:
        engine = import_module("needle_rs").V3Engine.load(weights)
    except BaseException as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=replies)
        return
    print(json.dumps({"longest": engine.max_seq_len}), file=replies)
    for line in sys.stdin:
        print(json.dumps(_reply(engine, json.loads(line))), file=replies)


def _reply(engine: Any, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        said = engine.generate(asked["request"], asked["tools"], max_new_tokens=asked["most"], constrain=True)
    except BaseException as error:  # a panic of Rust is no Exception
        return {"error": f"{type(error).__name__}: {error}"}
    return {"calls": said["tool_call"], "positions": said["positions"], "written": len(said["token_ids"])}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
