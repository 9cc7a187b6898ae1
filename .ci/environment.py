"""Make the virtual environment `.venv` of this checkout, once, and bring it up to date when pyproject.toml changes.

Only the standard library is used: this runs on a machine where nothing is installed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LEAST = (3, 11)


def ready(groups=()):
    """Install agentkit, editable and with all extras, and the dependency groups; return the environment's Python."""
    if sys.version_info < LEAST:
        sys.exit(f"error: agentkit needs Python {LEAST[0]}.{LEAST[1]} or newer; this is {sys.version.split()[0]}.")
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()
    stamp = VENV / "-".join(["agentkit", *groups, "ready"])
    if stamp.is_file() and stamp.read_text() == wanted and PYTHON.exists():
        return PYTHON
    if not PYTHON.exists():
        tell("Making a virtual environment in .venv")
        make()
    tell("Installing agentkit and what it needs (a minute, once)")
    install("--upgrade", "pip>=25.1")  # the first that knows dependency groups
    install("--editable", f"{ROOT}[all]", *(part for group in groups for part in ("--group", group)))
    stamp.write_text(wanted)
    return PYTHON


def make():
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], stdout=subprocess.DEVNULL)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit("error: this Python cannot make virtual environments; on Debian: apt install python3-venv.")


def install(*what):
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:  # on success pip only warns of what is not the reader's to mend
        sys.exit(f"{done.stdout}\nerror: the installation failed; what pip says stands above.")


def tell(text):
    print(f"\033[2m{text} ...\033[0m" if sys.stderr.isatty() else f"{text} ...", file=sys.stderr, flush=True)
