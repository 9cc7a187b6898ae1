"""The next token of every request in a batch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy
import torch

from ..constrained.masks import Masks
from .noise import gumbel
from .rows import Row

IMPOSSIBLE = float("-inf")


def sample(logits: torch.Tensor, rows: Sequence[Row]) -> torch.Tensor:
    """Choose a token for each row: grammar, penalties, temperature, top-k, top-p, in this order.

    A seed gives the same tokens in any batch, as far as the model gives the same logits.

    Args:
        logits: float32, of the shape (rows, vocabulary); changed in place.
        rows: What each request asks for.

    Returns:
        Token ids, of the shape (rows,), on the device of the logits.
    """
    _penalize(logits, rows)
    _mask(logits, rows)
    tokens = logits.argmax(-1)
    drawn = [index for index, row in enumerate(rows) if row.drawn]
    if drawn:
        places = torch.tensor(drawn, device=logits.device)
        tokens[places] = _draw(logits[places], [rows[index] for index in drawn])
    return tokens


def _penalize(logits: torch.Tensor, rows: Sequence[Row]) -> None:
    """The repetition penalty counts the prompt, the other two only what was written, as in vLLM.

    Repetition divides positive logits and multiplies negative ones (CTRL, arXiv:1909.05858).
    """
    found = [(index, row, *row.counts.seen) for index, row in enumerate(rows) if row.counts is not None]
    if not found:
        return
    lengths = [len(tokens) for _, _, tokens, _ in found]

    def spread(values: list[float]) -> torch.Tensor:
        return torch.from_numpy(numpy.repeat(numpy.asarray(values, numpy.float32), lengths)).to(logits.device)

    where = (
        torch.from_numpy(numpy.repeat([index for index, *_ in found], lengths)).to(logits.device),
        torch.from_numpy(numpy.concatenate([tokens for _, _, tokens, _ in found])).to(logits.device),
    )
    written = torch.from_numpy(numpy.concatenate([counts for *_, counts in found])).to(logits.device)
    repetition = spread([row.repetition for _, row, *_ in found])
    scores = logits[where]
    scores = torch.where(scores > 0, scores / repetition, scores * repetition)
    scores -= spread([row.frequency for _, row, *_ in found]) * written
    scores -= spread([row.presence for _, row, *_ in found]) * (written > 0)
    logits[where] = scores


def _mask(logits: torch.Tensor, rows: Sequence[Row]) -> None:
    """Rule out what the grammars do not allow. One that fails allows nothing; taking a token then says why."""
    masked = [(index, row.mask) for index, row in enumerate(rows) if row.mask is not None and row.error is None]
    if not masked:
        return
    vocabulary = logits.shape[-1]
    bits = numpy.zeros((len(masked), (vocabulary + 31) // 32), numpy.int32)
    _masks().fill([mask for _, mask in masked], bits)
    chosen = torch.from_numpy(bits).to(logits.device)
    shifts = torch.arange(32, dtype=torch.int32, device=logits.device)
    allowed = ((chosen.unsqueeze(-1) >> shifts) & 1).bool().flatten(1)[:, :vocabulary]
    places = torch.tensor([index for index, _ in masked], device=logits.device)
    logits[places] = logits[places].masked_fill(~allowed, IMPOSSIBLE)


@cache
def _masks() -> Masks:
    return Masks()


def _draw(logits: torch.Tensor, rows: Sequence[Row]) -> torch.Tensor:
    """One token of each row's distribution."""
    device = logits.device
    logits = logits / torch.tensor([[row.temperature] for row in rows], device=device)
    if any(row.top_k or row.top_p < 1 for row in rows):
        _cut(logits, rows)
    noise = gumbel([row.seed for row in rows], [len(row.written) for row in rows], logits.shape[-1], device)
    return (logits + noise).argmax(-1)


def _cut(logits: torch.Tensor, rows: Sequence[Row]) -> None:
    """Rule out all but the `top_k` likeliest tokens, then all but those that make up `top_p` together."""
    size = logits.shape[-1]
    ordered = logits.sort(-1, descending=True).values
    ranks = torch.tensor([[min(row.top_k or size, size) - 1] for row in rows], device=logits.device)
    least = ordered.gather(-1, ranks)
    ordered = ordered.masked_fill(ordered < least, IMPOSSIBLE)
    shares = ordered.softmax(-1)
    before = shares.cumsum(-1) - shares
    limit = torch.tensor([[row.top_p] for row in rows], device=logits.device)
    enough = (before < limit).sum(-1, keepdim=True).clamp(min=1) - 1
    least = torch.maximum(least, ordered.gather(-1, enough))
    logits.masked_fill_(logits < least, IMPOSSIBLE)
