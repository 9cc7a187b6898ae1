"""`python benchmarks`: every benchmark, each in a process of its own. Ratios hold on any machine, times do not.

Arguments: names of benchmarks to run alone, `--json` for one JSON object a row.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NAMES = (
    "imports",
    "schemas",
    "parallel_tools",
    "turns",
    "frames",
    "streaming",
    "concurrency",
    "local_speed",
    "toolcalls",
    "masks",
    "memory",
    "serving",
)


def main() -> int:
    flags = [word for word in sys.argv[1:] if word.startswith("-")]
    names = [word for word in sys.argv[1:] if not word.startswith("-")] or list(NAMES)
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        print(f"error: no benchmark {unknown[0]!r}; there are: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    failed = 0
    for name in names:
        if "--json" not in flags:
            print(f"\n{name}", flush=True)
        failed |= subprocess.run([sys.executable, str(HERE / f"{name}.py"), *flags]).returncode
    return int(bool(failed))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
