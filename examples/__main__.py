"""`python3 examples`: set everything up in `.venv`, get the weights, and watch a model call a Python function."""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / ".ci"))

import environment

QUESTION = "What is 12.5 % of 840?"


def main() -> int:
    environment.ready()
    agentkit = environment.BIN / "agentkit"
    command = ["run", "-t", "calculator", "-t", "clock", *(sys.argv[1:] or [QUESTION])]
    print("$ agentkit", *(f'"{word}"' if " " in word else word for word in command), file=sys.stderr, flush=True)
    return subprocess.run([str(agentkit), *command]).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
