"""Many machines behind one address: nothing is lost when one of them dies. It needs pip install sglang-router.

Three llama.cpp servers play the machines, sglang-router shares the requests out, and one server is killed. With servers
of your own, name their router or load balancer:

    OPENAI_BASE_URL=http://127.0.0.1:30000/v1 AGENTKIT_RUNNER=openai:MODEL python examples/12_many_machines.py
"""

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack

import anyio

from agentkit import Agent
from agentkit.runners.local.catalog import DEFAULT
from agentkit.runners.local.weights import pull
from agentkit.runners.openai import OpenAIRunner

ANIMALS = "cat dog owl bee fox cow ant bat eel hen pig rat".split()
URLS = [f"http://127.0.0.1:{port}" for port in (30_000, 30_001, 30_002, 30_003)]
ROUTER = "launch --host 127.0.0.1 --port 30000 --policy round_robin --worker-startup-check-interval 1 --worker-urls"
SERVER = """
import sys, time, xllamacpp
params = xllamacpp.CommonParams()
params.model.path, params.hostnames, params.port = sys.argv[1], ["127.0.0.1"], int(sys.argv[2][-5:])
params.n_ctx, params.n_parallel, params.cpuparams.n_threads = 2048, 4, 1
server = xllamacpp.Server(params)
time.sleep(86400)
"""


async def ask_all(agent: Agent, victims: list[subprocess.Popen[bytes]]) -> None:
    answers: dict[str, str] = {}

    async def ask(animal: str) -> None:
        answers[animal] = (await agent.run(f"Say something about the {animal}.")).response
        print(f"{animal}: {' '.join(answers[animal].split())}")
        while victims:  # the first answer is there, the others are under way
            victims.pop().kill()

    async with agent, anyio.create_task_group() as group:
        for animal in ANIMALS:
            group.start_soon(ask, animal)
    print(f"{len(answers)} of {len(ANIMALS)} answered")


def start(running: ExitStack, *command: str) -> subprocess.Popen[bytes]:
    process = running.enter_context(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    running.callback(process.kill)
    return process


def main() -> None:
    runner, victims = None, []
    with ExitStack() as running:
        if "AGENTKIT_RUNNER" not in os.environ:
            router, weights = shutil.which("sglang-router") or sys.exit("pip install sglang-router"), str(pull(DEFAULT))
            victims = [start(running, sys.executable, "-c", SERVER, weights, url) for url in URLS[1:]]
            start(running, router, *ROUTER.split(), *URLS[1:])
            # it tries again until they are there; with answers in one piece also where one dies in the middle of one
            runner = OpenAIRunner("smollm2", base_url=f"{URLS[0]}/v1", stream=False, retries=6)
        anyio.run(ask_all, Agent(runner, max_tokens=40), victims[:1])


if __name__ == "__main__":
    main()
