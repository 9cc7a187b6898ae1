"""Whether a device computes what it should: before anything is timed."""

from __future__ import annotations

import json
import random
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from agentkit.runners.local.engine import Load, Task
from agentkit.runners.local.transformers.engine import Transformers

from .batches import write

sys.path.append(str(Path(__file__).parents[2] / "tests" / "runners" / "local" / "transformers"))

from tiny_models import FAMILIES, make_awq, make_model

KINDS = ("float16", "bfloat16", "int8", "awq")
CONTEXT = 2048
LENGTHS = (3, 33, 90, 700)
"""Tokens of the prompts; the longest is read in two chunks."""
TOKENS = 24
TOKENIZED = 300
"""Of the tiny vocabularies, about."""
ULPS = 4
"""How many steps of its type two logits may lie apart to be as good as equal: sums in another order differ so."""


class WrongError(Exception):
    """The device gives wrong results."""


def check_all(device: torch.device, families: Sequence[str] = tuple(FAMILIES)) -> Iterator[str]:
    """Compare the engine with `generate` on tiny models, for each family and each kind of weights.

    Args:
        device: Where to compute.
        families: Of `qwen2`, `llama` and `mistral`.

    Yields:
        What was compared.

    Raises:
        WrongError: A text is not that of `generate`, and not by rounding.
    """
    with tempfile.TemporaryDirectory() as place:
        for family in families:
            for kind in KINDS:
                yield _check(family, kind, Path(place) / f"{family}-{kind}", device)


def _check(family: str, kind: str, folder: Path, device: torch.device) -> str:
    _make(folder, family, kind)
    wanted = "gpu" if device.type == "cuda" else "cpu"
    engine = Transformers(Load(folder, CONTEXT, device=wanted, quantization="int8" if kind == "int8" else None))
    what = f"{family} {kind}: {engine.name}"
    engine._model.generation_config.eos_token_id = None
    try:
        chance = random.Random(4)
        prompts = [
            [chance.randrange(2, TOKENIZED) for _ in range(length)]
            for length in LENGTHS * (4 if device.type == "cuda" else 1)
        ]
        expected = [_generated(engine, prompt) for prompt in prompts]
        alone = [tokens for prompt in prompts for tokens in write(engine._running(), [prompt], TOKENS)]
        together = write(engine._running(), prompts, TOKENS)
        texts = zip(prompts * 2, expected * 2, alone + together, strict=True)
        near = sum(_parted(engine, *text, what) for text in texts)
        _check_grammar(engine, what)
    finally:
        engine.close()
    return f"{what}, {2 * len(prompts)} texts" + (f", {near} of them part at a near tie" if near else "")


def _make(folder: Path, family: str, kind: str) -> None:
    """A tiny model with its weights in a kind."""
    if kind == "awq":
        make_awq(folder, make_model(folder.with_suffix(".plain"), family))
        return
    dtype = "bfloat16" if kind == "int8" else kind
    make_model(folder, family)
    tensors = load_file(folder / "model.safetensors")
    save_file(
        {name: tensor.to(getattr(torch, dtype)) for name, tensor in tensors.items()},
        folder / "model.safetensors",
        metadata={"format": "pt"},
    )
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"dtype": dtype}), "utf-8")


def _generated(engine: Transformers, prompt: list[int]) -> list[int]:
    """What transformers' own `generate` writes."""
    ids = torch.tensor([prompt], device=engine._model.device)
    with engine._running().pause(), torch.no_grad():
        written = engine._model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=TOKENS,
            do_sample=False,
            pad_token_id=0,
        )
    return list(written[0, len(prompt) :].tolist())


def _parted(engine: Transformers, prompt: list[int], expected: list[int], found: list[int], what: str) -> bool:
    """Whether two texts differ after a near tie, from where on they are two texts.

    Raises:
        WrongError: They differ otherwise.
    """
    place = next((place for place, pair in enumerate(zip(expected, found, strict=True)) if pair[0] != pair[1]), None)
    if place is None:
        return False
    with engine._running().pause(), torch.no_grad():
        ids = torch.tensor([prompt + expected[:place]], device=engine._model.device)
        logits = engine._model(ids).logits[0, -1]
    rounding = ULPS * torch.finfo(logits.dtype).eps * float(logits.abs().max())
    gap = float(logits.max() - logits[found[place]])
    if gap > rounding:
        raise WrongError(
            f"{what}: token {place + 1} after a prompt of {len(prompt)} is {found[place]}, and should be "
            f"{expected[place]}; their logits are {gap:.3g} apart, which no rounding explains."
        )
    return True


def _check_grammar(engine: Transformers, what: str) -> None:
    """A mask on the device lets nothing else through."""
    for heat in (0, 2):
        pieces: list[str] = []
        engine.generate(
            Task((5, 6, 7), 60, {"temperature": heat}, 'root ::= "[" [a-m]{9} "]"'), pieces.append, lambda: False
        )
        if re.fullmatch(r"\[[a-m]{9}\]", "".join(pieces)) is None:
            raise WrongError(f"{what}: {''.join(pieces)!r} was written, against the grammar.")
