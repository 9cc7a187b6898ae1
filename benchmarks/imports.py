"""Import time and size of agentkit against its base packages alone, and from process start to the first answer."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from statistics import median

from harness import Row, report, server

BASE = "import asyncio, json, httpx"
ANSWER = """
import sys
from agentkit import Agent, tool
from agentkit.runners.openai import OpenAIRunner
@tool
def add(a: int, b: int) -> int:
    "Add two numbers."
    return a + b
print(Agent(OpenAIRunner("turns=1", base_url=sys.argv[1], api_key="x"), tools=[add]).run_sync("1 + 2?").response)
"""
BASE_ANSWER = """
import asyncio, json, sys, httpx
sys.path.insert(0, sys.argv[2])
import base
async def main():
    async with httpx.AsyncClient() as client:
        print(await base.run(client, sys.argv[1], "turns=1", "1 + 2?"))
asyncio.run(main())
"""


def cpu(code: str, *arguments: str, rounds: int = 9) -> float:
    """CPU milliseconds of a fresh interpreter that runs the code."""
    samples = []
    for _ in range(rounds + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code, *arguments], check=True, stdout=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        samples.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return median(samples[1:]) * 1e3


def modules(code: str) -> int:
    output = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(len(sys.modules))"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return int(output)


def distributions(name: str, seen: set[str]) -> set[str]:
    """The distribution and everything that its plain installation brings, on this machine."""
    name = re.sub(r"[-_.]+", "-", name).lower()
    if name in seen:
        return seen
    try:
        version(name)
    except PackageNotFoundError:
        return seen
    seen.add(name)
    for line in requires(name) or ():
        if ";" not in line:
            distributions(re.split(r"[^A-Za-z0-9_.-]", line, maxsplit=1)[0], seen)
    return seen


def main() -> None:
    empty, base, ours = cpu("pass"), cpu(BASE), cpu("import agentkit")
    with server() as url:
        first, first_base = cpu(ANSWER, url), cpu(BASE_ANSWER, url, str(__file__).rpartition("/")[0])
    installed = sorted(distributions("agentkit", set()))
    report(
        [
            Row("import agentkit, over asyncio + json + httpx", (ours - empty) / (base - empty), "x", 1.6),
            Row("import agentkit", ours - empty, "ms"),
            Row("modules after import agentkit", modules("import agentkit"), "", 200),
            Row("distributions of a plain install, agentkit included", len(installed), "", 16),
            Row("from process start to the first answer", first, "ms"),
            Row("the same, over a hand-written httpx loop", first / first_base, "x", 1.37),
        ]
    )
    if "--verbose" in sys.argv:
        print(json.dumps(installed))


if __name__ == "__main__":
    main()
