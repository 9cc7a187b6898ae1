"""The command line. `app.py` gathers the verbs; each is a module of its own."""

import sys


def main() -> None:
    """Run the program `agentkit` with the arguments of the process, and exit."""
    try:
        import rich  # noqa: F401  it is loaded only where something is drawn, but must be there

        from .app import program
    except ModuleNotFoundError as error:
        if error.name not in ("rich", "typer"):
            raise
        print("error: the command line is not installed. Install it with: pip install 'agentkit[cli]'", file=sys.stderr)
        sys.exit(2)
    program(sys.argv[1:])
