"""What a card can do at all: how fast it copies, and how fast it multiplies matrices."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median
from time import perf_counter

import torch

from .shapes import Card

ROUNDS = 7


def measure(device: torch.device) -> Card:
    """The card in this machine; the CPU takes its place in float32."""
    gpu = device.type == "cuda"
    name = torch.cuda.get_device_name(device) if gpu else "this CPU"
    return Card(name, _bandwidth(device, 2**32 if gpu else 2**26), _rate(device, 8192 if gpu else 512))


def seconds(work: Callable[[], object], device: torch.device, rounds: int = ROUNDS) -> float:
    """How long some work takes once it is warm: the median of several rounds."""
    work()
    samples = []
    for _ in range(rounds):
        wait(device)
        start = perf_counter()
        work()
        wait(device)
        samples.append(perf_counter() - start)
    return median(samples)


def wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _bandwidth(device: torch.device, size: int) -> float:
    """Bytes a second of a copy, read and written."""
    if device.type == "cuda":
        size = min(size, torch.cuda.mem_get_info(device)[0] // 4)
    source = torch.ones(size, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    return 2 * size / seconds(lambda: target.copy_(source), device)


def _rate(device: torch.device, side: int) -> float:
    """Floating point operations a second of a product of square matrices."""
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    left, right = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
    target = torch.empty_like(left)
    return 2 * side**3 / seconds(lambda: torch.mm(left, right, out=target), device)
