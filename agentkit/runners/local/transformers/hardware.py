"""Where a model is to run, in which type, and whether it fits."""

from __future__ import annotations

from ....errors import ConfigurationError, WeightsError
from .folder import Folder

LARGEST_CONTEXT = 8192
"""Tokens, where neither the catalogue nor the user says: the memory of a context is taken at once."""
SPARE = 0.1
"""Part of the free memory that is left for what a forward pass needs."""
DTYPES = {"float16": 2, "bfloat16": 2, "float32": 4}


def device_of(wanted: str | None) -> str:
    """`cuda` or `cpu`.

    Raises:
        ConfigurationError: A GPU is wanted, or nothing, and torch sees none: on a CPU this engine is slow, so it runs
            there only when asked to.
    """
    import torch

    if wanted not in (None, "cpu", "gpu"):
        raise ConfigurationError(f"device={wanted!r} must be 'cpu', 'gpu' or None.")
    if wanted == "cpu":
        return "cpu"
    if torch.cuda.is_available():
        return "cuda"
    raise ConfigurationError(
        f"torch {torch.__version__} sees no GPU, and safetensors are run on a CPU only when asked for.",
        hint="Pass device='cpu' (slow), take a GGUF version of the model, or install a torch built for your GPU.",
    )


def dtype_of(folder: Folder, device: str) -> str:
    """The type to compute in: that of the weights on a GPU, float32 on a CPU, which has no fast 16 bits."""
    stated = str(folder.config.get("dtype") or folder.config.get("torch_dtype") or "").rpartition(".")[2]
    if device == "cpu":
        return "float32"
    return stated if stated in ("float16", "bfloat16") else "bfloat16"


def check_memory(folder: Folder, device: str, dtype: str, weight_bits: int, context: int) -> None:
    """Refuse a model that does not fit.

    Args:
        folder: What is to be loaded.
        device: `cuda` or `cpu`.
        dtype: The type of activations, keys and values.
        weight_bits: Bits of one weight once it is loaded.
        context: Tokens.

    Raises:
        WeightsError: It does not fit; the message has the numbers.
    """
    weights = folder.parameters * weight_bits // 8
    cache = folder.kv_values * DTYPES[dtype] * context
    free = int(_free(device) * (1 - SPARE))
    if weights + cache > free:
        raise WeightsError(
            f"{str(folder.path)!r} needs {_gb(weights)} for the weights and {_gb(cache)} for a context of {context:,} "
            f"tokens; {_gb(free)} can be used on this {'GPU' if device == 'cuda' else 'machine'}.",
            hint="Ask for a smaller context, quantize it (int8), or take a smaller model.",
        )


def _free(device: str) -> int:
    if device == "cuda":
        import torch

        return int(torch.cuda.mem_get_info()[0])
    import psutil

    return int(psutil.virtual_memory().available)


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
