"""Where a model is to run, and in which type."""

from __future__ import annotations

from ....errors import ConfigurationError
from .folder import Folder

BYTES = {"float16": 2, "bfloat16": 2, "float32": 4}
"""Of one number, by type."""


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
