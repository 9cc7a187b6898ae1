"""Lines that a user types."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

ARROW = "› "


def read_line() -> str | None:
    """The next line, without white space around it; None at the end. Ctrl-C gives an empty one.

    On a terminal there is a prompt, and the line can be edited where Python has readline.
    """
    try:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            line = sys.stdin.readline()
            return line.strip() if line else None
        return input(_prompt()).strip()
    except EOFError:
        print()
        return None
    except KeyboardInterrupt:
        print("\n(Ctrl-D or /exit ends the chat)", file=sys.stderr)
        return ""
    except UnicodeDecodeError:
        print("(that was not readable as text)", file=sys.stderr)
        return ""


def _prompt() -> str:
    arrow = ARROW if (sys.stdout.encoding or "").lower().startswith("utf") else "> "
    with suppress(ImportError):
        import readline  # noqa: F401  importing it is what makes input() editable

        if not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb":
            return f"\001\033[1;36m\002{arrow}\001\033[0m\002"  # the marks tell readline what has no width
    return arrow
