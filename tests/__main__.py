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
SIDE_BY_SIDE = ("-n", "3", "--dist", "loadfile")
"""Most tests wait for a server or a process most of the time. `-n 0` runs one after the other."""
SAME_EXAMPLES = "--hypothesis-profile=ci"
"""A red test is about the change, never about the draw. Plain `pytest` draws new examples each time."""
MODELS = ("smollm2-135m-instruct", "needle-3")
"""Small ones that the package index has; tests of real models are skipped without them."""


def main() -> int:
    python = str(environment.ready(("dev",)))
    for check in CHECKS:
        environment.tell(" ".join(check))
        if subprocess.run([python, "-m", *check], cwd=environment.ROOT).returncode:
            return 1
    for model in MODELS:
        environment.tell(f"agentkit pull {model}")
        if subprocess.run([str(environment.BIN / "agentkit"), "pull", model], cwd=environment.ROOT).returncode:
            return 1
    environment.tell("pytest")
    pytest = (python, "-m", "pytest", *SIDE_BY_SIDE, SAME_EXAMPLES, *sys.argv[1:])
    return subprocess.run(pytest, cwd=environment.ROOT).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
