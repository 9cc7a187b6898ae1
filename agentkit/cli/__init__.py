"""The command line. `app.py` gathers the verbs; each is a module of its own."""

import sys


def main() -> None:
    """Run the program `agentkit` with the arguments of the process, and exit."""
    try:
        from .app import program
    except ModuleNotFoundError as error:
        if error.name not in ("typer", "rich"):
            raise
        print("error: the command line is not installed. Install it with: pip install 'agentkit[cli]'", file=sys.stderr)
        sys.exit(2)
    program(sys.argv[1:])
