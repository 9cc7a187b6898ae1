"""Random numbers that depend on a seed and a place only, and not on what else is computed."""

from __future__ import annotations

from collections.abc import Sequence

import torch

_STEPS = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
"""The constants of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014)."""
_BITS = 24
"""Of a number from 0 to 1: as many as a float32 holds."""


def gumbel(seeds: Sequence[int], places: Sequence[int], size: int, device: torch.device) -> torch.Tensor:
    """Standard Gumbel noise, of the shape (seeds, size).

    The likeliest of some scores with this noise added is drawn from their softmax. A small difference of the scores
    seldom changes it, which a draw from the cumulated probabilities would not give.

    Args:
        seeds: One for each row.
        places: How many tokens each row has already.
        size: Of the vocabulary.
        device: Where to compute.
    """
    starts = [_mixed(_mixed(seed) + place) for seed, place in zip(seeds, places, strict=True)]
    rows = torch.tensor([[_signed(start)] for start in starts], dtype=torch.int64, device=device)
    bits = rows + torch.arange(size, dtype=torch.int64, device=device) * _signed(_STEPS[0])
    for shift, factor in ((30, _STEPS[1]), (27, _STEPS[2])):
        bits = (bits ^ _shifted(bits, shift)) * _signed(factor)
    bits = _shifted(bits ^ _shifted(bits, 31), 64 - _BITS)
    return -torch.log(-torch.log((bits.float() + 0.5) * 2.0**-_BITS))


def _shifted(bits: torch.Tensor, shift: int) -> torch.Tensor:
    """To the right, with zeros coming in."""
    return (bits >> shift) & (2 ** (64 - shift) - 1)


def _mixed(value: int) -> int:
    value = (value + _STEPS[0]) % 2**64
    value = (value ^ (value >> 30)) * _STEPS[1] % 2**64
    value = (value ^ (value >> 27)) * _STEPS[2] % 2**64
    return value ^ (value >> 31)


def _signed(value: int) -> int:
    return value - 2**64 if value >= 2**63 else value
