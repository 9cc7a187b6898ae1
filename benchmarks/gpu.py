"""The transformers engine on an NVIDIA GPU, with random weights: what it reaches of what the card allows.

Nothing is downloaded. A model of one of the shapes is made on the card, and runs through the engine as a loaded one
would. First it is checked that the card computes what `generate` of transformers computes, on tiny models with every
kind of weights; where it does not, nothing is timed. Then, each against the floor that the measured bandwidth and
matrix rate of the card allow: decoding at three batch sizes, the reading of a prompt, the time to the first token,
what a grammar adds to a step, and what the agent loop adds to the model.

    python benchmarks/gpu.py                          the 14B shape, everything
    python benchmarks/gpu.py --model mistral-7b --parts check,decode
    python benchmarks/gpu.py --tiny                   the same code on a CPU, in seconds; its figures mean nothing
    python benchmarks/gpu.py --parts floors           what the data sheet of an H200 allows; needs no GPU
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from importlib.metadata import version
from typing import Any

from harness import Row, report
from on_gpu.progress import Progress

CASES = ((1, 512), (32, 512), (256, 384))
"""Requests side by side, and tokens of each."""
PROMPT = 2048
"""Tokens that are read."""
PARTS = ("floors", "check", "decode", "prefill", "masks", "loop")


def options() -> argparse.Namespace:
    from on_gpu.shapes import SHAPES

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=list(SHAPES), default="qwen1.5-14b", help="the shape of the model")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"of {', '.join(PARTS)}; separated by commas")
    parser.add_argument("--tiny", action="store_true", help="a tiny model on the CPU, to test this file")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    chosen = parser.parse_args()
    chosen.parts = [part for part in chosen.parts.split(",") if part]
    unknown = sorted(set(chosen.parts) - set(PARTS))
    if unknown or not chosen.parts:
        parser.error(f"no part {unknown[0]!r}; there are: {', '.join(PARTS)}" if unknown else "no part is named")
    return chosen


def floors() -> None:
    """What an H200 allows, for every shape."""
    from on_gpu.shapes import H200, SHAPES

    rows = []
    for shape in SHAPES.values():
        for batch, context in CASES:
            speed = batch / shape.decode_floor(H200, batch, context)
            rows.append(Row(f"floor: {shape.name}, batch {batch}, context {context}, {H200.name}", speed, "tok/s"))
        speed = PROMPT / shape.prefill_floor(H200, PROMPT)
        rows.append(Row(f"floor: {shape.name}, prompt of {PROMPT}, {H200.name}", speed, "tok/s"))
    report(rows)


def describe(device: Any) -> None:
    """The machine and the versions, first of all."""
    import torch

    told = {
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine() + " CPU",
        "python": platform.python_version(),
        "cuda": torch.version.cuda or "none",
        **{name: version(name) for name in ("torch", "transformers", "llguidance")},
    }
    print(json.dumps({"machine": told}) if "--json" in sys.argv else ", ".join(f"{k} {v}" for k, v in told.items()))


def check(device: Any, tiny: bool, progress: Progress) -> None:
    """Compare with `generate`; ends the benchmark where the results are wrong."""
    from on_gpu.checks import FAMILIES, check_all

    done = []
    for what in check_all(device, list(FAMILIES)[:1] if tiny else tuple(FAMILIES)):
        progress(f"same as generate: {what}")
        done.append(what)
    progress.clear()
    report([Row("kinds of tiny models that write what `generate` writes", len(done), "")])


def main() -> int:
    chosen = options()
    if chosen.parts == ["floors"]:
        floors()
        return 0
    import torch

    if not chosen.tiny and not torch.cuda.is_available():
        print(
            f"error: torch {torch.__version__} sees no GPU. Run this where there is an NVIDIA GPU, with a torch built "
            "for CUDA; `--tiny` tries the benchmark itself on the CPU.",
            file=sys.stderr,
        )
        return 2
    from on_gpu.quiet import quiet

    quiet()
    from on_gpu.checks import WrongError
    from on_gpu.timing import NoRoomError, time_all

    progress = Progress()
    device = torch.device("cpu" if chosen.tiny else "cuda")
    try:
        describe(device)
        if "floors" in chosen.parts:
            floors()
        if "check" in chosen.parts:
            check(device, chosen.tiny, progress)
        return time_all(chosen.model, chosen.parts, device, progress)
    except (WrongError, NoRoomError, ValueError) as error:
        progress.clear()
        print(f"error: {error}", file=sys.stderr)
        return 1
    finally:
        progress.clear()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nstopped.", file=sys.stderr)
        sys.exit(130)
