"""`python3 tests`: set everything up in `.venv`, then lint, check types and run the tests.

Arguments are passed on to pytest.
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / ".ci"))

import environment

CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy", "agentkit", "tools", "tests/typing"),
)


def main() -> int:
    python = str(environment.ready(("dev",)))
    for check in CHECKS:
        environment.tell(" ".join(check))
        if subprocess.run([python, "-m", *check], cwd=environment.ROOT).returncode:
            return 1
    environment.tell("pytest")
    return subprocess.run([python, "-m", "pytest", *sys.argv[1:]], cwd=environment.ROOT).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
